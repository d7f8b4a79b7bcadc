//! Findings in few bytes each: a text may have one for every seven of its bytes.

mod texts;

use std::sync::Arc;

use super::{Finding, Fix, Level, Related};
use crate::rules;
use crate::source::{Position, to_u32};
use texts::Texts;

/// Findings of one text. Each is made when somebody asks for it.
#[derive(Clone, Debug, Default)]
pub struct List {
    path: Option<Arc<str>>,
    records: Vec<Record>,
    /// The messages and helps of all records.
    texts: Texts,
    rich: Vec<Rich>,
    /// The reasons of suppressions, each once in a row.
    reasons: Vec<Arc<str>>,
}

/// What all findings have.
#[derive(Clone, Copy, Debug)]
struct Record {
    range: (u32, u32),
    start: Position,
    end: Position,
    /// Where its message and help are.
    texts: u32,
    /// Behind its entry in `List::rich`, 0 if it has none.
    rich: u32,
    /// The same in `List::reasons`.
    reason: u32,
    rule: u8,
    level: Level,
}

/// What some findings have.
#[derive(Clone, Debug)]
struct Rich {
    fix: Option<Box<Fix>>,
    related: Box<[Related]>,
}

impl List {
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub fn len(&self) -> usize {
        self.records.len()
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
        let counting = self.records.iter().filter(|record| record.reason == 0);
        counting.map(|record| record.level)
    }

    /// Keeps the findings of some lines.
    pub fn retain_lines(&mut self, has_line: impl Fn(u32) -> bool) {
        self.records.retain(|record| has_line(record.start.line));
    }

    pub(super) fn push(&mut self, finding: Finding) {
        let rule = self.rule(finding.rule);
        let reason = finding.suppressed.map_or(0, |reason| self.reason(reason));
        let is_rich = finding.fix.is_some() || !finding.related.is_empty();
        let rich = if is_rich {
            self.rich.push(Rich {
                fix: finding.fix,
                related: finding.related.into(),
            });
            to_u32(self.rich.len())
        } else {
            0
        };
        self.records.push(Record {
            range: (to_u32(finding.range.start), to_u32(finding.range.end)),
            start: finding.start,
            end: finding.end,
            texts: self.texts.add(&finding.message, &finding.help),
            rich,
            reason,
            rule,
            level: finding.level,
        });
        self.path.get_or_insert(finding.path);
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
            if let Some(reason) = reason(rule, record.start.line as usize) {
                self.records[index].reason = self.reason(reason);
            }
        }
    }

    /// Adds the findings of another list behind these.
    pub(crate) fn append(&mut self, other: &Self) {
        for finding in other {
            self.push(finding);
        }
    }

    /// Sorts by place, then rule; of several by one rule at one place the first is kept.
    pub(super) fn sort(&mut self) {
        let key = |record: &Record| (record.start, record.rule, record.end);
        if !self.records.is_sorted_by_key(key) {
            self.records.sort_by_key(key);
        }
        self.records
            .dedup_by_key(|record| (record.rule, record.range));
    }

    fn finding(&self, record: &Record) -> Finding {
        let (message, help) = self.texts.get(record.texts);
        let behind = |number: u32| (number as usize).checked_sub(1);
        let rich = behind(record.rich).map(|index| &self.rich[index]);
        Finding {
            rule: rules::ALL[usize::from(record.rule)].name,
            level: record.level,
            path: self.path.clone().unwrap_or_default(),
            range: record.range.0 as usize..record.range.1 as usize,
            start: record.start,
            end: record.end,
            message,
            help,
            fix: rich.and_then(|rich| rich.fix.clone()),
            related: rich.map_or_else(Vec::new, |rich| rich.related.to_vec()),
            suppressed: behind(record.reason).map(|index| self.reasons[index].clone()),
        }
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

impl<'l> IntoIterator for &'l List {
    type Item = Finding;
    type IntoIter = Iter<'l>;

    fn into_iter(self) -> Iter<'l> {
        self.iter()
    }
}
