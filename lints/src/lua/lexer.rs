//! Tokens of Lua, one after the other. Source: Lua 5.1 to 5.4 manuals, section "Lexical Conventions".
//! A string that never ends is one up to the end of its line, a long one is two brackets.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Keyword,
    Number,
    String,
    Comment,
    /// `..`
    Concat,
    /// A sign of one byte.
    Sign(u8),
    /// `==`, `<=`, `...` and so on.
    Operator,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is(&self, sign: u8) -> bool {
        self.kind == Kind::Sign(sign)
    }

    pub(super) fn is_keyword(&self, word: &str) -> bool {
        self.kind == Kind::Keyword && self.text == word
    }
}

/// Sorted.
const KEYWORDS: [&str; 22] = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
    "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];

/// Long brackets with more `=` nobody writes: they are not looked for again and again.
const LEVELS: usize = 8;

/// Reads tokens.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Long brackets of these levels are not closed in the rest.
    unclosed: [bool; LEVELS],
    /// Bytes in strings without an end.
    pub(super) lost: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut lexer = Self {
            text,
            at: 0,
            unclosed: [false; LEVELS],
            lost: 0,
        };
        if text.starts_with('#') {
            lexer.at = lexer.line_end();
        }
        lexer
    }

    fn line_end(&self) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        self.at + memchr::memchr(b'\n', rest).unwrap_or(rest.len())
    }

    /// Where the token ends that begins here.
    fn scan(&mut self, byte: u8) -> (Kind, usize) {
        let rest = &self.text.as_bytes()[self.at..];
        let is_word =
            |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || !byte.is_ascii();
        match byte {
            b'-' if rest.starts_with(b"--") => {
                let long = rest.get(2).filter(|byte| **byte == b'[');
                let end = long.and_then(|_| self.long_bracket(self.at + 2));
                (Kind::Comment, end.unwrap_or_else(|| self.line_end()))
            }
            b'"' | b'\'' => (Kind::String, self.quoted(byte)),
            b'[' => match self.long_bracket(self.at) {
                Some(end) => (Kind::String, end),
                None => (Kind::Sign(byte), self.at + 1),
            },
            b'0'..=b'9' => (Kind::Number, self.at + number(rest)),
            _ if is_word(&&byte) => {
                let length = rest.iter().take_while(is_word).count();
                let word = &self.text[self.at..self.at + length];
                let is_keyword = length <= 8 && KEYWORDS.binary_search(&word).is_ok();
                let kind = if is_keyword {
                    Kind::Keyword
                } else {
                    Kind::Name
                };
                (kind, self.at + length)
            }
            b'.' if rest.starts_with(b"...") => (Kind::Operator, self.at + 3),
            b'.' if rest.starts_with(b"..") => (Kind::Concat, self.at + 2),
            b'=' | b'~' | b'<' | b'>' if rest.get(1) == Some(&b'=') => {
                (Kind::Operator, self.at + 2)
            }
            b':' if rest.starts_with(b"::") => (Kind::Operator, self.at + 2),
            _ => (Kind::Sign(byte), self.at + 1),
        }
    }

    /// Behind a string in quotes.
    fn quoted(&mut self, quote: u8) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        while let Some(length) = memchr::memchr3(quote, b'\\', b'\n', &bytes[at..]) {
            at += length;
            match bytes[at] {
                // A blank line may be skipped, too.
                b'\\' if bytes[at + 1..].starts_with(b"z") => {
                    let blanks = bytes[at + 2..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_whitespace());
                    at += 2 + blanks.count();
                }
                b'\\' if bytes[at + 1..].starts_with(b"\r\n") => at += 3,
                b'\\' => at = (at + 2).min(bytes.len()),
                b'\n' => {
                    self.lost += at - self.at;
                    return at;
                }
                _ => return at + 1,
            }
        }
        self.lost += bytes.len() - self.at;
        bytes.len()
    }

    /// Behind a long bracket that begins at a place, if it ends.
    fn long_bracket(&mut self, start: usize) -> Option<usize> {
        let rest = &self.text.as_bytes()[start + 1..];
        let level = rest
            .iter()
            .take(LEVELS)
            .take_while(|byte| **byte == b'=')
            .count();
        if rest.get(level) != Some(&b'[') || self.unclosed[level] {
            return None;
        }
        let mut close = [b'='; LEVELS + 1];
        close[0] = b']';
        close[level + 1] = b']';
        let found = memchr::memmem::find(&rest[level..], &close[..level + 2]);
        self.unclosed[level] = found.is_none();
        found.map(|length| start + 1 + level + length + level + 2)
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
        let (kind, end) = self.scan(*bytes.get(start)?);
        self.at = end;
        Some(Token {
            kind,
            text: &self.text[start..end],
            start,
        })
    }
}

/// The length of a number, `0x1p-2` and `1e+3` among them.
fn number(rest: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        let is_dots = rest[at..].starts_with(b"..");
        let is_signed =
            matches!(byte, b'+' | b'-') && matches!(rest[at - 1], b'e' | b'E' | b'p' | b'P');
        if is_dots || !(byte.is_ascii_alphanumeric() || *byte == b'.' || is_signed) {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::Lexer;

    #[test]
    fn tokens_end_where_they_should() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<_> = Lexer::new(text).map(|token| token.text).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "#!lua\na.b(1.5e-3 ..2)",
            &["a", ".", "b", "(", "1.5e-3", "..", "2", ")"],
        );
        check(
            "x=='a\\'b' --c\n--[[d\n]]e",
            &["x", "==", "'a\\'b'", "--c", "--[[d\n]]", "e"],
        );
        check(
            "[[a]] [=[]]]=] t[1]",
            &["[[a]]", "[=[]]]=]", "t", "[", "1", "]"],
        );
        check(
            "'a\nb [[ [==[ c",
            &["'a", "b", "[", "[", "[", "==", "[", "c"],
        );
        check("'a\\\nb' 'c\\z  \n d'", &["'a\\\nb'", "'c\\z  \n d'"]);
        check("é '\\", &["é", "'\\"]);
    }

    #[test]
    fn the_keywords_are_sorted() {
        assert!(super::KEYWORDS.is_sorted());
    }
}
