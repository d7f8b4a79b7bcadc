//! A rule is data and a function: its name, its level, what it runs, and its page.

use crate::finding::{Findings, Level};
use crate::piece::Piece;
use crate::suppress::Suppression;
use crate::unit::{C, Unit};

/// One rule. The registry is `rules::ALL`.
pub struct Rule {
    /// The bad thing, in kebab-case; reads after "allow".
    pub name: &'static str,
    /// The default level.
    pub level: Level,
    pub(crate) run: Run,
    pub page: Page,
}

/// What a rule runs on.
pub(crate) enum Run {
    /// Judges one text. A rule ignores languages that it does not know.
    Text(fn(&Unit<'_>, &mut Findings<'_>)),
    /// Judges the pieces of a text that is no C, while it is read.
    Pieces(fn(&Piece<'_>, &mut Findings<'_>)),
    /// Judges the functions of a C text one by one, so that all such rules share the paths of a function.
    Functions(Functions),
    /// Judges the suppressions of a text, after all other rules and knowing which were needed.
    Suppressions(fn(&[Suppression<'_>], &mut Findings<'_>)),
}

/// Whether a word is of interest.
pub(crate) type IsWanted = fn(&str) -> bool;

/// A rule that follows the paths of functions.
#[derive(Clone, Copy)]
pub(crate) struct Functions {
    /// Whether the rule judges a text at all.
    pub(crate) judges: fn(&C<'_>) -> bool,
    /// Whether a function that has this word in its body is of interest.
    pub(crate) names: IsWanted,
    /// Which word makes a function that calls one with it in its body of interest in this text, too, if any does.
    pub(crate) through_calls: fn(&C<'_>) -> Option<IsWanted>,
    /// Judges the function of a number.
    pub(crate) run: fn(&C<'_>, usize, &mut Findings<'_>),
}

/// What `--explain` shows and `docs/lints/` holds.
pub struct Page {
    /// One sentence: what the rule fires on.
    pub what: &'static str,
    /// Why that is bad.
    pub why: &'static str,
    /// A text that fires; the marked lines are a fixture, too.
    pub bad: &'static str,
    /// The same, put right: it stays silent.
    pub good: &'static str,
    /// The path under which the examples are judged.
    pub example_path: &'static str,
    /// What to do, in a sentence or two.
    pub fix: &'static str,
}

impl Rule {
    /// The first sentence of the page.
    pub fn summary(&self) -> &'static str {
        let what = self.page.what;
        let end = what.find(". ").map_or(what.len(), |end| end + 1);
        &what[..end]
    }

    /// The page as Markdown, one sentence a line.
    pub fn markdown(&self) -> String {
        let page = &self.page;
        let language = match page.example_path.rsplit('.').next() {
            Some("sh") => "sh",
            Some("lua") => "lua",
            Some("yml") => "yaml",
            _ => "c",
        };
        format!(
            "# {name}\n\nLevel: {level}.\n\n## What it does\n\n{what}\n\n## Why it is bad\n\n{why}\n\n## Example\n\n```{language}\n{bad}```\n\nBetter:\n\n```{language}\n{good}```\n\n## The fix\n\n{fix}\n",
            name = self.name,
            level = self.level.name(),
            what = sentences(page.what),
            why = sentences(page.why),
            bad = unmarked(page.bad),
            good = page.good,
            fix = sentences(page.fix),
        )
    }
}

/// An example without the marks that make it a fixture.
fn unmarked(example: &str) -> String {
    let lines = example.lines().map(|line| {
        let marks = [" //~", " #~", " --~"];
        let end = marks.iter().filter_map(|mark| line.find(mark)).min();
        format!("{}\n", &line[..end.unwrap_or(line.len())])
    });
    lines.collect()
}

/// One sentence a line, so that a change of one sentence is a change of one line.
fn sentences(text: &str) -> String {
    text.replace(". ", ".\n")
}
