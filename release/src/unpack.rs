//! Unpacks an archive that was read and judged into a folder: exactly what was judged, or nothing.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    Deadline, Error,
    archive::{self, Header, Kind, Sink, Stop, refused},
    checksum::Hasher,
    reading::{Entry, Reading},
};

/// Writes all files of an archive below a folder that is empty. A refusal is told as text.
pub(crate) fn unpack(
    reading: &Reading,
    path: &Path,
    folder: &Path,
    deadline: &Deadline,
) -> Result<(), String> {
    let mut unpacker = Unpacker {
        reading,
        folder,
        next: 0,
        file: None,
        sum: Hasher::new(),
    };
    match archive::read(path, reading.archive.container, deadline, &mut unpacker) {
        Ok(()) => Ok(()),
        Err(Stop::Refused(why)) => Err(why),
        Err(Stop::Failed(error)) => Err(error.to_string()),
    }
}

struct Unpacker<'a> {
    reading: &'a Reading,
    folder: &'a Path,
    /// Index of the next entry: they come in the order in which they were judged.
    next: usize,
    file: Option<(File, PathBuf)>,
    sum: Hasher,
}

impl<'a> Unpacker<'a> {
    /// The entry that was judged where this one comes.
    fn judged(&mut self, header: &Header) -> Result<&'a Entry, Stop> {
        let entry = self.reading.entries.get(self.next);
        self.next += 1;
        match entry {
            Some(entry) if entry.path == header.path && entry.kind == header.kind => Ok(entry),
            _ => changed(),
        }
    }

    /// The place of an entry. Names were judged; parts that lead elsewhere are refused all the same.
    fn place(&self, header: &Header) -> Result<PathBuf, Stop> {
        let name = std::str::from_utf8(header.path.bytes()).ok();
        let safe =
            |part: &&str| !["", ".", ".."].contains(part) && !part.contains(['\\', ':', '\0']);
        match name {
            Some("") if header.kind == Kind::Folder => Ok(self.folder.to_owned()),
            Some(name) if name.split('/').all(|part| safe(&part)) => Ok(self.folder.join(name)),
            _ => refused("a name leads out of the folder"),
        }
    }
}

fn changed<T>() -> Result<T, Stop> {
    refused("the archive is not the one that was judged")
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Stop {
    move |error| Error::file("write", path)(error).into()
}

impl Sink for Unpacker<'_> {
    fn begin(&mut self, header: Header) -> Result<(), Stop> {
        let entry = self.judged(&header)?;
        let place = self.place(&header)?;
        let folder = match header.kind {
            Kind::Folder => Some(place.as_path()),
            _ => place.parent(),
        };
        if let Some(folder) = folder {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        if header.kind == Kind::File {
            let program = entry.is_file_at(&self.reading.archive.program);
            let file = create(&place, program).map_err(failed(&place))?;
            self.file = Some((file, place));
            self.sum = Hasher::new();
        }
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.sum.update(bytes);
        match &mut self.file {
            Some((file, path)) => file.write_all(bytes).map_err(failed(path)),
            None => changed(),
        }
    }

    fn end(&mut self) -> Result<(), Stop> {
        self.file = None;
        let sum = self.sum.take();
        let judged = self
            .next
            .checked_sub(1)
            .and_then(|last| self.reading.entries.get(last));
        match judged {
            Some(entry) if entry.sum == sum => Ok(()),
            _ => changed(),
        }
    }
}

/// A file that was not there.
fn create(path: &Path, program: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if program { 0o755 } else { 0o644 });
    }
    // Elsewhere the name alone makes a program.
    let _ = program;
    options.open(path)
}
