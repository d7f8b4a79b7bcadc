//! Names to numbers, in little memory: the names themselves stay in the text.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashMap};

/// The numbers of named things. Of several with one name the last one counts.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By the hash of the name; names that share a hash stand at the next free number.
    by_hash: FxHashMap<u64, u32>,
}

impl Names {
    /// The table of `count` things, whose names `has` knows: whether a thing has a name.
    pub(super) fn new<N: AsRef<str>>(
        names: impl Iterator<Item = N>,
        has: impl Fn(usize, &str) -> bool,
    ) -> Self {
        let mut table = Self::default();
        for (number, name) in (0..).zip(names) {
            let mut key = FxBuildHasher.hash_one(name.as_ref());
            while let Some(&known) = table.by_hash.get(&key)
                && !has(known as usize, name.as_ref())
            {
                key = key.wrapping_add(1);
            }
            table.by_hash.insert(key, number);
        }
        table
    }

    /// The number of a name.
    pub(super) fn get(&self, name: &str, has: impl Fn(usize, &str) -> bool) -> Option<usize> {
        let mut key = FxBuildHasher.hash_one(name);
        loop {
            let number = *self.by_hash.get(&key)? as usize;
            if has(number, name) {
                return Some(number);
            }
            key = key.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn the_last_of_a_name_counts() {
        let list = ["a", "b", "a", "c"];
        let has = |number: usize, name: &str| list[number] == name;
        let names = Names::new(list.iter(), has);
        let found = ["a", "b", "c", "d"].map(|name| names.get(name, has));
        assert_eq!(found, [Some(2), Some(1), Some(3), None]);
    }
}
