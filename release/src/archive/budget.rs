//! How much may be unpacked: against bombs, judged while reading and never by what a header promises.

use super::{Stop, refused};
use crate::contract::{Limits, contract};

/// What one archive may still unpack.
#[derive(Debug)]
pub(super) struct Budget {
    limits: &'static Limits,
    unpacked: u64,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            limits: &contract().limits,
            unpacked: 0,
        }
    }

    /// Counts unpacked bytes of the whole archive.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Stop> {
        self.unpacked += bytes as u64;
        let limit = self.limits.unpacked;
        if self.unpacked > limit {
            return refused(format!(
                "expected at most {limit} bytes unpacked, found more"
            ));
        }
        Ok(())
    }

    /// Bytes counted so far.
    pub(super) fn spent(&self) -> u64 {
        self.unpacked
    }

    /// Judges unpacked against packed bytes of one compressed stream.
    pub(super) fn ratio(&self, unpacked: u64, packed: u64) -> Result<(), Stop> {
        let Limits {
            ratio, ratio_from, ..
        } = self.limits;
        if unpacked > *ratio_from && unpacked > packed.saturating_mul(*ratio) {
            return refused(format!(
                "expected at most {ratio} times its packed size above {ratio_from} bytes, found {packed} bytes that unpack to more"
            ));
        }
        Ok(())
    }
}
