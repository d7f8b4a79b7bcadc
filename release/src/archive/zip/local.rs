//! The header before the data of a zip entry, and the descriptor behind it.

use super::{
    Source,
    central::{Record, refuse_unreadable},
    fields::{Extra, u16_at, u32_at},
};
use crate::archive::{RawPath, Stop, refused};

const SIGNATURE: [u8; 4] = *b"PK\x03\x04";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// Flag: checksum and sizes stand behind the data.
const DESCRIBED: u16 = 1 << 3;

/// What of a local header is needed behind the data.
pub(super) struct Local {
    pub(super) name: Vec<u8>,
    /// Bytes from the signature to the data.
    pub(super) length: u64,
    described: bool,
}

/// Reads the header at the source's position and compares it with its record.
pub(super) fn read(source: &mut Source, record: &Record) -> Result<Local, Stop> {
    let fixed: [u8; 30] = source.take()?;
    if fixed[..4] != SIGNATURE {
        return refused(format!(
            "expected an entry at byte {}, where its record says, found something else",
            record.offset
        ));
    }
    let (flags, method) = (u16_at(&fixed, 6), u16_at(&fixed, 8));
    let lengths = [u16_at(&fixed, 26), u16_at(&fixed, 28)];
    let name = source.take_long(lengths[0])?;
    let extra = Extra::parse(&source.take_long(lengths[1])?)?;
    refuse_unreadable(&name, flags, method)?;
    let described = flags & DESCRIBED != 0;
    let numbers = [14, 18, 22].map(|at| u64::from(u32_at(&fixed, at)));
    let expected = [u64::from(record.crc), record.packed, record.size];
    // With a descriptor behind the data, the header may leave its three numbers out.
    let agrees = |(found, expected): (&u64, &u64)| found == expected || described && *found == 0;
    // A field that is in both records is told by the name it gives.
    let other = extra.unicode_name.is_some_and(|other| other != name);
    let renamed = other && record.ambiguous.is_none();
    let what = if !record.is_named(&name) || renamed {
        "names"
    } else if method != record.method {
        "methods"
    } else if !numbers[1..].iter().zip(&expected[1..]).all(agrees) {
        "sizes"
    } else if !agrees((&numbers[0], &expected[0])) {
        "checksums"
    } else {
        let length = 30 + lengths.iter().map(|length| u64::from(*length)).sum::<u64>();
        return Ok(Local {
            name,
            length,
            described,
        });
    };
    refused(format!(
        "{}: its local and its central record give different {what}",
        shown(&name)
    ))
}

/// A name for messages.
pub(super) fn shown(name: &[u8]) -> String {
    RawPath::cut(name).escape_ascii().to_string()
}

impl Local {
    /// Reads what stands between the data and the next record: a descriptor if one was promised.
    pub(super) fn descriptor(
        &self,
        source: &mut Source,
        record: &Record,
        room: u64,
    ) -> Result<(), Stop> {
        let name = shown(&self.name);
        let numbers: [u8; 12] = match (self.described, room) {
            (false, 0) => return Ok(()),
            (true, 12) => source.take()?,
            (true, 16) if source.take()? == DESCRIPTOR => source.take()?,
            (true, 20 | 24) => {
                return refused("expected a zip without zip64 records, found a descriptor of one");
            }
            (true, 0) => {
                return refused(format!(
                    "{name}: expected a descriptor behind its data, found none"
                ));
            }
            _ => {
                return refused(format!(
                    "expected nothing behind {name}, found {room} bytes"
                ));
            }
        };
        let found = [0, 4, 8].map(|at| u64::from(u32_at(&numbers, at)));
        if found != [u64::from(record.crc), record.packed, record.size] {
            return refused(format!("{name}: its descriptor and its record disagree"));
        }
        Ok(())
    }
}
