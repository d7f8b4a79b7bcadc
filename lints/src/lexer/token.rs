//! Tokens and the character classes they are made of.

use std::ops::Range;

use crate::source::to_u32;

/// What a token is. Digraphs have the kind of what they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Identifier,
    Number,
    String,
    Character,
    ParenOpen,
    ParenClose,
    BraceOpen,
    BraceClose,
    BracketOpen,
    BracketClose,
    Semicolon,
    Comma,
    Colon,
    Question,
    Star,
    Ampersand,
    Dot,
    Arrow,
    Hash,
    Paste,
    Ellipsis,
    /// `=` and the compound assignments.
    Assign,
    /// Any other operator.
    Operator,
    /// A character that begins no token of C.
    Unknown,
}

impl Kind {
    pub(crate) fn opens(self) -> bool {
        matches!(self, Self::ParenOpen | Self::BraceOpen | Self::BracketOpen)
    }

    pub(crate) fn closes(self) -> bool {
        matches!(
            self,
            Self::ParenClose | Self::BraceClose | Self::BracketClose
        )
    }
}

/// A token: its kind and its bytes. There is one for every few bytes of a text, so that it is kept small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: u32,
    /// 23 bits of length, and one that says whether a backslash-newline stands inside.
    length: [u8; 3],
    pub(crate) kind: Kind,
}

const SPLICED: u32 = 1 << 23;

impl Token {
    /// A token of a text. Of one that is longer than eight million bytes the rest is no token's.
    pub(crate) fn new(text: &str, range: Range<usize>, kind: Kind, is_spliced: bool) -> Self {
        let cap = SPLICED as usize - 1;
        let end = if range.len() > cap {
            text.floor_char_boundary(range.start + cap)
        } else {
            range.end
        };
        let flag = if is_spliced { SPLICED } else { 0 };
        let [length @ .., _] = (to_u32(end - range.start) | flag).to_le_bytes();
        Self {
            start: to_u32(range.start),
            length,
            kind,
        }
    }

    fn bits(self) -> u32 {
        let [low, middle, high] = self.length;
        u32::from_le_bytes([low, middle, high, 0])
    }

    /// The byte behind it.
    pub(crate) fn end(self) -> u32 {
        self.start + (self.bits() & !SPLICED)
    }

    /// Whether a backslash-newline stands inside.
    pub(crate) fn is_spliced(self) -> bool {
        self.bits() & SPLICED != 0
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end() as usize
    }
}

/// The end of the line splice that begins at `at`, if one does: a backslash or its trigraph, blanks (as GCC allows),
/// a line end.
pub(crate) fn splice(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = match bytes.get(at)? {
        b'\\' => at + 1,
        b'?' if bytes[at..].starts_with(b"??/") => at + 3,
        _ => return None,
    };
    while matches!(bytes.get(end), Some(b' ' | b'\t')) {
        end += 1;
    }
    if bytes.get(end..end + 2) == Some(b"\r\n") {
        end += 1;
    }
    ends_line(bytes, end).then_some(end + 1)
}

/// Whether a line ends with the byte at `at`: `\n`, or `\r` without `\n` behind it, as Clang and editors take it.
pub(crate) fn ends_line(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        Some(b'\n') => true,
        Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    }
}

/// Whether a byte may continue an identifier. Bytes above ASCII and `$` may, as in GCC and Clang.
pub(crate) const fn continues_identifier(byte: u8) -> bool {
    CONTINUES_IDENTIFIER[byte as usize]
}

/// Every letter is looked at: one load is cheaper than to compare it with each range.
const CONTINUES_IDENTIFIER: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        let is_letter = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
        table[byte as usize] = is_letter || byte >= 0x80;
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// The kinds of the tokens of one byte.
pub(crate) const fn single(byte: u8) -> Kind {
    match byte {
        b'(' => Kind::ParenOpen,
        b')' => Kind::ParenClose,
        b'{' => Kind::BraceOpen,
        b'}' => Kind::BraceClose,
        b'[' => Kind::BracketOpen,
        b']' => Kind::BracketClose,
        b';' => Kind::Semicolon,
        b',' => Kind::Comma,
        b':' => Kind::Colon,
        b'?' => Kind::Question,
        b'*' => Kind::Star,
        b'&' => Kind::Ampersand,
        b'.' => Kind::Dot,
        b'#' => Kind::Hash,
        b'=' => Kind::Assign,
        b'+' | b'-' | b'/' | b'%' | b'<' | b'>' | b'!' | b'~' | b'|' | b'^' => Kind::Operator,
        _ => Kind::Unknown,
    }
}

/// The tokens of more than one byte, longest first per first byte.
pub(crate) const LONG: [(&[u8], Kind); 36] = [
    (b"??=??=", Kind::Paste),
    (b"??=", Kind::Hash),
    (b"??(", Kind::BracketOpen),
    (b"??)", Kind::BracketClose),
    (b"??<", Kind::BraceOpen),
    (b"??>", Kind::BraceClose),
    (b"%:%:", Kind::Paste),
    (b"...", Kind::Ellipsis),
    (b"<<=", Kind::Assign),
    (b">>=", Kind::Assign),
    (b"##", Kind::Paste),
    (b"->", Kind::Arrow),
    (b"++", Kind::Operator),
    (b"--", Kind::Operator),
    (b"<<", Kind::Operator),
    (b">>", Kind::Operator),
    (b"<=", Kind::Operator),
    (b">=", Kind::Operator),
    (b"==", Kind::Operator),
    (b"!=", Kind::Operator),
    (b"&&", Kind::Operator),
    (b"||", Kind::Operator),
    (b"*=", Kind::Assign),
    (b"/=", Kind::Assign),
    (b"%=", Kind::Assign),
    (b"+=", Kind::Assign),
    (b"-=", Kind::Assign),
    (b"&=", Kind::Assign),
    (b"^=", Kind::Assign),
    (b"|=", Kind::Assign),
    (b"<:", Kind::BracketOpen),
    (b":>", Kind::BracketClose),
    (b"<%", Kind::BraceOpen),
    (b"%>", Kind::BraceClose),
    (b"%:", Kind::Hash),
    (b"::", Kind::Operator),
];
