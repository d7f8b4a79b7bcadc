//! Writes the archive of one target, the same bytes from the same files wherever and whenever it is done.
//!
//! Not here: which files the repository tracks, and how the program was built.

mod sources;
mod stamp;
mod tar;
mod verify;
mod zip;

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, Read, Write as _},
    path::{Path, PathBuf},
};

pub use sources::sources;
pub use verify::verify;

use crate::{
    Deadline, Error, checksum,
    contract::{Archive, Container, contract},
    manifest::{self, Manifest},
};

/// What goes into an archive.
#[derive(Debug)]
pub struct Package<'a> {
    pub archive: &'static Archive,
    pub version: &'a str,
    /// Seconds since 1970 that every entry gets as its time.
    pub time: u64,
    /// Files besides `VERSION` and `manifest.json`, which are made here.
    pub files: Vec<(String, Content)>,
}

/// The bytes of a file in the archive.
#[derive(Debug)]
pub enum Content {
    /// Those of this file.
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// One entry as it is written.
struct Entry<'a> {
    /// Without the `/` that ends a folder.
    path: &'a str,
    /// Nothing for a folder.
    content: Option<(&'a Content, u64)>,
    mode: u32,
}

impl Package<'_> {
    /// Writes the archive to a file, made anew.
    pub fn write(mut self, destination: &Path) -> Result<(), Error> {
        let contents = &contract().contents;
        let version = format!("{}\n", self.version).into_bytes();
        self.files
            .push((contents.version_file.clone(), Content::Bytes(version)));
        let manifest = self.manifest()?;
        self.files
            .push((contents.manifest_file.clone(), Content::Bytes(manifest)));
        let sized = self
            .files
            .iter()
            .map(|(path, content)| Ok((path.as_str(), (content, content.size()?))));
        let sized: Vec<_> = sized.collect::<Result<_, Error>>()?;
        let folders: BTreeSet<&str> = sized
            .iter()
            .flat_map(|(path, _)| folders_above(path))
            .collect();
        let folders = folders.into_iter().map(|path| Entry {
            path,
            content: None,
            mode: 0o755,
        });
        let files = sized.iter().map(|(path, content)| Entry {
            path,
            content: Some(*content),
            mode: if *path == self.archive.program {
                0o755
            } else {
                0o644
            },
        });
        let entries: Vec<Entry<'_>> = folders.chain(files).collect();
        let file = File::create(destination).map_err(Error::file("write", destination))?;
        let written = match self.archive.container {
            Container::TarGzip => tar::write(entries, self.time, file),
            Container::Zip => zip::write(entries, self.time, file),
        };
        written.map_err(Error::file("write", destination))
    }

    /// The text of `manifest.json`.
    fn manifest(&self) -> Result<Vec<u8>, Error> {
        let mut files = Vec::new();
        for (path, content) in &self.files {
            files.push(manifest::File {
                path: path.clone(),
                size: content.size()?,
                sha256: checksum::hex(&content.sum()?),
            });
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let manifest = Manifest {
            version: self.version.to_owned(),
            target: self.archive.target.clone(),
            files,
        };
        let mut text = serde_json::to_vec_pretty(&manifest).expect("a manifest is plain data");
        text.push(b'\n');
        Ok(text)
    }
}

impl Content {
    fn size(&self) -> Result<u64, Error> {
        match self {
            Self::File(path) => Ok(std::fs::metadata(path)
                .map_err(Error::file("read", path))?
                .len()),
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
        }
    }

    fn sum(&self) -> Result<checksum::Sha256Sum, Error> {
        match self {
            Self::File(path) => checksum::of_file(path, &Deadline::far()),
            Self::Bytes(bytes) => Ok(checksum::of_bytes(bytes)),
        }
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::with_capacity(256 * 1024, File::open(path)?)),
            Self::Bytes(bytes) => Box::new(bytes.as_slice()),
        })
    }
}

/// Each folder that a path lies in.
fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// Writes what is left in a buffer and makes it lasting.
fn finish(mut file: io::BufWriter<File>) -> io::Result<()> {
    file.flush()?;
    file.get_ref().sync_all()
}
