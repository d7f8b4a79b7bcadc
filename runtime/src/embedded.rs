//! Scripts inside a program: a packed payload is unpacked into a private folder that goes away with
//! the runtime.
//!
//! The payload is gzip over `LUNETPK1`, the number of files (u32, little endian), and for each file
//! the length of its path (u32), the length of its data (u64), the path and the data.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

const MAGIC: &[u8; 8] = b"LUNETPK1";
/// More than any application has; a payload that unpacks to more is refused.
const LARGEST_PAYLOAD: u64 = 512 * 1024 * 1024;
/// The longest path of a file in a payload.
const LONGEST_PATH: usize = 4096;

/// What is wrong with a payload, or with the place it is unpacked to. The texts are those that
/// embedders know.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("embedded payload is too small")]
    TooSmall,
    #[error("invalid embedded payload header")]
    Header,
    #[error("truncated entry header")]
    EntryHeader,
    #[error("invalid embedded path length")]
    PathLength,
    #[error("truncated embedded path")]
    PathCut,
    #[error("truncated embedded file data")]
    DataCut,
    #[error("invalid embedded path")]
    Path,
    #[error("unsafe embedded path '{0}'")]
    Unsafe(String),
    #[error("embedded file too large")]
    FileSize,
    #[error("unexpected trailing data in embedded payload")]
    Trailing,
    #[error("invalid gzip input")]
    Gzip,
    #[error("truncated gzip payload")]
    GzipCut,
    #[error("decompressed data too large")]
    TooLarge,
    #[error("mkdtemp failed: {reason}", reason = reason(.0))]
    Folder(io::Error),
    #[error("mkdir failed for '{0}': {reason}", reason = reason(.1))]
    MakeFolder(String, io::Error),
    #[error("failed to open '{0}': {reason}", reason = reason(.1))]
    Open(String, io::Error),
    #[error("failed to write '{0}': {reason}", reason = reason(.1))]
    Write(String, io::Error),
}

/// What the C library says of an error, without Rust's remark about its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

/// The unpacked files. Dropping it removes them.
#[derive(Debug)]
pub(crate) struct Embedded {
    folder: tempfile::TempDir,
}

/// One file of a payload.
#[derive(Debug, PartialEq, Eq)]
struct Entry<'a> {
    path: &'a str,
    data: &'a [u8],
}

impl Embedded {
    /// Unpacks a payload; leaves nothing behind when that fails.
    pub(crate) fn unpack(payload: &[u8]) -> Result<Self, Error> {
        let unpacked = decompress(payload)?;
        let entries = parse(&unpacked)?;
        let folder = private_folder().map_err(Error::Folder)?;
        for entry in entries {
            write(folder.path(), &entry)?;
        }
        Ok(Self { folder })
    }

    /// Where the files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file of a script, if there is one.
    pub(crate) fn script(&self, path: &str) -> Option<PathBuf> {
        let file = self.folder.path().join(native(path));
        file.is_file().then_some(file)
    }
}

/// True for a path that stays inside of the folder it is unpacked to, on every system.
pub(crate) fn is_safe(path: &str) -> bool {
    let mut parts = path.split(['/', '\\']);
    !path.starts_with(['/', '\\']) && !path.contains([':', '\0']) && parts.all(|part| part != "..")
}

/// A path of a payload in this system's spelling.
fn native(path: &str) -> PathBuf {
    path.split(['/', '\\'])
        .filter(|part| !part.is_empty() && *part != ".")
        .collect()
}

/// A folder in memory where there is one, else where the system keeps what is temporary. Only its
/// owner may look into it.
fn private_folder() -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("lunet-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder
        .tempdir_in("/dev/shm")
        .or_else(|_| builder.tempdir())
}

fn decompress(payload: &[u8]) -> Result<Vec<u8>, Error> {
    if payload.len() < 2 || payload[..2] != [0x1f, 0x8b] {
        return Err(Error::Gzip);
    }
    let mut unpacked = Vec::new();
    let mut decoder = GzDecoder::new(payload).take(LARGEST_PAYLOAD + 1);
    decoder
        .read_to_end(&mut unpacked)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Error::GzipCut,
            _ => Error::Gzip,
        })?;
    if unpacked.len() as u64 > LARGEST_PAYLOAD {
        return Err(Error::TooLarge);
    }
    Ok(unpacked)
}

fn parse(payload: &[u8]) -> Result<Vec<Entry<'_>>, Error> {
    let (magic, rest) = payload.split_first_chunk().ok_or(Error::TooSmall)?;
    let (count, mut rest) = rest.split_first_chunk().ok_or(Error::TooSmall)?;
    if magic != MAGIC {
        return Err(Error::Header);
    }
    let mut entries = Vec::new();
    for _ in 0..u32::from_le_bytes(*count) {
        let (entry, behind) = parse_entry(rest)?;
        entries.push(entry);
        rest = behind;
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(Error::Trailing)
    }
}

fn parse_entry(bytes: &[u8]) -> Result<(Entry<'_>, &[u8]), Error> {
    let (path_length, bytes) = bytes.split_first_chunk().ok_or(Error::EntryHeader)?;
    let (data_length, bytes) = bytes.split_first_chunk().ok_or(Error::EntryHeader)?;
    let path_length = u32::from_le_bytes(*path_length) as usize;
    if path_length == 0 || path_length > LONGEST_PATH {
        return Err(Error::PathLength);
    }
    let data_length = u64::from_le_bytes(*data_length);
    let data_length = usize::try_from(data_length).map_err(|_| Error::FileSize)?;
    let (path, bytes) = bytes.split_at_checked(path_length).ok_or(Error::PathCut)?;
    let (data, bytes) = bytes.split_at_checked(data_length).ok_or(Error::DataCut)?;
    let path = std::str::from_utf8(path)
        .ok()
        .filter(|path| !path.contains('\0'));
    let path = path.ok_or(Error::Path)?;
    if !is_safe(path) {
        return Err(Error::Unsafe(path.to_owned()));
    }
    Ok((Entry { path, data }, bytes))
}

fn write(folder: &Path, entry: &Entry) -> Result<(), Error> {
    let file = folder.join(native(entry.path));
    let named = || entry.path.to_owned();
    let parent = file.parent().unwrap_or(folder);
    let mut folders = fs::DirBuilder::new();
    folders.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders
        .create(parent)
        .map_err(|error| Error::MakeFolder(named(), error))?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(&file)
        .map_err(|error| Error::Open(named(), error))?;
    file.write_all(entry.data)
        .map_err(|error| Error::Write(named(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(files: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(u32::try_from(files.len()).unwrap().to_le_bytes());
        for (path, data) in files {
            bytes.extend(u32::try_from(path.len()).unwrap().to_le_bytes());
            bytes.extend((data.len() as u64).to_le_bytes());
            bytes.extend(*path);
            bytes.extend(*data);
        }
        bytes
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn check(payload: &[u8], expected: &str) {
        let found = Embedded::unpack(payload).expect_err("the payload is bad");
        assert_eq!(found.to_string(), expected);
    }

    #[test]
    fn files_are_unpacked_and_go_away() {
        let bytes = payload(&[(b"main.lua", b"return 1"), (b"app\\deep/x.lua", b"")]);
        let embedded = Embedded::unpack(&gzip(&bytes)).unwrap();
        let script = embedded.script("main.lua").unwrap();
        assert_eq!(fs::read(&script).unwrap(), b"return 1");
        assert!(embedded.script("app/deep/x.lua").is_some());
        assert!(embedded.script("app").is_none());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&script), mode(embedded.folder())), (0o600, 0o700));
        }
        drop(embedded);
        assert!(!script.exists());
    }

    #[test]
    fn a_bad_payload_is_named() {
        let sound = payload(&[(b"main.lua", b"return 1")]);
        check(b"plain", "invalid gzip input");
        check(&gzip(&sound)[..20], "truncated gzip payload");
        check(&gzip(b"LUNET"), "embedded payload is too small");
        check(
            &gzip(b"LUNETPK2\0\0\0\0"),
            "invalid embedded payload header",
        );
        check(&gzip(&sound[..16]), "truncated entry header");
        check(&gzip(&sound[..28]), "truncated embedded path");
        check(
            &gzip(&sound[..sound.len() - 1]),
            "truncated embedded file data",
        );
        check(
            &gzip(&[&sound[..], b"x"].concat()),
            "unexpected trailing data in embedded payload",
        );
        check(
            &gzip(&payload(&[(b"", b"")])),
            "invalid embedded path length",
        );
        check(&gzip(&payload(&[(b"a\0b", b"")])), "invalid embedded path");
        check(&gzip(&payload(&[(b"\xff", b"")])), "invalid embedded path");
    }

    #[test]
    #[cfg(unix)]
    fn files_that_can_not_stand_together_are_named() {
        check(
            &gzip(&payload(&[(b"a/b", b""), (b"a", b"")])),
            "failed to open 'a': Is a directory",
        );
        check(
            &gzip(&payload(&[(b"a", b""), (b"a/b", b"")])),
            "mkdir failed for 'a/b': File exists",
        );
    }

    #[test]
    fn a_path_that_leaves_the_folder_is_refused() {
        for path in [
            "../x",
            "a/../../x",
            "a\\..\\x",
            "/etc/x",
            "\\x",
            "C:x",
            "..",
        ] {
            check(
                &gzip(&payload(&[(path.as_bytes(), b"")])),
                &format!("unsafe embedded path '{path}'"),
            );
        }
        assert!(is_safe("a/b..c/.d"));
    }
}
