//! One mark over several lines: a bar on their left from its begin to its end. Of many lines the first are shown
//! and the last.

use std::fmt::Write as _;
use std::ops::Range;

use super::marks::Mark;
use super::{Margin, Place, Plain, line_around, width};
use crate::finding::Finding;

/// Longer marks are drawn elsewhere.
const BLOCK_CAP_BYTES: usize = 4096;
/// So many lines are shown from the first one on, if the last of them tell something.
const FIRST_LINES: usize = 4;
/// Columns of the bar and of the blank behind it.
const BAR: usize = 2;

/// What is drawn: where the mark begins in its first line, and ends in its last one, in columns.
pub(super) struct Block {
    begin: usize,
    end: usize,
    margin: Margin,
}

impl Block {
    /// Collects the lines of a mark. None if it can't be drawn here.
    pub(super) fn collect(
        plain: &mut Plain,
        place: &Place<'_>,
        finding: &Finding,
        digits: usize,
    ) -> Option<Self> {
        let mark = &finding.range;
        let (first, last) = (
            line_around(place, mark.start)?,
            line_around(place, mark.end)?,
        );
        let bytes = place.text.as_bytes().get(first.start..last.end)?;
        if place.begins_within_line()
            || bytes.len() > BLOCK_CAP_BYTES
            || memchr::memchr(b'\r', bytes).is_some()
            || mark.start == first.end
            || mark.end == last.start
        {
            return None;
        }
        let mut from = first.start;
        plain.block.clear();
        for length in memchr::memchr_iter(b'\n', bytes) {
            plain.block.push(from..first.start + length);
            from = first.start + length + 1;
        }
        plain.block.push(from..last.end);
        let column = |line: &Range<usize>, at: usize| width(&place.text[line.start..at]);
        let (begin, end) = (column(&first, mark.start), column(&last, mark.end));
        plain.marks.extend([mark_at(begin), mark_at(end - 1)]);
        show(plain, place, finding.start.line as usize)?;
        // The bar takes room like digits.
        let margin = plain.margin(digits + BAR);
        (margin.left(usize::MAX) == 0).then_some(Self { begin, end, margin })
    }

    pub(super) fn draw(&self, plain: &Plain, digits: usize, out: &mut String) {
        let mut before = None;
        let last = plain.lines.last().map_or(0, |line| line.number);
        for line in &plain.lines {
            if before.is_some_and(|before| line.number > before + 1) {
                _ = writeln!(out, "{:<1$}|", "...", digits + 3);
            }
            let code = &plain.code[line.code.clone()];
            let begins_line = code[..self.begin.min(code.len())].trim_ascii().is_empty();
            let sign = match before {
                None if begins_line => '/',
                None => ' ',
                Some(_) => '|',
            };
            _ = write!(out, "{:>digits$} | {sign}", line.number);
            self.margin.draw(code, out);
            out.push('\n');
            if before.is_none() && !begins_line {
                row(digits, ' ', self.begin + 1, out);
            }
            if line.number == last {
                row(digits, '|', self.end, out);
            }
            before = Some(line.number);
        }
    }
}

/// A line from the bar to a sign below the code.
fn row(digits: usize, bar: char, length: usize, out: &mut String) {
    _ = writeln!(out, "{:digits$} | {bar}{:_<length$}^", "", "");
}

fn mark_at(column: usize) -> Mark {
    Mark {
        line: 0,
        start: column,
        end: column + 1,
        related: None,
        label_bytes: None,
        row: 0,
    }
}

/// Adds the lines that are shown, of which the first has a number, and single ones between them.
fn show(plain: &mut Plain, place: &Place<'_>, number: usize) -> Option<()> {
    let block = std::mem::take(&mut plain.block);
    let last = block.len() - 1;
    let tells = |line: usize| tells(&place.text[block[line].clone()]);
    let middle = last.min(FIRST_LINES);
    let first = (0..middle).rfind(|&line| tells(line)).unwrap_or(0);
    let before_last = (middle < last - 1 && tells(last - 1)).then_some(last - 1);
    let mut shown: Option<usize> = None;
    for line in (0..=first).chain(before_last).chain([last]) {
        if let Some(between) = shown
            .map(|shown| shown + 1)
            .filter(|&next| next + 1 == line)
        {
            plain.add(place.text, block[between].clone(), number + between, 0..0)?;
        }
        plain.add(place.text, block[line].clone(), number + line, 0..1)?;
        shown = Some(line);
    }
    plain.block = block;
    Some(())
}

/// Whether a line is more than a comment or a bracket.
fn tells(line: &str) -> bool {
    let line = line.trim();
    let is_documentation = line.starts_with("///") || line.starts_with("//!");
    let is_comment = line.starts_with("//") && !is_documentation;
    !is_comment && !matches!(line, "" | "{" | "}" | "(" | ")" | "[" | "]")
}
