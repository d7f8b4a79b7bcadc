//! The macros of a header, kept as the lines that define them: most are never asked for, and read when one is.

use std::collections::HashSet;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::BODY_CAP;
use super::pieces::Pieces;
use super::table::Definition;
use crate::lexer::{Kind, continues_identifier, lex};
use crate::macros::macros;

/// Of longer bodies that paste nothing no word is pasted elsewhere.
const ALIAS_CAP: usize = 4;

/// The lines that define the macros of a header of which one pastes names.
#[derive(Debug)]
pub(crate) struct Lines {
    text: Box<str>,
    prefix: Box<str>,
    /// The pieces of names among their words.
    pieces: Pieces,
    definitions: OnceLock<Vec<Definition>>,
}

impl Lines {
    /// The lines of a text.
    pub(crate) fn of(text: &str, prefix: &str) -> Self {
        let mut lines = String::new();
        let mut pieces = Pieces::default();
        for line in define_lines(text) {
            lines.push_str(line);
            lines.push('\n');
            for (at, word) in words(line) {
                // Single letters are everywhere.
                if word.len() > 1 || (is_pasted(line, at) && !is_parameter(line, word)) {
                    pieces.add(word, prefix);
                }
            }
        }
        Self {
            text: lines.into(),
            prefix: prefix.into(),
            pieces,
            definitions: OnceLock::new(),
        }
    }

    /// The pieces of names among the words.
    pub(crate) fn pieces(&self) -> &Pieces {
        &self.pieces
    }

    /// The lines themselves.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The macros that bring the begin of a name of an internal.
    pub(crate) fn beginning(&self) -> impl Iterator<Item = &str> {
        let definitions = if self.pieces.may_begin() {
            self.definitions()
        } else {
            &[]
        };
        definitions
            .iter()
            .filter(|definition| brings_begin(definition, &self.prefix))
            .map(Definition::name)
    }

    /// The macros whose body a search finds something in.
    pub(crate) fn naming(&self, search: &AhoCorasick) -> impl Iterator<Item = &str> {
        self.definitions()
            .iter()
            .filter(|definition| definition.words().any(|word| search.is_match(word)))
            .map(Definition::name)
    }

    /// The macros that paste or lead to one that does, and those that stand for a piece of a name.
    pub(crate) fn definitions(&self) -> &[Definition] {
        self.definitions.get_or_init(|| self.read())
    }

    fn read(&self) -> Vec<Definition> {
        let mut all = Vec::new();
        // One by one: a comment may go on behind a line.
        for line in define_lines(&self.text) {
            let lexed = lex(line);
            let read = macros(&lexed);
            let short = read.iter().filter(|one| one.body.len() < BODY_CAP);
            all.extend(short.map(|one| Definition::read(&lexed, one)));
        }
        let references: Vec<_> = all.iter().collect();
        let pasting = pasting(&references);
        all.retain(|definition| pasting.contains(definition.name()) || self.is_piece(definition));
        all
    }

    fn is_piece(&self, definition: &Definition) -> bool {
        let mut pieces = Pieces::default();
        for word in definition.words() {
            pieces.add(word, &self.prefix);
        }
        definition.body.len() <= ALIAS_CAP && !pieces.are_none()
    }
}

/// The macros whose words could become pieces of names where others paste: what a table counts.
pub(super) fn may_give_pieces(definition: &Definition, pasting: &HashSet<String>) -> bool {
    definition.body.len() <= ALIAS_CAP || pasting.contains(definition.name())
}

/// The names of the macros that paste, at once or through another.
pub(super) fn pasting(all: &[&Definition]) -> HashSet<String> {
    let mut found: HashSet<String> = HashSet::new();
    loop {
        let more: Vec<_> = all
            .iter()
            .filter(|definition| !found.contains(definition.name()))
            .filter(|definition| definition.pastes() || definition.names_any(&found))
            .map(|definition| definition.name().to_owned())
            .collect();
        if more.is_empty() || found.len() > BODY_CAP {
            return found;
        }
        found.extend(more);
    }
}

/// Whether a macro brings the begin of a name, two letters or more of the prefix, and pastes something to it or
/// gives it to another macro, which may.
fn brings_begin(definition: &Definition, prefix: &str) -> bool {
    let body = &definition.body;
    let is_begin = |at: usize| {
        let piece = &body[at];
        piece.kind == Kind::Identifier
            && (2..prefix.len()).contains(&piece.text.len())
            && prefix.starts_with(&piece.text)
            && definition.parameter(&piece.text).is_none()
    };
    let is_pasted = |at: usize| {
        body.get(at + 1)
            .is_some_and(|next| next.kind == Kind::Paste)
    };
    let is_given = |at: usize| {
        let mut before = body[..at].windows(2);
        before.any(|pair| pair[0].kind == Kind::Identifier && pair[1].kind == Kind::ParenOpen)
    };
    let mut begins = (0..body.len()).filter(|&at| is_begin(at));
    begins.any(|at| body.len() == 1 || is_pasted(at) || is_given(at))
}

/// The words of a text, those of its comments and strings, too, each with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |byte: &u8| continues_identifier(*byte);
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text.as_bytes()[at..].iter().position(is_word)?;
        let start = at;
        let rest = text.as_bytes()[start..].iter();
        at += rest.take_while(|&byte| is_word(byte)).count();
        Some((start, &text[start..at]))
    })
}

/// Whether a paste stands before or behind the letter at a place, with nothing but blanks between.
fn is_pasted(text: &str, at: usize) -> bool {
    let blanks = [' ', '\t', '\\', '\r', '\n'];
    let before = text[..at].trim_end_matches(blanks);
    let behind = text[at + 1..].trim_start_matches(blanks);
    before.ends_with("##")
        || before.ends_with("%:%:")
        || behind.starts_with("##")
        || behind.starts_with("%:%:")
}

/// Whether a word is among the parameters of the macro that a line defines.
fn is_parameter(line: &str, word: &str) -> bool {
    let list = line
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    list.is_some_and(|(list, _)| list.split(',').any(|name| name.trim() == word))
}

/// The logical lines that define macros.
fn define_lines(text: &str) -> impl Iterator<Item = &str> {
    memchr::memmem::find_iter(text.as_bytes(), b"define").filter_map(|at| {
        let before = text[..at].trim_end_matches([' ', '\t']);
        let hash = before
            .strip_suffix('#')
            .or_else(|| before.strip_suffix("%:"))?;
        let mut end = at;
        loop {
            let length = memchr::memchr(b'\n', &text.as_bytes()[end..]);
            let Some(length) = length else {
                return Some(&text[hash.len()..]);
            };
            let line = text[end..end + length].trim_end_matches(['\r', ' ', '\t']);
            if !line.ends_with('\\') {
                return Some(&text[hash.len()..end + length]);
            }
            end += length + 1;
        }
    })
}
