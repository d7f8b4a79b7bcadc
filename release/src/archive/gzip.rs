//! A gzip file of exactly one member: <https://www.rfc-editor.org/rfc/rfc1952>.
//!
//! Refused are what other readers let pass: a second member, bytes behind the first, a wrong header
//! checksum, reserved flags.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use flate2::Crc;

use super::{Stop, budget::Budget, inflate::Inflate, refused};
use crate::{Deadline, Error};

/// Flag bits of the header.
mod flag {
    pub(super) const HEADER_CRC: u8 = 1 << 1;
    pub(super) const EXTRA: u8 = 1 << 2;
    pub(super) const NAME: u8 = 1 << 3;
    pub(super) const COMMENT: u8 = 1 << 4;
    pub(super) const RESERVED: u8 = 0b1110_0000;
}

/// The unpacked bytes of a gzip file.
pub(super) struct Gunzip {
    packed: Packed,
    size: u64,
    inflate: Inflate,
    crc: Crc,
    budget: Budget,
    deadline: Deadline,
    /// Where the bytes begin and end in the last piece that were not consumed.
    unread: std::ops::Range<usize>,
    ended: bool,
}

impl Gunzip {
    /// Opens a file and reads the header.
    pub(super) fn open(path: &Path, deadline: &Deadline) -> Result<Self, Stop> {
        let file = File::open(path).map_err(Error::file("read", path))?;
        let size = file.metadata().map_err(Error::file("read", path))?.len();
        let mut packed = Packed {
            file: BufReader::with_capacity(256 * 1024, file),
            path: path.to_owned(),
        };
        packed.header()?;
        Ok(Self {
            packed,
            size,
            inflate: Inflate::new(),
            crc: Crc::new(),
            budget: Budget::new(),
            deadline: *deadline,
            unread: 0..0,
            ended: false,
        })
    }

    /// The next unpacked bytes; none at the end of a file that is sound to its last byte.
    pub(super) fn bytes(&mut self) -> Result<&[u8], Stop> {
        while self.unread.is_empty() && !self.ended {
            self.step()?;
        }
        Ok(&self.inflate.piece()[self.unread.clone()])
    }

    /// Takes the first of the bytes away.
    pub(super) fn consume(&mut self, count: usize) {
        self.unread.start += count;
    }

    fn step(&mut self) -> Result<(), Stop> {
        self.deadline.check()?;
        let step = self.inflate.step(self.packed.fill()?)?;
        self.packed.file.consume(step.taken);
        self.budget.spend(step.given)?;
        self.unread = 0..step.given;
        self.crc.update(&self.inflate.piece()[..step.given]);
        self.budget.ratio(self.unpacked(), self.size)?;
        if step.ended {
            self.ended = true;
            self.trailer()?;
        }
        Ok(())
    }

    fn unpacked(&self) -> u64 {
        self.budget.spent()
    }

    /// The checksum and the length behind the data, and nothing behind those.
    fn trailer(&mut self) -> Result<(), Stop> {
        let crc = u32::from_le_bytes(self.packed.take()?);
        let length = u32::from_le_bytes(self.packed.take()?);
        if crc != self.crc.sum() {
            return refused(format!(
                "expected the CRC {crc:08x}, found {:08x}",
                self.crc.sum()
            ));
        }
        // The length is counted modulo 2^32, RFC 1952 section 2.3.1.
        if u64::from(length) != self.unpacked() & u64::from(u32::MAX) {
            return refused(format!(
                "expected {length} bytes by the length at its end, found {}",
                self.unpacked()
            ));
        }
        match self.packed.fill()? {
            [] => Ok(()),
            [0x1f, 0x8b, ..] => refused("expected one gzip member, found another behind it"),
            _ => refused("expected the end of the file behind the gzip member, found more bytes"),
        }
    }
}

/// The file itself.
struct Packed {
    file: BufReader<File>,
    path: PathBuf,
}

impl Packed {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        let bytes = self.file.fill_buf();
        bytes.map_err(|source| Error::file("read", &self.path)(source).into())
    }

    /// The next bytes, all of them.
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let mut taken = [0; N];
        for byte in &mut taken {
            let Some(first) = self.fill()?.first() else {
                return refused("the gzip file is cut short");
            };
            *byte = *first;
            self.file.consume(1);
        }
        Ok(taken)
    }

    fn header(&mut self) -> Result<(), Stop> {
        let mut crc = Crc::new();
        if !self.fill()?.starts_with(&[0x1f, 0x8b]) {
            return refused("expected a gzip file, found another format");
        }
        let fixed: [u8; 10] = self.take()?;
        let [_, _, method, flags, ..] = fixed;
        crc.update(&fixed);
        if method != 8 {
            return refused(format!("expected gzip method 8 (deflate), found {method}"));
        }
        if flags & flag::RESERVED != 0 {
            return refused(format!(
                "expected no reserved gzip flags, found {flags:#04x}"
            ));
        }
        if flags & flag::EXTRA != 0 {
            let length: [u8; 2] = self.take()?;
            crc.update(&length);
            for _ in 0..u16::from_le_bytes(length) {
                crc.update(&self.take::<1>()?);
            }
        }
        for text in [flag::NAME, flag::COMMENT] {
            if flags & text != 0 {
                self.skip_text(&mut crc)?;
            }
        }
        if flags & flag::HEADER_CRC != 0 {
            let expected = u16::from_le_bytes(self.take()?);
            if u32::from(expected) != crc.sum() & 0xffff {
                return refused("the gzip header disagrees with its checksum");
            }
        }
        Ok(())
    }

    /// A text that ends with a zero byte.
    fn skip_text(&mut self, crc: &mut Crc) -> Result<(), Stop> {
        loop {
            let bytes = self.fill()?;
            if bytes.is_empty() {
                return refused("the gzip file is cut short");
            }
            let end = memchr::memchr(0, bytes);
            let count = end.map_or(bytes.len(), |at| at + 1);
            crc.update(&bytes[..count]);
            self.file.consume(count);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}
