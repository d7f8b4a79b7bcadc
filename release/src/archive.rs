//! Reads an archive of a stranger: every byte of it, in constant memory, trusting no length and no path.
//!
//! [`read`] hands each entry to a [`Sink`] and stops at the first thing that makes the container
//! unsound. Not here: what the entries may be called or hold.

mod budget;
mod gzip;
mod inflate;
mod tar;
mod zip;

use std::path::Path;

use crate::{Deadline, Error, contract::Container};

/// Why reading stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The container is unsound; what is wrong with it.
    Refused(String),
    /// The reader could not go on, whatever the container holds.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A refusal with that message.
pub(crate) fn refused<T>(message: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Refused(message.into()))
}

/// Gets what an archive holds, entry by entry.
pub(crate) trait Sink {
    /// An entry begins; `data` and `end` follow for files only.
    fn begin(&mut self, header: Header) -> Result<(), Stop>;
    /// The next bytes of the file at hand.
    fn data(&mut self, bytes: &[u8]) -> Result<(), Stop>;
    /// The file at hand is whole.
    fn end(&mut self) -> Result<(), Stop>;
}

/// What an archive says of an entry. Nothing of it is checked but the size of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) path: RawPath,
    pub(crate) kind: Kind,
    /// Permission bits; nothing in a zip.
    pub(crate) mode: Option<u32>,
    /// Bytes of a file.
    pub(crate) size: u64,
    /// Why readers would disagree about the name.
    pub(crate) ambiguous: Option<&'static str>,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A link, a device or what else is neither, in words.
    Other(String),
}

/// The effective name of an entry, without one leading `./` and without the `/` that ends a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RawPath {
    /// At most [`RawPath::KEPT`] bytes.
    bytes: Box<[u8]>,
    /// How long it was before it was cut.
    length: usize,
}

impl RawPath {
    /// No sound name comes near this length.
    const KEPT: usize = 512;

    /// A name as the archive gives it.
    pub(crate) fn new(name: &[u8], kind: &Kind) -> Self {
        let name = match name {
            b"." if *kind == Kind::Folder => b"",
            name => name.strip_prefix(b"./").unwrap_or(name),
        };
        let name = match kind {
            Kind::Folder => name.strip_suffix(b"/").unwrap_or(name),
            _ => name,
        };
        Self {
            bytes: Self::cut(name).into(),
            length: name.len(),
        }
    }

    /// What is kept of a name.
    pub(crate) fn cut(name: &[u8]) -> &[u8] {
        &name[..name.len().min(Self::KEPT)]
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes of the whole name.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// The name for people: what is no printable ASCII is escaped.
    pub(crate) fn shown(&self) -> String {
        let rest = if self.length > self.bytes.len() {
            "…"
        } else {
            ""
        };
        format!("{}{rest}", self.bytes.escape_ascii())
    }
}

/// Reads a whole archive.
pub(crate) fn read(
    path: &Path,
    container: Container,
    deadline: &Deadline,
    sink: &mut dyn Sink,
) -> Result<(), Stop> {
    match container {
        Container::TarGzip => tar::read(gzip::Gunzip::open(path, deadline)?, sink),
        Container::Zip => zip::read(path, deadline, sink),
    }
}

/// Forwards to a sink and counts: too many entries, or none, are refused.
struct Counted<'a> {
    sink: &'a mut dyn Sink,
    entries: usize,
}

impl<'a> Counted<'a> {
    fn new(sink: &'a mut dyn Sink) -> Self {
        Self { sink, entries: 0 }
    }

    fn begin(&mut self, header: Header) -> Result<(), Stop> {
        let limit = crate::contract::contract().limits.entries;
        self.entries += 1;
        if self.entries > limit {
            return refused(format!("expected at most {limit} entries, found more"));
        }
        self.sink.begin(header)
    }

    fn finish(&self) -> Result<(), Stop> {
        match self.entries {
            0 => refused("expected entries, found none"),
            _ => Ok(()),
        }
    }
}
