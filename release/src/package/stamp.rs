//! A time as a zip writes it: calendar fields in UTC, from 1980 to 2107, every other second.

use zip::DateTime;

const DAY: u64 = 86_400;

/// The calendar fields of seconds since 1970; what a zip can't hold becomes the nearest it can.
pub(super) fn dos_time(seconds: u64) -> DateTime {
    let (year, month, day) = date(seconds / DAY);
    let within = seconds % DAY;
    let fields = [within / 3600, within / 60 % 60, within % 60]
        .map(|field| u8::try_from(field).unwrap_or(0));
    let year = u16::try_from(year).unwrap_or(u16::MAX);
    let time = DateTime::from_date_and_time(year, month, day, fields[0], fields[1], fields[2]);
    let last = || DateTime::from_date_and_time(2107, 12, 31, 23, 59, 58).unwrap_or_default();
    time.unwrap_or_else(|_| {
        if year < 1980 {
            DateTime::default()
        } else {
            last()
        }
    })
}

/// Year, month and day of the days since 1970, in the Gregorian calendar.
fn date(mut days: u64) -> (u64, u8, u8) {
    const CYCLE: u64 = 146_097;
    let mut year = 1970 + 400 * (days / CYCLE);
    days %= CYCLE;
    loop {
        let length = 365 + u64::from(is_leap(year));
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, u8::try_from(days + 1).unwrap_or(31))
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_calendar_fields() {
        let check = |seconds, expected: &str| assert_eq!(dos_time(seconds).to_string(), expected);
        check(0, "1980-01-01 00:00:00");
        check(951_782_400, "2000-02-29 00:00:00");
        check(1_704_067_198, "2023-12-31 23:59:58");
        check(1_772_323_199, "2026-02-28 23:59:58");
        check(4_107_542_400, "2100-03-01 00:00:00");
        check(99_999_999_999, "2107-12-31 23:59:58");
    }
}
