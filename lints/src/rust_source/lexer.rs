//! Tokens of Rust, one after the other. Source: The Rust Reference, "Lexical structure".
//! A string that never ends is one up to the end of its line; a comment that never ends is the rest.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    String,
    Character,
    Lifetime,
    Comment,
    /// A sign of one byte.
    Sign(u8),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    pub(super) start: usize,
}

impl<'t> Token<'t> {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// The name that an identifier is: a raw one is the same.
    pub(super) fn name(&self) -> &'t str {
        self.text.strip_prefix("r#").unwrap_or(self.text)
    }
}

/// Raw strings with more `#` nobody writes: they are not looked for again and again.
const HASHES: usize = 16;

/// Reads tokens.
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// No string ends in the rest.
    is_open: bool,
    /// No raw string with so many `#` ends in the rest.
    unclosed: [bool; HASHES],
    /// Bytes in literals without an end.
    pub(super) lost: usize,
    /// Bytes, but for blanks, in a comment without an end.
    pub(super) hidden: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            is_open: false,
            unclosed: [false; HASHES],
            lost: 0,
            hidden: 0,
        }
    }

    /// The token that begins here, and its length.
    fn scan(&mut self, rest: &[u8]) -> (Kind, usize) {
        match rest[0] {
            b'/' if rest.starts_with(b"//") => (Kind::Comment, line(rest)),
            b'/' if rest.starts_with(b"/*") => (Kind::Comment, self.block_comment(rest)),
            b'"' => (Kind::String, self.string(rest)),
            b'\'' => quoted(rest),
            byte if is_word(byte) => self.word(rest),
            byte => (Kind::Sign(byte), 1),
        }
    }

    /// A word, or a literal that begins with one: `r"…"`, `b'…'`, `r#name`.
    fn word(&mut self, rest: &[u8]) -> (Kind, usize) {
        let length = rest.iter().take_while(|byte| is_word(**byte)).count();
        let (word, behind) = rest.split_at(length);
        let hashes = behind.iter().take_while(|byte| **byte == b'#').count();
        match (word, behind.first()) {
            (b"b" | b"c", Some(b'"')) => (Kind::String, 1 + self.string(behind)),
            (b"b", Some(b'\'')) => (Kind::Character, 1 + quoted(behind).1),
            (b"r" | b"br" | b"cr", _) if behind.get(hashes) == Some(&b'"') => {
                match self.raw_string(&behind[hashes + 1..], hashes) {
                    Some(inner) => (Kind::String, length + hashes + 1 + inner),
                    None => (Kind::Word, length),
                }
            }
            (b"r", _) if hashes == 1 => {
                let name = behind[1..].iter().take_while(|byte| is_word(**byte));
                (Kind::Word, length + 1 + name.count())
            }
            _ => (Kind::Word, length),
        }
    }

    fn string(&mut self, rest: &[u8]) -> usize {
        let mut at = 1;
        while !self.is_open {
            match rest
                .get(at..)
                .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
            {
                Some(length) if rest[at + length] == b'"' => return at + length + 1,
                Some(length) => at += length + 2,
                None => self.is_open = true,
            }
        }
        self.lost += line(rest);
        line(rest)
    }

    /// Behind a raw string whose text begins here, if it ends.
    fn raw_string(&mut self, rest: &[u8], hashes: usize) -> Option<usize> {
        if *self.unclosed.get(hashes)? {
            return None;
        }
        let mut end = [b'#'; HASHES];
        end[0] = b'"';
        let found = memchr::memmem::find(rest, &end[..=hashes]);
        self.unclosed[hashes] = found.is_none();
        found.map(|length| length + hashes + 1)
    }

    /// The length of a comment, which may hold others.
    fn block_comment(&mut self, rest: &[u8]) -> usize {
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(length) = rest
            .get(at..)
            .and_then(|rest| memchr::memchr2(b'/', b'*', rest))
        {
            at += length;
            match rest.get(at..at + 2) {
                Some(b"/*") => depth += 1,
                Some(b"*/") => depth -= 1,
                _ => {
                    at += 1;
                    continue;
                }
            }
            at += 2;
            if depth == 0 {
                return at;
            }
        }
        let blank = |byte: &&u8| byte.is_ascii_whitespace();
        self.hidden += rest.len() - rest.iter().filter(blank).count();
        rest.len()
    }
}

impl<'t> Iterator for Lexer<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        let start = self.at;
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let (kind, length) = self.scan(rest);
        self.at = start + length;
        Some(Token {
            kind,
            text: &self.text[start..self.at],
            start,
        })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// Up to the end of the line.
fn line(rest: &[u8]) -> usize {
    memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

/// A character or a lifetime.
fn quoted(rest: &[u8]) -> (Kind, usize) {
    let escaped = rest.get(1) == Some(&b'\\');
    // A character is up to four bytes, an escape up to `\u{10ffff}`, and each `_` may stand within.
    let limit = if escaped { 24 } else { 6 };
    let room = &rest[..rest.len().min(limit)];
    let from = if escaped { 3 } else { 2 };
    let close = room.iter().skip(from).position(|byte| *byte == b'\'');
    match close {
        Some(found) if escaped || is_one_character(&room[1..from + found]) => {
            (Kind::Character, from + found + 1)
        }
        _ => {
            let name = rest[1..].iter().take_while(|byte| is_word(**byte));
            (Kind::Lifetime, 1 + name.count())
        }
    }
}

fn is_one_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().count() == 1)
}
