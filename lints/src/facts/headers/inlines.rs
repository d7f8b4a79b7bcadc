//! The inline functions of a header, found by search; what a condition decides about is left out.

use super::guards::Guards;
use crate::lexer::{Kind, Token, lex};
use crate::outline::is_attribute_word;

/// The inline functions that a text defines under no condition, each with `path:line`.
pub(super) fn read(path: &str, text: &str, guards: &Guards) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for at in memchr::memmem::find_iter(text.as_bytes(), b"inline") {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let window_end = text.ceil_char_boundary((at + 600).min(text.len()));
        let window = &text[line_start..window_end];
        let is_code = || guards.is_certain(line_start) && !is_comment(&text[..line_start]);
        if let Some(name) = inline_name(window).filter(|_| is_code()) {
            line += memchr::memchr_iter(b'\n', &text.as_bytes()[counted..line_start]).count();
            counted = line_start;
            found.push((name, format!("{path}:{line}")));
        }
    }
    found
}

/// Whether a comment is open at the end of a text, as far as its last part tells.
fn is_comment(before: &str) -> bool {
    let part = &before.as_bytes()[before.len().saturating_sub(1 << 12)..];
    let opened = memchr::memmem::rfind(part, b"/*");
    opened.is_some_and(|at| memchr::memmem::find(&part[at..], b"*/").is_none())
}

/// The function that a definition with `static` and `inline` at its begin names.
fn inline_name(window: &str) -> Option<String> {
    let lexed = lex(window);
    let words = |index: usize| lexed.code.get(index).map(|&token| lexed.spelling(token));
    let (mut is_static, mut is_inline) = (false, false);
    let mut at = 0;
    while let Some(word) = words(at) {
        match &*word {
            "static" => is_static = true,
            "inline" | "__inline" | "__inline__" => is_inline = true,
            _ => {}
        }
        match lexed.code[at].kind {
            Kind::Identifier if words(at + 1).as_deref() == Some("(") => {
                if !is_attribute_word(&word) {
                    // `NAME(x)(…)`: a macro makes the name.
                    let behind = skip_parentheses(&lexed.code, at + 1);
                    let is_made = words(behind).as_deref() == Some("(");
                    let is_defined =
                        is_static && is_inline && !is_made && has_body(&lexed.code, at + 1);
                    return is_defined.then(|| word.into_owned());
                }
                at = skip_parentheses(&lexed.code, at + 1);
            }
            Kind::Identifier | Kind::Star => at += 1,
            _ => return None,
        }
    }
    None
}

/// Whether a body follows the parameters that open at `open`, and no semicolon; the window may end before.
fn has_body(tokens: &[Token], open: usize) -> bool {
    let behind = skip_parentheses(tokens, open);
    let mut rest = tokens[behind.min(tokens.len())..].iter();
    rest.find(|token| matches!(token.kind, Kind::BraceOpen | Kind::Semicolon))
        .is_none_or(|token| token.kind == Kind::BraceOpen)
}

fn skip_parentheses(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (offset, token) in tokens[open..].iter().enumerate() {
        match token.kind {
            Kind::ParenOpen => depth += 1,
            Kind::ParenClose => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    tokens.len()
}
