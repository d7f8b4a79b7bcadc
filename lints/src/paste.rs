//! What `##` makes of the arguments of macros: `CALL(_lu, net_x)` with `#define CALL(a, b) a##b`.
//!
//! Macros are expanded where a macro that pastes is invoked, to see which names come out; `flow` expands others.
//! What a macro makes of its own words alone is found in its body, not here.

mod expand;
mod lines;
mod pieces;
mod table;

use std::ops::Range;

use crate::lexer::{Kind, Token, continues_identifier, spelling};
use crate::role::Stream;
use crate::unit::{C, Stretch};
pub(crate) use expand::{Expander, Item};
pub(crate) use lines::Lines;
pub(crate) use pieces::Pieces;
pub(crate) use table::Table;

/// Longer bodies paste no names of functions.
const BODY_CAP: usize = 1024;

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
    /// The pieces that the macros bring.
    pieces: Pieces,
    prefix: &'a str,
    budget: usize,
}

impl<'a> Pastes<'a> {
    /// The macros of a file and of the headers that it includes; `None` where no words are there to make a name of.
    pub(crate) fn new(c: &'a C<'_>, prefix: &'a str) -> Option<Self> {
        // Only of a file that pastes itself it is believed that it spells a name letter by letter.
        let itself = c
            .lexed
            .content
            .iter()
            .any(|token| token.kind == Kind::Paste);
        let may_make = if itself {
            Pieces::may_make_a_name
        } else {
            Pieces::may_make_a_name_of_words
        };
        let mut pieces = pieces_of(c, prefix);
        if !may_make(&c.tree.completed(&pieces)) {
            return None;
        }
        let lines = c.tree.lines(c.reachable());
        lines.clone().for_each(|lines| pieces.merge(lines.pieces()));
        if !may_make(&pieces) {
            return None;
        }
        let table = Table::new(c, lines.flat_map(Lines::definitions));
        (!table.is_empty()).then(|| Self {
            pieces: table.pieces(prefix),
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
            let tokens = index..close + 1;
            let may_make = self.may_make(stream, tokens.clone());
            if let Some(name) = may_make.then(|| self.made(stretch, tokens)).flatten() {
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

    /// Whether some tokens have what the macros need to make a name.
    fn may_make(&self, stream: &Stream<'_>, tokens: Range<usize>) -> bool {
        let mut pieces = self.pieces.clone();
        for index in tokens {
            if stream.kind(index) == Some(Kind::Identifier) {
                pieces.add(&stream.word(index), self.prefix);
            }
        }
        pieces.may_make_a_name()
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

/// The pieces of names among the words of a file: what a parameter of a macro stands for is known where it is used.
fn pieces_of(c: &C<'_>, prefix: &str) -> Pieces {
    let mut pieces = Pieces::default();
    let words = |tokens: &[Token], visit: &mut dyn FnMut(&str)| {
        for token in tokens.iter().filter(|token| token.kind == Kind::Identifier) {
            visit(&c.lexed.spelling(*token));
        }
    };
    words(&c.lexed.code, &mut |word| pieces.add(word, prefix));
    for definition in &c.macros {
        words(&c.lexed.content[definition.body.clone()], &mut |word| {
            if !definition.has_parameter(word) {
                pieces.add(word, prefix);
            }
        });
    }
    pieces
}

/// The length of the word at the begin of a text if it is the begin of the prefix and not all of it, else 0.
pub(crate) fn piece_length(bytes: &[u8], prefix: &str) -> usize {
    let is_word = |byte: &&u8| continues_identifier(**byte);
    let length = bytes.iter().take_while(is_word).take(prefix.len()).count();
    let is_piece = length < prefix.len() && prefix.as_bytes().starts_with(&bytes[..length]);
    if is_piece { length } else { 0 }
}
