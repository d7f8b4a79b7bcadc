//! Numbers of tokens, one for each token: mostly those of tokens nearby, so that a byte or two each are enough.

use super::NONE;
use crate::source::to_u32;

/// A distance that does not fit.
const FAR: u16 = u16::MAX;
/// The number of another token, which the caller knows.
const OTHER: u16 = FAR - 1;
/// The same in one byte.
const NARROW_FAR: u8 = u8::MAX;
const NARROW_OTHER: u8 = NARROW_FAR - 1;

/// More far numbers than these, and than one for so many tokens, take more memory than a second byte for each token.
const FAR_LEAST: usize = 64;
const FAR_SHARE: usize = 8;

/// For each token a token at or before it, or none.
#[derive(Debug, Default)]
pub(super) struct Before {
    distances: Distances,
    /// The far ones, where they change: from which token on, and what they are.
    far: Vec<(u32, u32)>,
}

impl Before {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self {
            distances: Distances::Narrow(Vec::with_capacity(capacity)),
            far: Vec::new(),
        }
    }

    /// Adds the number for the next token.
    pub(super) fn push(&mut self, value: u32) {
        // Nearly all numbers are near: then nothing else is looked at.
        if let Distances::Narrow(all) = &mut self.distances
            && let distance = all.len().wrapping_sub(value as usize)
            && distance < usize::from(NARROW_OTHER)
            && let Ok(distance) = u8::try_from(distance)
        {
            all.push(distance);
            return;
        }
        self.push_far(value);
    }

    #[cold]
    fn push_far(&mut self, value: u32) {
        if self.distances.are_narrow_for(self.far.len()) {
            self.widen();
        }
        self.add(value);
    }

    fn add(&mut self, value: u32) {
        let index = to_u32(self.distances.len());
        let distance = index
            .checked_sub(value)
            .and_then(|distance| u16::try_from(distance).ok())
            .filter(|&distance| self.distances.fits(distance));
        if distance.is_none() && self.far.last().is_none_or(|&(_, last)| last != value) {
            self.far.push((index, value));
        }
        self.distances.push(distance.unwrap_or(FAR));
    }

    /// The next token has the number of another one.
    pub(super) fn push_other(&mut self) {
        self.distances.push(OTHER);
    }

    fn widen(&mut self) {
        let count = self.distances.len();
        let mut wide = Self {
            distances: Distances::Wide(Vec::with_capacity(self.distances.capacity())),
            far: Vec::new(),
        };
        for index in 0..count {
            if self.is_other(index) {
                wide.push_other();
            } else {
                wide.add(self.get(index));
            }
        }
        *self = wide;
    }

    pub(super) fn is_other(&self, index: usize) -> bool {
        self.distances.get(index) == Some(OTHER)
    }

    /// The number for a token; none behind the last one.
    pub(super) fn get(&self, index: usize) -> u32 {
        match self.distances.get(index) {
            None => NONE,
            Some(FAR) => {
                let behind = self
                    .far
                    .partition_point(|&(from, _)| from as usize <= index);
                behind
                    .checked_sub(1)
                    .map_or(NONE, |place| self.far[place].1)
            }
            Some(distance) => to_u32(index) - u32::from(distance),
        }
    }
}

/// For some tokens a token behind it.
#[derive(Debug, Default)]
pub(super) struct Behind {
    /// 0 is none.
    distances: Distances,
    /// The far ones, sorted as soon as all are there.
    far: Vec<(u32, u32)>,
}

impl Behind {
    pub(super) fn new(count: usize) -> Self {
        Self {
            distances: Distances::Narrow(vec![0; count]),
            far: Vec::new(),
        }
    }

    /// Sets the number for a token that has none.
    pub(super) fn set(&mut self, index: u32, value: u32) {
        if self.distances.are_narrow_for(self.far.len()) {
            self.distances.widen();
            for (index, value) in std::mem::take(&mut self.far) {
                self.put(index, value);
            }
        }
        self.put(index, value);
    }

    fn put(&mut self, index: u32, value: u32) {
        let distance = u16::try_from(value.saturating_sub(index))
            .ok()
            .filter(|&distance| self.distances.fits(distance));
        if distance.is_none() {
            self.far.push((index, value));
        }
        self.distances.set(index as usize, distance.unwrap_or(FAR));
    }

    pub(super) fn is_set(&self, index: usize) -> bool {
        self.distances
            .get(index)
            .is_some_and(|distance| distance != 0)
    }

    /// No more are set.
    pub(super) fn finish(&mut self) {
        self.far.sort_unstable();
    }

    pub(super) fn get(&self, index: usize) -> u32 {
        match self.distances.get(index) {
            None | Some(0) => NONE,
            Some(FAR) => {
                let place = self
                    .far
                    .binary_search_by_key(&to_u32(index), |&(index, _)| index);
                place.map_or(NONE, |place| self.far[place].1)
            }
            Some(distance) => to_u32(index) + u32::from(distance),
        }
    }
}

/// One byte for each token as long as that is enough for most, then two.
#[derive(Debug)]
enum Distances {
    Narrow(Vec<u8>),
    Wide(Vec<u16>),
}

impl Default for Distances {
    fn default() -> Self {
        Self::Narrow(Vec::new())
    }
}

impl Distances {
    fn len(&self) -> usize {
        match self {
            Self::Narrow(all) => all.len(),
            Self::Wide(all) => all.len(),
        }
    }

    fn capacity(&self) -> usize {
        match self {
            Self::Narrow(all) => all.capacity(),
            Self::Wide(all) => all.capacity(),
        }
    }

    /// Whether one byte is not enough where so many numbers are far.
    fn are_narrow_for(&self, far_count: usize) -> bool {
        matches!(self, Self::Narrow(all) if far_count > FAR_LEAST + all.len() / FAR_SHARE)
    }

    fn fits(&self, distance: u16) -> bool {
        match self {
            Self::Narrow(_) => distance < NARROW_OTHER.into(),
            Self::Wide(_) => distance < OTHER,
        }
    }

    /// Adds a distance that fits, or a number that is none.
    fn push(&mut self, distance: u16) {
        match self {
            Self::Narrow(all) => all.push(narrow(distance)),
            Self::Wide(all) => all.push(distance),
        }
    }

    fn set(&mut self, index: usize, distance: u16) {
        match self {
            Self::Narrow(all) => all[index] = narrow(distance),
            Self::Wide(all) => all[index] = distance,
        }
    }

    fn get(&self, index: usize) -> Option<u16> {
        match self {
            Self::Narrow(all) => all.get(index).map(|&distance| widened(distance)),
            Self::Wide(all) => all.get(index).copied(),
        }
    }

    fn widen(&mut self) {
        if let Self::Narrow(all) = self {
            *self = Self::Wide(all.iter().map(|&distance| widened(distance)).collect());
        }
    }
}

fn narrow(distance: u16) -> u8 {
    match distance {
        FAR => NARROW_FAR,
        OTHER => NARROW_OTHER,
        near => u8::try_from(near).unwrap_or(NARROW_FAR),
    }
}

fn widened(distance: u8) -> u16 {
    match distance {
        NARROW_FAR => FAR,
        NARROW_OTHER => OTHER,
        near => near.into(),
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

    #[test]
    fn what_closes_is_mostly_far_away() {
        let close = |open: u32| 1999 - open % 1000 * 2 + open;
        let mut behind = Behind::new(4000);
        for open in (0..1000).rev() {
            behind.set(open, close(open));
        }
        behind.finish();
        assert!((0..1000).all(|open| behind.get(open as usize) == close(open)));
        assert!((1000..4000).all(|index| behind.get(index) == NONE));
    }
}
