//! Reports on releases as text for people.

use std::fmt::Write as _;

use lunet_release::{
    against::{Comparison, What},
    checks,
    outcome::{Outcome, Status},
    report::{Report, Verdict},
};

/// One line per check: name and what it holds.
pub(super) fn list() -> String {
    let width = checks::ALL
        .iter()
        .map(|check| check.name.len())
        .max()
        .unwrap_or(0);
    let lines = checks::ALL
        .iter()
        .map(|check| format!("{:width$}  {}\n", check.name, check.summary));
    lines.collect()
}

/// One line per outcome, and the verdict.
pub(super) fn report(report: &Report) -> String {
    let width = report
        .checks
        .iter()
        .map(|outcome| outcome.check.len())
        .max()
        .unwrap_or(0);
    let mut text: String = report
        .checks
        .iter()
        .map(|outcome| line(outcome, width))
        .collect();
    if let Some(comparison) = &report.against {
        text.push_str(&changes(comparison));
    }
    _ = writeln!(text, "{}", verdict(report));
    text
}

fn line(outcome: &Outcome, width: usize) -> String {
    let status = match outcome.status {
        Status::Pass => "pass",
        Status::Fail => "FAIL",
        Status::Skip => "skip",
    };
    let mut line = format!("{status}  {:width$}  ", outcome.check);
    if !outcome.subject.is_empty() {
        _ = write!(line, "{}: ", plain(&outcome.subject));
    }
    format!("{line}{}\n", plain(&outcome.message))
}

/// One line per change since another release.
fn changes(comparison: &Comparison) -> String {
    let source = plain(&comparison.source);
    if comparison.changes.is_empty() {
        return format!("nothing changed since {source}\n");
    }
    comparison
        .changes
        .iter()
        .fold(format!("since {source}:\n"), |mut text, change| {
            let what = match change.what {
                What::Size => "size",
                What::File => "file",
                What::Export => "export",
                What::Need => "need",
                What::LuaApi => "lua",
            };
            _ = writeln!(
                text,
                "  {what:6}  {}: {}",
                plain(&change.subject),
                plain(&change.message)
            );
            text
        })
}

fn verdict(report: &Report) -> String {
    let word = match report.verdict {
        Verdict::Sound => "sound",
        Verdict::Unsound => "unsound",
    };
    let mut text = format!("{} is {word}", plain(&report.tag));
    for (status, what) in [(Status::Fail, "failed"), (Status::Skip, "skipped")] {
        let names = report.checks_with(status);
        if !names.is_empty() {
            _ = write!(text, "; {what}: {}", names.join(", "));
        }
    }
    text
}

/// Text from a stranger on one line and without what a terminal would obey.
fn plain(text: &str) -> String {
    let shown = |letter: char| {
        if letter.is_control() {
            letter.escape_default().to_string()
        } else {
            letter.to_string()
        }
    };
    text.chars().map(shown).collect()
}
