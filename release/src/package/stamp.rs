//! A time as a zip writes it: from 1980 to 2107, every other second.

use zip::DateTime;

use crate::calendar::Moment;

/// The calendar fields of seconds since 1970; what a zip can't hold becomes the nearest it can.
pub(super) fn dos_time(seconds: u64) -> DateTime {
    let Moment {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Moment::of(seconds);
    let fits = u16::try_from(year).ok();
    let time = fits
        .and_then(|year| DateTime::from_date_and_time(year, month, day, hour, minute, second).ok());
    let last = || DateTime::from_date_and_time(2107, 12, 31, 23, 59, 58).unwrap_or_default();
    time.unwrap_or_else(|| {
        if year < 1980 {
            DateTime::default()
        } else {
            last()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_beyond_a_zip_become_the_nearest() {
        let check = |seconds, expected: &str| assert_eq!(dos_time(seconds).to_string(), expected);
        check(0, "1980-01-01 00:00:00");
        check(1_704_067_198, "2023-12-31 23:59:58");
        check(99_999_999_999, "2107-12-31 23:59:58");
    }
}
