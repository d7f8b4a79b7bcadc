//! A map of few entries, as states of paths have them: sorted, in one piece of memory, so that a copy costs little.

/// Keys, sorted, and their values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Few<K, V>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> Few<K, V> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
    }
}

impl<K: Ord, V> Few<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.0
            .binary_search_by(|(known, _)| known.borrow().cmp(key))
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.find(key).ok().map(|place| &self.0[place].1)
    }

    pub(crate) fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: std::borrow::Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Adds a value, or replaces the one that the key had.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// Takes a value out.
    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(self.0.remove(place).1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Few;

    #[test]
    fn it_is_a_map() {
        let (mut few, mut map) = (Few::default(), BTreeMap::new());
        let mut number = 1_u32;
        for _ in 0..2_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (key, value) = (number >> 28, number >> 20 & 15);
            if value < 5 {
                assert_eq!(few.remove(&key), map.remove(&key));
            } else {
                few.insert(key, value);
                map.insert(key, value);
            }
            if value == 9 {
                few.retain(|_, value| value % 2 == 0);
                map.retain(|_, value| *value % 2 == 0);
            }
            assert!(few.iter().eq(map.iter()));
            assert!(few.keys().eq(map.keys()));
            assert_eq!(few.get(&key), map.get(&key));
            assert_eq!(few.contains(&key), map.contains_key(&key));
            assert_eq!((few.len(), few.is_empty()), (map.len(), map.is_empty()));
        }
    }
}
