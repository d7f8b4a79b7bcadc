//! Expression text to tokens.

use super::{ErrorKind, ExpressionError, number};

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Byte offset in the expression.
    pub(super) at: usize,
}

/// The kinds of tokens.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Comma,
    Dot,
    Star,
    Not,
    NotEqual,
    Equal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    Null,
    Boolean(bool),
    Number(f64),
    String(String),
    Name,
}

/// GitHub's limit on the length of one expression.
const LONGEST: usize = 21_000;

/// Splits an expression into tokens.
pub(super) fn lex(text: &str) -> Result<Vec<Token<'_>>, ExpressionError> {
    if text.len() > LONGEST {
        let message = format!("Exceeded max expression length {LONGEST}");
        return Err(ExpressionError::new(ErrorKind::Parsing, message));
    }
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
    };
    while let Some(c) = lexer.peek() {
        if c.is_whitespace() {
            lexer.at += c.len_utf8();
        } else {
            let token = lexer.token(c)?;
            lexer.at += token.text.len();
            lexer.tokens.push(token);
        }
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn token(&self, first: char) -> Result<Token<'a>, ExpressionError> {
        if let Some((kind, length)) = symbol(self.rest(), self.previous_can_have_members()) {
            return Ok(self.make(kind, &self.rest()[..length]));
        }
        match first {
            '\'' => self.string(),
            '.' | '-' | '+' | '0'..='9' => self.number(),
            _ => self.name(),
        }
    }

    fn make(&self, kind: Kind, text: &'a str) -> Token<'a> {
        Token {
            kind,
            text,
            at: self.at,
        }
    }

    /// After a name, `)`, `]` or `*` a dot leads to a member; elsewhere it begins a number.
    fn previous_can_have_members(&self) -> bool {
        matches!(
            self.tokens.last().map(|token| &token.kind),
            Some(Kind::Name | Kind::RightParen | Kind::RightBracket | Kind::Star)
        )
    }

    fn string(&self) -> Result<Token<'a>, ExpressionError> {
        let rest = self.rest();
        let mut end = 1;
        loop {
            end += rest[end..]
                .find('\'')
                .ok_or_else(|| self.unexpected(rest))?
                + 1;
            if !rest[end..].starts_with('\'') {
                break;
            }
            end += 1;
        }
        let value = rest[1..end - 1].replace("''", "'");
        Ok(self.make(Kind::String(value), &rest[..end]))
    }

    fn number(&self) -> Result<Token<'a>, ExpressionError> {
        let rest = self.rest();
        let end = rest[1..]
            .find(|c| is_boundary(c) && c != '.')
            .map_or(rest.len(), |end| end + 1);
        let text = &rest[..end];
        let value = number::parse(text);
        if value.is_nan() {
            return Err(self.unexpected(text));
        }
        Ok(self.make(Kind::Number(value), text))
    }

    fn name(&self) -> Result<Token<'a>, ExpressionError> {
        let rest = self.rest();
        let first = self.peek().map_or(0, char::len_utf8);
        let end = rest[first..]
            .find(is_boundary)
            .map_or(rest.len(), |end| end + first);
        let text = &rest[..end];
        if !is_name(text) {
            return Err(self.unexpected(text));
        }
        let member = self
            .tokens
            .last()
            .is_some_and(|token| token.kind == Kind::Dot);
        let kind = match text {
            _ if member => Kind::Name,
            "true" => Kind::Boolean(true),
            "false" => Kind::Boolean(false),
            "null" => Kind::Null,
            "NaN" => Kind::Number(f64::NAN),
            "Infinity" => Kind::Number(f64::INFINITY),
            _ => Kind::Name,
        };
        Ok(self.make(kind, text))
    }

    fn unexpected(&self, symbol: &str) -> ExpressionError {
        unexpected_symbol(ErrorKind::Lexing, symbol, self.at, self.text)
    }
}

/// "Unexpected symbol", in GitHub's words.
pub(super) fn unexpected_symbol(
    kind: ErrorKind,
    symbol: &str,
    at: usize,
    text: &str,
) -> ExpressionError {
    ExpressionError::new(
        kind,
        located(&format!("Unexpected symbol: '{symbol}'"), at, text),
    )
}

/// A message with its position, in GitHub's words.
pub(super) fn located(what: &str, at: usize, text: &str) -> String {
    let position = text[..at].encode_utf16().count() + 1;
    format!("{what}. Located at position {position} within expression: {text}")
}

fn symbol(rest: &str, dot_is_member: bool) -> Option<(Kind, usize)> {
    const SYMBOLS: [(&str, Kind); 15] = [
        ("&&", Kind::And),
        ("||", Kind::Or),
        ("==", Kind::Equal),
        ("!=", Kind::NotEqual),
        ("<=", Kind::LessEqual),
        (">=", Kind::GreaterEqual),
        ("!", Kind::Not),
        ("<", Kind::Less),
        (">", Kind::Greater),
        ("(", Kind::LeftParen),
        (")", Kind::RightParen),
        ("[", Kind::LeftBracket),
        ("]", Kind::RightBracket),
        (",", Kind::Comma),
        ("*", Kind::Star),
    ];
    if dot_is_member && rest.starts_with('.') {
        return Some((Kind::Dot, 1));
    }
    SYMBOLS
        .into_iter()
        .find(|(text, _)| rest.starts_with(text))
        .map(|(text, kind)| (kind, text.len()))
}

fn is_boundary(c: char) -> bool {
    "([)],.!><=&|".contains(c) || c.is_whitespace()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
