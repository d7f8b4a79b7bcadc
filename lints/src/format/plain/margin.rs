//! Which part of long lines is shown: so much that the marks and their labels fit.

use std::ops::Range;

use super::marks::Mark;

/// How many columns a line of output has.
const WIDTH: usize = 140;
/// What stands for code that is left out.
const LEFT_OUT: &str = "...";
/// Room around marks for what stands for left out code.
const PADDING: usize = 6;
/// More blanks than this before all lines are left out, but for a few.
const MANY_BLANKS: usize = 20;
const FEW_BLANKS: usize = 4;

/// The columns of the lines that are shown.
pub(super) struct Margin {
    start: usize,
    end: usize,
    room: usize,
}

impl Margin {
    /// The margin for lines with marks, where line numbers have some digits.
    pub(super) fn new<'a>(
        digits: usize,
        lines: impl Iterator<Item = &'a str>,
        marks: &[Mark],
    ) -> Self {
        let (mut blanks, mut longest) = (usize::MAX, 0);
        for line in lines {
            longest = longest.max(line.len());
            let rest = line.trim_ascii_start();
            if !rest.is_empty() {
                blanks = blanks.min(line.len() - rest.len());
            }
        }
        let blanks = if blanks == usize::MAX { 0 } else { blanks };
        let first = marks.iter().map(|mark| mark.start).min().unwrap_or(0);
        let last = marks.iter().map(|mark| mark.end).max().unwrap_or(0);
        let label_end = |mark: &Mark| mark.end + mark.label_bytes.map_or(0, |bytes| bytes + 1);
        let last_label = marks.iter().map(label_end).max().unwrap_or(0);
        let mut margin = Self {
            start: 0,
            end: 0,
            room: WIDTH - (digits + 3).min(WIDTH),
        };
        margin.fit(
            longest,
            blanks.min(first).saturating_sub(PADDING),
            first.saturating_sub(PADDING)..last + PADDING,
            last_label + PADDING,
        );
        margin
    }

    fn fit(&mut self, longest: usize, blanks: usize, marks: Range<usize>, labels: usize) {
        if blanks > MANY_BLANKS {
            self.start = blanks - (MANY_BLANKS - FEW_BLANKS);
        }
        self.end = longest.max(self.start);
        if self.end - self.start <= self.room {
            return;
        }
        if labels >= blanks && labels - blanks <= self.room {
            self.start = blanks;
        } else if labels - marks.start <= self.room {
            let before = (self.room - (labels - marks.start)) / 2;
            self.start = marks.start.saturating_sub(before);
        } else if marks.len() <= self.room {
            let before = (self.room - marks.len()) / 5 * 2;
            self.start = marks.start.saturating_sub(before);
        } else {
            self.start = marks.start;
            self.end = marks.end;
            return;
        }
        self.end = self.start + self.room;
    }

    /// How many columns of a line are left out before it.
    pub(super) fn left(&self, length: usize) -> usize {
        self.start.min(length)
    }

    fn right(&self, length: usize) -> usize {
        if length.saturating_sub(self.start) <= self.room {
            length
        } else {
            length.min(self.end)
        }
    }

    /// Adds the part of a line that is shown, with a blank before it.
    pub(super) fn draw(&self, line: &str, out: &mut String) {
        let (left, right) = (self.left(line.len()), self.right(line.len()));
        let shown = &line[left..right.max(left)];
        let begin = if self.start > 0 { LEFT_OUT } else { "" };
        let rest = &shown[begin.len().min(shown.len())..];
        let end = if line.len() > right { LEFT_OUT } else { "" };
        if begin.is_empty() && rest.is_empty() && end.is_empty() {
            return;
        }
        out.push(' ');
        out.push_str(begin);
        out.push_str(rest);
        if !end.is_empty() {
            out.truncate(out.len() - end.len().min(shown.len()));
            out.push_str(end);
        }
    }
}
