//! Little-endian fields of zip records, and the extra fields behind names.

use crate::archive::{Stop, refused};

/// The two bytes at a position of a record.
pub(super) fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

/// The four bytes at a position of a record.
pub(super) fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from(u16_at(record, at)) | u32::from(u16_at(record, at + 2)) << 16
}

/// What 32 bits say where zip64 holds the number.
pub(super) const IN_ZIP64: u32 = u32::MAX;

/// What extra fields say that counts here.
#[derive(Debug, Default)]
pub(super) struct Extra {
    /// The name by Info-ZIP's Unicode Path field, which some readers prefer.
    pub(super) unicode_name: Option<Vec<u8>>,
}

impl Extra {
    const ZIP64: u16 = 0x0001;
    const UNICODE_PATH: u16 = 0x7075;

    /// Parses the extra fields of one record. Fewer than four zeros at the end are padding.
    pub(super) fn parse(mut rest: &[u8]) -> Result<Self, Stop> {
        let mut extra = Self::default();
        while rest.len() >= 4 {
            let (id, length) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
            let Some((value, behind)) = rest[4..].split_at_checked(length) else {
                return refused("an extra field of the zip is longer than its room");
            };
            match id {
                Self::ZIP64 => return refused("expected a zip without zip64 records, found one"),
                // A version byte and the CRC of the name it replaces come before the name.
                Self::UNICODE_PATH if length > 5 => extra.unicode_name = Some(value[5..].to_vec()),
                _ => {}
            }
            rest = behind;
        }
        if rest.iter().any(|byte| *byte != 0) {
            return refused("an extra field of the zip is cut short");
        }
        Ok(extra)
    }
}
