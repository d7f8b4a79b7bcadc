//! What is kept of an archive while it passes by: names, digests, two small texts, and of programs
//! what they say of themselves. Never whole files.

use std::{collections::BTreeSet, io::Write as _};

use tempfile::SpooledTempFile;

use crate::{
    Asset, Deadline, Error,
    archive::{self, Header, Kind, RawPath, Sink, Stop},
    checksum::{Hasher, Sha256Sum},
    contract::{Archive, Contract, contract},
    program::{self, Bounded, Facts, Scan},
};

/// Programs up to this size stay in memory while they are looked at; larger ones go to a file.
const IN_MEMORY: usize = 2 * 1024 * 1024;
/// Programs of an archive of which more is kept than a verdict needs.
const DETAILED: usize = 100;
/// Annotations of one file that are compared.
const TYPES_BYTES: usize = 256 * 1024;
/// Enough of `VERSION` to judge it.
const VERSION_BYTES: usize = 512;

/// What was read of one archive.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) archive: &'static Archive,
    pub(crate) state: State,
    pub(crate) entries: Vec<Entry>,
    /// The front of `VERSION`.
    pub(crate) version: Option<Vec<u8>>,
    pub(crate) manifest: Text,
    pub(crate) programs: Vec<Program>,
    /// Functions that `types/` declares; read only to compare releases.
    pub(crate) signatures: BTreeSet<String>,
}

/// How much is kept of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What the checks judge by.
    Judge,
    /// Besides, what two releases are compared by.
    Compare,
}

/// How far reading came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Every byte was read.
    Whole,
    /// There is nothing to read; why.
    Absent(String),
    /// The container is unsound; what is wrong.
    Refused(String),
}

/// One entry of an archive.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) path: RawPath,
    pub(crate) kind: Kind,
    pub(crate) mode: Option<u32>,
    pub(crate) size: u64,
    /// Of a file's bytes.
    pub(crate) sum: Sha256Sum,
    pub(crate) ambiguous: Option<&'static str>,
}

impl Entry {
    pub(crate) fn is_file(&self) -> bool {
        self.kind == Kind::File
    }

    /// Whether it is a file with that path.
    pub(crate) fn is_file_at(&self, path: &str) -> bool {
        self.is_file() && self.path.bytes() == path.as_bytes()
    }
}

/// A small text that is kept whole.
#[derive(Debug, Default)]
pub(crate) enum Text {
    #[default]
    Missing,
    TooLong,
    Bytes(Vec<u8>),
}

/// One program of an archive.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) path: String,
    /// What it says of itself, or what can't be read of it.
    pub(crate) facts: Result<Facts, String>,
    /// Marks that its bytes hold.
    pub(crate) marks: Vec<&'static str>,
}

impl Reading {
    /// Reads an asset. What is wrong with it is a state; an error is what is wrong with this machine.
    pub(crate) fn of(
        archive: &'static Archive,
        asset: Option<&Asset>,
        detail: Detail,
        deadline: &Deadline,
    ) -> Result<Self, Error> {
        let mut collector = Collector::new(archive, detail);
        let absent = match asset {
            None => Some("the asset is missing".to_owned()),
            Some(asset) => asset.unreadable(),
        };
        collector.reading.state = match (absent, asset) {
            (None, Some(asset)) => {
                match archive::read(&asset.path, archive.container, deadline, &mut collector) {
                    Ok(()) => State::Whole,
                    Err(Stop::Refused(why)) => {
                        // What was read before is of no use to anybody.
                        collector = Collector::new(archive, detail);
                        State::Refused(why)
                    }
                    Err(Stop::Failed(error)) => return Err(error),
                }
            }
            (absent, _) => State::Absent(absent.unwrap_or_default()),
        };
        Ok(collector.reading)
    }

    /// Why nothing can be said of what the archive holds.
    pub(crate) fn unread(&self) -> Option<String> {
        match &self.state {
            State::Whole => None,
            State::Absent(why) => Some(why.clone()),
            State::Refused(_) => Some("the archive can't be read to its end".to_owned()),
        }
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_file())
    }

    pub(crate) fn file(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.is_file_at(path))
    }
}

fn is_types(path: &[u8]) -> bool {
    path.starts_with(b"types/") && path.ends_with(b".lua")
}

/// The functions that annotations declare: `function lunet.sleep(ms)`.
fn signatures(text: &[u8]) -> impl Iterator<Item = String> {
    let text = String::from_utf8_lossy(text).into_owned();
    let lines: Vec<String> = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("function "))
        .filter_map(|rest| rest.split_once(')'))
        .map(|(signature, _)| format!("{signature})"))
        .collect();
    lines.into_iter()
}

/// Room for a manifest of that size, unless it is too long to be kept.
fn room_for(size: u64) -> Option<Vec<u8>> {
    let size = usize::try_from(size).ok()?;
    (size <= contract().limits.manifest_bytes).then(|| Vec::with_capacity(size))
}

/// Whether a file of an archive is a program.
fn is_program(archive: &Archive, path: &[u8]) -> bool {
    let contents = &contract().contents;
    let native = || {
        let path = path.to_ascii_lowercase();
        let mut endings = contents.natives.iter();
        endings.any(|ending| path.ends_with(ending.as_bytes()))
    };
    path == archive.program.as_bytes()
        || path.starts_with(contents.natives_folder.as_bytes()) && native()
}

/// Takes an archive in.
struct Collector {
    reading: Reading,
    detail: Detail,
    sum: Hasher,
    purpose: Purpose,
}

/// What becomes of the file at hand, besides its digest.
enum Purpose {
    Nothing,
    Version(Vec<u8>),
    Manifest(Option<Vec<u8>>),
    Types(Vec<u8>),
    Program(Box<Scan>, SpooledTempFile),
}

impl Collector {
    fn new(archive: &'static Archive, detail: Detail) -> Self {
        Self {
            detail,
            reading: Reading {
                archive,
                state: State::Whole,
                entries: Vec::new(),
                version: None,
                manifest: Text::Missing,
                programs: Vec::new(),
                signatures: BTreeSet::new(),
            },
            sum: Hasher::new(),
            purpose: Purpose::Nothing,
        }
    }
}

/// The temporary file of a program.
fn spool(error: std::io::Error) -> Stop {
    Error::file("write", std::env::temp_dir())(error).into()
}

impl Sink for Collector {
    fn begin(&mut self, header: Header) -> Result<(), Stop> {
        let Contract { contents, .. } = contract();
        let path = header.path.bytes();
        self.sum = Hasher::new();
        self.purpose = if header.kind != Kind::File {
            Purpose::Nothing
        } else if path == contents.version_file.as_bytes() {
            Purpose::Version(Vec::new())
        } else if path == contents.manifest_file.as_bytes() {
            Purpose::Manifest(room_for(header.size))
        } else if is_program(self.reading.archive, path) {
            Purpose::Program(Box::new(Scan::new()), SpooledTempFile::new(IN_MEMORY))
        } else if self.detail == Detail::Compare && is_types(path) {
            Purpose::Types(Vec::new())
        } else {
            Purpose::Nothing
        };
        self.reading.entries.push(Entry {
            path: header.path,
            kind: header.kind,
            mode: header.mode,
            size: header.size,
            sum: Sha256Sum::default(),
            ambiguous: header.ambiguous,
        });
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.sum.update(bytes);
        match &mut self.purpose {
            Purpose::Nothing => {}
            Purpose::Version(kept) => {
                let room = VERSION_BYTES.saturating_sub(kept.len());
                kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            Purpose::Types(kept) => {
                let room = TYPES_BYTES.saturating_sub(kept.len());
                kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            Purpose::Manifest(text) => {
                let limit = contract().limits.manifest_bytes;
                *text = text
                    .take()
                    .filter(|kept| kept.len() + bytes.len() <= limit)
                    .map(|mut kept| {
                        kept.extend_from_slice(bytes);
                        kept
                    });
            }
            Purpose::Program(scan, file) => {
                scan.pass(bytes);
                file.write_all(bytes).map_err(spool)?;
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Stop> {
        let reading = &mut self.reading;
        let Some(entry) = reading.entries.last_mut() else {
            return Ok(());
        };
        entry.sum = self.sum.take();
        match std::mem::replace(&mut self.purpose, Purpose::Nothing) {
            Purpose::Nothing => {}
            Purpose::Version(text) => reading.version = Some(text),
            Purpose::Types(text) => reading.signatures.extend(signatures(&text)),
            Purpose::Manifest(text) => reading.manifest = text.map_or(Text::TooLong, Text::Bytes),
            Purpose::Program(scan, file) => {
                let facts = program::inspect(&Bounded::new(file));
                let detailed = reading.programs.len() < DETAILED;
                let compared = detailed && self.detail == Detail::Compare;
                reading.programs.push(Program {
                    path: entry.path.shown(),
                    facts: facts.map(|facts| facts.bounded(detailed, compared)),
                    marks: scan.found(),
                });
            }
        }
        Ok(())
    }
}
