//! Which words could be pieces of a name with the prefix, and whether pasting them one behind the other could make one.
//!
//! Most texts paste names and have nothing to do with internals; this tells so without any macro being expanded.

/// Longer prefixes are not counted letter by letter: pieces of them are always taken to be there.
const LETTERS_CAP: usize = 63;

/// The pieces of one prefix that stand somewhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pieces {
    /// For each letter of the prefix the letters before which a piece that begins there ends, as bits; the last of
    /// them stands for pieces that reach the end of the prefix.
    ends: Vec<u64>,
}

impl Pieces {
    /// Counts a word.
    pub(crate) fn add(&mut self, word: &str, prefix: &str) {
        let (word, prefix) = (word.as_bytes(), prefix.as_bytes());
        let Some(first) = word.first() else {
            return;
        };
        for (start, _) in prefix.iter().enumerate().filter(|(_, own)| *own == first) {
            let rest = &prefix[start..];
            let pairs = word.iter().zip(rest);
            let shared = pairs.take_while(|(ours, theirs)| ours == theirs).count();
            if shared == word.len() || shared == rest.len() {
                self.ends.resize(prefix.len(), 0);
                self.ends[start] |= bit(start + shared);
            }
        }
    }

    /// Counts the words that others have.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.ends.resize(self.ends.len().max(other.ends.len()), 0);
        for (ours, theirs) in self.ends.iter_mut().zip(&other.ends) {
            *ours |= theirs;
        }
    }

    /// Whether no word was a piece.
    pub(crate) fn are_none(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether some word was two letters or more of the begin of the prefix, and not all of it.
    pub(crate) fn may_begin(&self) -> bool {
        let length = self.ends.len();
        let others = bit(0) | bit(1) | bit(length);
        length > LETTERS_CAP || self.ends.first().is_some_and(|ends| ends & !others != 0)
    }

    /// Whether two pieces or more, one behind the other, make a name with the prefix.
    pub(crate) fn may_make_a_name(&self) -> bool {
        let length = self.ends.len();
        length > LETTERS_CAP || (length > 0 && self.reached().0 & bit(length) != 0)
    }

    /// The same, where not each of them is a single letter of the prefix.
    pub(crate) fn may_make_a_name_of_words(&self) -> bool {
        let length = self.ends.len();
        length > LETTERS_CAP || (length > 0 && self.reached().1 & bit(length) != 0)
    }

    /// The letters of the prefix before which pieces end that begin with it: all, and those of which one was longer
    /// than a letter.
    fn reached(&self) -> (u64, u64) {
        let (mut any, mut with_word) = (1, 0);
        for (start, &ends) in self.ends.iter().enumerate() {
            // A word with the whole prefix needs no other piece.
            let whole = if start == 0 { bit(self.ends.len()) } else { 0 };
            let ends = ends & !whole;
            if any & bit(start) != 0 {
                any |= ends;
                with_word |= ends & !bit(start + 1);
            }
            if with_word & bit(start) != 0 {
                with_word |= ends;
            }
        }
        (any, with_word)
    }
}

fn bit(letter: usize) -> u64 {
    1_u64
        .checked_shl(u32::try_from(letter).unwrap_or(u32::MAX))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Pieces;

    fn check(words: &str, expected: bool) {
        let mut pieces = Pieces::default();
        for word in words.split(' ') {
            pieces.add(word, "_lunet_");
        }
        assert_eq!(pieces.may_make_a_name(), expected, "{words}");
        let has_word = words != "e l t _ u n _x";
        assert_eq!(
            pieces.may_make_a_name_of_words(),
            expected && has_word,
            "{words}"
        );
    }

    #[test]
    fn pieces_that_fit_make_a_name() {
        check("_lu net_x", true);
        check("_ lunet_x", true);
        check("_lunet _x", true);
        check("_lunet_ _", false);
        check("e l t _ u n _x", true);
        check("_l une t_coref other", true);
        // `_lu` begins the name, and goes on with it behind `net`.
        check("_lu net", true);
        check("_lu ne", false);
        check("_lu et_x", false);
        check("lunet_x", false);
        check("_lunet_x", false);
        check("_list x", false);
        check("", false);
    }
}
