//! Why a release could not be judged. What is wrong with a release is a finding, never one of these.

use std::{io, path::PathBuf};

/// Why this crate could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system said no.
    #[error("cannot {what} {path}", path = path.display())]
    File {
        /// What was tried: `read`, `write`, …
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// A name that no check has.
    #[error("there is no check `{0}`; --list-checks shows them all")]
    UnknownCheck(String),
    /// What was asked can't be asked so.
    #[error("{0}")]
    Request(String),
    /// The network, or who answers there.
    #[error("{0}")]
    Network(String),
    /// The time limit of the whole command is over.
    #[error("timed out after {0} s (--timeout)")]
    TimedOut(u64),
}

impl Error {
    /// An error of the file system, for `map_err`.
    pub fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }
}
