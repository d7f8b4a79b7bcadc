//! One text under judgement: its path, its content and the way from byte offsets to lines and columns.
//! Reading files is the caller's work.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

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
    lines: OnceCell<Arc<Lines>>,
}

/// Where the lines of a text begin: all that it takes to tell lines and columns, without the text.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    starts: Vec<u32>,
    /// A byte order mark stands before the first one.
    has_mark: bool,
}

impl<'a> Source<'a> {
    /// Wraps a text; a byte order mark stays in the text and counts no column.
    pub fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            path,
            text,
            lines: OnceCell::new(),
        }
    }

    /// The last component of the path.
    pub fn name(&self) -> &'a str {
        self.path.rsplit(['/', '\\']).next().unwrap_or(self.path)
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        self.lines().position(offset)
    }

    /// The 1-based line of a byte offset.
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines().line_of(offset)
    }

    /// The byte offset at which a 1-based line begins; the end of the text behind the last line.
    pub fn line_start(&self, line: usize) -> usize {
        match self.lines().starts.get(line.saturating_sub(1)) {
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

    pub(crate) fn lines(&self) -> &Arc<Lines> {
        self.lines.get_or_init(|| Arc::new(Lines::of(self.text)))
    }
}

impl Lines {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        // A carriage return ends lines only where nothing else does, as other programs count them.
        let sign = match memchr::memchr(b'\n', bytes) {
            Some(_) => b'\n',
            None => b'\r',
        };
        let ends = memchr::memchr_iter(sign, bytes);
        Self {
            starts: std::iter::once(0)
                .chain(ends.map(|end| to_u32(end + 1)))
                .collect(),
            has_mark: text.starts_with('\u{feff}'),
        }
    }

    /// The memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        self.starts.capacity() * size_of::<u32>()
    }

    /// The 1-based line of a byte offset.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        let offset = to_u32(offset);
        self.starts.partition_point(|&start| start <= offset)
    }

    /// Line and column of a byte offset.
    fn position(&self, offset: usize) -> Position {
        self.in_line(self.line_of(offset), offset)
    }

    fn in_line(&self, line: usize, offset: usize) -> Position {
        let start = line
            .checked_sub(1)
            .and_then(|index| self.starts.get(index).copied());
        let mut column = offset - start.unwrap_or_default() as usize;
        if line == 1 && self.has_mark {
            column = column.saturating_sub(MARK_BYTES);
        }
        Position {
            line: to_u32(line),
            column: to_u32(column + 1),
        }
    }

    /// Lines and columns of both ends of a range, which mostly are in one line.
    pub(crate) fn places(&self, range: &Range<usize>) -> (Position, Position) {
        let line = self.line_of(range.start);
        let next = self
            .starts
            .get(line)
            .map_or(usize::MAX, |&next| next as usize);
        let end = if range.end < next {
            self.in_line(line, range.end)
        } else {
            self.position(range.end)
        };
        (self.in_line(line, range.start), end)
    }
}

/// Bytes of a byte order mark.
const MARK_BYTES: usize = 3;

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
