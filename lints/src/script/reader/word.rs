//! What a word is where it stands: a reserved word, an assignment, the name of something, or one of a command.

use super::run::WORD_CAP_BYTES;
use super::{Kind, NONE, Place, Reader, Redirect, Span};
use crate::script::quote::{self, FILL};
use crate::script::wanted::DECLARATIONS;
use crate::source::to_u32;

/// What a word closes is looked for among so many that are open.
const CLOSE_CAP: usize = 64;

impl Reader<'_, '_> {
    pub(super) fn end_word(&mut self) {
        let mut end = self.at;
        let bytes = self.bytes;
        let top = self.top();
        if top.word == NONE {
            return;
        }
        // The quotes of what is around the script end with the word, and are none of it.
        while end > top.word as usize && bytes[end - 1] == FILL {
            end -= 1;
        }
        let end = to_u32(end);
        let span = Span {
            start: top.word,
            end,
            has_commands: top.has_commands,
        };
        top.word = NONE;
        top.has_commands = false;
        match std::mem::replace(&mut top.redirect, Redirect::No) {
            Redirect::No => self.place_word(span),
            Redirect::Target => {}
            Redirect::String => self.own_string = Some((self.frames.len(), span)),
            Redirect::Document { tabs } => {
                let text = self.text;
                self.announce_document(&text[span.range()], tabs);
            }
        }
    }

    fn place_word(&mut self, span: Span) {
        let text = self.text;
        let raw = &text[span.range()];
        let place = self.top().place;
        match place {
            Place::Command => self.first_word(raw, span),
            // `time { …; }`
            Place::Arguments if raw == "{" && self.times() => {
                let words = self.top().words as usize;
                self.words.truncate(words);
                self.top().place = Place::Command;
                self.push(Kind::Brace);
            }
            Place::Arguments => {
                self.declare(raw, span);
                self.words.push(span);
            }
            Place::ForName => {
                self.words.push(span);
                self.top().place = Place::ForIn;
            }
            Place::ForIn => self.after_loop_name(raw),
            Place::CaseWord => self.top().place = Place::CaseIn,
            Place::CaseIn => {
                self.top().place = Place::Command;
                if raw == "in" {
                    self.push(Kind::Case);
                }
            }
            Place::Pattern if raw == "esac" => self.close_compound(Kind::Case),
            Place::ForWords | Place::Pattern => self.words.push(span),
            Place::FunctionName => {
                self.script.define(raw);
                self.function = span.range();
                self.top().place = Place::Command;
                self.is_body_next = true;
            }
            Place::Test => {
                if raw == "]]" {
                    self.top().place = Place::Command;
                }
            }
        }
    }

    /// Whether what was read of the command is `time`, perhaps with an option.
    fn times(&mut self) -> bool {
        let words = self.top().words as usize;
        let text = self.text;
        let mut read = self.words[words..].iter().map(|word| &text[word.range()]);
        read.next() == Some("time") && read.all(|word| word.starts_with('-'))
    }

    fn first_word(&mut self, raw: &str, span: Span) {
        match raw {
            "then" | "else" | "elif" | "while" | "until" | "!" | "coproc" => {}
            "if" => self.push(Kind::If),
            "do" => self.push(Kind::Loop),
            "{" => self.push(Kind::Brace),
            "fi" => self.close_compound(Kind::If),
            "done" => self.close_compound(Kind::Loop),
            "}" => self.close_compound(Kind::Brace),
            "esac" => self.close_compound(Kind::Case),
            "for" | "select" => self.top().place = Place::ForName,
            "case" => self.top().place = Place::CaseWord,
            "function" => self.top().place = Place::FunctionName,
            "[[" => self.top().place = Place::Test,
            _ => {
                if !self.assign(raw, span) {
                    self.is_body_next = false;
                    self.words.push(span);
                    self.top().place = Place::Arguments;
                }
            }
        }
    }

    fn after_loop_name(&mut self, raw: &str) {
        let words = self.top().words as usize;
        match raw {
            "in" => self.top().place = Place::ForWords,
            "do" => {
                self.words.truncate(words);
                self.top().place = Place::Command;
                self.push(Kind::Loop);
            }
            _ => {}
        }
    }

    /// How many compound commands are open within the innermost one of a kind.
    fn within(&self, kind: Kind) -> Option<usize> {
        let open = self.frames.iter().rev();
        open.take_while(|frame| frame.kind.is_compound())
            .take(CLOSE_CAP)
            .position(|frame| frame.kind == kind)
    }

    /// Closes what a word of its own closes, and what is open within it.
    fn close_compound(&mut self, kind: Kind) {
        let place = self.within(kind);
        for _ in 0..place.map_or(0, |place| place + 1) {
            self.pop();
        }
    }

    /// `;;` and its kin: what follows is the next pattern.
    pub(super) fn next_pattern(&mut self) {
        if let Some(place) = self.within(Kind::Case) {
            for _ in 0..place {
                self.pop();
            }
            self.top().place = Place::Pattern;
        }
    }

    /// `name ()`: what was read of the command is the name of a function.
    pub(super) fn define_function(&mut self) {
        let top = *self.top();
        let start = match self.words.get(top.words as usize) {
            Some(first) => Some(first.range()),
            None if top.word != NONE => Some(top.word as usize..self.at),
            None => None,
        };
        if let Some(range) = start {
            self.script.define(&self.text[range.clone()]);
            self.function = range;
        }
        self.words.truncate(top.words as usize);
        let top = self.top();
        top.word = NONE;
        top.place = Place::Command;
        self.is_body_next = true;
    }

    /// Reads `name=value`. False if a word is none.
    fn assign(&mut self, raw: &str, span: Span) -> bool {
        let Some((name, value)) = assigned(raw) else {
            return false;
        };
        let place = to_u32(span.start as usize + self.context.shift);
        let is_more = raw[name.len()..].starts_with('+');
        self.script.values.set(name, value, is_more);
        let may_be_made = value.starts_with(['$', '`', '"', '\'', '(']);
        if may_be_made && value.len() <= WORD_CAP_BYTES {
            let (value, is_literal) = quote::plain(value);
            if is_literal {
                self.script.variables.hold(name, false, place);
            } else {
                self.script.variables.set(name, &value, place);
            }
        } else if !value.is_empty() {
            self.script.variables.hold(name, false, place);
        }
        true
    }

    /// A name or an assignment among the arguments of `local` and its kin.
    fn declare(&mut self, raw: &str, span: Span) {
        let first = self.top().words as usize;
        let first = self.words[first];
        let command = &self.text[first.range()];
        if !DECLARATIONS.contains(&command) {
            return;
        }
        if matches!(command, "local" | "declare" | "typeset") {
            let name = assigned(raw).map_or(raw, |(name, _)| name);
            self.script.variables.declare(name);
        }
        self.assign(raw, span);
    }

    /// Notes which variables a command sets: of `read name` and its kin nobody knows what they hold.
    pub(super) fn overwrite(&mut self) {
        let first = self.top().words as usize;
        let text = self.text;
        let (command, mut names) = match self.words[first..] {
            [command, ref names @ ..] => (&text[command.range()], names),
            [] => return,
        };
        match command {
            "read" | "mapfile" | "readarray" | "getopts" => {}
            "printf"
                if names
                    .first()
                    .is_some_and(|word| &text[word.range()] == "-v") =>
            {
                names = &names[..names.len().min(2)];
            }
            _ => return,
        }
        for name in names {
            let place = to_u32(name.start as usize + self.context.shift);
            self.script
                .variables
                .hold(&text[name.range()], false, place);
        }
    }

    /// `for name in "$made"/*` goes over what lies below a directory of the script.
    pub(super) fn loop_variable(&mut self) {
        let first = self.top().words as usize;
        if let Some((name, values)) = self.words[first..].split_first() {
            let place = to_u32(name.start as usize + self.context.shift);
            let is_made = !values.is_empty()
                && values.iter().all(|value| {
                    let (text, is_literal) = self.plain(*value);
                    !is_literal && self.script.variables.is_made(&text, place, None)
                });
            let name = &self.text[name.range()];
            self.script.variables.hold(name, is_made, place);
        }
        self.words.truncate(first);
    }
}

/// Longer indexes of arrays are no names.
const INDEX_CAP: usize = 80;

/// Name and value of an assignment: of `name=`, `name+=` and `name[index]=`.
fn assigned(raw: &str) -> Option<(&str, &str)> {
    let bytes = raw.as_bytes();
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let length = bytes.iter().take_while(is_name).count();
    if length == 0 || bytes[0].is_ascii_digit() {
        return None;
    }
    let mut at = length;
    if bytes.get(at) == Some(&b'[') {
        let mut index = bytes[at..].iter().take(INDEX_CAP);
        at += index.position(|byte| *byte == b']')? + 1;
    }
    at += usize::from(bytes.get(at) == Some(&b'+'));
    (bytes.get(at) == Some(&b'=')).then(|| (&raw[..length], &raw[at + 1..]))
}
