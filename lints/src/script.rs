//! Shell scripts as the commands that they run, wherever these stand: in files, in workflows, in strings.

mod command;
mod shell;
pub(crate) mod workflow;

use std::collections::BTreeMap;
use std::ops::Range;

pub(crate) use command::Command;

/// Scripts in strings of scripts are followed this deep.
const DEPTH_CAP: usize = 3;

/// The commands of one script.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) commands: Vec<Command>,
    pub(crate) comments: Vec<Range<usize>>,
    /// Variables, and whether all they ever hold is a directory made with `mktemp -d`.
    made: BTreeMap<String, bool>,
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
        shell::read(&mut script, text, shift, false, 0);
        script
    }

    /// Whether a word names a directory that the script made with `mktemp -d`, or something below it.
    pub(crate) fn is_own_directory(&self, word: &Word) -> bool {
        let Some(rest) = word.text.strip_prefix('$') else {
            return false;
        };
        let braced = rest.strip_prefix('{');
        let rest = braced.unwrap_or(rest);
        let end = rest
            .find(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
            .unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let behind = match braced {
            // `${tmp:?}` guards against the empty variable.
            Some(_) => behind.trim_start_matches([':', '?']).strip_prefix('}'),
            None => Some(behind),
        };
        let inside = behind.is_some_and(|behind| {
            (behind.is_empty() || behind.starts_with('/')) && !behind.contains("..")
        });
        inside && self.made.get(name) == Some(&true)
    }
}
