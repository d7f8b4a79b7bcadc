//! The strings that open calls are given, in few bytes each: those of the innermost call are the last.

use std::ops::Range;

use crate::source::to_u32;

#[derive(Debug, Default)]
pub(super) struct Strings {
    kept: Vec<Kept>,
    text: String,
}

#[derive(Debug)]
struct Kept {
    /// Where its value ends.
    text_end: u32,
    /// Bytes of the file.
    start: u32,
    end: u32,
}

impl Strings {
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn push(&mut self, value: &str, range: &Range<usize>) {
        self.text.push_str(value);
        self.kept.push(Kept {
            text_end: to_u32(self.text.len()),
            start: to_u32(range.start),
            end: to_u32(range.end),
        });
    }

    /// Those from a number on: value and bytes with the quotes.
    pub(super) fn behind(&self, first: usize) -> impl Iterator<Item = (&str, Range<usize>)> {
        let mut start = self.text_start(first);
        self.kept[first..].iter().map(move |kept| {
            let end = kept.text_end as usize;
            let value = &self.text[std::mem::replace(&mut start, end)..end];
            (value, kept.start as usize..kept.end as usize)
        })
    }

    /// Forgets those from a number on.
    pub(super) fn truncate(&mut self, first: usize) {
        self.text.truncate(self.text_start(first));
        self.kept.truncate(first);
    }

    fn text_start(&self, number: usize) -> usize {
        let before = number.checked_sub(1);
        before.map_or(0, |before| self.kept[before].text_end as usize)
    }
}
