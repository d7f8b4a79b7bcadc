//! Shell scripts as the commands that they run, wherever these stand: in files, in workflows, in strings.

mod command;
mod shell;
pub(crate) mod workflow;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub(crate) use command::{Command, is_zero};

/// Scripts in strings of scripts are followed this deep.
const DEPTH_CAP: usize = 3;

/// The commands of one script.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) commands: Vec<Command>,
    pub(crate) comments: Vec<Range<usize>>,
    /// The functions that it defines.
    functions: BTreeSet<String>,
    /// Variables, and what they ever hold.
    made: BTreeMap<String, Made>,
}

/// What is known of a variable.
#[derive(Clone, Copy, Debug)]
struct Made {
    /// All that it ever holds are directories made with `mktemp -d`, or what lies below them.
    always: bool,
    /// Where it is set first: before, it may be anything.
    since: usize,
}

/// A word of a command.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// As it is written.
    pub(crate) raw: String,
    /// Without quotes.
    pub(crate) text: String,
    /// Bytes of the file.
    pub(crate) range: Range<usize>,
}

impl Script {
    /// Reads a script that stands at `shift` in its file.
    pub(crate) fn read(text: &str, shift: usize) -> Self {
        let mut script = Self::default();
        let context = shell::Context {
            shift,
            ..shell::Context::default()
        };
        shell::read(&mut script, text, context);
        script
    }

    /// Whether a command is a function of the script: what it does is judged where it is defined.
    pub(crate) fn is_own_function(&self, command: &Command) -> bool {
        let name = command.words.first().map_or("", |word| word.raw.as_str());
        command.is_plain && self.functions.contains(name)
    }

    /// Whether a word of a command names a directory that the script made with `mktemp -d`, or something below it.
    pub(crate) fn is_own_directory(&self, command: &Command, word: &Word) -> bool {
        let is_set = |made: &Made| command.is_deferred || made.since < word.range.start;
        self.is_made(&word.text, is_set)
    }

    /// Whether a word without its quotes names such a directory by a variable that is set.
    fn is_made(&self, word: &str, is_set: impl Fn(&Made) -> bool) -> bool {
        if shell::is_mktemp(word) {
            return true;
        }
        let Some(rest) = word.strip_prefix('$') else {
            return false;
        };
        let braced = rest.strip_prefix('{');
        let rest = braced.unwrap_or(rest);
        let end = rest
            .find(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
            .unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let behind = match braced {
            // `${tmp:?}` guards against the empty variable, with a message perhaps.
            Some(_) => behind.split_once('}').and_then(|(guard, behind)| {
                let is_guard =
                    guard.is_empty() || guard.starts_with(":?") || guard.starts_with('?');
                is_guard.then_some(behind)
            }),
            None => Some(behind),
        };
        let inside = behind.is_some_and(|behind| {
            (behind.is_empty() || behind.starts_with('/')) && !behind.contains("..")
        });
        let made = self.made.get(name).filter(|made| made.always);
        inside && made.is_some_and(is_set)
    }
}
