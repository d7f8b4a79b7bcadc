//! The time limit of a whole check, asked in every loop whose length a stranger decides.

use std::time::{Duration, Instant};

use crate::Error;

/// When a command has to be done.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    end: Instant,
    limit: Duration,
}

impl Deadline {
    /// A limit that counts from now.
    pub fn after(limit: Duration) -> Self {
        let now = Instant::now();
        // A limit beyond what the clock can count is a limit of some centuries.
        let end = now
            .checked_add(limit)
            .unwrap_or_else(|| now + Duration::from_secs(u32::MAX.into()));
        Self { end, limit }
    }

    /// A limit that is never reached, for what this machine's owner asked for.
    pub(crate) fn far() -> Self {
        Self::after(Duration::MAX)
    }

    /// What is left; an error when nothing is.
    pub fn left(&self) -> Result<Duration, Error> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::TimedOut(self.limit.as_secs()));
        }
        Ok(left)
    }

    /// An error when the time is over.
    pub fn check(&self) -> Result<(), Error> {
        self.left().map(drop)
    }
}
