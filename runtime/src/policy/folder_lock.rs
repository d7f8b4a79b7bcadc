//! One process at a time decides what becomes of a socket file: between finding that nobody serves
//! it and listening there, another one must not do the same.
//!
//! The folder is what is locked, so that no file is left behind. Programs that know nothing of the
//! lock are not kept out.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

/// How often a lock that somebody else holds is tried: whoever listens holds it for less than one
/// pause.
const ATTEMPTS: u32 = 200;

const PAUSE: Duration = Duration::from_millis(1);

/// What became of the wish for a lock. It ends when this is dropped.
#[derive(Debug)]
pub(super) enum FolderLock {
    Held {
        _folder: File,
    },
    /// Somebody does not let go of it.
    Busy,
    /// The folder can't be opened, or its file system has no locks.
    Unavailable,
}

impl FolderLock {
    /// Locks the folder that a file is in, or is to be in.
    pub(super) fn around(file: &Path) -> Self {
        let parent = file.parent().filter(|parent| parent != &Path::new(""));
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_DIRECTORY)
            .open(parent.unwrap_or(Path::new(".")));
        let Ok(folder) = opened else {
            return Self::Unavailable;
        };
        for _ in 0..ATTEMPTS {
            match folder.try_lock() {
                Ok(()) => return Self::Held { _folder: folder },
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(_)) => return Self::Unavailable,
            }
        }
        Self::Busy
    }
}
