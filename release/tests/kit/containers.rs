//! Containers written by hand, sound or not, byte by byte.

use std::{collections::BTreeMap, io::Write as _};

use flate2::{Compression, Crc, GzBuilder, write::DeflateEncoder};

pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// One header of a tar, before its checksum.
#[derive(Clone)]
pub(crate) struct Tar {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: u8,
    pub(crate) mode: u32,
    /// What the header says; the data is what it is.
    pub(crate) size: Option<u64>,
    pub(crate) data: Vec<u8>,
    pub(crate) magic: &'static [u8; 8],
    pub(crate) wrong_checksum: bool,
}

impl Tar {
    pub(crate) fn file(name: &str, data: &[u8]) -> Self {
        let mode = if name.ends_with("lunet-run") {
            0o755
        } else {
            0o644
        };
        Self {
            name: name.as_bytes().to_vec(),
            kind: b'0',
            mode,
            size: None,
            data: data.to_vec(),
            magic: b"ustar\x0000",
            wrong_checksum: false,
        }
    }

    pub(crate) fn of(kind: u8, name: &str, data: &[u8]) -> Self {
        Self {
            kind,
            ..Self::file(name, data)
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut block = [0; 512];
        let length = self.name.len().min(100);
        block[..length].copy_from_slice(&self.name[..length]);
        let size = self.size.unwrap_or(self.data.len() as u64);
        block[100..107].copy_from_slice(format!("{:07o}", self.mode).as_bytes());
        block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
        block[156] = self.kind;
        block[257..265].copy_from_slice(self.magic);
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        let sum = sum + u32::from(self.wrong_checksum);
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let mut bytes = block.to_vec();
        bytes.extend(&self.data);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }
}

/// The two blocks at the end of a tar.
pub(crate) fn tar_end() -> Vec<u8> {
    vec![0; 1024]
}

/// A pax record with its length.
pub(crate) fn pax(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let length = (1..10)
        .find(|digits| (rest.len() + digits).to_string().len() == *digits)
        .unwrap()
        + rest.len();
    format!("{length}{rest}").into_bytes()
}

pub(crate) fn tar(entries: &[Tar]) -> Vec<u8> {
    entries
        .iter()
        .flat_map(Tar::bytes)
        .chain(tar_end())
        .collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

pub(crate) fn entries(files: &Files) -> Vec<Tar> {
    files
        .iter()
        .map(|(name, data)| Tar::file(name, data))
        .collect()
}

pub(crate) fn tar_gz(files: &Files) -> Vec<u8> {
    gzip(&tar(&entries(files)))
}

/// One entry of a zip. What is `None` is what the data says.
#[derive(Clone, Default)]
pub(crate) struct Zip {
    pub(crate) name: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) stored: bool,
    pub(crate) method: Option<u16>,
    pub(crate) flags: u16,
    /// Upper half: the Unix mode.
    pub(crate) attributes: u32,
    pub(crate) local_name: Option<Vec<u8>>,
    pub(crate) local_method: Option<u16>,
    pub(crate) local_size: Option<u32>,
    pub(crate) crc: Option<u32>,
    pub(crate) size: Option<u32>,
    /// Behind the compressed data, and counted as such.
    pub(crate) more_data: Vec<u8>,
    /// Behind the data and its descriptor.
    pub(crate) gap: Vec<u8>,
    pub(crate) extra: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    /// Instead of where the entry is.
    pub(crate) offset: Option<u32>,
}

impl Zip {
    pub(crate) fn file(name: &str, data: &[u8]) -> Self {
        Self {
            name: name.as_bytes().to_vec(),
            data: data.to_vec(),
            attributes: 0o100_644 << 16,
            ..Self::default()
        }
    }

    fn packed(&self) -> Vec<u8> {
        let mut packed = if self.stored {
            self.data.clone()
        } else {
            let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
            deflate.write_all(&self.data).unwrap();
            deflate.finish().unwrap()
        };
        packed.extend(&self.more_data);
        packed
    }

    fn method(&self) -> u16 {
        self.method.unwrap_or(if self.stored { 0 } else { 8 })
    }

    fn numbers(&self, packed: &[u8]) -> [u32; 3] {
        let mut crc = Crc::new();
        crc.update(&self.data);
        let size = u32::try_from(self.data.len()).unwrap();
        [
            self.crc.unwrap_or(crc.sum()),
            u32::try_from(packed.len()).unwrap(),
            self.size.unwrap_or(size),
        ]
    }

    /// Local header, data, descriptor and gap; with a descriptor the header's numbers are 0.
    fn local(&self, descriptor: bool) -> Vec<u8> {
        let packed = self.packed();
        let mut numbers = self.numbers(&packed);
        let described = self.flags & 8 != 0;
        let behind = if described && descriptor {
            numbers.to_vec()
        } else {
            Vec::new()
        };
        if described {
            numbers = [0; 3];
        }
        numbers[2] = self.local_size.unwrap_or(numbers[2]);
        let name = self.local_name.as_ref().unwrap_or(&self.name);
        let mut bytes = b"PK\x03\x04".to_vec();
        put16(
            &mut bytes,
            &[
                20,
                self.flags,
                self.local_method.unwrap_or(self.method()),
                0,
                33,
            ],
        );
        put32(&mut bytes, &numbers);
        put16(&mut bytes, &[name.len(), self.extra.len()]);
        for part in [name, &self.extra, &packed] {
            bytes.extend(part);
        }
        if !behind.is_empty() {
            bytes.extend(b"PK\x07\x08");
            put32(&mut bytes, &behind);
        }
        bytes.extend(&self.gap);
        bytes
    }

    fn central(&self, offset: usize) -> Vec<u8> {
        let mut bytes = b"PK\x01\x02".to_vec();
        put16(&mut bytes, &[0x0314, 20, self.flags, self.method(), 0, 33]);
        put32(&mut bytes, &self.numbers(&self.packed()));
        put16(
            &mut bytes,
            &[self.name.len(), self.extra.len(), self.comment.len(), 0, 0],
        );
        put32(
            &mut bytes,
            &[
                self.attributes,
                self.offset.unwrap_or(u32::try_from(offset).unwrap()),
            ],
        );
        for part in [&self.name, &self.extra, &self.comment] {
            bytes.extend(part);
        }
        bytes
    }
}

fn put16<T: TryInto<u16> + Copy>(bytes: &mut Vec<u8>, fields: &[T])
where
    T::Error: std::fmt::Debug,
{
    bytes.extend(
        fields
            .iter()
            .flat_map(|field| (*field).try_into().unwrap().to_le_bytes()),
    );
}

fn put32(bytes: &mut Vec<u8>, fields: &[u32]) {
    bytes.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
}

/// How a zip is put together.
#[derive(Default)]
pub(crate) struct ZipFile {
    pub(crate) entries: Vec<Zip>,
    pub(crate) before: Vec<u8>,
    /// Between the entries and the central directory.
    pub(crate) between: Vec<u8>,
    pub(crate) count: Option<u16>,
    pub(crate) comment: Vec<u8>,
    pub(crate) behind: Vec<u8>,
    pub(crate) no_descriptors: bool,
    /// Offsets are right although bytes stand before.
    pub(crate) adjusted: bool,
}

impl ZipFile {
    pub(crate) fn of(files: &Files) -> Self {
        Self {
            entries: files
                .iter()
                .map(|(name, data)| Zip::file(name, data))
                .collect(),
            ..Self::default()
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.before.clone();
        let base = if self.adjusted { 0 } else { bytes.len() };
        let mut central = Vec::new();
        for entry in &self.entries {
            central.extend(entry.central(bytes.len() - base));
            bytes.extend(entry.local(!self.no_descriptors));
        }
        bytes.extend(&self.between);
        let start = u32::try_from(bytes.len() - base).unwrap();
        let count = self
            .count
            .unwrap_or(u16::try_from(self.entries.len()).unwrap());
        bytes.extend(&central);
        bytes.extend(b"PK\x05\x06");
        put16(&mut bytes, &[0, 0, count, count]);
        put32(&mut bytes, &[u32::try_from(central.len()).unwrap(), start]);
        put16(&mut bytes, &[self.comment.len()]);
        bytes.extend(&self.comment);
        bytes.extend(&self.behind);
        bytes
    }
}

pub(crate) fn zip(files: &Files) -> Vec<u8> {
    ZipFile::of(files).bytes()
}
