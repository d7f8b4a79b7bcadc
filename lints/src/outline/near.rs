//! Numbers of tokens, at most one for each token. Most are near and take a byte; of others that stand together the
//! numbers are alike, so that a byte is mostly enough for what each differs from a line through them.

use std::cmp::Ordering;

use super::NONE;
use crate::source::to_u32;

/// The number of a token that another list has.
pub(super) const OTHER: u32 = NONE - 1;

/// Tokens whose numbers are kept in one way.
const BLOCK: usize = 256;

/// For each token the number of another one, or none. All of those that are set once may be set again.
#[derive(Debug, Default)]
pub(super) struct Numbers<const BOTH_WAYS: bool> {
    /// How many there may be, and how many were pushed.
    count: usize,
    len: usize,
    blocks: Vec<Block>,
    /// What is being changed: of the newest block that was, and of an older one. Brackets close in such an order that
    /// each block is opened a few times only.
    open: [Open; 2],
    newest: usize,
}

/// The numbers of a block as they are.
#[derive(Debug, Default)]
struct Open {
    block: usize,
    numbers: Vec<u32>,
}

#[derive(Debug)]
enum Block {
    /// All of them none.
    Empty,
    /// How far away each is.
    Near(Box<[u8]>),
    Narrow(Line, Box<[u8]>),
    Wide(Line, Box<[u16]>),
    Full(Box<[u32]>),
    /// One of those that are open.
    Open(usize),
}

/// What a number is near to, by the place of its token in the block.
#[derive(Clone, Copy, Debug)]
struct Line {
    base: i64,
    slope: i64,
}

/// Codes above those of numbers.
const NARROW: u32 = u8::MAX as u32 - 1;
const WIDE: u32 = u16::MAX as u32 - 1;

impl<const BOTH_WAYS: bool> Numbers<BOTH_WAYS> {
    /// Room for so many.
    pub(super) fn new(count: usize) -> Self {
        let blocks = (0..count.div_ceil(BLOCK)).map(|_| Block::Empty);
        Self {
            count,
            blocks: blocks.collect(),
            ..Self::default()
        }
    }

    /// Sets the number of the next token.
    pub(super) fn push(&mut self, number: u32) {
        let index = self.len;
        self.len += 1;
        self.set(index, number);
    }

    /// Sets the number of a token.
    pub(super) fn set(&mut self, index: usize, number: u32) {
        // Nearly all numbers are near: then nothing else is looked at.
        if let Some(Block::Near(codes)) = self.blocks.get_mut(index / BLOCK)
            && let Some(code) = Self::near(index, number)
        {
            codes[index % BLOCK] = code;
            return;
        }
        self.set_far(index, number);
    }

    #[cold]
    fn set_far(&mut self, index: usize, number: u32) {
        let (block, at) = (index / BLOCK, index % BLOCK);
        if matches!(self.blocks[block], Block::Empty) {
            let size = BLOCK.min(self.count - block * BLOCK);
            self.blocks[block] = Block::Near(vec![u8::MAX; size].into());
            return self.set(index, number);
        }
        let is_set = match &mut self.blocks[block] {
            Block::Narrow(line, codes) => {
                let code = line.code(at, number, NARROW);
                let code = code.and_then(|code| u8::try_from(code).ok());
                code.map(|code| codes[at] = code).is_some()
            }
            Block::Wide(line, codes) => {
                let code = line.code(at, number, WIDE);
                let code = code.and_then(|code| u16::try_from(code).ok());
                code.map(|code| codes[at] = code).is_some()
            }
            Block::Full(numbers) => {
                numbers[at] = number;
                true
            }
            Block::Open(place) => {
                self.open[*place].numbers[at] = number;
                true
            }
            Block::Empty | Block::Near(_) => false,
        };
        if !is_set {
            let place = self.open(block);
            self.open[place].numbers[at] = number;
        }
    }

    /// Opens a block for changes; answers its place among those that are open.
    fn open(&mut self, block: usize) -> usize {
        let place = usize::from(block < self.newest);
        self.newest = self.newest.max(block);
        self.close(place);
        let first = block * BLOCK;
        let behind = self.count.min(first + BLOCK);
        let mut numbers = std::mem::take(&mut self.open[place].numbers);
        numbers.extend((first..behind).map(|index| self.get(index)));
        self.open[place] = Open { block, numbers };
        self.blocks[block] = Block::Open(place);
        place
    }

    /// Keeps the block that is open at a place in the fewest bytes.
    fn close(&mut self, place: usize) {
        let Open { block, numbers } = &mut self.open[place];
        if !numbers.is_empty() {
            self.blocks[*block] = Block::of(numbers);
            numbers.clear();
        }
    }

    /// No more are set.
    pub(super) fn finish(&mut self) {
        self.close(0);
        self.close(1);
        self.open = Default::default();
    }

    /// The number of a token; none behind the last one.
    pub(super) fn get(&self, index: usize) -> u32 {
        let at = index % BLOCK;
        match self.blocks.get(index / BLOCK) {
            Some(Block::Near(codes)) => match codes.get(at) {
                Some(&code) => Self::far(index, code),
                None => NONE,
            },
            None | Some(Block::Empty) => NONE,
            Some(Block::Narrow(line, codes)) => {
                let code = codes.get(at).map_or(NARROW + 1, |&code| code.into());
                line.number(at, code, NARROW)
            }
            Some(Block::Wide(line, codes)) => {
                let code = codes.get(at).map_or(WIDE + 1, |&code| code.into());
                line.number(at, code, WIDE)
            }
            Some(Block::Full(numbers)) => numbers.get(at).copied().unwrap_or(NONE),
            Some(Block::Open(place)) => {
                let numbers = &self.open[*place].numbers;
                numbers.get(at).copied().unwrap_or(NONE)
            }
        }
    }

    /// The code of a number that is near to its token.
    fn near(index: usize, number: u32) -> Option<u8> {
        if number >= OTHER {
            return Some(if number == NONE { u8::MAX } else { u8::MAX - 1 });
        }
        let back = to_u32(index).wrapping_sub(number);
        let code = if !BOTH_WAYS {
            back
        } else if back < 0x80 {
            // An even one leads back, an odd one ahead.
            back * 2
        } else {
            back.wrapping_neg().checked_mul(2)? - 1
        };
        u8::try_from(code).ok().filter(|&code| code < u8::MAX - 1)
    }

    /// The number of a code.
    fn far(index: usize, code: u8) -> u32 {
        let index = to_u32(index);
        match code {
            u8::MAX => NONE,
            0xfe => OTHER,
            code if !BOTH_WAYS => index - u32::from(code),
            code if code % 2 == 0 => index - u32::from(code / 2),
            code => index + u32::from(code / 2) + 1,
        }
    }
}

impl Block {
    /// Some numbers in the fewest bytes.
    fn of(numbers: &[u32]) -> Self {
        let best = [0, 1, -1]
            .into_iter()
            .map(|slope| Line::along(numbers, slope))
            .min_by_key(|&(_, width)| width);
        match best {
            Some((line, width)) if width < i64::from(NARROW) => {
                let code = |(at, &number)| line.code(at, number, NARROW);
                let codes = numbers.iter().enumerate().filter_map(code);
                Self::Narrow(
                    line,
                    codes.filter_map(|code| u8::try_from(code).ok()).collect(),
                )
            }
            Some((line, width)) if width < i64::from(WIDE) => {
                let code = |(at, &number)| line.code(at, number, WIDE);
                let codes = numbers.iter().enumerate().filter_map(code);
                Self::Wide(
                    line,
                    codes.filter_map(|code| u16::try_from(code).ok()).collect(),
                )
            }
            _ => Self::Full(numbers.into()),
        }
    }
}

impl Line {
    /// The line of a slope below some numbers, and how far above it they are at most.
    fn along(numbers: &[u32], slope: i64) -> (Self, i64) {
        let of_tokens = (0..).zip(numbers).filter(|&(_, &number)| number < OTHER);
        let heights = of_tokens.map(|(at, &number)| i64::from(number) - slope * at);
        let (least, most) = heights.fold((i64::MAX, i64::MIN), |(least, most), height| {
            (least.min(height), most.max(height))
        });
        let width = most.saturating_sub(least);
        (Self { base: least, slope }, width)
    }

    /// How far above the line a number is, if that is below `end`; `end` and what follows are other codes.
    fn code(self, at: usize, number: u32, end: u32) -> Option<u32> {
        match number {
            NONE => Some(end + 1),
            OTHER => Some(end),
            _ => {
                let height = i64::from(number) - self.height(at);
                u32::try_from(height).ok().filter(|&code| code < end)
            }
        }
    }

    fn number(self, at: usize, code: u32, end: u32) -> u32 {
        match code.cmp(&end) {
            Ordering::Less => u32::try_from(self.height(at) + i64::from(code)).unwrap_or(NONE),
            Ordering::Equal => OTHER,
            Ordering::Greater => NONE,
        }
    }

    fn height(self, at: usize) -> i64 {
        self.base + self.slope * i64::from(to_u32(at))
    }
}

#[cfg(test)]
mod tests {
    use super::{NONE, Numbers, OTHER};

    #[test]
    fn near_and_far_numbers_come_back() {
        let values = |index: u32| match index {
            0..5 => NONE,
            5..80_000 => 4,
            80_000..90_000 => 80_000 - (index - 80_000) * 3,
            _ => match index % 4 {
                0 => 4,
                1 => NONE,
                2 => OTHER,
                _ => index,
            },
        };
        let mut before = Numbers::<false>::new(100_000);
        (0..100_000).for_each(|index| before.push(values(index)));
        before.finish();
        assert!((0..100_000).all(|index| before.get(index as usize) == values(index)));
        assert_eq!(before.get(100_000), NONE);
    }

    #[test]
    fn what_closes_may_be_far_away() {
        let mut both = Numbers::<true>::new(100_000);
        let pairs = [
            (4, 65_539),
            (0, 99_999),
            (1, 2),
            (3, 65_538),
            (500, 627),
            (700, 828),
        ];
        for (open, close) in pairs {
            assert_eq!(both.get(open as usize), NONE);
            both.set(close as usize, open);
            both.set(open as usize, close);
        }
        both.finish();
        for (open, close) in pairs {
            assert_eq!(both.get(open as usize), close);
            assert_eq!(both.get(close as usize), open);
        }
        assert_eq!(both.get(2), 1);
        assert_eq!(both.get(5), NONE);
        assert_eq!(both.get(100_000), NONE);
    }

    #[test]
    fn deep_brackets_take_a_byte_each() {
        let count = 1 << 16;
        let partner = |index: u32| count - 1 - index;
        let mut both = Numbers::<true>::new(count as usize);
        for close in count / 2..count {
            both.set(close as usize, partner(close));
            both.set(partner(close) as usize, close);
        }
        both.finish();
        assert!((0..count).all(|index| both.get(index as usize) == partner(index)));
        let is_narrow = |block: &super::Block| matches!(block, super::Block::Narrow(..));
        assert!(both.blocks[..100].iter().all(is_narrow));
    }
}
