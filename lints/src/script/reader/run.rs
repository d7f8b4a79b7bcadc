//! Commands as they are run: what they start, and the scripts in their strings and their input.

use std::borrow::Cow;
use std::ops::Range;

use super::{Context, End, Reader, Span};
use crate::script::starter::unwrapped;
use crate::script::{Command, DEPTH_CAP, Word, quote, wanted};
use crate::source::to_u32;

/// Of longer words with commands in them, which are read by themselves, only the begin is kept.
pub(super) const WORD_CAP_BYTES: usize = 256;

/// What a command writes for the next one of its pipeline.
#[derive(Default)]
pub(super) struct Fed {
    /// What is open there.
    depth: usize,
    /// The words that `echo` and `printf` write.
    words: Vec<Range<usize>>,
    /// The here-document that `cat` writes.
    document: Option<usize>,
    string: Option<Span>,
}

impl<'t> Reader<'_, 't> {
    /// Ends the command that is being read.
    pub(super) fn command(&mut self, end: End) {
        let first = self.top().words as usize;
        let depth = self.frames.len();
        let fed = self.fed.take_if(|fed| fed.depth == depth);
        let own = self.own_document.take_if(|own| own.0 == depth);
        let string = self.own_string.take_if(|own| own.0 == depth);
        let spans = &self.words[first..];
        if spans.is_empty() {
            return;
        }
        if self.script.variables.is_wanted {
            self.overwrite();
        }
        let spans = &self.words[first..];
        if wanted::may_matter(self.text, spans, end == End::Pipe, self.script) {
            let mut words = Vec::with_capacity(spans.len());
            for span in spans {
                self.script.values.expand(self.word(*span), &mut words);
            }
            let mut fed = fed.unwrap_or_default();
            fed.depth = depth;
            if own.is_some() || string.is_some() {
                fed.words.clear();
                fed.document = own.map(|own| own.1);
                fed.string = string.map(|own| own.1);
            }
            self.run(words, fed, end);
        }
        self.words.truncate(first);
    }

    fn word(&self, span: Span) -> Word<'t> {
        let (text, is_literal) = self.plain(span);
        let shift = self.context.shift;
        Word {
            text,
            start: to_u32(span.start as usize + shift),
            end: to_u32(span.end as usize + shift),
            // What quotes in a script within a string is expanded before, or not: that is not known here.
            is_literal: is_literal && self.context.depth == 0,
        }
    }

    /// The text of a word without its quotes, and whether a `$` in it stands for itself.
    pub(super) fn plain(&self, span: Span) -> (Cow<'t, str>, bool) {
        let text = self.text;
        let raw = &text[span.range()];
        if span.has_commands && raw.len() > WORD_CAP_BYTES {
            return quote::plain(&raw[..raw.floor_char_boundary(WORD_CAP_BYTES)]);
        }
        quote::plain(raw)
    }

    fn run(&mut self, words: Vec<Word<'t>>, mut fed: Fed, end: End) {
        let top = *self.top();
        let mut commands = if self.is_own_retry(&words) {
            vec![Command::plain(words, top.is_bounded)]
        } else {
            unwrapped(words, top.is_bounded)
        };
        self.pass_on(&mut commands);
        for mut command in commands {
            command.is_deferred = top.is_deferred;
            let within = Context {
                is_bounded: command.is_bounded,
                is_deferred: top.is_deferred || command.program() == "trap",
                ..self.context
            };
            if let Some(range) = command.nested_script() {
                self.nested(range, within);
            }
            if command.reads_script() {
                self.feed(&fed, within);
            } else if end == End::Pipe && wanted::is_feeder(command.program()) {
                self.fed = Some(std::mem::take(&mut fed).behind(&command));
            }
            if wanted::is_judged(&command) {
                self.script.commands.push(&command);
            }
        }
    }

    /// Whether a command is no program of that name but a function of the script, which is known better.
    fn is_own_retry(&self, words: &[Word]) -> bool {
        let name = words.first().map(|word| &*word.text);
        name == Some("retry") && self.script.functions.contains("retry")
    }

    /// Notes that the function that is being read runs what it is given, and adds what such a function is given.
    fn pass_on(&mut self, commands: &mut Vec<Command>) {
        let Some(command) = commands.first() else {
            return;
        };
        let given = ["$@", "$*", "${@", "${*"];
        let is_given = given
            .iter()
            .any(|word| command.words[0].text.starts_with(word));
        if let Some(body) = self.bodies.last().filter(|_| is_given) {
            let always = self.script.passes.entry(self.text[body.clone()].into());
            let is_bounded = command.is_bounded;
            always
                .and_modify(|always| *always &= is_bounded)
                .or_insert(is_bounded);
        }
        let passing = self.script.passing(&command.words[0].text);
        if let Some(is_bounded) = passing.filter(|_| command.is_plain) {
            // `retry 3 curl` and `run -q curl`.
            let is_setting = |word: &&Word| {
                word.text
                    .starts_with(|sign: char| sign == '-' || sign.is_ascii_digit())
            };
            let settings = command.arguments().take_while(is_setting).count();
            let given = command.words[1 + settings..].to_vec();
            commands.extend(unwrapped(given, is_bounded || command.is_bounded));
        }
    }

    /// A shell reads what is fed to it.
    fn feed(&mut self, fed: &Fed, within: Context) {
        for range in &fed.words {
            self.nested(range.clone(), within);
        }
        if let Some(span) = fed.string {
            let shift = self.context.shift;
            self.nested(
                span.start as usize + shift..span.end as usize + shift,
                within,
            );
        }
        let document = fed.document.and_then(|index| self.documents.get_mut(index));
        if let Some(document) = document {
            document.script = Some(within.is_bounded);
        }
    }

    /// Reads words, in bytes of the file, as a script.
    fn nested(&mut self, range: Range<usize>, within: Context) {
        let shift = self.context.shift;
        let raw = &self.text[range.start - shift..range.end - shift];
        let is_affordable = self.script.budget >= raw.len();
        if within.depth >= DEPTH_CAP || !is_affordable {
            return;
        }
        self.script.budget -= raw.len();
        let text = quote::script(raw);
        let context = Context {
            shift: range.start,
            depth: within.depth + 1,
            ..within
        };
        Reader::new(self.script, &text, context).read();
    }

    /// Reads the rest of what is being read line by line, as commands of plain words.
    pub(super) fn lines(&mut self, from: usize) {
        let range = from.min(self.limit)..self.limit;
        let text = self.text;
        let shift = self.context.shift;
        self.script
            .lost
            .push(range.start + shift..range.end + shift);
        for command in text[range].split(['\n', ';', '|', '&', '(', ')', '`']) {
            let first = self.words.len();
            for word in command.split_ascii_whitespace() {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                self.words.push(Span {
                    start: to_u32(start),
                    end: to_u32(start + word.len()),
                    has_commands: false,
                });
            }
            self.top().words = to_u32(first);
            self.command(End::Line);
            self.words.truncate(first);
        }
    }
}

impl Fed {
    /// What a command writes: its words, or what it read.
    fn behind(self, command: &Command<'_>) -> Self {
        let writes = matches!(command.program(), "echo" | "printf");
        let words = command.arguments().map(Word::range);
        Self {
            words: if writes { words.collect() } else { self.words },
            ..self
        }
    }
}
