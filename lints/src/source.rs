//! One text under judgement: its path, its content and the way from byte offsets to lines and columns.
//! Reading files is the caller's work.

use std::ops::Range;

/// A place as people count: 1-based line, 1-based column in UTF-8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// A text with its path. The path uses `/` and is what findings show.
#[derive(Debug)]
pub struct Source<'a> {
    pub path: &'a str,
    pub text: &'a str,
    lines: std::cell::OnceCell<Vec<u32>>,
}

impl<'a> Source<'a> {
    /// Wraps a text; a byte order mark stays in the text and counts no column.
    pub fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            path,
            text,
            lines: std::cell::OnceCell::new(),
        }
    }

    /// The last component of the path.
    pub fn name(&self) -> &'a str {
        self.path.rsplit(['/', '\\']).next().unwrap_or(self.path)
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.line_of(offset);
        let mut column = offset - self.line_start(line);
        if line == 1 && self.text.starts_with('\u{feff}') {
            column = column.saturating_sub(3);
        }
        Position {
            line: to_u32(line),
            column: to_u32(column + 1),
        }
    }

    /// The 1-based line of a byte offset.
    pub fn line_of(&self, offset: usize) -> usize {
        let offset = to_u32(offset);
        self.line_starts().partition_point(|&start| start <= offset)
    }

    /// The byte offset at which a 1-based line begins; the end of the text behind the last line.
    pub fn line_start(&self, line: usize) -> usize {
        match self.line_starts().get(line.saturating_sub(1)) {
            Some(&start) => start as usize,
            None => self.text.len(),
        }
    }

    /// The bytes of a 1-based line without its line end.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.line_start(line);
        let text = &self.text[start..self.line_start(line + 1)];
        start..start + text.trim_end_matches(['\n', '\r']).len()
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            // A carriage return ends lines only where nothing else does, as other programs count them.
            let sign = match memchr::memchr(b'\n', bytes) {
                Some(_) => b'\n',
                None => b'\r',
            };
            let ends = memchr::memchr_iter(sign, bytes);
            std::iter::once(0)
                .chain(ends.map(|end| to_u32(end + 1)))
                .collect()
        })
    }
}

/// Offsets are 32 bits wide: texts above 4 GiB are refused before they get here.
pub(crate) fn to_u32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Position, Source};

    fn check(text: &str, offset: usize, line: u32, column: u32) {
        let position = Source::new("a.c", text).position(offset);
        assert_eq!(position, Position { line, column }, "{text:?} at {offset}");
    }

    #[test]
    fn positions_count_bytes_from_one() {
        check("ab\ncd", 0, 1, 1);
        check("ab\ncd", 4, 2, 2);
        check("ab\r\n\tcd", 5, 2, 2);
        check("ä b", 3, 1, 4);
        check("", 0, 1, 1);
        check("ab\rcd", 3, 2, 1);
        check("ab\rcd\n", 3, 1, 4);
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        check("\u{feff}int x;", 3, 1, 1);
        check("\u{feff}\nint x;", 4, 2, 1);
    }

    #[test]
    fn a_line_range_has_no_line_end() {
        let source = Source::new("a.c", "one\r\ntwo");
        assert_eq!(source.line_range(1), 0..3);
        assert_eq!(source.line_range(2), 5..8);
        assert_eq!(source.line_range(9), 8..8);
    }
}
