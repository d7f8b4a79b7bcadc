//! Texts of findings in few bytes: most differ from others in nothing but one name in them.

use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
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
    places: Places,
}

impl Texts {
    /// Keeps some texts, which differ from others in what stands in backticks; answers where they are.
    pub(super) fn add<const COUNT: usize>(&mut self, texts: [&str; COUNT]) -> u32 {
        let at = to_u32(self.bytes.len());
        for text in texts {
            self.write(text, Name::in_backticks(text));
        }
        at
    }

    /// Keeps what is put into a text, which differs from others in its second word; answers where it is.
    pub(super) fn add_code(&mut self, text: &str) -> u32 {
        let at = to_u32(self.bytes.len());
        self.write(text, Name::second_word(text));
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

    fn write(&mut self, text: &str, name: Name) {
        let frame = self.frame(text, &name);
        let name = if frame == 0 { text } else { &text[name.range] };
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
                let Frame { text, places } = &self.frames[index];
                if name.is_empty() {
                    Words::Shared(text.clone())
                } else {
                    let mut whole = String::with_capacity(text.len() + name.len());
                    let mut pieces = pieces(text, places, 0);
                    whole.extend(pieces.next());
                    pieces.for_each(|piece| whole.extend([name, piece]));
                    Words::from(whole)
                }
            }
        }
    }

    /// The number of the frame of a text, behind it; 0 if there are too many.
    fn frame(&mut self, text: &str, name: &Name) -> u32 {
        let around = || pieces(text, &name.places, name.range.len());
        let mut hasher = FxBuildHasher.build_hasher();
        around().for_each(|piece| piece.hash(&mut hasher));
        let hash = hasher.finish();
        if let Some(&number) = self.by_hash.get(&hash) {
            let frame = &self.frames[number as usize - 1];
            let is_same = pieces(&frame.text, &frame.places, 0).eq(around());
            return if is_same { number } else { 0 };
        }
        if self.frames.len() >= FRAME_CAP {
            return 0;
        }
        let mut places = name.places;
        for (number, place) in places.starts.iter_mut().enumerate().take(places.count) {
            *place -= number * name.range.len();
        }
        let text = around().collect::<String>().into();
        self.frames.push(Frame { text, places });
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

/// What differs in texts that are alike otherwise, and where it stands.
struct Name {
    range: Range<usize>,
    places: Places,
}

/// Where a name stands in a text: mostly once.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    starts: [usize; 4],
    count: usize,
}

impl Name {
    /// What stands in the first backticks of a text.
    fn in_backticks(text: &str) -> Self {
        let range = between(b'`', text);
        let places = Places {
            starts: [range.start, 0, 0, 0],
            count: usize::from(!range.is_empty()),
        };
        Self { range, places }
    }

    /// The second word of a text, wherever it stands: of a command that is put in place of another one that mostly
    /// is a file.
    fn second_word(text: &str) -> Self {
        let range = between(b' ', text);
        let bytes = text.as_bytes();
        let is_word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        let mut places = Places::default();
        if !range.is_empty() {
            let found = text.match_indices(&text[range.clone()]);
            let alone = found.map(|(at, _)| at).filter(|&at| {
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                !is_word(before) && !is_word(bytes.get(at + range.len()))
            });
            for (start, at) in places.starts.iter_mut().zip(alone) {
                *start = at;
                places.count += 1;
            }
        }
        let range = if places.count > 0 { range } else { 0..0 };
        Self { range, places }
    }
}

/// What stands between the first two of a sign.
fn between(sign: u8, text: &str) -> Range<usize> {
    let mut signs = memchr::memchr_iter(sign, text.as_bytes());
    match (signs.next(), signs.next()) {
        (Some(first), Some(second)) => first + 1..second,
        _ => 0..0,
    }
}

/// What stands around some places of a text, each of which takes so many bytes.
fn pieces<'t>(text: &'t str, places: &'t Places, size: usize) -> impl Iterator<Item = &'t str> {
    let mut start = 0;
    let ends = places.starts.iter().copied().take(places.count);
    let ends = ends.chain([text.len()]);
    ends.map(move |end| &text[std::mem::replace(&mut start, end + size)..end])
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
                let code = format!("mv f{number} \"a/f{number}.f{number}0 f\"");
                (
                    texts.add([&pair[0], &pair[1]]),
                    texts.add_code(&code),
                    pair,
                    code,
                )
            })
            .collect();
        for (at, code_at, [first, second], code) in &kept {
            let [one, two] = texts.get(*at);
            assert_eq!((&*one, &*two), (first.as_str(), second.as_str()));
            let [put] = texts.get(*code_at);
            assert_eq!(&*put, code);
        }
    }
}
