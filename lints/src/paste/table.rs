//! The macros that pastes need: those with `##`, those that lead to them, and the words they are given by others.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;

use aho_corasick::AhoCorasick;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::expand::Item;
use crate::facts::Guards;
use crate::lexer::{Kind, Lexed, Token, lex};
use crate::macros::{Macro, macros};
use crate::unit::C;

/// More definitions of one name than this are not tried.
const ALTERNATIVES_CAP: usize = 4;

/// Longer bodies paste no names of functions.
const BODY_CAP: usize = 1024;

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
    fn read(lexed: &Lexed<'_>, definition: &Macro<'_>) -> Self {
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

    fn pastes(&self) -> bool {
        self.body.iter().any(|piece| piece.kind == Kind::Paste)
    }

    fn names_any(&self, names: &HashSet<String>) -> bool {
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

/// The names of the macros that paste, at once or through another.
fn pasting(all: &[&Definition]) -> HashSet<String> {
    let mut found: HashSet<String> = HashSet::new();
    loop {
        let more: Vec<_> = all
            .iter()
            .filter(|definition| !found.contains(&definition.name))
            .filter(|definition| definition.pastes() || definition.names_any(&found))
            .map(|definition| definition.name.clone())
            .collect();
        if more.is_empty() || found.len() > BODY_CAP {
            return found;
        }
        found.extend(more);
    }
}

/// The macros of a header that paste or lead to one that does, and those that are a short word.
/// A header without `##` has none: its text is only searched.
pub(crate) fn definitions_of(text: &str) -> Vec<Definition> {
    if !has_paste(text) {
        return Vec::new();
    }
    let lines: Vec<&str> = define_lines(text).collect();
    let mut names: Vec<String> = Vec::new();
    let mut found: Vec<Definition> = Vec::new();
    let mut is_taken = vec![false; lines.len()];
    for _ in 0..4 {
        let before = found.len();
        // Too many names are none: the search can't be made.
        let leads = Some(&names).filter(|names| !names.is_empty());
        let leads = leads.and_then(|names| AhoCorasick::new(names).ok());
        for (line, taken) in lines.iter().zip(&mut is_taken) {
            let is_first = before == 0;
            let matters = || {
                (is_first && (has_paste(line) || is_short_word(line)))
                    || leads.as_ref().is_some_and(|leads| leads.is_match(line))
            };
            if !*taken && matters() {
                *taken = true;
                let lexed = lex(line);
                let read = macros(&lexed);
                found.extend(read.iter().map(|one| Definition::read(&lexed, one)));
            }
        }
        if found.len() == before || names.len() > 64 {
            break;
        }
        let taking = found
            .iter()
            .filter(|definition| definition.parameters.is_some());
        names = taking.map(|definition| definition.name.clone()).collect();
    }
    found.retain(|definition| definition.body.len() < BODY_CAP);
    found
}

fn has_paste(text: &str) -> bool {
    let pastes = |paste: &[u8]| memchr::memmem::find(text.as_bytes(), paste).is_some();
    pastes(b"##") || pastes(b"%:%:")
}

/// `#define P _lu`: a word that may be the begin of a name.
fn is_short_word(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace().rev();
    let (Some(last), Some(_), Some(define)) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    last.len() <= 8 && last.starts_with('_') && define.ends_with("define")
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
