//! SHA-256 of files, and the text of `SHA256SUMS`.

use std::{fs::File, io::Read as _, path::Path};

use ring::digest::{Context, SHA256};

use crate::{Deadline, Error};

/// A SHA-256 digest.
pub type Sha256Sum = [u8; 32];

/// A digest in the making.
pub(crate) struct Hasher(Context);

impl Hasher {
    /// Of nothing yet.
    pub(crate) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Takes more bytes in.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes so far; starts anew.
    pub(crate) fn take(&mut self) -> Sha256Sum {
        let whole = std::mem::replace(self, Self::new());
        let mut sum = Sha256Sum::default();
        sum.copy_from_slice(whole.0.finish().as_ref());
        sum
    }
}

/// The digest of a file, read piece by piece.
pub fn of_file(path: &Path, deadline: &Deadline) -> Result<Sha256Sum, Error> {
    let mut file = File::open(path).map_err(Error::file("read", path))?;
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        deadline.check()?;
        let read = file.read(&mut buffer).map_err(Error::file("read", path))?;
        if read == 0 {
            return Ok(hasher.take());
        }
        hasher.update(&buffer[..read]);
    }
}

/// The digest of bytes in memory.
pub fn of_bytes(bytes: &[u8]) -> Sha256Sum {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.take()
}

/// Lower-case hexadecimal digits.
pub fn hex(sum: &Sha256Sum) -> String {
    use std::fmt::Write as _;
    sum.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest that 64 hexadecimal digits write, of either case.
pub fn from_hex(text: &str) -> Option<Sha256Sum> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut sum = [0; 32];
    for (byte, digits) in sum.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()?;
    }
    Some(sum)
}

/// One line of `SHA256SUMS`.
#[derive(Debug, PartialEq, Eq)]
pub struct Line<'a> {
    pub sum: Sha256Sum,
    pub name: &'a str,
}

/// The lines of a `SHA256SUMS`; a line of another shape is an error that holds its number from 1.
pub fn lines(bytes: &[u8]) -> Vec<Result<Line<'_>, usize>> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
    lines
        .map(|(index, line)| parse(line).ok_or(index + 1))
        .collect()
}

/// 64 lower-case hexadecimal digits, two blanks or a blank and `*`, the bare name, a line feed.
fn parse(line: &[u8]) -> Option<Line<'_>> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (digits, rest) = line.split_at_checked(64)?;
    let lower = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    if !digits.bytes().all(lower) {
        return None;
    }
    let name = rest
        .strip_prefix("  ")
        .or_else(|| rest.strip_prefix(" *"))?;
    let bare = !name.is_empty() && !name.contains(['/', '\\', '\r']);
    bare.then_some(Line {
        sum: from_hex(digits)?,
        name,
    })
}

/// The text of a `SHA256SUMS`, sorted by name.
pub fn text(mut sums: Vec<(String, Sha256Sum)>) -> String {
    sums.sort();
    sums.iter().fold(String::new(), |mut text, (name, sum)| {
        text.push_str(&hex(sum));
        text.push_str("  ");
        text.push_str(name);
        text.push('\n');
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_file_reads_back() {
        let sums = vec![("b".to_owned(), [0xab; 32]), ("a".to_owned(), [1; 32])];
        let text = text(sums);
        let names: Vec<_> = lines(text.as_bytes())
            .into_iter()
            .map(|line| line.map(|line| (line.name.to_owned(), line.sum)))
            .collect();
        assert_eq!(
            names,
            [
                Ok(("a".to_owned(), [1; 32])),
                Ok(("b".to_owned(), [0xab; 32]))
            ]
        );
    }

    #[test]
    fn lines_of_another_shape_are_told_by_number() {
        let zeros = "0".repeat(64);
        let well = |rest: &str| {
            lines(format!("{zeros}{rest}").as_bytes())
                .iter()
                .all(Result::is_ok)
        };
        assert!(well("  a.zip\n") && well(" *a.zip\n") && well("  a b\n"));
        for rest in [
            "  a", " a\n", "\ta\n", "  a\r\n", "  \n", "\n", "  x/a\n", "  a\n\n", "  x\\a\n", "",
            "0  a\n",
        ] {
            assert!(!well(rest), "{rest:?}");
        }
        let upper = format!("{}  a\n", "A".repeat(64));
        assert_eq!(lines(upper.as_bytes()), [Err(1)]);
        assert_eq!(lines(b"\xff\n"), [Err(1)]);
        assert!(lines(b"").is_empty());
    }
}
