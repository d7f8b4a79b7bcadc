//! A tar stream to its last byte: ustar, GNU and pax.
//!
//! Formats: POSIX.1-2024, `pax`, "ustar Interchange Format" and "pax Header Block"; GNU tar's manual,
//! "Basic Tar Format".

mod header;
mod record;

use super::{Counted, Header, Kind, RawPath, Sink, Stop, gzip::Gunzip, refused};
use crate::contract::contract;
use header::Block;
use record::Records;

/// Bytes of a block.
const BLOCK: usize = 512;

/// Reads all entries, the end blocks and the zeros behind them.
pub(super) fn read(bytes: Gunzip, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut reader = Reader {
        bytes,
        sink: Counted::new(sink),
        global: Records::default(),
        next: Records::default(),
    };
    while let Some(block) = reader.header()? {
        reader.entry(&block)?;
    }
    if !reader.next.is_empty() {
        return refused("an extended tar header has no entry behind it");
    }
    reader.rest()?;
    reader.sink.finish()
}

struct Reader<'a> {
    bytes: Gunzip,
    sink: Counted<'a>,
    /// Records that hold for all entries that follow.
    global: Records,
    /// Records for the next entry alone.
    next: Records,
}

impl Reader<'_> {
    /// The next header, or nothing where the end blocks stand.
    fn header(&mut self) -> Result<Option<Block>, Stop> {
        let block = self.block("its end blocks")?;
        if block != [0; BLOCK] {
            return Block::parse(&block).map(Some);
        }
        if self.block("its second end block")? != [0; BLOCK] {
            return refused("expected two end blocks in the tar, found one");
        }
        Ok(None)
    }

    /// The next block; the end of the stream is a refusal that names what is missing.
    fn block(&mut self, missing: &str) -> Result<[u8; BLOCK], Stop> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            let bytes = self.bytes.bytes()?;
            if bytes.is_empty() {
                return refused(format!("the tar is cut short: {missing} is not there"));
            }
            let count = bytes.len().min(BLOCK - filled);
            block[filled..filled + count].copy_from_slice(&bytes[..count]);
            self.bytes.consume(count);
            filled += count;
        }
        Ok(block)
    }

    fn entry(&mut self, block: &Block) -> Result<(), Stop> {
        match block.kind {
            b'x' => {
                let text = self.text(block.size)?;
                self.next.add_pax(&text)
            }
            b'g' => {
                let text = self.text(block.size)?;
                self.global.add_pax(&text)
            }
            b'L' => {
                let text = self.text(block.size)?;
                self.next.add_long_name(&text);
                Ok(())
            }
            // A long target of a link. The link is refused by its kind, whatever it leads to.
            b'K' => self.text(block.size).map(drop),
            _ => self.file(block),
        }
    }

    fn file(&mut self, block: &Block) -> Result<(), Stop> {
        let records = std::mem::take(&mut self.next);
        let size = records.size.or(self.global.size).unwrap_or(block.size);
        let name = records.name(&self.global).unwrap_or(&block.name);
        let sparse = records.sparse || self.global.sparse;
        let kind = kind(block, name, size, sparse);
        let holds_data = !matches!(block.kind, b'1'..=b'6');
        if kind == Kind::Folder && size != 0 {
            return refused(format!(
                "expected a folder without data, found {size} bytes for {}",
                RawPath::new(name, &kind).shown()
            ));
        }
        let file = kind == Kind::File;
        self.sink.begin(Header {
            path: RawPath::new(name, &kind),
            kind,
            mode: Some(block.mode & 0o7777),
            size: if file { size } else { 0 },
            ambiguous: records.ambiguous(),
        })?;
        if block.sparse_goes_on {
            self.sparse_maps()?;
        }
        if holds_data {
            self.data(size, file)?;
        }
        Ok(())
    }

    /// Passes the data of an entry on, or by.
    fn data(&mut self, size: u64, file: bool) -> Result<(), Stop> {
        let mut left = size;
        while left > 0 {
            let bytes = self.bytes.bytes()?;
            if bytes.is_empty() {
                return refused("the tar is cut short: the data of an entry is not all there");
            }
            let count = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if file {
                self.sink.sink.data(&bytes[..count])?;
            }
            self.bytes.consume(count);
            left -= count as u64;
        }
        self.padding(size)?;
        if file { self.sink.sink.end() } else { Ok(()) }
    }

    /// What fills the last block.
    fn padding(&mut self, size: u64) -> Result<(), Stop> {
        let block = BLOCK as u64;
        let mut left = usize::try_from((block - size % block) % block).unwrap_or(0);
        while left > 0 {
            let bytes = self.bytes.bytes()?;
            if bytes.is_empty() {
                return refused("the tar is cut short: its last block is not whole");
            }
            let count = bytes.len().min(left);
            self.bytes.consume(count);
            left -= count;
        }
        Ok(())
    }

    /// The data of an extended header.
    fn text(&mut self, size: u64) -> Result<Vec<u8>, Stop> {
        let limit = contract().limits.text_bytes;
        let size = match usize::try_from(size) {
            Ok(size) if size <= limit => size,
            _ => {
                return refused(format!(
                    "expected at most {limit} bytes of extended header, found {size}"
                ));
            }
        };
        let mut text = Vec::new();
        while text.len() < size {
            let block = self.block("an extended header")?;
            let count = BLOCK.min(size - text.len());
            text.extend_from_slice(&block[..count]);
        }
        Ok(text)
    }

    /// Further maps of an old GNU sparse file, before its data.
    fn sparse_maps(&mut self) -> Result<(), Stop> {
        const GOES_ON: usize = 504;
        while self.block("a map of a sparse file")?[GOES_ON] != 0 {}
        Ok(())
    }

    /// Behind the end blocks stand zeros, or nothing.
    fn rest(&mut self) -> Result<(), Stop> {
        loop {
            let bytes = self.bytes.bytes()?;
            if bytes.is_empty() {
                return Ok(());
            }
            if bytes.iter().any(|byte| *byte != 0) {
                return refused(
                    "expected zeros behind the end blocks of the tar, found other bytes",
                );
            }
            let count = bytes.len();
            self.bytes.consume(count);
        }
    }
}

/// What an entry is. Before ustar a folder was a file whose name ends in `/`.
fn kind(block: &Block, name: &[u8], size: u64, sparse: bool) -> Kind {
    let other = |kind: &str| Kind::Other(kind.to_owned());
    match block.kind {
        b'5' => Kind::Folder,
        b'0' | 0 if name.ends_with(b"/") && size == 0 => Kind::Folder,
        b'S' => other("a sparse file"),
        _ if sparse => other("a sparse file"),
        b'0' | b'7' | 0 => Kind::File,
        b'1' => other("a hard link"),
        b'2' => other("a symbolic link"),
        b'3' => other("a character device"),
        b'4' => other("a block device"),
        b'6' => other("a FIFO"),
        kind => Kind::Other(format!("an entry of type {:?}", char::from(kind))),
    }
}
