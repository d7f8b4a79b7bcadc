//! The rows below a line: its marks, and their labels, the last one behind its mark, others below theirs.

use std::cmp::Reverse;
use std::ops::Range;

use crate::finding::Finding;

/// A mark within a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) line: usize,
    /// Bytes of the text; columns as soon as the line is known.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Which of the related places it is; none is the finding itself.
    pub(super) related: Option<usize>,
    pub(super) label_bytes: Option<usize>,
    /// How far below its mark the label stands; behind it if 0.
    pub(super) row: usize,
}

impl Mark {
    fn has_label(&self) -> bool {
        self.label_bytes.is_some_and(|bytes| bytes > 0)
    }

    /// Whether two marks share columns, if this one had more columns at its end.
    fn overlaps(&self, other: &Self, more: usize) -> bool {
        (other.start..other.end).contains(&self.start)
            || (self.start..self.end + more).contains(&other.start)
    }
}

/// Rows of signs. Those that are not used are kept for the next line.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<String>,
    count: usize,
}

impl Rows {
    /// The rows of the last drawing.
    pub(super) fn used(&self) -> impl Iterator<Item = &str> {
        self.rows[..self.count].iter().map(String::as_str)
    }

    /// Draws the marks of a line of which some columns are left out.
    pub(super) fn draw(&mut self, marks: &mut [Mark], finding: &Finding, left: usize) {
        marks.sort_by_key(|mark| Reverse(mark.start));
        let deepest = arrange(marks);
        self.clear(if deepest == 0 { 1 } else { deepest + 2 });
        for mark in marks.iter().filter(|mark| mark.row > 0 && mark.has_label()) {
            for row in 0..=mark.row {
                self.put(row, mark.start.saturating_sub(left), "|");
            }
        }
        for mark in marks.iter() {
            let label = mark
                .related
                .map_or("", |number| &*finding.related[number].message);
            match mark.row {
                0 => self.put(0, (mark.end + 1).saturating_sub(left), label),
                row => self.put(row + 1, mark.start.saturating_sub(left), label),
            }
        }
        // Short ones are drawn over long ones, the finding over what explains it.
        marks.sort_by_key(|mark| (Reverse(mark.end - mark.start), mark.related.is_none()));
        for mark in marks.iter() {
            let sign = if mark.related.is_none() { '^' } else { '-' };
            // Columns that are left out fall onto the first one.
            let columns = mark.start.saturating_sub(left)..mark.end.saturating_sub(left);
            self.fill(columns.start..columns.end.max(columns.start + 1), sign);
        }
    }

    fn clear(&mut self, count: usize) {
        if self.rows.len() < count {
            self.rows.resize(count, String::new());
        }
        self.count = count;
        self.rows[..count].iter_mut().for_each(String::clear);
    }

    /// Writes ASCII over what stands at a column.
    fn put(&mut self, row: usize, column: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        let row = &mut self.rows[row];
        pad(row, column);
        if column == row.len() {
            row.push_str(text);
        } else {
            let end = column + text.len();
            pad(row, end);
            row.replace_range(column..end, text);
        }
    }

    /// Writes a sign over some columns of the first row.
    fn fill(&mut self, columns: Range<usize>, sign: char) {
        let row = &mut self.rows[0];
        pad(row, columns.start);
        let rest = row.get(columns.end..).unwrap_or_default().to_owned();
        row.truncate(columns.start);
        row.extend(std::iter::repeat_n(sign, columns.len()));
        row.push_str(&rest);
    }
}

/// Blanks, of which a row takes many at once.
const BLANKS: &str = "                                                                ";

fn pad(row: &mut String, column: usize) {
    while row.len() < column {
        row.push_str(&BLANKS[..(column - row.len()).min(BLANKS.len())]);
    }
}

/// Finds a row for each label so that none runs into another; answers how many there are. The marks are sorted, the
/// last one of the line first.
fn arrange(marks: &mut [Mark]) -> usize {
    let (mut row, mut deepest) = (0, 0);
    for index in 0..marks.len() {
        let mark = marks[index];
        let behind = &marks[index + 1..];
        let is_covered = behind.iter().any(|next| {
            let is_same = next.start == mark.start && next.end == mark.end && !next.has_label();
            next.overlaps(&mark, 0) && !is_same
        });
        if row == 0 && mark.has_label() && is_covered {
            row += 1;
        }
        let needs_next = behind.iter().any(|next| {
            let room = next.label_bytes.map_or(0, |bytes| bytes + 2);
            let reaches = next.overlaps(&mark, room) && next.has_label();
            reaches && (mark.has_label() || (next.end <= mark.end && row == 0))
        });
        marks[index].row = row;
        row += usize::from(needs_next);
        deepest = deepest.max(row);
    }
    deepest
}
