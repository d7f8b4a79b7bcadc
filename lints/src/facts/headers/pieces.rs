//! The macros of headers that bring the begin of the name of an internal: a file that uses one is looked at.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use crate::paste::Lines;

/// Macros that lead to others are followed this far.
const DEPTH: usize = 4;

/// Finds the names of those macros, also of those that lead to them; `None` where there are none.
pub(super) fn beginning(lines: &[&Lines]) -> Option<AhoCorasick> {
    let mut names: BTreeSet<&str> = lines.iter().flat_map(|lines| lines.beginning()).collect();
    for _ in 0..DEPTH {
        let search = search(&names)?;
        let before = names.len();
        for lines in lines.iter().filter(|lines| search.is_match(lines.text())) {
            names.extend(lines.naming(&search));
        }
        if names.len() == before {
            return Some(search);
        }
    }
    search(&names)
}

fn search(names: &BTreeSet<&str>) -> Option<AhoCorasick> {
    // Too many names are none: no search can be made.
    (!names.is_empty())
        .then(|| AhoCorasick::new(names).ok())
        .flatten()
}
