//! One search of a header for all that facts are read from.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, packed};

use crate::lexer::continues_identifier;

/// What is searched for, in the order of [`Mark`].
const WORDS: [&str; 8] = [
    "include", "inline", "lua", "lunet", "LUNET", "alloc", "##", "%:%:",
];

/// Where the words stand in a text.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The offsets of `include`.
    pub(super) includes: Vec<usize>,
    /// The offsets of `inline`.
    pub(super) inlines: Vec<usize>,
    /// The offsets of `alloc`.
    pub(super) allocators: Vec<usize>,
    /// Some word begins with `lua`.
    pub(super) names_lua: bool,
    /// Something of the SDK is named.
    pub(super) names_sdk: bool,
    /// The first paste of names: not the one that takes a comma away.
    pub(super) pastes: bool,
}

enum Search {
    Packed(packed::Searcher),
    Automaton(Option<AhoCorasick>),
}

impl Marks {
    pub(super) fn of(text: &str) -> Self {
        static SEARCH: LazyLock<Search> = LazyLock::new(|| match packed::Searcher::new(WORDS) {
            Some(searcher) => Search::Packed(searcher),
            None => Search::Automaton(AhoCorasick::new(WORDS).ok()),
        });
        let mut marks = Self::default();
        match &*SEARCH {
            Search::Packed(search) => {
                search
                    .find_iter(text)
                    .for_each(|found| marks.add(text, found));
            }
            Search::Automaton(search) => {
                let found = search.iter().flat_map(|search| search.find_iter(text));
                found.for_each(|found| marks.add(text, found));
            }
        }
        marks
    }

    fn add(&mut self, text: &str, found: aho_corasick::Match) {
        let at = found.start();
        match WORDS[found.pattern().as_usize()] {
            "include" => self.includes.push(at),
            "inline" => self.inlines.push(at),
            "alloc" => self.allocators.push(at),
            "lua" => self.names_lua |= begins_word(text, at),
            "lunet" | "LUNET" => self.names_sdk = true,
            _ => self.pastes |= !is_after_comma(text, at),
        }
    }
}

/// Not the `lua` of `evaluate`.
fn begins_word(text: &str, at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| text.as_bytes()[before]);
    !before.is_some_and(continues_identifier)
}

/// `, ##__VA_ARGS__`.
fn is_after_comma(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '\t', '\\', '\r', '\n']);
    before.ends_with(',')
}
