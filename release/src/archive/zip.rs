//! A zip to its last byte: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>.
//!
//! Every byte of the file has to belong to exactly one record: entries from the first byte on, then
//! the central directory, then the end record. So nothing can overlap, hide between or lead elsewhere.

mod central;
mod end;
mod fields;
mod local;

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use flate2::Crc;

use super::{Counted, Header, RawPath, Sink, Stop, budget::Budget, inflate::Inflate, refused};
use crate::{Deadline, Error};
use central::Record;

/// Reads all entries in the order in which they lie in the file.
pub(super) fn read(path: &Path, deadline: &Deadline, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut source = Source::open(path)?;
    let end = end::read(&mut source)?;
    let mut records = central::read(&mut source, &end)?;
    records.sort_by_key(|record| record.offset);
    let mut reader = Reader {
        source,
        sink: Counted::new(sink),
        inflate: Inflate::new(),
        budget: Budget::new(),
        deadline: *deadline,
    };
    reader.source.seek(0)?;
    let mut position = 0;
    for (index, record) in records.iter().enumerate() {
        if record.offset != position {
            return Err(misplaced(record, position));
        }
        let next = records
            .get(index + 1)
            .map_or(end.central_start, |next| next.offset);
        position = reader.entry(record, position, next)?;
    }
    if position != end.central_start {
        return refused(
            "expected the central directory right behind the last entry, found it elsewhere",
        );
    }
    reader.sink.finish()
}

/// Why an entry can't begin where its record says.
fn misplaced(record: &Record, position: u64) -> Stop {
    let name = format!("the entry at byte {}", record.offset);
    Stop::Refused(if record.offset < position {
        format!("{name} overlaps the entry before it")
    } else if position == 0 {
        format!("expected the first entry at byte 0, found {name}")
    } else {
        format!("expected {name} right behind the entry before it, found bytes between")
    })
}

struct Reader<'a> {
    source: Source,
    sink: Counted<'a>,
    inflate: Inflate,
    budget: Budget,
    deadline: Deadline,
}

impl Reader<'_> {
    /// Reads the entry at a position; tells where it ends. The next record begins at `next`.
    fn entry(&mut self, record: &Record, position: u64, next: u64) -> Result<u64, Stop> {
        self.deadline.check()?;
        let local = local::read(&mut self.source, record)?;
        let kind = record.kind(&local.name);
        let name = local::shown(&local.name);
        let file = kind == super::Kind::File;
        if kind == super::Kind::Folder && record.size != 0 {
            return refused(format!(
                "expected a folder without data, found {} bytes for {}",
                record.size, name
            ));
        }
        let data_start = position + local.length;
        let data_end = data_start + record.packed;
        if data_end > next {
            return refused(format!("{name} reaches into what lies behind it"));
        }
        self.sink.begin(Header {
            path: RawPath::new(&local.name, &kind),
            kind,
            mode: None,
            size: if file { record.size } else { 0 },
            ambiguous: record.ambiguous,
        })?;
        self.data(record, &name, file)?;
        local.descriptor(&mut self.source, record, next - data_end)?;
        if file {
            self.sink.sink.end()?;
        }
        Ok(next)
    }

    /// Unpacks the data of an entry and compares length and checksum.
    fn data(&mut self, record: &Record, name: &str, file: bool) -> Result<(), Stop> {
        let mut crc = Crc::new();
        let mut unpacked = 0;
        let mut left = record.packed;
        let mut ended = record.stored();
        self.inflate.reset();
        loop {
            self.deadline.check()?;
            let input = self.source.fill()?;
            let input = &input[..input.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
            let (taken, bytes) = if record.stored() {
                (input.len(), input)
            } else if ended {
                break;
            } else {
                let step = self.inflate.step(input)?;
                ended = step.ended;
                (step.taken, &self.inflate.piece()[..step.given])
            };
            if record.stored() && bytes.is_empty() {
                break;
            }
            unpacked += bytes.len() as u64;
            self.budget.spend(bytes.len())?;
            self.budget.ratio(unpacked, record.packed)?;
            if unpacked > record.size {
                break;
            }
            crc.update(bytes);
            if file && !bytes.is_empty() {
                self.sink.sink.data(bytes)?;
            }
            self.source.consume(taken);
            left -= taken as u64;
        }
        record.agrees(name, left, unpacked, crc.sum())
    }
}

/// The file, read forwards with jumps.
pub(super) struct Source {
    file: BufReader<File>,
    path: PathBuf,
    size: u64,
}

impl Source {
    fn open(path: &Path) -> Result<Self, Stop> {
        let file = File::open(path).map_err(Error::file("read", path))?;
        let size = file.metadata().map_err(Error::file("read", path))?.len();
        Ok(Self {
            file: BufReader::with_capacity(256 * 1024, file),
            path: path.to_owned(),
            size,
        })
    }

    fn failed(&self, source: std::io::Error) -> Stop {
        Error::file("read", &self.path)(source).into()
    }

    fn seek(&mut self, position: u64) -> Result<(), Stop> {
        let sought = self.file.seek(SeekFrom::Start(position));
        sought.map(drop).map_err(|source| self.failed(source))
    }

    fn fill(&mut self) -> Result<&[u8], Stop> {
        let path = &self.path;
        self.file
            .fill_buf()
            .map_err(|source| Error::file("read", path)(source).into())
    }

    fn consume(&mut self, count: usize) {
        self.file.consume(count);
    }

    /// The next bytes, all of them.
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let mut bytes = [0; N];
        self.exactly(&mut bytes)?;
        Ok(bytes)
    }

    /// The next bytes, as many as a record says; a length has at most 16 bits here.
    fn take_long(&mut self, length: u16) -> Result<Vec<u8>, Stop> {
        let mut bytes = vec![0; length.into()];
        self.exactly(&mut bytes)?;
        Ok(bytes)
    }

    fn exactly(&mut self, bytes: &mut [u8]) -> Result<(), Stop> {
        match self.file.read_exact(bytes) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                refused("the zip is cut short")
            }
            Err(error) => Err(self.failed(error)),
        }
    }
}
