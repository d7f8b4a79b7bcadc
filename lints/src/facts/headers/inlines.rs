//! The inline functions of a header, found by search; what a condition decides about is left out.

use rustc_hash::FxHashSet;

use crate::lexer::{Kind, Token, continues_identifier, lex};
use crate::outline::is_attribute_word;

/// So far behind `inline` the body of its function begins.
const WINDOW: usize = 600;

/// The inline functions that a text defines under no condition, each with `path:line`. `marks` are the offsets of
/// `inline`.
pub(super) fn read(
    path: &str,
    text: &str,
    is_certain: impl Fn(usize) -> bool,
    marks: &[usize],
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for &at in marks {
        let line_start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |end| end + 1);
        let window_end = text.ceil_char_boundary((at + WINDOW).min(text.len()));
        let window = head(&text[line_start..window_end]);
        if memchr::memmem::find(window.as_bytes(), b"static").is_none() {
            continue;
        }
        let is_code = || is_certain(line_start) && !is_comment(&text[..line_start]);
        if let Some(name) = inline_name(window).filter(|_| is_code()) {
            line += memchr::memchr_iter(b'\n', &text.as_bytes()[counted..line_start]).count();
            counted = line_start;
            found.push((name, format!("{path}:{line}")));
        }
    }
    found
}

/// A text up to the first brace or semicolon, which decide, unless a comment or a string could hold it.
fn head(window: &str) -> &str {
    let end = memchr::memchr2(b'{', b';', window.as_bytes());
    let head = end.map_or(window, |end| &window[..=end]);
    let is_plain = memchr::memchr2(b'/', b'"', head.as_bytes()).is_none();
    if is_plain { head } else { window }
}

/// Whether a text may define one of some functions: it stands before a parenthesis, in a line that does not begin with
/// a blank.
pub(super) fn may_define(text: &str, names: &FxHashSet<String>) -> bool {
    let bytes = text.as_bytes();
    let behind = memchr::memchr_iter(b'\n', bytes).map(|end| end + 1);
    let mut starts = std::iter::once(0).chain(behind);
    starts.any(|start| {
        // Most lines are sorted out here.
        match bytes.get(start) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'#') => return false,
            Some(b'{' | b'}') if bytes.get(start + 1) == Some(&b'\n') => return false,
            Some(_) => {}
        }
        let line = &bytes[start..];
        let length = memchr::memchr(b'\n', line).unwrap_or(line.len());
        names_function(&text[start..start + length], names)
    })
}

fn names_function(line: &str, names: &FxHashSet<String>) -> bool {
    let bytes = line.as_bytes();
    let is_name = |end: usize| {
        let before = line[..end].trim_ascii_end();
        let letters = before.bytes().rev();
        let length = letters
            .take_while(|&byte| continues_identifier(byte))
            .count();
        length > 0 && names.contains(&before[before.len() - length..])
    };
    let mut opens = memchr::memchr_iter(b'(', bytes).chain([bytes.len()]);
    opens.any(is_name)
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
                    // `ATTRIBUTE(3, 0) name(…)`.
                    let is_named_behind = words(behind + 1).as_deref() == Some("(")
                        && !word.contains(|letter: char| letter.is_ascii_lowercase());
                    if is_named_behind && lexed.code[behind].kind == Kind::Identifier {
                        at = behind;
                        continue;
                    }
                    let is_defined =
                        is_static && is_inline && !is_made && has_body(&lexed.code, at + 1);
                    return is_defined.then(|| word.into_owned());
                }
                at = skip_parentheses(&lexed.code, at + 1);
            }
            Kind::Identifier | Kind::Star => at += 1,
            // `[[nodiscard]]`.
            Kind::BracketOpen => at = skip_parentheses(&lexed.code, at),
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
            kind if kind.opens() => depth += 1,
            kind if kind.closes() => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    tokens.len()
}
