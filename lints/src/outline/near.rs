//! Numbers of tokens, one for each token: mostly those of tokens nearby, so that two bytes each are enough.

use super::NONE;
use crate::source::to_u32;

/// A distance that does not fit.
const FAR: u16 = u16::MAX;
/// The number of another token, which the caller knows.
const OTHER: u16 = FAR - 1;

/// For each token a token at or before it, or none.
#[derive(Debug, Default)]
pub(super) struct Before {
    distances: Vec<u16>,
    /// The far ones, where they change: from which token on, and what they are.
    far: Vec<(u32, u32)>,
}

impl Before {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self {
            distances: Vec::with_capacity(capacity),
            far: Vec::new(),
        }
    }

    /// Adds the number for the next token.
    pub(super) fn push(&mut self, value: u32) {
        let index = to_u32(self.distances.len());
        let distance = index
            .checked_sub(value)
            .and_then(|distance| u16::try_from(distance).ok())
            .filter(|&distance| distance < OTHER);
        if distance.is_none() && self.far.last().is_none_or(|&(_, last)| last != value) {
            self.far.push((index, value));
        }
        self.distances.push(distance.unwrap_or(FAR));
    }

    /// The next token has the number of another one.
    pub(super) fn push_other(&mut self) {
        self.distances.push(OTHER);
    }

    pub(super) fn is_other(&self, index: usize) -> bool {
        self.distances.get(index) == Some(&OTHER)
    }

    /// The number for a token; none behind the last one.
    pub(super) fn get(&self, index: usize) -> u32 {
        match self.distances.get(index) {
            None => NONE,
            Some(&FAR) => {
                let behind = self
                    .far
                    .partition_point(|&(from, _)| from as usize <= index);
                behind
                    .checked_sub(1)
                    .map_or(NONE, |place| self.far[place].1)
            }
            Some(&distance) => to_u32(index) - u32::from(distance),
        }
    }
}

/// For some tokens a token behind it.
#[derive(Debug, Default)]
pub(super) struct Behind {
    /// 0 is none.
    distances: Vec<u16>,
    /// The far ones, sorted as soon as all are there.
    far: Vec<(u32, u32)>,
}

impl Behind {
    pub(super) fn new(count: usize) -> Self {
        Self {
            distances: vec![0; count],
            far: Vec::new(),
        }
    }

    /// Sets the number for a token that has none.
    pub(super) fn set(&mut self, index: u32, value: u32) {
        let distance = u16::try_from(value.saturating_sub(index)).unwrap_or(FAR);
        if distance == FAR {
            self.far.push((index, value));
        }
        self.distances[index as usize] = distance;
    }

    pub(super) fn is_set(&self, index: usize) -> bool {
        self.distances
            .get(index)
            .is_some_and(|&distance| distance != 0)
    }

    /// No more are set.
    pub(super) fn finish(&mut self) {
        self.far.sort_unstable();
    }

    pub(super) fn get(&self, index: usize) -> u32 {
        match self.distances.get(index) {
            None | Some(0) => NONE,
            Some(&FAR) => {
                let place = self
                    .far
                    .binary_search_by_key(&to_u32(index), |&(index, _)| index);
                place.map_or(NONE, |place| self.far[place].1)
            }
            Some(&distance) => to_u32(index) + u32::from(distance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Before, Behind, NONE};

    #[test]
    fn near_and_far_numbers_come_back() {
        let values = |index: u32| match index {
            0..5 => NONE,
            5..80_000 => 4,
            _ => match index % 3 {
                0 => 4,
                1 => NONE,
                _ => index,
            },
        };
        let mut before = Before::with_capacity(0);
        (0..100_000).for_each(|index| before.push(values(index)));
        assert!((0..100_000).all(|index| before.get(index as usize) == values(index)));
        assert_eq!(before.get(100_000), NONE);
    }

    #[test]
    fn what_closes_may_be_far_away() {
        let mut behind = Behind::new(100_000);
        let pairs = [(4, 65_539), (0, 99_999), (1, 2), (3, 65_538)];
        for (open, close) in pairs {
            assert!(!behind.is_set(open as usize));
            behind.set(open, close);
            assert!(behind.is_set(open as usize));
        }
        behind.finish();
        for (open, close) in pairs {
            assert_eq!(behind.get(open as usize), close);
        }
        assert_eq!(behind.get(2), NONE);
        assert_eq!(behind.get(100_000), NONE);
    }
}
