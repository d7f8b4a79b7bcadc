//! Finds out by search, before any token is made, whether a C text could have a finding at all.

use std::ops::Range;

use aho_corasick::{AhoCorasick, packed};

use crate::lexer::{continues_identifier, splice};
use crate::paste::piece_length;

mod allocation;

use allocation::{Macros, may_stay_unasked};

/// What C rules look for besides the prefix.
const NEEDLES: [(&str, Mark); 15] = [
    ("lunet", Mark::BeginsWord),
    ("lunet-lint:", Mark::Anything),
    ("trace.h", Mark::BeginsWord),
    ("luaL_", Mark::BeginsWord),
    ("lua_State", Mark::BeginsWord),
    ("malloc", Mark::Allocates),
    ("calloc", Mark::Allocates),
    ("realloc", Mark::Allocates),
    ("uv_", Mark::BeginsType),
    ("mutex_destroy", Mark::Anything),
    ("mtx_destroy", Mark::Anything),
    ("lock_destroy", Mark::Anything),
    ("DeleteCriticalSection", Mark::BeginsWord),
    // Trigraphs: a line splice and a `#`.
    ("??/", Mark::Anything),
    ("??=", Mark::Anything),
];

/// A search for any of the needles: with vector instructions where the processor has them.
#[derive(Debug)]
pub(crate) struct Gate {
    search: Search,
    /// What each needle must be besides.
    marks: Vec<Mark>,
    prefix: String,
}

/// What a needle must be to count.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mark {
    Anything,
    BeginsWord,
    /// It begins the name of a type.
    BeginsType,
    /// It is a call whose pointer nobody asks for at once.
    Allocates,
    /// One byte, and a word behind it that is a piece of the prefix: the argument of a macro that pastes.
    IsPiece,
}

/// What may stand before the argument of a macro.
const BEFORE_ARGUMENTS: [&str; 5] = ["(", ",", " ", "\t", "/"];

#[derive(Debug)]
enum Search {
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

impl Gate {
    pub(crate) fn new(prefix: &str) -> Result<Self, aho_corasick::BuildError> {
        let needles = NEEDLES
            .iter()
            .map(|&(needle, mark)| (needle.to_owned(), mark));
        let begin = prefix.get(..2).unwrap_or(prefix);
        let pieces = BEFORE_ARGUMENTS.map(|before| (format!("{before}{begin}"), Mark::IsPiece));
        // The prefix, and what is left of it where a macro pastes the underscore.
        let wholes = [prefix, prefix.trim_start_matches('_')]
            .into_iter()
            .filter(|whole| !whole.is_empty())
            .map(|whole| (whole.to_owned(), Mark::BeginsWord));
        let (words, marks): (Vec<_>, Vec<_>) = needles.chain(wholes).chain(pieces).unzip();
        let search = match packed::Searcher::new(&words) {
            Some(searcher) => Search::Packed(searcher),
            None => Search::Automaton(AhoCorasick::new(&words)?),
        };
        Ok(Self {
            search,
            marks,
            prefix: prefix.to_owned(),
        })
    }

    /// Whether any needle is in a text.
    pub(crate) fn is_open(&self, text: &str) -> bool {
        self.matches(text).next().is_some()
    }

    /// Where the allocations are that nobody asks for at once, if nothing else in a text is looked for.
    pub(crate) fn only_allocations(&self, text: &str) -> Option<Vec<usize>> {
        self.matches(text)
            .map(|(mark, at)| (mark == Mark::Allocates).then_some(at))
            .collect()
    }

    /// The needles that count in a text, and where they are.
    fn matches<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Mark, usize)> {
        let macros = Macros::of(text);
        let found: Box<dyn Iterator<Item = aho_corasick::Match>> = match &self.search {
            Search::Packed(searcher) => Box::new(searcher.find_iter(text)),
            Search::Automaton(automaton) => Box::new(automaton.find_iter(text)),
        };
        found.filter_map(move |found| {
            let mark = self.marks[found.pattern()];
            let counts = self.counts(mark, text, found.range(), &macros);
            counts.then_some((mark, found.start()))
        })
    }

    /// Whether what was found is what its mark says it must be.
    fn counts(&self, mark: Mark, text: &str, found: Range<usize>, macros: &Macros<'_>) -> bool {
        let bytes = text.as_bytes();
        let begins_word = || {
            let before = found.start.checked_sub(1).map(|at| bytes[at]);
            !before.is_some_and(continues_identifier)
        };
        match mark {
            Mark::Anything => true,
            Mark::BeginsWord => begins_word(),
            Mark::BeginsType => begins_word() && is_type(&bytes[found.start..]),
            Mark::Allocates => begins_word() && may_stay_unasked(text, found, macros),
            Mark::IsPiece => {
                let word = &bytes[found.start + 1..];
                word.starts_with(self.prefix.as_bytes()) || piece_length(word, &self.prefix) > 0
            }
        }
    }
}

/// Whether a text begins with a name as types have it: `…_t`, and those of `uv_any_…`.
fn is_type(bytes: &[u8]) -> bool {
    let is_word = |byte: &&u8| continues_identifier(**byte);
    let length = bytes.iter().take_while(is_word).count();
    bytes[..length].ends_with(b"_t") || bytes.starts_with(b"uv_any_")
}

/// Whether a name of an internal may stand in pieces: its begin before `##`, or a word split by a backslash-newline.
pub(crate) fn may_be_pieced(text: &str, prefix: &str) -> bool {
    let bytes = text.as_bytes();
    let pasted = ["##", "%:%:"].iter().any(|paste| {
        memchr::memmem::find_iter(bytes, paste).any(|at| begins_prefix(&text[..at], prefix))
    });
    pasted || splits_words(text)
}

/// Whether the memory of the C library may be mentioned.
pub(crate) fn may_allocate(text: &str) -> bool {
    let mut words = ["alloc", "free", "strdup"].iter();
    words.any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Whether a backslash-newline splits a word.
pub(crate) fn splits_words(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'\\', bytes).any(|at| splits_word(bytes, at))
}

/// Whether the word at the end of a text could grow into the prefix. A comment there could hide one.
fn begins_prefix(before: &str, prefix: &str) -> bool {
    let before = before.trim_end_matches([' ', '\t', '\r', '\n', '\\']);
    let start = before
        .bytes()
        .rposition(|byte| !continues_identifier(byte))
        .map_or(0, |at| at + 1);
    let word = &before.as_bytes()[start..];
    before.ends_with('/') || (!word.is_empty() && prefix.as_bytes().starts_with(word))
}

fn splits_word(bytes: &[u8], at: usize) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|&byte| continues_identifier(byte));
    splice(bytes, at).is_some_and(|end| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        is_word(before) && (is_word(bytes.get(end)) || bytes.get(end) == Some(&b'\\'))
    })
}

#[cfg(test)]
mod tests {
    use super::{Gate, may_be_pieced};

    fn check(text: &str, expected: bool) {
        check_for("_lunet_", text, expected);
    }

    fn check_for(prefix: &str, text: &str, expected: bool) {
        let gate = Gate::new(prefix).expect("the needles are sound");
        let is_open = gate.is_open(text) || may_be_pieced(text, prefix);
        assert_eq!(is_open, expected, "{text:?}");
    }

    #[test]
    fn another_prefix_opens_it_too() {
        check_for("_acme_", "x = _acme_x(L);", true);
        check_for("_acme_", "CALL(acme_x)(L);", true);
        check_for("_acme_", "x = my_acme_x(L);", false);
        check_for("_", "f(_x);", true);
    }

    #[test]
    fn only_what_rules_look_for_opens_it() {
        check("x = _lunet_x(L);", true);
        check("p = malloc(1);", true);
        check("p = malloc(1); if (!p) return;", false);
        check("uv_tcp_t a; uv_any_handle b;", true);
        check("uv_to_rgb(a);", false);
        check("pthread_mutex_destroy(&m);", true);
        check("p = zmalloc(1); my_uv_x; xlunet_y", false);
        check("", false);
    }

    #[test]
    fn names_in_pieces_open_it() {
        check("#define F(x) _lu##x", true);
        check("#define F(x) _ ## x", true);
        check("#define F(x) _lu/* */##x", true);
        check("#define F(x) a##x __##x", false);
        check("_lu\\\nnet_x", true);
        check("#define F \\\n  x", false);
        check("JOIN(_lu, net_x)(L);", true);
        check("JOIN(a,_lunet,_x)(L);", true);
        check("f(_list, _lunar); g(_(\"a\"));", false);
    }
}
