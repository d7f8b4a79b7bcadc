//! Texts of findings in few bytes: most differ from others in nothing but the first name in them.

use std::hash::BuildHasher as _;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::finding::Words;
use crate::source::to_u32;

/// So many frames are told apart; a text with another one is kept as it is.
const FRAME_CAP: usize = 1024;

/// Texts, one or more at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    frames: Vec<Frame>,
    by_hash: FxHashMap<u64, u32>,
    /// For each text the number of its frame, behind it; the length of its name, and the name.
    bytes: Vec<u8>,
}

/// A text without a name that stands in it.
#[derive(Clone, Debug)]
struct Frame {
    text: Arc<str>,
    /// Where the name stands.
    at: usize,
}

impl Texts {
    /// Keeps some texts; answers where they are.
    pub(super) fn add<const COUNT: usize>(&mut self, texts: [&str; COUNT]) -> u32 {
        let at = to_u32(self.bytes.len());
        for text in texts {
            self.write(text);
        }
        at
    }

    /// The texts that are kept somewhere, as many as were given.
    pub(super) fn get<const COUNT: usize>(&self, at: u32) -> [Words; COUNT] {
        let mut at = at as usize;
        [(); COUNT].map(|()| self.read(&mut at))
    }

    /// The memory that they take: that of the frames is little.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.capacity()
    }

    pub(super) fn shrink_to_fit(&mut self) {
        self.bytes.shrink_to_fit();
    }

    fn write(&mut self, text: &str) {
        let name = name(text);
        let frame = self.frame(text, &name);
        let name = if frame == 0 { text } else { &text[name] };
        self.write_number(frame);
        self.write_number(to_u32(name.len()));
        self.bytes.extend_from_slice(name.as_bytes());
    }

    fn read(&self, at: &mut usize) -> Words {
        let frame = self.read_number(at);
        let size = self.read_number(at) as usize;
        let name = self.bytes.get(*at..*at + size).unwrap_or_default();
        *at += size;
        let name = std::str::from_utf8(name).unwrap_or_default();
        match (frame as usize).checked_sub(1) {
            None => Words::from(name.to_owned()),
            Some(index) => {
                let Frame { text, at } = &self.frames[index];
                if name.is_empty() {
                    Words::Shared(text.clone())
                } else {
                    Words::from([&text[..*at], name, &text[*at..]].concat())
                }
            }
        }
    }

    /// The number of the frame of a text, behind it; 0 if there are too many.
    fn frame(&mut self, text: &str, name: &Range<usize>) -> u32 {
        let (before, behind) = (&text[..name.start], &text[name.end..]);
        let hash = FxBuildHasher.hash_one((before, behind));
        if let Some(&number) = self.by_hash.get(&hash) {
            let frame = &self.frames[number as usize - 1];
            let is_same = frame.text[..frame.at] == *before && frame.text[frame.at..] == *behind;
            return if is_same { number } else { 0 };
        }
        if self.frames.len() >= FRAME_CAP {
            return 0;
        }
        self.frames.push(Frame {
            text: [before, behind].concat().into(),
            at: name.start,
        });
        let number = to_u32(self.frames.len());
        self.by_hash.insert(hash, number);
        number
    }

    /// Seven bits a byte, lowest first; the last byte is below 128.
    fn write_number(&mut self, mut number: u32) {
        while number >= 0x80 {
            self.bytes.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }

    fn read_number(&self, at: &mut usize) -> u32 {
        let mut number = 0;
        let mut shift = 0;
        while let Some(&byte) = self.bytes.get(*at) {
            *at += 1;
            number |= u32::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 || shift > 28 {
                break;
            }
        }
        number
    }
}

/// What stands in the first backticks of a text; nothing at its end if there are none.
fn name(text: &str) -> Range<usize> {
    let bytes = text.as_bytes();
    let open = memchr::memchr(b'`', bytes).map(|at| at + 1);
    let name = open.and_then(|open| {
        let size = memchr::memchr(b'`', &bytes[open..])?;
        Some(open..open + size)
    });
    name.unwrap_or(text.len()..text.len())
}

#[cfg(test)]
mod tests {
    use super::{FRAME_CAP, Texts};

    #[test]
    fn texts_come_back() {
        let mut texts = Texts::default();
        let kept: Vec<_> = (0..2 * FRAME_CAP)
            .map(|number| {
                let pair = [
                    format!("`name{number}` is used, `{}` is not", number % 2),
                    ["", "a `b", "ä`ö`", "``"][number % 4].to_owned() + &"x".repeat(number % 300),
                ];
                (texts.add([&pair[0], &pair[1]]), pair)
            })
            .collect();
        for (at, [first, second]) in &kept {
            let [one, two] = texts.get(*at);
            assert_eq!((&*one, &*two), (first.as_str(), second.as_str()));
        }
    }
}
