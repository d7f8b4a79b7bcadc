//! The macros that pastes need: those with `##`, those that lead to them, and the words they are given by others.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::BODY_CAP;
use super::expand::Item;
use super::lines::{may_give_pieces, pasting};
use super::pieces::Pieces;
use crate::facts::Guards;
use crate::lexer::{Kind, Lexed, Token};
use crate::macros::Macro;
use crate::unit::C;

/// More definitions of one name than this are not tried.
const ALTERNATIVES_CAP: usize = 4;

/// The bodies of one file have at most so many tokens together; what lies behind is not expanded.
const TABLE_CAP: usize = 1 << 17;

/// Longer bodies are not expanded in functions.
const EXPANDED_CAP: usize = 256;

/// A macro, apart from the text that defines it.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(super) name: String,
    pub(super) parameters: Option<Vec<String>>,
    /// The last parameter takes all arguments that are left.
    pub(super) is_variadic: bool,
    pub(super) body: Vec<Piece>,
}

/// A token of a body.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) text: String,
}

impl Definition {
    pub(super) fn read(lexed: &Lexed<'_>, definition: &Macro<'_>) -> Self {
        let parameters = definition.parameters.as_ref();
        let mut parameters: Option<Vec<String>> =
            parameters.map(|list| list.iter().map(|name| name.clone().into_owned()).collect());
        if definition.is_variadic
            && let Some(list) = &mut parameters
            && !definition.names_variadic
        {
            list.push("__VA_ARGS__".to_owned());
        }
        let body = lexed.content[definition.body.clone()].iter();
        Self {
            name: lexed.spelling(definition.name).into_owned(),
            parameters,
            is_variadic: definition.is_variadic,
            body: body
                .map(|&token: &Token| Piece {
                    kind: token.kind,
                    text: lexed.spelling(token).into_owned(),
                })
                .collect(),
        }
    }

    pub(super) fn parameter(&self, word: &str) -> Option<usize> {
        let parameters = self.parameters.as_ref()?;
        parameters.iter().position(|name| name == word)
    }

    /// The argument for a parameter; for the last one of a variadic macro all that are left.
    pub(super) fn argument(&self, arguments: &[Vec<Item>], parameter: usize) -> Vec<Item> {
        let count = self.parameters.as_ref().map_or(0, Vec::len);
        if !(self.is_variadic && parameter + 1 == count) {
            return arguments.get(parameter).cloned().unwrap_or_default();
        }
        let rest = arguments.get(parameter..).unwrap_or_default();
        rest.join(&Item::given(Kind::Comma, ",".to_owned(), true))
    }

    /// Whether it pastes names. `, ##__VA_ARGS__` only takes a comma away.
    pub(super) fn pastes(&self) -> bool {
        let is_name_paste = |at: usize| {
            let before = at.checked_sub(1).map(|before| self.body[before].kind);
            self.body[at].kind == Kind::Paste && before != Some(Kind::Comma)
        };
        (0..self.body.len()).any(is_name_paste)
    }

    pub(super) fn names_any(&self, names: &HashSet<String>) -> bool {
        let mut words = self.body.iter();
        words.any(|piece| piece.kind == Kind::Identifier && names.contains(&piece.text))
    }

    /// The words of the body that no argument replaces.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let words = self.body.iter();
        words
            .filter(|piece| piece.kind == Kind::Identifier && self.parameter(&piece.text).is_none())
            .map(|piece| piece.text.as_str())
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// The macros of one file and its headers.
pub(crate) struct Table<'a> {
    by_name: HashMap<String, Vec<Source<'a>>>,
    /// Those with `##` in their body, or in the body of one that they name.
    pasting: HashSet<String>,
}

enum Source<'a> {
    Own(Definition),
    OfHeader(&'a Definition),
}

impl Source<'_> {
    fn get(&self) -> &Definition {
        match self {
            Self::Own(definition) => definition,
            Self::OfHeader(definition) => definition,
        }
    }
}

impl<'a> Table<'a> {
    pub(super) fn new(c: &C<'_>, of_headers: impl Iterator<Item = &'a Definition>) -> Self {
        let mut table = Self {
            by_name: HashMap::new(),
            pasting: HashSet::new(),
        };
        let mut size = 0;
        for definition in &c.macros {
            size += definition.body.len();
            if definition.body.len() < BODY_CAP && size < TABLE_CAP {
                table.add(Source::Own(Definition::read(&c.lexed, definition)));
            }
        }
        for definition in of_headers {
            table.add(Source::OfHeader(definition));
        }
        let all: Vec<&Definition> = table.by_name.values().flatten().map(Source::get).collect();
        let pasting = pasting(&all);
        table.pasting = pasting;
        table
    }

    /// The macros of a file that can mean but one thing: defined once and under no condition, short, and none that
    /// rules know by its name.
    pub(crate) fn certain(c: &C<'_>) -> Self {
        let mut table = Self {
            by_name: HashMap::new(),
            pasting: HashSet::new(),
        };
        // Two names that share a hash count as one that is defined twice.
        let key =
            |definition: &Macro<'_>| FxBuildHasher.hash_one(&*c.lexed.spelling(definition.name));
        let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
        for definition in &c.macros {
            *seen.entry(key(definition)).or_default() += 1;
        }
        let guards = Guards::read(c.lexed.text);
        let mut size = 0;
        for definition in &c.macros {
            let name = c.lexed.spelling(definition.name);
            let body = &c.lexed.content[definition.body.clone()];
            let has_names = body.iter().any(|token| token.kind == Kind::Identifier);
            let is_known = ["lua", "lunet", "LUNET", "_lunet", "assert"]
                .iter()
                .any(|begin| name.starts_with(begin));
            if seen[&key(definition)] == 1
                && has_names
                && !is_known
                && body.len() < EXPANDED_CAP
                && guards.is_certain(definition.name.start as usize)
            {
                size += body.len();
                if size > TABLE_CAP {
                    break;
                }
                table.add(Source::Own(Definition::read(&c.lexed, definition)));
            }
        }
        table
    }

    fn add(&mut self, source: Source<'a>) {
        let list = self.by_name.entry(source.get().name.clone()).or_default();
        if list.len() < ALTERNATIVES_CAP {
            list.push(source);
        }
    }

    /// The pieces of names among the words of the macros that paste, and of those that stand for a word.
    pub(super) fn pieces(&self, prefix: &str) -> Pieces {
        let mut pieces = Pieces::default();
        let all = self.by_name.values().flatten().map(Source::get);
        for definition in all.filter(|one| may_give_pieces(one, &self.pasting)) {
            for word in definition.words() {
                pieces.add(word, prefix);
            }
        }
        pieces
    }

    /// Whether no macro pastes.
    pub(super) fn is_empty(&self) -> bool {
        self.pasting.is_empty()
    }

    /// Whether there is no macro at all.
    pub(crate) fn has_none(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Whether a name is a macro that pastes.
    pub(super) fn pastes(&self, name: &str) -> bool {
        self.pasting.contains(name)
    }

    /// Whether a macro takes arguments, if a name is one.
    pub(crate) fn takes_arguments(&self, name: &str) -> Option<bool> {
        let mut definitions = self.by_name.get(name)?.iter().map(Source::get);
        Some(definitions.any(|definition| definition.parameters.is_some()))
    }

    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &Definition> {
        let sources = self.by_name.get(name).into_iter().flatten();
        sources.map(Source::get)
    }
}
