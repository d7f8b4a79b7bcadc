//! The zip of a package: deflated, with Unix modes and one time, without extra fields and comments.

use std::{
    fs::File,
    io::{self, BufWriter},
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{Entry, finish, stamp};

/// Writes all entries, sorted by path; that of a folder ends in `/`.
pub(super) fn write(entries: Vec<Entry<'_>>, time: u64, file: File) -> io::Result<()> {
    let mut named: Vec<(String, Entry<'_>)> = entries
        .into_iter()
        .map(|entry| match entry.content {
            None => (format!("{}/", entry.path), entry),
            Some(_) => (entry.path.to_owned(), entry),
        })
        .collect();
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut zip = ZipWriter::new(BufWriter::new(file));
    for (name, entry) in &named {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(stamp::dos_time(time))
            .unix_permissions(entry.mode);
        match entry.content {
            None => zip.add_directory(name.as_str(), options)?,
            Some((content, _)) => {
                zip.start_file(name.as_str(), options)?;
                io::copy(&mut content.open()?, &mut zip)?;
            }
        }
    }
    finish(zip.finish()?)
}
