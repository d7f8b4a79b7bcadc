//! The central directory of a zip.

use super::{
    Source,
    end::End,
    fields::{Extra, IN_ZIP64, u16_at, u32_at},
};
use crate::{
    archive::{Kind, RawPath, Stop, refused},
    checksum::{self, Sha256Sum},
    contract::contract,
};

const SIGNATURE: [u8; 4] = *b"PK\x01\x02";
/// Bytes of a record before its name.
const LENGTH: u64 = 46;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Flag bits that mean encryption: of the data, strong, of the directory.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;

/// What the central directory says of one entry.
#[derive(Debug)]
pub(super) struct Record {
    /// Digest of the name, which is read again where the entry lies.
    name_sum: Sha256Sum,
    pub(super) ambiguous: Option<&'static str>,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    /// Type bits of the Unix mode; 0 where there is none.
    file_type: u32,
}

/// Reads all records; they fill the room between the entries and the end record exactly.
pub(super) fn read(source: &mut Source, end: &End) -> Result<Vec<Record>, Stop> {
    source.seek(end.central_start)?;
    let mut records = Vec::new();
    let mut position = end.central_start;
    let limit = contract().limits.entries;
    while position < end.begin {
        if records.len() == limit {
            return refused(format!("expected at most {limit} entries, found more"));
        }
        let (record, length) = read_one(source)?;
        records.push(record);
        position += length;
    }
    if position != end.begin {
        return refused("the central directory of the zip reaches into its end record");
    }
    if records.len() != usize::from(end.entries) {
        return refused(format!(
            "expected {} entries by the end record, found {}",
            end.entries,
            records.len()
        ));
    }
    Ok(records)
}

/// Reads one record; tells how long it is.
fn read_one(source: &mut Source) -> Result<(Record, u64), Stop> {
    let fixed: [u8; 46] = source.take()?;
    if fixed[..4] != SIGNATURE {
        return refused("the central directory of the zip holds something else than its records");
    }
    let (flags, method) = (u16_at(&fixed, 8), u16_at(&fixed, 10));
    let (packed, size, offset) = (u32_at(&fixed, 20), u32_at(&fixed, 24), u32_at(&fixed, 42));
    let lengths = [u16_at(&fixed, 28), u16_at(&fixed, 30), u16_at(&fixed, 32)];
    let name = source.take_long(lengths[0])?;
    let extra = Extra::parse(&source.take_long(lengths[1])?)?;
    source.take_long(lengths[2])?;
    refuse_unreadable(&name, flags, method)?;
    if [packed, size, offset].contains(&IN_ZIP64) || u16_at(&fixed, 34) == u16::MAX {
        return refused("expected a zip without zip64 records, found an entry that needs one");
    }
    if u16_at(&fixed, 34) != 0 {
        return refused("expected a zip in one file, found a part of several");
    }
    let differs = extra.unicode_name.is_some_and(|other| other != name);
    let record = Record {
        name_sum: checksum::of_bytes(&name),
        ambiguous: differs.then_some("its record and its Unicode Path field give different names"),
        method,
        crc: u32_at(&fixed, 16),
        packed: packed.into(),
        size: size.into(),
        offset: offset.into(),
        file_type: u32_at(&fixed, 38) >> 16 & 0o170_000,
    };
    let length = LENGTH + lengths.iter().map(|length| u64::from(*length)).sum::<u64>();
    Ok((record, length))
}

/// Refuses what can't be unpacked, of either record of an entry.
pub(super) fn refuse_unreadable(name: &[u8], flags: u16, method: u16) -> Result<(), Stop> {
    let name = || RawPath::cut(name).escape_ascii();
    if flags & ENCRYPTED != 0 {
        return refused(format!(
            "expected no encryption, found {} encrypted",
            name()
        ));
    }
    if method != STORED && method != DEFLATED {
        return refused(format!(
            "expected method 0 or 8 (stored, deflated), found {method} for {}",
            name()
        ));
    }
    Ok(())
}

impl Record {
    pub(super) fn stored(&self) -> bool {
        self.method == STORED
    }

    pub(super) fn is_named(&self, name: &[u8]) -> bool {
        self.name_sum == checksum::of_bytes(name)
    }

    /// What the entry is: a name that ends in `/` is a folder; Unix says more.
    pub(super) fn kind(&self, name: &[u8]) -> Kind {
        let other = |kind: &str| Kind::Other(kind.to_owned());
        match self.file_type {
            0o040_000 => Kind::Folder,
            0 | 0o100_000 if name.ends_with(b"/") => Kind::Folder,
            0 | 0o100_000 => Kind::File,
            0o120_000 => other("a symbolic link"),
            0o020_000 => other("a character device"),
            0o060_000 => other("a block device"),
            0o010_000 => other("a FIFO"),
            0o140_000 => other("a socket"),
            mode => Kind::Other(format!("an entry of Unix type {mode:o}")),
        }
    }

    /// Compares what was unpacked with what the record says.
    pub(super) fn agrees(&self, name: &str, left: u64, size: u64, crc: u32) -> Result<(), Stop> {
        if left != 0 && size <= self.size {
            return refused(format!(
                "{name}: {left} bytes stand behind its compressed data"
            ));
        }
        if size != self.size {
            return refused(format!(
                "{name}: expected {} bytes, found {}",
                self.size,
                if size > self.size {
                    "more".to_owned()
                } else {
                    size.to_string()
                }
            ));
        }
        if crc != self.crc {
            return refused(format!(
                "{name}: expected the CRC {:08x}, found {crc:08x}",
                self.crc
            ));
        }
        Ok(())
    }
}
