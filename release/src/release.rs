//! A release as it lies there: its tag, its assets as files, its notes. Nothing is judged here.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{Error, contract::contract, github::Published};

/// A release to be judged.
#[derive(Debug)]
pub struct Release {
    pub tag: String,
    /// Where it was read, for people.
    pub source: String,
    /// Sorted by name.
    pub assets: Vec<Asset>,
    pub notes: Notes,
    /// What the API said; nothing for a folder.
    pub published: Option<Published>,
    /// Where downloaded assets lie; they go away with it.
    pub(crate) downloads: Option<TempDir>,
}

/// One asset, as a file that can be read.
#[derive(Debug, Clone)]
pub struct Asset {
    pub name: String,
    pub path: PathBuf,
    /// Bytes of the file.
    pub size: u64,
    /// Why the file does not hold the whole asset, if it does not.
    pub incomplete: Option<String>,
}

impl Asset {
    /// Why there is nothing to unpack.
    pub(crate) fn unreadable(&self) -> Option<String> {
        let empty = || (self.size == 0).then(|| "the asset is empty".to_owned());
        self.incomplete.clone().or_else(empty)
    }
}

/// The notes of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notes {
    Missing,
    /// Longer than anything that is read whole.
    TooLong,
    Bytes(Vec<u8>),
}

impl Release {
    /// The release that lies in a folder: every regular file directly in it is an asset, except the
    /// notes and names that begin with a dot. Links are no regular files.
    pub fn in_folder(tag: &str, folder: &Path) -> Result<Self, Error> {
        let notes_file = contract().notes_file.as_str();
        let mut assets = Vec::new();
        let mut notes = Notes::Missing;
        for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
            let entry = entry.map_err(Error::file("read", folder))?;
            let path = entry.path();
            let metadata = fs::symlink_metadata(&path).map_err(Error::file("read", &path))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !metadata.is_file() || name.starts_with('.') {
                continue;
            }
            if name == notes_file {
                notes = read_notes(&path)?;
            } else {
                let size = metadata.len();
                assets.push(Asset {
                    name,
                    path,
                    size,
                    incomplete: None,
                });
            }
        }
        assets.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self {
            tag: tag.to_owned(),
            source: folder.display().to_string(),
            assets,
            notes,
            published: None,
            downloads: None,
        })
    }

    /// The asset of exactly that name.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.name == name)
    }
}

fn read_notes(path: &Path) -> Result<Notes, Error> {
    Ok(read_bounded(path, contract().limits.text_bytes)?.map_or(Notes::TooLong, Notes::Bytes))
}

/// All bytes of a file, or nothing if there are more than the limit.
pub(crate) fn read_bounded(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, Error> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(Error::file("read", path))?;
    Ok((bytes.len() <= limit).then_some(bytes))
}
