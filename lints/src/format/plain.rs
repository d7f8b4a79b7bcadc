//! Annotated source without colours, for findings whose marks stand within lines of printable ASCII: nearly all.
//!
//! It is laid out as annotate-snippets does it, which a test compares, in a fiftieth of the time: a file may have
//! a hundred thousand findings. Anything else is not drawn here: several marks of which one has several lines, other
//! scripts, control characters.

mod block;
mod margin;
mod marks;

use std::fmt::Write as _;
use std::ops::Range;

use block::Block;
use margin::Margin;
use marks::{Mark, Rows};

use super::place::Place;
use crate::finding::Finding;

/// Longer lines are drawn elsewhere.
const LINE_CAP_BYTES: usize = 1000;
/// Longer marks are cut in their middle, elsewhere.
const MARK_CAP: usize = 200;

/// Draws findings of one text after the other. What it holds are buffers.
#[derive(Debug, Default)]
pub struct Plain {
    lines: Vec<Line>,
    marks: Vec<Mark>,
    /// The lines as they are displayed, one behind the other.
    code: String,
    rows: Rows,
    /// The bytes of the lines of a mark that has several.
    block: Vec<Range<usize>>,
}

/// A line that is shown.
#[derive(Debug)]
struct Line {
    number: usize,
    bytes: Range<usize>,
    /// Its part of `Plain::code`.
    code: Range<usize>,
    /// Its marks in `Plain::marks`; none if it only stands between two lines that have some.
    marks: Range<usize>,
}

impl Plain {
    /// Adds a finding to `out`, if all of it can be drawn here.
    pub fn draw(&mut self, place: &Place<'_>, finding: &Finding, out: &mut String) -> bool {
        let is_readable = is_plain(&finding.message) && is_plain(&finding.help);
        if !is_readable {
            return false;
        }
        self.lines.clear();
        self.marks.clear();
        self.code.clear();
        let breaks = lines_within(place, finding);
        let block = if breaks > 0 && finding.related.is_empty() {
            let digits = digits_of(finding.start.line as usize + breaks);
            match Block::collect(self, place, finding, digits) {
                Some(block) => Some(block),
                None => return false,
            }
        } else if self.collect(place, finding) {
            None
        } else {
            return false;
        };
        let digits = digits_of(self.lines.last().map_or(0, |line| line.number));
        let start = finding.start;
        _ = write!(
            out,
            "{}[{}]: {}\n{:digits$}--> {}:{}:{}\n",
            finding.level.name(),
            finding.rule,
            finding.message,
            "",
            place.path,
            start.line,
            start.column
        );
        separator(digits, out);
        match block {
            Some(block) => block.draw(self, digits, out),
            None => self.draw_lines(digits, finding, out),
        }
        if !finding.help.is_empty() {
            separator(digits, out);
            _ = writeln!(out, "{:digits$} = help: {}", "", finding.help);
        }
        true
    }

    fn draw_lines(&mut self, digits: usize, finding: &Finding, out: &mut String) {
        let margin = self.margin(digits);
        let mut before = None;
        for line in &self.lines {
            if before.is_some_and(|before| line.number > before + 1) {
                out.push_str("...\n");
            }
            before = Some(line.number);
            _ = write!(out, "{:>digits$} |", line.number);
            let code = &self.code[line.code.clone()];
            margin.draw(code, out);
            out.push('\n');
            if line.marks.is_empty() {
                continue;
            }
            let marks = &mut self.marks[line.marks.clone()];
            self.rows.draw(marks, finding, margin.left(code.len()));
            for row in self.rows.used() {
                _ = write!(out, "{:digits$} |", "");
                if !row.is_empty() {
                    out.push(' ');
                    out.push_str(row);
                }
                out.push('\n');
            }
        }
    }

    /// The lines with marks, and single ones between them. Answers whether all can be drawn here.
    fn collect(&mut self, place: &Place<'_>, finding: &Finding) -> bool {
        let related = finding.related.iter().enumerate();
        let related =
            related.map(|(number, related)| (Some(number), &related.range, related.start));
        let all = [(None, &finding.range, finding.start)]
            .into_iter()
            .chain(related);
        for (related, range, start) in all {
            let label = related.map(|number| &*finding.related[number].message);
            if !label.is_none_or(is_plain_ascii) {
                return false;
            }
            self.marks.push(Mark {
                line: start.line as usize,
                start: range.start,
                end: range.end,
                related,
                label_bytes: label.map(str::len),
                row: 0,
            });
        }
        self.marks.sort_by_key(|mark| mark.line);
        let mut next = 0;
        while next < self.marks.len() {
            let number = self.marks[next].line;
            let same = self.marks[next..]
                .iter()
                .take_while(|mark| mark.line == number);
            let marks = next..next + same.count();
            next = marks.end;
            let drawn = self.line(place, number, marks);
            if drawn.is_none() {
                return false;
            }
        }
        true
    }

    /// Adds a line with marks, and the one before it if the one before that is shown, too.
    fn line(&mut self, place: &Place<'_>, number: usize, marks: Range<usize>) -> Option<()> {
        let bytes = line_around(place, self.marks[marks.start].start)?;
        if let Some(before) = self.lines.last()
            && before.number + 2 == number
        {
            let between = before.bytes.end + 1..bytes.start.checked_sub(1)?;
            self.add(place.text, between, number - 1, 0..0)?;
        }
        for mark in &mut self.marks[marks.clone()] {
            let is_within = bytes.start <= mark.start && mark.end <= bytes.end;
            let size = mark.end.checked_sub(mark.start)?;
            if !is_within || size > MARK_CAP {
                return None;
            }
            let column = |at: usize| width(&place.text[bytes.start..at]);
            (mark.start, mark.end) = (column(mark.start), column(mark.end));
            // Nothing is marked by one sign.
            mark.end = mark.end.max(mark.start + 1);
        }
        self.add(place.text, bytes, number, marks)
    }

    fn add(
        &mut self,
        text: &str,
        bytes: Range<usize>,
        number: usize,
        marks: Range<usize>,
    ) -> Option<()> {
        let shown = text.get(bytes.clone())?;
        let shown = shown.strip_suffix('\r').unwrap_or(shown);
        if shown.len() > LINE_CAP_BYTES {
            return None;
        }
        let start = self.code.len();
        if is_plain_ascii(shown) {
            self.code.push_str(shown);
        } else {
            for (index, piece) in shown.split('\t').enumerate() {
                self.code.push_str(if index == 0 { "" } else { TAB });
                if !is_plain_ascii(piece) {
                    return None;
                }
                self.code.push_str(piece);
            }
        }
        self.lines.push(Line {
            number,
            bytes,
            code: start..self.code.len(),
            marks,
        });
        Some(())
    }

    fn margin(&self, digits: usize) -> Margin {
        let lines = self.lines.iter().filter(|line| !line.marks.is_empty());
        let codes = lines.map(|line| &self.code[line.code.clone()]);
        Margin::new(digits, codes, &self.marks)
    }
}

/// What a tab is displayed as.
const TAB: &str = "    ";

fn digits_of(number: usize) -> usize {
    number.max(1).ilog10() as usize + 1
}

/// How many lines end within the mark of a finding.
fn lines_within(place: &Place<'_>, finding: &Finding) -> usize {
    let marked = place.text.as_bytes().get(finding.range.clone());
    marked.map_or(0, |marked| memchr::memchr_iter(b'\n', marked).count())
}

fn separator(digits: usize, out: &mut String) {
    _ = writeln!(out, "{:digits$} |", "");
}

/// How many columns a text takes.
fn width(text: &str) -> usize {
    text.len() + (TAB.len() - 1) * memchr::memchr_iter(b'\t', text.as_bytes()).count()
}

/// The bytes of the line around an offset, as far as they are shown.
fn line_around(place: &Place<'_>, at: usize) -> Option<Range<usize>> {
    let (text, window) = (place.text.as_bytes(), &place.window);
    let from = window.start.max(at.saturating_sub(LINE_CAP_BYTES));
    let start = match memchr::memrchr(b'\n', text.get(from..at)?) {
        Some(length) => from + length + 1,
        None if from == window.start => from,
        None => return None,
    };
    let to = window.end.min(at + LINE_CAP_BYTES);
    let end = match memchr::memchr(b'\n', text.get(at..to)?) {
        Some(length) => at + length,
        None if to == window.end => to,
        None => return None,
    };
    Some(start..end)
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e)
}

/// Asked of many bytes at once: to stop at the first one that is none takes longer.
fn is_plain_ascii(text: &str) -> bool {
    let is_other = |piece: &[u8]| {
        piece
            .iter()
            .fold(false, |other, byte| other | !is_printable(*byte))
    };
    !text.as_bytes().chunks(64).any(is_other)
}

/// Whether a text for people has one line and no characters that would be replaced.
fn is_plain(text: &str) -> bool {
    is_plain_ascii(text)
        || text.chars().all(|letter| {
            !letter.is_control()
                && !matches!(letter, '\u{200d}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
}
