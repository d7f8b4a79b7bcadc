//! Shell scripts as the commands that they run, wherever these stand: in files, in workflows, in strings.

mod command;
mod kept;
mod made;
mod quote;
mod reader;
mod starter;
mod values;
mod wanted;
pub(crate) mod workflow;

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

pub(crate) use command::{Command, is_zero};
use kept::Kept;
use made::Variables;
pub(crate) use quote::FILL;
use reader::{Context, Reader};
use values::Values;

/// Scripts in strings of scripts are followed this deep.
const DEPTH_CAP: usize = 3;

/// Scripts in strings are read again as what they are. Those of one depth stand side by side, so that all of them
/// together are no longer than so many times the text, unless they hold what runs before and is read by itself.
const NESTED_TIMES: usize = DEPTH_CAP;

/// The commands of one script.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// Those that a rule may have something to say of.
    commands: Kept,
    /// Those that may be suppressions; all of them if they are counted.
    pub(crate) comments: Vec<Range<usize>>,
    /// What makes no sense as a script: judged word by word.
    pub(crate) lost: Vec<Range<usize>>,
    /// The functions that it defines by names that are asked for: `retry`, and programs that rules judge.
    functions: FxHashSet<Box<str>>,
    /// Those of them that run what they are given, as in `"$@"`; whether always under a time limit.
    passes: FxHashMap<Box<str>, bool>,
    variables: Variables,
    values: Values,
    keeps_comments: bool,
    /// Bytes of scripts in strings that may still be read.
    budget: usize,
}

/// A word of a command.
#[derive(Clone, Debug)]
pub(crate) struct Word<'t> {
    /// Without quotes.
    pub(crate) text: Cow<'t, str>,
    start: u32,
    end: u32,
    /// A `$` in it stands for itself.
    is_literal: bool,
}

impl Word<'_> {
    /// Nothing of it is quoted.
    pub(crate) fn is_bare(&self) -> bool {
        self.range().len() == self.text.len()
    }

    /// Bytes of the file.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Script {
    /// Reads a script that stands at `shift` in its file, each line behind so many blanks.
    pub(crate) fn read(text: &str, shift: usize, indent: usize) -> Self {
        let mut script = Self::default();
        script.add(text, shift, indent);
        script
    }

    /// Reads a script with all its comments, for those who count what is code.
    pub(crate) fn with_comments(text: &str, indent: usize) -> Self {
        let mut script = Self {
            keeps_comments: true,
            ..Self::default()
        };
        script.add(text, 0, indent);
        script
    }

    fn add(&mut self, text: &str, shift: usize, indent: usize) {
        // A mark of the encoding is no part of the first command.
        let (text, shift) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (rest, shift + text.len() - rest.len()),
            None => (text, shift),
        };
        self.variables.is_wanted = memchr::memmem::find(text.as_bytes(), b"mktemp").is_some();
        self.budget = text.len().saturating_mul(NESTED_TIMES);
        let context = Context {
            shift,
            indent,
            ..Context::default()
        };
        Reader::new(self, text, context).read();
    }

    /// Says that all of it stands in one place: it is a value that has a name there.
    pub(crate) fn move_to(&mut self, range: &Range<usize>) {
        self.commands.move_to(range);
    }

    /// The commands that a rule may have something to say of, in order.
    pub(crate) fn commands(&self) -> impl Iterator<Item = Command<'_>> {
        self.commands.iter()
    }

    /// Notes the name of a function, if it is one that is asked for.
    fn define(&mut self, name: &str) {
        if name == "retry" || wanted::is_judged_program(name) {
            self.functions.insert(name.into());
        }
    }

    /// Notes a comment.
    fn comment(&mut self, text: &str, range: Range<usize>) {
        if self.keeps_comments || crate::suppress::mentions_marker(text) {
            self.comments.push(range);
        }
    }

    /// Whether a command is a function of the script: what it does is judged where it is defined.
    pub(crate) fn is_own_function(&self, command: &Command<'_>) -> bool {
        let name = command.words.first().map_or("", |word| &*word.text);
        command.is_plain && self.functions.contains(name)
    }

    /// Whether a function of the script runs what it is given, and whether it does under a time limit.
    fn passing(&self, name: &str) -> Option<bool> {
        if self.passes.is_empty() {
            return None;
        }
        self.passes.get(name).copied()
    }

    /// Whether a word of a command names a directory that the script made with `mktemp -d`, or something below it.
    pub(crate) fn is_own_directory(&self, command: &Command<'_>, word: &Word<'_>) -> bool {
        let before = (!command.is_deferred).then_some(word.start);
        !word.is_literal && self.variables.is_made(&word.text, word.start, before)
    }
}
