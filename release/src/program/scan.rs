//! Looks for marks in a program's bytes while they pass by.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input};

use crate::contract::contract;

/// Everything that is looked for, in the order in which it is told.
struct Marks {
    automaton: AhoCorasick,
    texts: Vec<&'static str>,
    /// One less than the longest mark.
    overlap: usize,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let hygiene = &contract().hygiene;
    let lists = [
        &hygiene.build_paths,
        &hygiene.trace_marks,
        &hygiene.sanitizer_marks,
    ];
    let texts: Vec<&str> = lists.into_iter().flatten().map(String::as_str).collect();
    let longest = texts.iter().map(|text| text.len()).max().unwrap_or(1);
    Marks {
        automaton: AhoCorasick::new(&texts).expect("the contract's marks fit an automaton"),
        overlap: longest - 1,
        texts,
    }
});

/// A search under way.
#[derive(Debug)]
pub(crate) struct Scan {
    found: Vec<bool>,
    /// The end of what passed by, where a mark may have begun.
    tail: Vec<u8>,
}

impl Scan {
    pub(crate) fn new() -> Self {
        Self {
            found: vec![false; MARKS.texts.len()],
            tail: Vec::with_capacity(2 * MARKS.overlap),
        }
    }

    /// Searches the next bytes, and over the seam to those before.
    pub(crate) fn pass(&mut self, bytes: &[u8]) {
        let seam = bytes.len().min(MARKS.overlap);
        self.tail.extend_from_slice(&bytes[..seam]);
        let tail = std::mem::take(&mut self.tail);
        self.search(&tail);
        self.search(bytes);
        self.tail = if bytes.len() > seam {
            bytes[bytes.len() - MARKS.overlap..].to_vec()
        } else {
            tail[tail.len().saturating_sub(MARKS.overlap)..].to_vec()
        };
    }

    /// Overlapping marks are each found: `/home/root/` holds two.
    fn search(&mut self, bytes: &[u8]) {
        let mut start = 0;
        while let Some(found) = MARKS.automaton.find(Input::new(bytes).range(start..)) {
            self.found[found.pattern().as_usize()] = true;
            start = found.start() + 1;
        }
    }

    /// The marks that were found.
    pub(crate) fn found(&self) -> Vec<&'static str> {
        let found = MARKS.texts.iter().zip(&self.found);
        found
            .filter(|(_, found)| **found)
            .map(|(text, _)| *text)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&str], expected: &[&str]) {
        let mut scan = Scan::new();
        for piece in pieces {
            scan.pass(piece.as_bytes());
        }
        assert_eq!(scan.found(), expected, "{pieces:?}");
    }

    #[test]
    fn marks_are_found_whole_and_over_seams() {
        check(&["x/home/user"], &["/home/"]);
        check(
            &["/home/root/.cargo/registry/x"],
            &["/home/", "/root/", "/.cargo/registry/"],
        );
        check(&["x/ho", "me/"], &["/home/"]);
        check(&["/", "h", "o", "m", "e", "/"], &["/home/"]);
        check(&["/.cargo/regis", "", "try", "/x"], &["/.cargo/registry/"]);
        check(&["[CO_TRACE] [TRACE", "]"], &["[TRACE]", "[CO_TRACE]"]);
        check(&[r"D:\a\lunet C:\Users\me"], &[r":\Users\", r":\a\"]);
        check(&["/homes/ home/ [trace] [TRACER] /target/releases"], &[]);
    }
}
