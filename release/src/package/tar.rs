//! The tar in gzip of a package: ustar, no owners, one time, modes by what an entry is.

use std::{
    fs::File,
    io::{self, BufWriter},
};

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::{Entry, finish};

/// What RFC 1952 calls an unknown system.
const UNKNOWN_SYSTEM: u8 = 255;

/// Writes all entries, sorted by path.
pub(super) fn write(mut entries: Vec<Entry<'_>>, time: u64, file: File) -> io::Result<()> {
    entries.sort_by(|one, other| one.path.cmp(other.path));
    let gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(UNKNOWN_SYSTEM)
        .write(BufWriter::new(file), Compression::best());
    let mut tar = Builder::new(gzip);
    for entry in &entries {
        append(&mut tar, entry, time)?;
    }
    finish(tar.into_inner()?.finish()?)
}

fn append<W: io::Write>(tar: &mut Builder<W>, entry: &Entry<'_>, time: u64) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_mode(entry.mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(time);
    header.set_size(entry.content.map_or(0, |(_, size)| size));
    header.set_entry_type(match entry.content {
        None => EntryType::Directory,
        Some(_) => EntryType::Regular,
    });
    if header.set_path(entry.path).is_err() {
        tar.append_pax_extensions([("path", entry.path.as_bytes())])?;
        // The name for readers that know no pax: as much of its end as fits.
        let start = entry.path.len().saturating_sub(90);
        let start = entry.path.ceil_char_boundary(start);
        header.set_path(entry.path[start..].trim_start_matches('/'))?;
    }
    header.set_cksum();
    match entry.content {
        None => tar.append(&header, io::empty()),
        Some((content, _)) => tar.append(&header, content.open()?),
    }
}
