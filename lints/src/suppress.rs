//! Suppressions: `lunet-lint: allow(rule) reason` at the begin of a comment silences the rule on its line and the next.
//! Judging the suppressions themselves is left to the rules `unknown-suppression` and `unused-suppression`.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::finding::List;
use crate::rules;
use crate::source::Source;

const MARKER: &str = "lunet-lint:";

/// One comment that begins with the marker.
#[derive(Debug)]
pub(crate) struct Suppression<'a> {
    /// Bytes of the comment.
    pub(crate) range: Range<usize>,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
    /// The rules it names.
    pub(crate) rules: Box<[&'a str]>,
    pub(crate) reason: Arc<str>,
    /// Why it can't be obeyed.
    pub(crate) fault: Option<String>,
    /// Those of its rules that silenced a finding.
    pub(crate) used: Vec<&'static str>,
}

/// Whether a text may have suppressions at all.
pub(crate) fn mentions_marker(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), MARKER.as_bytes()).is_some()
}

/// Reads the suppressions among the comments of a text.
pub(crate) fn suppressions<'a>(
    source: &Source<'a>,
    comments: impl Iterator<Item = Range<usize>>,
    is_rule: impl Fn(&str) -> bool,
) -> Vec<Suppression<'a>> {
    let mut list: Vec<_> = comments
        .filter_map(|range| read(source, range, &is_rule))
        .collect();
    // The comments of a workflow come block by block.
    if !list.is_sorted_by_key(|suppression| suppression.range.start) {
        list.sort_by_key(|suppression| suppression.range.start);
    }
    let is_alone = |suppression: &Suppression<'_>| {
        let line_start = source.line_start(suppression.first_line);
        let before = &source.text[line_start..suppression.range.start];
        before.trim().is_empty()
    };
    // Comments one below the other hold for the same line, unless the upper one stands behind code.
    for index in (1..list.len()).rev() {
        let both_alone = is_alone(&list[index]) && is_alone(&list[index - 1]);
        let (line, end) = (list[index].first_line, list[index].last_line);
        let above = &mut list[index - 1];
        if both_alone && above.last_line + 1 == line {
            above.last_line = end;
        }
    }
    list
}

fn read<'a>(
    source: &Source<'a>,
    range: Range<usize>,
    is_rule: &impl Fn(&str) -> bool,
) -> Option<Suppression<'a>> {
    let text = &source.text[range.clone()];
    let inner = text.trim_start_matches(['/', '*', '#', '-', '!']);
    // `--[==[ … ]==]`
    let long = inner.trim_start_matches(['[', '=']);
    let is_long = text.starts_with("--[") && long.len() < inner.len();
    let mut inner = if is_long { long } else { inner }.trim_start();
    // The first words of a comment whose lines begin with stars.
    if text.starts_with("/*") && text.contains('\n') {
        inner = inner.trim_start_matches(['*', ' ', '\t']);
    }
    let mut body = inner.strip_prefix(MARKER)?.trim_end_matches("*/");
    if is_long {
        body = body.trim_end_matches([']', '=']);
    }
    let (rules, reason, fault) = parse(body.trim(), is_rule);
    Some(Suppression {
        first_line: source.line_of(range.start),
        last_line: source.line_of(range.end.saturating_sub(1).max(range.start)),
        range,
        rules,
        reason: reason.into(),
        fault,
        used: Vec::new(),
    })
}

/// Rules, reason and fault of what follows the marker.
fn parse<'a>(
    body: &'a str,
    is_rule: &impl Fn(&str) -> bool,
) -> (Box<[&'a str]>, &'a str, Option<String>) {
    let list = body
        .strip_prefix("allow")
        .map(str::trim_start)
        .and_then(|rest| rest.strip_prefix('('))
        .and_then(|rest| rest.split_once(')'));
    let Some((names, reason)) = list else {
        let fault = "the form is `lunet-lint: allow(rule) reason`".to_owned();
        return (Box::default(), "", Some(fault));
    };
    let rules: Box<[&str]> = names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let reason = reason.trim_start_matches([':', '-', ' ', '\t']).trim();
    let fault = if let Some(unknown) = rules.iter().find(|name| !is_rule(name)) {
        Some(format!("there is no rule `{unknown}`"))
    } else if rules.is_empty() {
        Some("it names no rule".to_owned())
    } else if !reason.contains(char::is_alphanumeric) {
        Some("it gives no reason".to_owned())
    } else {
        None
    };
    (rules, reason, fault)
}

/// Marks the findings that are silenced, and the suppressions that were needed.
pub(crate) fn apply(suppressions: &mut [Suppression<'_>], findings: &mut List) {
    let mut by_rule: FxHashMap<&'static str, Silent> = FxHashMap::default();
    for (number, suppression) in suppressions.iter().enumerate() {
        let names = suppression
            .rules
            .iter()
            .filter(|_| suppression.fault.is_none());
        for rule in names.filter_map(|name| rules::find(name)) {
            let silent = by_rule.entry(rule.name).or_default();
            if silent.numbers.last() != Some(&number) {
                silent.numbers.push(number);
            }
        }
    }
    for silent in by_rule.values_mut() {
        silent.is_used.resize(silent.numbers.len(), false);
    }
    findings.suppress(|rule, line| by_rule.get_mut(rule)?.apply(suppressions, rule, line));
}

/// The suppressions of one rule, in order. Neither their first nor their last lines go back.
#[derive(Default)]
struct Silent {
    numbers: Vec<usize>,
    is_used: Vec<bool>,
}

impl Silent {
    /// All suppressions that hold in the line of a finding are needed; the last one tells the reason.
    fn apply(
        &mut self,
        suppressions: &mut [Suppression<'_>],
        rule: &'static str,
        line: usize,
    ) -> Option<Arc<str>> {
        let mut reason = None;
        let behind = self
            .numbers
            .partition_point(|&number| suppressions[number].first_line <= line);
        for place in (0..behind).rev() {
            let suppression = &mut suppressions[self.numbers[place]];
            if suppression.last_line + 1 < line {
                break;
            }
            reason.get_or_insert_with(|| suppression.reason.clone());
            // Those before one that is used hold where it holds: they are used, too.
            if self.is_used[place] {
                break;
            }
            self.is_used[place] = true;
            suppression.used.push(rule);
        }
        reason
    }
}
