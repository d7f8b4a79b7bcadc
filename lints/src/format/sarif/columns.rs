//! Columns in code points, wherever somebody asks on a line of whatever length.

use crate::source::Position;

/// The bytes that continue a code point are counted once for so many bytes.
const BLOCK: usize = 1024;

/// The columns of a text.
pub(super) struct Columns<'a> {
    text: &'a [u8],
    /// How many bytes before each block continue a code point; none where all is ASCII.
    before: Vec<usize>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.as_bytes();
        let mut before = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for block in text.chunks(BLOCK) {
                before.push(count);
                count += continuing(block);
            }
            before.push(count);
        }
        Self { text, before }
    }

    /// The column of a position in code points, from one.
    pub(super) fn column(&self, offset: usize, position: Position) -> usize {
        let bytes = position.column as usize - 1;
        let start = offset.saturating_sub(bytes);
        1 + bytes - (self.continuing_before(offset) - self.continuing_before(start))
    }

    fn continuing_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        match self.before.get(block) {
            Some(before) => before + continuing(&self.text[block * BLOCK..offset]),
            None => 0,
        }
    }
}

fn continuing(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 == 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Columns};
    use crate::source::Source;

    #[test]
    fn code_points_are_counted_on_any_line() {
        for line in ["abc", "äbc€", "𝄞"] {
            let text = [line, "\n", &line.repeat(BLOCK)].concat();
            let (source, columns) = (Source::new("a.c", &text), Columns::new(&text));
            let mut expected = 1;
            for (offset, letter) in text.char_indices() {
                assert_eq!(columns.column(offset, source.position(offset)), expected);
                expected = if letter == '\n' { 1 } else { expected + 1 };
            }
        }
    }
}
