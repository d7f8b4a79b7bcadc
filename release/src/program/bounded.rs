//! A program in a temporary file, read in pieces, with an end to all reading.

use std::{cell::Cell, ops::Range};

use object::read::{ReadCache, ReadRef};
use tempfile::SpooledTempFile;

/// What may be read of one program in sum. Headers and tables of large programs have a tenth of it.
const LIMIT: u64 = 16 * 1024 * 1024;
/// What one read costs at least, so that many small ones are no way around the limit.
const PRICE: u64 = 128;

/// The bytes of a program; every read keeps its bytes, so what is read is bounded.
#[derive(Debug)]
pub(crate) struct Bounded {
    cache: ReadCache<SpooledTempFile>,
    left: Cell<u64>,
}

impl Bounded {
    pub(crate) fn new(file: SpooledTempFile) -> Self {
        Self {
            cache: ReadCache::new(file),
            left: Cell::new(LIMIT),
        }
    }

    /// The bytes at a position, fewer where the file ends.
    pub(super) fn at_most(&self, offset: u64, size: u64) -> &[u8] {
        let length = ReadRef::len(self).unwrap_or(0);
        let size = size.min(length.saturating_sub(offset));
        self.read_bytes_at(offset, size).unwrap_or(&[])
    }

    /// The bytes at a position, all of them or none.
    pub(super) fn exactly<const N: usize>(&self, offset: u64) -> Option<[u8; N]> {
        self.at_most(offset, N as u64).try_into().ok()
    }

    fn spend(&self, size: u64) -> Result<(), ()> {
        let left = self.left.get().checked_sub(size.max(PRICE)).ok_or(())?;
        self.left.set(left);
        Ok(())
    }
}

impl<'a> ReadRef<'a> for &'a Bounded {
    fn len(self) -> Result<u64, ()> {
        (&self.cache).len()
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        self.spend(size)?;
        (&self.cache).read_bytes_at(offset, size)
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        self.spend(PRICE)?;
        let bytes = (&self.cache).read_bytes_at_until(range, delimiter)?;
        self.spend(bytes.len() as u64)?;
        Ok(bytes)
    }
}
