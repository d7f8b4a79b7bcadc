//! The ends of raw strings: there may be very many begins, each with another delimiter, and no end at all.

use rustc_hash::FxHashMap;

/// A delimiter has up to 16 characters (C++ standard, lex.string).
const DELIMITER_CAP: usize = 16;

/// The delimiter of the raw string whose quote stands before `body`, if it is one.
pub(super) fn delimiter(body: &[u8]) -> Option<&[u8]> {
    let mut letters = body.iter().take(DELIMITER_CAP + 1);
    let length = letters.position(|&byte| !continues(byte))?;
    (body[length] == b'(').then(|| &body[..length])
}

fn continues(byte: u8) -> bool {
    !matches!(byte, b'(' | b')' | b' ' | b'\\' | b'"' | b'\n')
}

/// For each delimiter where it is followed by a quote for the last time.
pub(super) struct Ends<'a> {
    last: FxHashMap<&'a [u8], usize>,
}

impl<'a> Ends<'a> {
    /// The ends at or behind an offset.
    pub(super) fn of(bytes: &'a [u8], from: usize) -> Self {
        let mut last = FxHashMap::default();
        for length in memchr::memchr_iter(b')', &bytes[from..]) {
            let rest = &bytes[from + length + 1..];
            let mut letters = rest.iter().take(DELIMITER_CAP + 1);
            let delimiter = letters.position(|&byte| !continues(byte));
            if let Some(delimiter) = delimiter.filter(|&end| rest[end] == b'"') {
                last.insert(&rest[..delimiter], from + length);
            }
        }
        Self { last }
    }

    /// The offset behind the string that goes on at `from`.
    pub(super) fn behind(&self, bytes: &[u8], delimiter: &[u8], from: usize) -> Option<usize> {
        self.last.get(delimiter).filter(|&&last| last >= from)?;
        let close = [b")", delimiter, b"\""].concat();
        let end = memchr::memmem::find(&bytes[from..], &close)?;
        Some(from + end + close.len())
    }
}
