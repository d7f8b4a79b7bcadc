//! The one error type of this crate, its variants by what the caller can do about them.

use std::{io, path::PathBuf};

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program could not be started: it is missing, or may not be executed.
    #[error("can't start `{program}`: {cause}")]
    Start {
        /// The program as it was asked for.
        program: String,
        /// What the system said.
        cause: io::Error,
    },
    /// A file or folder could not be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A workflow or action file is invalid.
    #[error(transparent)]
    Invalid(Box<crate::diagnostic::Invalid>),
    /// A handler for Ctrl-C could not be installed.
    #[error("can't handle Ctrl-C: {0}")]
    Interrupt(#[from] ctrlc::Error),
}

impl Error {
    /// For `map_err`: the error of a file operation on `path`.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File { path, cause }
    }
}
