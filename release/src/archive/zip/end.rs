//! The end record of a zip, at the very end of the file.

use super::{
    Source,
    fields::{IN_ZIP64, u16_at, u32_at},
};
use crate::archive::{Stop, refused};

const SIGNATURE: [u8; 4] = *b"PK\x05\x06";
const ZIP64_LOCATOR: [u8; 4] = *b"PK\x06\x07";
/// Bytes of the record without its comment, whose length has 16 bits.
const LENGTH: usize = 22;
const LONGEST: usize = LENGTH + u16::MAX as usize;

/// Where the central directory lies.
#[derive(Debug)]
pub(super) struct End {
    pub(super) entries: u16,
    pub(super) central_start: u64,
    /// The end record begins here.
    pub(super) begin: u64,
}

/// Finds and reads the end record.
pub(super) fn read(source: &mut Source) -> Result<End, Stop> {
    source.seek(0)?;
    let start = source.fill()?;
    if !start.starts_with(b"PK") && !start.is_empty() && !is_behind_other_bytes(source)? {
        return refused("expected a zip file, found another format");
    }
    let tail = tail(source)?;
    let at = position(&tail)?;
    let record = &tail[at..];
    if at >= 20 && tail[at - 20..].starts_with(&ZIP64_LOCATOR) {
        return refused("expected a zip without zip64 records, found their locator");
    }
    let (disk, central_disk) = (u16_at(record, 4), u16_at(record, 6));
    let (here, entries) = (u16_at(record, 8), u16_at(record, 10));
    let (size, start) = (u32_at(record, 12), u32_at(record, 16));
    if size == IN_ZIP64 || start == IN_ZIP64 {
        return refused("expected a zip without zip64 records, found an end record that needs one");
    }
    if disk != 0 || central_disk != 0 || here != entries {
        return refused("expected a zip in one file, found a part of several");
    }
    let begin = source.size - (tail.len() - at) as u64;
    if u64::from(start) + u64::from(size) != begin {
        return refused(format!(
            "expected the central directory to end where the end record begins, byte {begin}, found it in bytes {start} to {}",
            u64::from(start) + u64::from(size)
        ));
    }
    Ok(End {
        entries,
        central_start: start.into(),
        begin,
    })
}

/// Whether an end record is near the end, so that the file is a zip in spite of how it begins.
fn is_behind_other_bytes(source: &mut Source) -> Result<bool, Stop> {
    let tail = tail(source)?;
    Ok(memchr::memmem::find(&tail, &SIGNATURE).is_some())
}

/// The last bytes of the file, as many as the end record can have.
fn tail(source: &mut Source) -> Result<Vec<u8>, Stop> {
    let length = usize::try_from(source.size)
        .unwrap_or(usize::MAX)
        .min(LONGEST);
    source.seek(source.size - length as u64)?;
    let mut tail = vec![0; length];
    source.exactly(&mut tail)?;
    Ok(tail)
}

/// Where the end record begins: the one signature whose comment reaches to the end of the file.
fn position(tail: &[u8]) -> Result<usize, Stop> {
    let starts: Vec<usize> = memchr::memmem::find_iter(tail, &SIGNATURE).collect();
    let Some(last) = starts.last() else {
        return refused(
            "the zip is cut short, or bytes stand behind its end record: there is no end record",
        );
    };
    let fits = |at: &&usize| {
        let record = &tail[**at..];
        record.len() >= LENGTH && LENGTH + usize::from(u16_at(record, 20)) == record.len()
    };
    match starts.iter().find(fits) {
        None if tail.len() - last < LENGTH => {
            refused("the zip is cut short: its end record is not whole")
        }
        None => refused(
            "expected the end record at the end of the zip, found bytes behind it or its comment cut short",
        ),
        // Some readers take the last signature, some the first that fits.
        Some(at) if at != last => {
            refused("expected one end record in the zip, found another in its comment")
        }
        Some(at) => Ok(*at),
    }
}
