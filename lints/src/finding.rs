//! What a rule reports: the place, the message, the help, and the edits that would put it right.

mod list;
mod words;

use std::ops::Range;
use std::sync::Arc;

pub use list::{IntoIter, Iter, List};
pub use words::Words;

use crate::source::{Position, Source};

/// How bad a finding is. An error fails the run, a warning is shown.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Warning,
    Error,
}

impl Level {
    /// The word that people and machines read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One judgement about one place.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static str,
    pub level: Level,
    /// All findings of a text share it.
    pub path: Arc<str>,
    /// Bytes of the text.
    pub range: Range<usize>,
    pub start: Position,
    pub end: Position,
    pub message: Words,
    pub help: Words,
    pub fix: Option<Box<Fix>>,
    /// Further places that explain the finding, in the order in which they are passed.
    pub related: Vec<Related>,
    /// The reason of the suppression that silences this finding.
    pub suppressed: Option<Arc<str>>,
}

impl Finding {
    /// Says what to do.
    pub(crate) fn help(&mut self, text: impl Into<Words>) -> &mut Self {
        self.help = text.into();
        self
    }

    /// Adds a place that explains it.
    pub(crate) fn relate(&mut self, place: Related) -> &mut Self {
        self.related.push(place);
        self
    }

    /// Sets the edits that put it right.
    pub(crate) fn fix(&mut self, fix: Option<Fix>) -> &mut Self {
        self.fix = fix.map(Box::new);
        self
    }
}

/// A place that explains a finding.
#[derive(Clone, Debug)]
pub struct Related {
    pub range: Range<usize>,
    pub start: Position,
    pub end: Position,
    pub message: Words,
}

/// Edits that put one finding right.
#[derive(Clone, Debug)]
pub struct Fix {
    pub description: Words,
    /// Sorted, not overlapping.
    pub edits: Vec<Edit>,
    /// Whether `--fix` may apply it unseen.
    pub safe: bool,
}

/// Replace the bytes of `range` by `replacement`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub start: Position,
    pub end: Position,
    pub replacement: Arc<str>,
}

/// The findings of one text, in the making.
#[derive(Debug)]
pub struct Findings<'a> {
    source: &'a Source<'a>,
    path: Arc<str>,
    list: List,
    /// The last one, which may not be complete.
    open: Option<Finding>,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(source: &'a Source<'a>) -> Self {
        Self {
            source,
            path: source.path.into(),
            list: List::default(),
            open: None,
        }
    }

    /// Adds a finding of `rule` over `range`; the caller completes it.
    pub(crate) fn add(
        &mut self,
        rule: &crate::rule::Rule,
        range: Range<usize>,
        message: impl Into<Words>,
    ) -> &mut Finding {
        let (start, end) = self.places(&range);
        let finding = Finding {
            rule: rule.name,
            level: rule.level,
            path: self.path.clone(),
            range,
            start,
            end,
            message: message.into(),
            help: Words::Fixed(""),
            fix: None,
            related: Vec::new(),
            suppressed: None,
        };
        if let Some(before) = self.open.take() {
            self.list.push(before, self.source.lines());
        }
        self.open.insert(finding)
    }

    /// The text that is judged.
    pub(crate) fn text(&self) -> &'a str {
        self.source.text
    }

    /// All that were added so far.
    pub(crate) fn list(&mut self) -> &mut List {
        if let Some(last) = self.open.take() {
            self.list.push(last, self.source.lines());
        }
        &mut self.list
    }

    /// The findings by place, then rule; of several by one rule at one place the first.
    pub(crate) fn sorted(mut self) -> List {
        self.list().sort();
        self.list
    }

    /// A further place, to be put into a finding.
    pub(crate) fn related(&self, range: Range<usize>, message: impl Into<Words>) -> Related {
        let (start, end) = self.places(&range);
        Related {
            range,
            start,
            end,
            message: message.into(),
        }
    }

    /// An edit, to be put into a fix.
    pub(crate) fn edit(&self, range: Range<usize>, replacement: impl Into<Arc<str>>) -> Edit {
        let (start, end) = self.places(&range);
        Edit {
            range,
            start,
            end,
            replacement: replacement.into(),
        }
    }

    /// An edit that takes some bytes away, such as a comment: with its line where nothing else is on it, else with the blanks before it
    /// where nothing stands behind.
    pub(crate) fn deletion(&self, range: Range<usize>) -> Edit {
        let text = self.source.text;
        // The carriage return of a line is none of its comment.
        let range = range.start..range.start + text[range].trim_end_matches('\r').len();
        let before = text[..range.start].trim_end_matches([' ', '\t']);
        let behind = text[range.end..].trim_start_matches([' ', '\t', '\r']);
        let ends_line = behind.is_empty() || behind.starts_with('\n');
        let begins_line = before.is_empty() || before.ends_with('\n');
        let range = match (begins_line, ends_line) {
            (true, true) => {
                before.len()..text.len() - behind.len() + usize::from(!behind.is_empty())
            }
            (false, true) => before.len()..range.end,
            _ => range,
        };
        self.edit(range, "")
    }

    fn places(&self, range: &Range<usize>) -> (Position, Position) {
        self.source.lines().places(range)
    }
}
