//! Rate limits: <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>.

use std::{fmt, time::Duration};

use ureq::http::HeaderMap;

use crate::calendar::Moment;

/// A limit that was hit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Limit {
    /// How long it lasts, if the answer says so.
    pub(super) wait: Option<Duration>,
    /// When it ends, in seconds since 1970.
    until: Option<u64>,
}

impl Limit {
    /// The limit that an answer tells of, if it tells of one.
    pub(super) fn of(status: u16, headers: &HeaderMap, said: &str, now: u64) -> Option<Self> {
        let number =
            |name: &str| -> Option<u64> { headers.get(name)?.to_str().ok()?.trim().parse().ok() };
        let after = number("retry-after");
        let spent = number("x-ratelimit-remaining") == Some(0);
        let told = after.is_some() || spent || said.to_ascii_lowercase().contains("rate limit");
        if !(status == 429 || status == 403 && told) {
            return None;
        }
        let reset = number("x-ratelimit-reset").filter(|_| spent || after.is_none());
        let until = after.map(|seconds| now.saturating_add(seconds)).or(reset);
        Some(Self {
            wait: until.map(|until| Duration::from_secs(until.saturating_sub(now))),
            until,
        })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until {
            Some(until) => write!(formatter, "rate limited until {}", Moment::of(until)),
            None => formatter.write_str("rate limited, for how long is not told"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, headers: &[(&'static str, &str)], said: &str, expected: Option<&str>) {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let limit = Limit::of(status, &headers.collect(), said, 1_000_000_000);
        let told = limit.map(|limit| limit.to_string());
        assert_eq!(told.as_deref(), expected);
    }

    #[test]
    fn answers_tell_of_limits() {
        let reset = ("x-ratelimit-reset", "1000000060");
        check(
            403,
            &[("x-ratelimit-remaining", "0"), reset],
            "",
            Some("rate limited until 2001-09-09 01:47:40 UTC"),
        );
        check(
            429,
            &[("retry-after", "30")],
            "",
            Some("rate limited until 2001-09-09 01:47:10 UTC"),
        );
        check(429, &[], "", Some("rate limited, for how long is not told"));
        check(
            403,
            &[],
            "You have exceeded a secondary rate limit.",
            Some("rate limited, for how long is not told"),
        );
        check(
            403,
            &[("x-ratelimit-remaining", "59"), reset],
            "Resource not accessible",
            None,
        );
        check(404, &[("x-ratelimit-remaining", "0"), reset], "", None);
        check(
            429,
            &[("retry-after", "99999999999999999999")],
            "",
            Some("rate limited, for how long is not told"),
        );
    }
}
