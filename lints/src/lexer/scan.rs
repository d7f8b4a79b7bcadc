//! The scanner: one pass over the bytes, no look back.

mod raw;

use super::token::{LONG, continues_identifier, ends_line, single, splice};
use super::{Directive, DirectiveKind, Kind, Lexed, Token, spelling};
use crate::source::to_u32;

pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    lexed: Lexed<'a>,
    /// Where raw strings may end, found when there is one.
    raw_ends: Option<raw::Ends<'a>>,
}

/// What stands between two tokens.
#[derive(PartialEq)]
enum Gap {
    SameLine,
    NewLine,
    End,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            text,
            bytes: text.as_bytes(),
            at,
            lexed: Lexed {
                text,
                // Growing would copy what is there; memory that is not touched costs nothing.
                code: Vec::with_capacity(text.len() / 3),
                directives: Vec::new(),
                content: Vec::new(),
                comments: Vec::new(),
                unterminated: None,
            },
            raw_ends: None,
        }
    }

    pub(super) fn run(mut self) -> Lexed<'a> {
        let mut line_start = true;
        loop {
            match self.skip_gap(false) {
                Gap::End => break,
                Gap::NewLine => line_start = true,
                Gap::SameLine => {}
            }
            let token = self.token();
            if line_start && token.kind == Kind::Hash {
                self.directive(token);
            } else {
                line_start = false;
                self.lexed.code.push(token);
            }
        }
        self.lexed
    }

    /// Reads the directive whose `#` has just been read, up to its line end.
    fn directive(&mut self, hash: Token) {
        let mut directive = Directive {
            kind: DirectiveKind::Other,
            start: hash.start,
            end: hash.end(),
            at: to_u32(self.lexed.code.len()),
            content: to_u32(self.lexed.content.len())..0,
        };
        let mut first = true;
        while self.skip_gap(true) == Gap::SameLine {
            if directive.kind == DirectiveKind::Include && self.bytes[self.at] == b'<' {
                self.header_name();
                continue;
            }
            let token = self.token();
            if first && token.kind == Kind::Identifier {
                directive.kind = DirectiveKind::of(&spelling(self.text, token));
            } else {
                self.lexed.content.push(token);
            }
            first = false;
        }
        directive.end = to_u32(self.at);
        directive.content.end = to_u32(self.lexed.content.len());
        // One that says nothing to anybody need not be kept: a text may be made of them.
        if directive.kind != DirectiveKind::Other || !directive.content.is_empty() {
            self.lexed.directives.push(directive);
        }
    }

    /// `<name.h>` behind `#include`, as one string token.
    fn header_name(&mut self) {
        let start = self.at;
        let line = &self.bytes[start..];
        let end = memchr::memchr2(b'>', b'\n', line).map_or(line.len(), |end| {
            if line[end] == b'>' { end + 1 } else { end }
        });
        self.at += end;
        let token = Token::new(self.text, start..self.at, Kind::String, false);
        self.lexed.content.push(token);
    }

    /// Skips blanks, splices and comments. Within a directive it stops before the line end.
    fn skip_gap(&mut self, in_directive: bool) -> Gap {
        let mut gap = Gap::SameLine;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' | b'\r' if ends_line(self.bytes, self.at) => {
                    if in_directive {
                        return Gap::NewLine;
                    }
                    gap = Gap::NewLine;
                    self.at += 1;
                }
                b' ' => {
                    let rest = &self.bytes[self.at..];
                    self.at += rest.iter().take_while(|&&byte| byte == b' ').count();
                }
                b'\t' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'\\' | b'?' => match splice(self.bytes, self.at) {
                    Some(end) => self.at = end,
                    None => return gap,
                },
                b'/' => {
                    if !self.comment() {
                        return gap;
                    }
                }
                _ => return gap,
            }
        }
        Gap::End
    }

    /// Skips the comment that begins here, if one does. Its opener may be spliced.
    fn comment(&mut self) -> bool {
        let start = self.at;
        let second = self.unspliced(start + 1);
        match self.bytes.get(second) {
            Some(b'/') => self.at = self.line_comment_end(second + 1),
            Some(b'*') => self.at = self.block_comment_end(start, second + 1),
            _ => return false,
        }
        self.lexed.comments.push((to_u32(start), to_u32(self.at)));
        true
    }

    fn line_comment_end(&self, mut from: usize) -> usize {
        loop {
            let mut ends = memchr::memchr2_iter(b'\n', b'\r', &self.bytes[from..]);
            let Some(length) = ends.find(|length| ends_line(self.bytes, from + length)) else {
                return self.bytes.len();
            };
            let end = from + length;
            let line = self.bytes[from..end].trim_ascii_end();
            if line.last() != Some(&b'\\') {
                return end;
            }
            from = end + 1;
        }
    }

    fn block_comment_end(&mut self, start: usize, mut from: usize) -> usize {
        loop {
            let Some(length) = memchr::memchr(b'*', &self.bytes[from.min(self.bytes.len())..])
            else {
                self.lexed.unterminated = Some(to_u32(start));
                return self.bytes.len();
            };
            from += length + 1;
            let next = self.unspliced(from);
            if self.bytes.get(next) == Some(&b'/') {
                return next + 1;
            }
        }
    }

    /// The offset behind any splices at `at`.
    fn unspliced(&self, mut at: usize) -> usize {
        while let Some(end) = splice(self.bytes, at) {
            at = end;
        }
        at
    }

    /// Reads one token; there is one.
    fn token(&mut self) -> Token {
        let start = self.at;
        let byte = self.bytes[start];
        let mut spliced = false;
        let kind = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80.. => {
                spliced = self.run_of(continues_identifier);
                self.literal_prefix(start)
            }
            b'0'..=b'9' => {
                spliced = self.number();
                Kind::Number
            }
            b'.' if self.next_is_digit() => {
                spliced = self.number();
                Kind::Number
            }
            b'"' => self.quoted(b'"', Kind::String),
            b'\'' => self.quoted(b'\'', Kind::Character),
            _ => {
                let (kind, end) = self.operator(byte);
                let is_long = end > start + 1;
                spliced =
                    is_long && memchr::memchr2(b'\\', b'?', &self.bytes[start..end]).is_some();
                self.at = end;
                kind
            }
        };
        Token::new(self.text, start..self.at, kind, spliced)
    }

    /// Advances over bytes of a class and the splices among them; answers whether there were splices.
    fn run_of(&mut self, class: impl Fn(u8) -> bool) -> bool {
        let mut spliced = false;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().take_while(|&&byte| class(byte)).count();
            // Only these begin a splice.
            if !matches!(self.bytes.get(self.at), Some(b'\\' | b'?')) {
                return spliced;
            }
            let next = self.unspliced(self.at);
            if next == self.at || !self.bytes.get(next).is_some_and(|&byte| class(byte)) {
                return spliced;
            }
            spliced = true;
            self.at = next;
        }
    }

    fn next_is_digit(&self) -> bool {
        let next = self.unspliced(self.at + 1);
        self.bytes.get(next).is_some_and(u8::is_ascii_digit)
    }

    /// A preprocessing number (C11 6.4.8): it swallows letters, points and signed exponents.
    fn number(&mut self) -> bool {
        let mut spliced = false;
        loop {
            spliced |= self.run_of(|byte| continues_identifier(byte) || byte == b'.');
            let exponent = matches!(self.bytes[self.at - 1], b'e' | b'E' | b'p' | b'P');
            match self.bytes.get(self.at) {
                Some(b'+' | b'-') if exponent => self.at += 1,
                // A digit separator of C23.
                Some(b'\'')
                    if self
                        .bytes
                        .get(self.at + 1)
                        .is_some_and(u8::is_ascii_alphanumeric) =>
                {
                    self.at += 1;
                }
                _ => return spliced,
            }
        }
    }

    /// An identifier has just been read: with a quote behind it, it may be the prefix of a literal.
    fn literal_prefix(&mut self, start: usize) -> Kind {
        let Some(&quote @ (b'"' | b'\'')) = self.bytes.get(self.at) else {
            return Kind::Identifier;
        };
        match (&self.text[start..self.at], quote) {
            ("L" | "u" | "U" | "u8", b'"') => self.quoted(b'"', Kind::String),
            ("L" | "u" | "U" | "u8", _) => self.quoted(b'\'', Kind::Character),
            ("R" | "LR" | "uR" | "UR" | "u8R", b'"') => self.raw_string(),
            _ => Kind::Identifier,
        }
    }

    /// A literal up to its quote. A line end stops it, so that an apostrophe in dead text hides one line at most.
    fn quoted(&mut self, quote: u8, kind: Kind) -> Kind {
        self.at += 1;
        while let Some(length) = memchr::memchr3(quote, b'\\', b'\n', &self.bytes[self.at..]) {
            self.at += length;
            match self.bytes[self.at] {
                b'\n' if self.bytes[..self.at].ends_with(b"??/") => self.at += 1,
                b'\n' => return kind,
                b'\\' => {
                    let escaped = self.unspliced(self.at);
                    self.at = if escaped == self.at {
                        self.escape_end()
                    } else {
                        escaped
                    };
                }
                _ => {
                    self.at += 1;
                    return kind;
                }
            }
        }
        self.at = self.bytes.len();
        kind
    }

    /// Behind a backslash and what it escapes; a splice may stand between the two.
    fn escape_end(&self) -> usize {
        let escaped = self.unspliced(self.at + 1);
        match self.bytes.get(escaped) {
            Some(b'\n') | None => escaped.min(self.bytes.len()),
            Some(&byte) if byte >= 0x80 => escaped,
            Some(_) => escaped + 1,
        }
    }

    /// `R"delimiter( … )delimiter"`, which GCC knows in C, too. Anything else behind `R` is a plain string.
    fn raw_string(&mut self) -> Kind {
        let body = &self.bytes[self.at + 1..];
        let Some(delimiter) = raw::delimiter(body) else {
            return self.quoted(b'"', Kind::String);
        };
        let from = self.at + 1 + delimiter.len();
        let ends = self
            .raw_ends
            .get_or_insert_with(|| raw::Ends::of(self.bytes, from));
        match ends.behind(self.bytes, delimiter, from) {
            Some(end) => self.at = end,
            None => return self.quoted(b'"', Kind::String),
        }
        Kind::String
    }

    /// The longest operator that begins here, and its end.
    fn operator(&self, byte: u8) -> (Kind, usize) {
        if matches!(
            byte,
            b'(' | b')' | b'{' | b'}' | b'[' | b']' | b';' | b',' | b'~'
        ) {
            return (single(byte), self.at + 1);
        }
        // The common case first: no operator of more than one byte without a second operator byte.
        let next = self.unspliced(self.at + 1);
        let second = self.bytes.get(next).copied().unwrap_or(b' ');
        if continues_identifier(second) || second.is_ascii_whitespace() {
            return (single(byte), self.at + 1);
        }
        let found = LONG.iter().find_map(|(spelling, kind)| {
            (spelling[0] == byte)
                .then(|| self.spelled(spelling))
                .flatten()
                .map(|end| (*kind, end))
        });
        found.unwrap_or((single(byte), self.at + 1))
    }

    /// Where `spelling` ends if it stands here, splices allowed.
    fn spelled(&self, spelling: &[u8]) -> Option<usize> {
        let mut at = self.at;
        for &byte in spelling {
            at = self.unspliced(at);
            if self.bytes.get(at) != Some(&byte) {
                return None;
            }
            at += 1;
        }
        Some(at)
    }
}
