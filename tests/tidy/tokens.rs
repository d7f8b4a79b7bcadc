//! A Rust file as a flat list of tokens, so that comments and strings never count as code, and code
//! inside of macros does.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One token: its text (a bracket is a token of its own) and its line.
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// The tokens of `source`; the line of the first error when it is no Rust.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token>, usize> {
    let stream: TokenStream = source
        .parse()
        .map_err(|error: proc_macro2::LexError| error.span().start().line)?;
    let mut flat = Vec::new();
    flatten(stream, &mut flat);
    Ok(flat)
}

fn flatten(stream: TokenStream, flat: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = brackets(group.delimiter());
                let end = group.span_close().end().line;
                push(flat, open, line);
                flatten(group.stream(), flat);
                push(flat, close, end);
            }
            other => push(flat, &other.to_string(), line),
        }
    }
}

fn push(flat: &mut Vec<Token>, text: &str, line: usize) {
    if !text.is_empty() {
        flat.push(Token {
            text: text.to_owned(),
            line,
        });
    }
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// The places where the tokens read `pattern` (texts between blanks), as indices of the first token.
pub(crate) fn find(tokens: &[Token], pattern: &str) -> Vec<usize> {
    let wanted: Vec<&str> = pattern.split(' ').collect();
    let reads = |window: &[Token]| {
        window
            .iter()
            .map(|token| token.text.as_str())
            .eq(wanted.iter().copied())
    };
    let windows = tokens.windows(wanted.len()).enumerate();
    windows
        .filter(|(_, window)| reads(window))
        .map(|(index, _)| index)
        .collect()
}

/// The index of the first token that is test code: the tests of a file are its last part.
pub(crate) fn test_code(path: &str, tokens: &[Token]) -> usize {
    if path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs") {
        return 0;
    }
    let first = find(tokens, "# [ cfg ( test ) ]").first().copied();
    first.unwrap_or(tokens.len())
}
