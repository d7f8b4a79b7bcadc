//! Where a finding is shown: the lines around its marks, and of long lines what is near them.

use std::ops::Range;

use crate::finding::Finding;

/// A line longer than this is cut.
const LONG_LINE_BYTES: usize = 400;
/// How much of a long line is shown around a mark.
const AROUND_BYTES: usize = 100;

/// A part of a text that is shown.
#[derive(Debug)]
pub struct Place<'a> {
    pub path: &'a str,
    pub text: &'a str,
    /// The bytes that are shown.
    pub window: Range<usize>,
}

impl<'a> Place<'a> {
    /// The place of a finding and of all that explains it.
    pub fn of(path: &'a str, text: &'a str, finding: &Finding) -> Self {
        let related = finding.related.iter().map(|related| &related.range);
        Self::around(path, text, std::iter::once(&finding.range).chain(related))
    }

    /// The lines around some marks; of a single long line only the part around them.
    pub fn around<'r>(
        path: &'a str,
        text: &'a str,
        marks: impl Iterator<Item = &'r Range<usize>>,
    ) -> Self {
        let (mut start, mut end) = (text.len(), 0);
        for mark in marks {
            start = start.min(mark.start);
            end = end.max(mark.end);
        }
        let end = end.max(start);
        Self {
            path,
            text,
            window: begin_before(text, start)..end_behind(text, end),
        }
    }

    /// Whether not all of the first line is shown.
    pub fn begins_within_line(&self) -> bool {
        let before = self.text.as_bytes()[..self.window.start].last();
        before.is_some_and(|&byte| byte != b'\n')
    }

    /// Bytes of the text as bytes of what is shown.
    pub fn within(&self, range: &Range<usize>) -> Range<usize> {
        let window = &self.window;
        let clamp = |at: usize| at.clamp(window.start, window.end) - window.start;
        clamp(range.start)..clamp(range.end)
    }
}

// Nobody looks for the begin or the end of a line further away than it may be shown.

fn begin_before(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[at.saturating_sub(LONG_LINE_BYTES + 1)..at];
    match memchr::memrchr(b'\n', before) {
        Some(length) => at - before.len() + length + 1,
        None if before.len() == at && at <= LONG_LINE_BYTES => 0,
        None => text.floor_char_boundary(at - AROUND_BYTES),
    }
}

fn end_behind(text: &str, at: usize) -> usize {
    let behind = &text.as_bytes()[at..text.len().min(at + LONG_LINE_BYTES + 1)];
    match memchr::memchr(b'\n', behind) {
        // The carriage return belongs to the line end.
        Some(length) if length > 0 && behind[length - 1] == b'\r' => at + length - 1,
        Some(length) => at + length,
        None if at + behind.len() == text.len() && behind.len() <= LONG_LINE_BYTES => text.len(),
        None => text.ceil_char_boundary(at + AROUND_BYTES),
    }
}
