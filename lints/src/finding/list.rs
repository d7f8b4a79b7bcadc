//! Findings in few bytes each: a text may have one for every seven of its bytes.

mod texts;

use std::ops::Range;
use std::sync::Arc;

use super::{Edit, Finding, Fix, Level, Related};
use crate::rules;
use crate::source::{Lines, to_u32};
use texts::Texts;

/// Findings of one text. Each is made when somebody asks for it.
#[derive(Clone, Debug, Default)]
pub struct List {
    path: Option<Arc<str>>,
    /// Those of the text: places are told when somebody asks.
    lines: Arc<Lines>,
    records: Vec<Record>,
    /// The messages and helps of all records.
    texts: Texts,
    rich: Vec<Rich>,
    places: Vec<Place>,
    /// The reasons of suppressions, each once in a row.
    reasons: Vec<Arc<str>>,
}

/// What all findings have.
#[derive(Clone, Copy, Debug)]
struct Record {
    range: (u32, u32),
    /// Where its message and help are.
    texts: u32,
    /// Behind its entry in `List::rich`, 0 if it has none.
    rich: u32,
    rule: u8,
    level: Level,
}

/// What some findings have.
#[derive(Clone, Debug, Default)]
struct Rich {
    /// Its part of `List::places` for related ones, and for edits behind these.
    related: Range<u32>,
    edits_end: u32,
    fix: Option<KeptFix>,
    /// Behind its entry in `List::reasons`, 0 if it is not suppressed.
    reason: u32,
}

#[derive(Clone, Copy, Debug)]
struct KeptFix {
    description: u32,
    is_safe: bool,
}

/// A related place, or an edit.
#[derive(Clone, Copy, Debug)]
struct Place {
    range: (u32, u32),
    /// The message, or what is put there.
    text: u32,
}

impl List {
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// The memory that they take.
    pub fn bytes(&self) -> usize {
        self.records.capacity() * size_of::<Record>()
            + self.texts.bytes()
            + self.lines.bytes()
            + self.rich.capacity() * size_of::<Rich>()
            + self.places.capacity() * size_of::<Place>()
    }

    /// The findings in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            list: self,
            records: self.records.iter(),
        }
    }

    /// The levels of those that are not suppressed.
    pub fn levels(&self) -> impl Iterator<Item = Level> {
        let counting = self.records.iter().filter(|record| {
            let rich = self.rich_of(record);
            rich.is_none_or(|rich| rich.reason == 0)
        });
        counting.map(|record| record.level)
    }

    /// Keeps the findings of some lines.
    pub fn retain_lines(&mut self, has_line: impl Fn(u32) -> bool) {
        let lines = &self.lines;
        let line_of = |record: &Record| to_u32(lines.line_of(record.range.0 as usize));
        self.records.retain(|record| has_line(line_of(record)));
    }

    /// Adds a finding of the text that has these lines.
    pub(super) fn push(&mut self, finding: Finding, lines: &Arc<Lines>) {
        if self.records.is_empty() {
            self.lines = lines.clone();
        }
        let rule = self.rule(finding.rule);
        let is_plain =
            finding.suppressed.is_none() && finding.fix.is_none() && finding.related.is_empty();
        let texts = self.texts.add([&finding.message, &finding.help]);
        self.path.get_or_insert(finding.path.clone());
        let mut record = Record {
            range: (to_u32(finding.range.start), to_u32(finding.range.end)),
            texts,
            rich: 0,
            rule,
            level: finding.level,
        };
        if !is_plain {
            record.rich = self.add_rich(finding);
        }
        self.records.push(record);
    }

    /// Keeps what only some findings have; answers the number behind its place.
    fn add_rich(&mut self, finding: Finding) -> u32 {
        let first = to_u32(self.places.len());
        for place in finding.related {
            let text = self.texts.add([&place.message]);
            self.place(&place.range, text);
        }
        let related = first..to_u32(self.places.len());
        let fix = finding.fix.map(|fix| {
            for edit in fix.edits {
                let text = self.texts.add_code(&edit.replacement);
                self.place(&edit.range, text);
            }
            KeptFix {
                description: self.texts.add([&fix.description]),
                is_safe: fix.safe,
            }
        });
        let reason = finding.suppressed.map_or(0, |reason| self.reason(reason));
        self.rich.push(Rich {
            related,
            edits_end: to_u32(self.places.len()),
            fix,
            reason,
        });
        to_u32(self.rich.len())
    }

    fn rich_of(&self, record: &Record) -> Option<&Rich> {
        let index = (record.rich as usize).checked_sub(1)?;
        self.rich.get(index)
    }

    fn place(&mut self, range: &Range<usize>, text: u32) {
        self.places.push(Place {
            range: (to_u32(range.start), to_u32(range.end)),
            text,
        });
    }

    /// The number of a rule; mostly it is that of the finding before.
    fn rule(&self, name: &'static str) -> u8 {
        let is = |number: &usize| std::ptr::eq(rules::ALL[*number].name, name);
        let last = self.records.last().map(|record| usize::from(record.rule));
        let number = last
            .filter(is)
            .or_else(|| rules::ALL.iter().position(|rule| rule.name == name));
        u8::try_from(number.unwrap_or_default()).unwrap_or_default()
    }

    fn reason(&mut self, reason: Arc<str>) -> u32 {
        if self.reasons.last() != Some(&reason) {
            self.reasons.push(reason);
        }
        to_u32(self.reasons.len())
    }

    /// Sets the level of each finding, or drops it, by its rule, its level and its first byte.
    pub(crate) fn set_levels(
        &mut self,
        level: impl Fn(&'static str, Level, usize) -> Option<Level>,
    ) {
        self.records.retain_mut(|record| {
            let rule = rules::ALL[usize::from(record.rule)].name;
            match level(rule, record.level, record.range.0 as usize) {
                Some(level) => {
                    record.level = level;
                    true
                }
                None => false,
            }
        });
    }

    /// Asks for the reason for which a finding of a rule in a line is suppressed.
    pub(crate) fn suppress(
        &mut self,
        mut reason: impl FnMut(&'static str, usize) -> Option<Arc<str>>,
    ) {
        for index in 0..self.records.len() {
            let record = self.records[index];
            let rule = rules::ALL[usize::from(record.rule)].name;
            let line = self.lines.line_of(record.range.0 as usize);
            if let Some(reason) = reason(rule, line) {
                let reason = self.reason(reason);
                if record.rich == 0 {
                    self.rich.push(Rich::default());
                    self.records[index].rich = to_u32(self.rich.len());
                }
                let rich = self.records[index].rich as usize - 1;
                self.rich[rich].reason = reason;
            }
        }
    }

    /// Adds the findings of another list behind these.
    pub(crate) fn append(&mut self, other: &Self) {
        for finding in other {
            self.push(finding, &other.lines);
        }
    }

    /// Sorts by place, then rule; of several by one rule at one place the first is kept.
    pub(super) fn sort(&mut self) {
        // Where the texts are tells which was first: with that, sorting needs no memory of its own.
        let key = |record: &Record| {
            let (start, end) = record.range;
            (start, record.rule, end, record.texts)
        };
        if !self.records.is_sorted_by_key(key) {
            self.records.sort_unstable_by_key(key);
        }
        self.records
            .dedup_by_key(|record| (record.rule, record.range));
        self.records.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.rich.shrink_to_fit();
        self.places.shrink_to_fit();
    }

    fn finding(&self, record: &Record) -> Finding {
        let [message, help] = self.texts.get(record.texts);
        let rich = self.rich_of(record);
        let range = record.range.0 as usize..record.range.1 as usize;
        let (start, end) = self.lines.places(&range);
        let reason = rich.and_then(|rich| (rich.reason as usize).checked_sub(1));
        Finding {
            rule: rules::ALL[usize::from(record.rule)].name,
            level: record.level,
            path: self.path.clone().unwrap_or_default(),
            start,
            end,
            range,
            message,
            help,
            fix: rich.and_then(|rich| self.fix(rich)),
            related: rich.map_or_else(Vec::new, |rich| self.related(rich)),
            suppressed: reason.map(|index| self.reasons[index].clone()),
        }
    }

    fn related(&self, rich: &Rich) -> Vec<Related> {
        let places = &self.places[rich.related.start as usize..rich.related.end as usize];
        let related = places.iter().map(|place| {
            let [message] = self.texts.get(place.text);
            let (start, end) = self.lines.places(&place.bytes());
            Related {
                range: place.bytes(),
                start,
                end,
                message,
            }
        });
        related.collect()
    }

    fn fix(&self, rich: &Rich) -> Option<Box<Fix>> {
        let fix = rich.fix?;
        let places = &self.places[rich.related.end as usize..rich.edits_end as usize];
        let edits = places.iter().map(|place| {
            let [replacement] = self.texts.get(place.text);
            let (start, end) = self.lines.places(&place.bytes());
            Edit {
                range: place.bytes(),
                start,
                end,
                replacement: replacement.into(),
            }
        });
        let [description] = self.texts.get(fix.description);
        Some(Box::new(Fix {
            description,
            edits: edits.collect(),
            safe: fix.is_safe,
        }))
    }
}

impl Place {
    fn bytes(&self) -> Range<usize> {
        self.range.0 as usize..self.range.1 as usize
    }
}

/// The findings of a list, one after the other.
#[derive(Debug)]
pub struct Iter<'l> {
    list: &'l List,
    records: std::slice::Iter<'l, Record>,
}

impl Iterator for Iter<'_> {
    type Item = Finding;

    fn next(&mut self) -> Option<Finding> {
        self.records.next().map(|record| self.list.finding(record))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.records.size_hint()
    }
}

/// The findings of a list that goes with the last one.
#[derive(Debug)]
pub struct IntoIter {
    list: List,
    seen: usize,
}

impl Iterator for IntoIter {
    type Item = Finding;

    fn next(&mut self) -> Option<Finding> {
        let record = self.list.records.get(self.seen)?;
        self.seen += 1;
        Some(self.list.finding(record))
    }
}

impl IntoIterator for List {
    type Item = Finding;
    type IntoIter = IntoIter;

    fn into_iter(self) -> IntoIter {
        IntoIter {
            list: self,
            seen: 0,
        }
    }
}

impl<'l> IntoIterator for &'l List {
    type Item = Finding;
    type IntoIter = Iter<'l>;

    fn into_iter(self) -> Iter<'l> {
        self.iter()
    }
}
