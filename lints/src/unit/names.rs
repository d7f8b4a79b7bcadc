//! Names to numbers, in little memory: the names themselves stay in the text.

use std::hash::BuildHasher as _;

use rustc_hash::FxBuildHasher;

use crate::source::to_u32;

/// The numbers of named things. Of several with one name the last one counts.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Numbers behind their places, 0 where none is: at the hash of the name or, where another one stands there, at
    /// the next free place. At least a quarter is free.
    places: Vec<u32>,
}

impl Names {
    /// The table of things, whose names `has` knows: whether a thing has a name.
    pub(super) fn new<N: AsRef<str>>(
        names: impl ExactSizeIterator<Item = N>,
        has: impl Fn(usize, &str) -> bool,
    ) -> Self {
        let size = (names.len() + names.len() / 3 + 1).next_power_of_two();
        let mut table = Self {
            places: vec![0; size],
        };
        for (number, name) in (1..).zip(names) {
            let place = table.place(name.as_ref(), &has);
            table.places[place] = to_u32(number);
        }
        table
    }

    /// The number of a name.
    pub(super) fn get(&self, name: &str, has: impl Fn(usize, &str) -> bool) -> Option<usize> {
        let place = self.place(name, has);
        (*self.places.get(place)? as usize).checked_sub(1)
    }

    /// Where the number of a name stands or may be put.
    fn place(&self, name: &str, has: impl Fn(usize, &str) -> bool) -> usize {
        let last = self.places.len().wrapping_sub(1);
        let mut place = hash(name) & last;
        while let Some(number) = self.places.get(place).copied()
            && number != 0
            && !has(number as usize - 1, name)
        {
            place = (place + 1) & last;
        }
        place
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a part of a hash is a hash"
)]
fn hash(name: &str) -> usize {
    FxBuildHasher.hash_one(name) as usize
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
