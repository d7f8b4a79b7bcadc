//! What `##` makes of the arguments of macros: `CALL(_lu, net_x)` with `#define CALL(a, b) a##b`.
//!
//! Macros are expanded where a macro that pastes is invoked, to see which names come out; `flow` expands others.
//! What a macro makes of its own words alone is found in its body, not here.

mod expand;
mod table;

use std::ops::Range;

use crate::include::includes;
use crate::lexer::{Kind, Token, continues_identifier, spelling};
use crate::role::Stream;
use crate::unit::{C, Stretch};
pub(crate) use expand::{Expander, Item};
pub(crate) use table::{Definition, Table, definitions_of};

/// So many tokens of the arguments of a macro are asked whether they paste.
const ARGUMENTS_CAP: usize = 256;

/// More tokens than this are not made for one file.
const FILE_BUDGET: usize = 1 << 16;

/// A name that a paste makes.
pub(crate) struct Pasted {
    pub(crate) name: String,
    /// The macro that is invoked, as a token of the stretch.
    pub(crate) index: usize,
    /// The bytes of the invocation.
    pub(crate) range: Range<usize>,
}

/// Finds the names with the prefix that pastes make in the stretches of a file.
pub(crate) struct Pastes<'a> {
    table: Table<'a>,
    prefix: &'a str,
    budget: usize,
}

impl<'a> Pastes<'a> {
    /// The macros of a file and of the headers that it includes; `None` where no piece of a name stands.
    pub(crate) fn new(c: &'a C<'_>, path: &str, prefix: &'a str) -> Option<Self> {
        let has_piece = has_piece(c.lexed.text, prefix) || c.tree.may_use_piece(c.lexed.text);
        if !has_piece {
            return None;
        }
        let table = Table::new(c, c.tree.pastes(path, includes(c)));
        (!table.is_empty()).then_some(Self {
            table,
            prefix,
            budget: FILE_BUDGET,
        })
    }

    /// The names that the invocations in a stretch make.
    pub(crate) fn in_stretch(&mut self, stretch: &Stretch<'_, '_>) -> Vec<Pasted> {
        let stream = &stretch.stream;
        let mut found = Vec::new();
        let mut index = 0;
        while index < stream.tokens.len() && self.budget > 0 {
            let Some(close) = self.invocation(stream, index) else {
                index += 1;
                continue;
            };
            if let Some(name) = self.made(stretch, index..close + 1) {
                let bytes =
                    stream.tokens[index].start as usize..stream.tokens[close].end() as usize;
                found.push(Pasted {
                    name,
                    index,
                    range: bytes,
                });
            }
            index = close + 1;
        }
        found
    }

    /// The last token of the invocation of a macro that pastes, or is given one that does, if one begins here.
    fn invocation(&self, stream: &Stream<'_>, index: usize) -> Option<usize> {
        if stream.kind(index) != Some(Kind::Identifier) {
            return None;
        }
        let word = stream.word(index);
        let takes_arguments = self.table.takes_arguments(&word)?;
        let pastes = self.table.pastes(&word);
        if !takes_arguments {
            return pastes.then_some(index);
        }
        let open = index + 1;
        let close = stream.close(open)?;
        let is_given_one = || {
            let mut within = (open..close).take(ARGUMENTS_CAP);
            within.any(|at| {
                stream.kind(at) == Some(Kind::Identifier) && self.table.pastes(&stream.word(at))
            })
        };
        let is_call = stream.kind(open) == Some(Kind::ParenOpen);
        (is_call && (pastes || is_given_one())).then_some(close)
    }

    /// The first name with the prefix that comes out of some tokens.
    fn made(&mut self, stretch: &Stretch<'_, '_>, tokens: Range<usize>) -> Option<String> {
        let stream = &stretch.stream;
        let items = stream.tokens[tokens]
            .iter()
            .map(|&token| item(stream.text, token, stretch))
            .collect::<Vec<_>>();
        let mut expander = Expander::new(&self.table, self.budget);
        let result = expander.expand(&items);
        self.budget = expander.budget();
        let mut names = result.into_iter();
        names
            .find(|item| item.is_pasted && item.is_given && item.begins_with(self.prefix))
            .map(|item| item.text)
    }
}

/// A token of an invocation. What a parameter of the macro around it stands for is not known.
fn item(text: &str, token: Token, stretch: &Stretch<'_, '_>) -> Item {
    let word = spelling(text, token).into_owned();
    let is_known = !stretch.is_parameter(&word);
    Item::given(token.kind, word, is_known)
}

/// Whether a text has a word that is the begin of the prefix and not all of it, as an argument may be.
pub(crate) fn has_piece(text: &str, prefix: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = memchr::memchr_iter(prefix.as_bytes()[0], bytes);
    starts
        .filter(|&at| at == 0 || !continues_identifier(bytes[at - 1]))
        .any(|at| {
            let length = piece_length(&bytes[at..], prefix);
            // `_("text")` is a call that has nothing to do with names.
            length > 1 || (length == 1 && ends_argument(&bytes[at + 1..]))
        })
}

/// The length of the word at the begin of a text if it is the begin of the prefix and not all of it, else 0.
pub(crate) fn piece_length(bytes: &[u8], prefix: &str) -> usize {
    let is_word = |byte: &&u8| continues_identifier(**byte);
    let length = bytes.iter().take_while(is_word).take(prefix.len()).count();
    let is_piece = length < prefix.len() && prefix.as_bytes().starts_with(&bytes[..length]);
    if is_piece { length } else { 0 }
}

fn ends_argument(behind: &[u8]) -> bool {
    let next = behind.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(next, Some(b',' | b')' | b'\\' | b'/'))
}
