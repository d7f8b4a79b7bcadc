//! C text to tokens: line splices, comments, literals, digraphs, trigraphs and directives as the preprocessor sees them.
//!
//! Nothing is expanded and nothing is dropped: both branches of a conditional are lexed, the content of
//! directives stands apart from the code, so that the code reads as one stream of tokens.

mod directive;
mod scan;
mod token;

use std::borrow::Cow;

pub(crate) use directive::{Directive, DirectiveKind};
pub(crate) use token::{Kind, Token, continues_identifier, splice};

/// A lexed text.
#[derive(Debug)]
pub(crate) struct Lexed<'a> {
    pub(crate) text: &'a str,
    /// The tokens outside of directives.
    pub(crate) code: Vec<Token>,
    /// The directives in order, but for those without a word that anybody knows.
    pub(crate) directives: Vec<Directive>,
    /// The tokens of all directives behind their names.
    pub(crate) content: Vec<Token>,
    /// The comments in order, with their delimiters.
    pub(crate) comments: Vec<(u32, u32)>,
    /// Where a comment or raw string begins that never ends: what follows was not judged.
    pub(crate) unterminated: Option<u32>,
}

/// Lexes a text. Every text has tokens: what C does not know becomes [`Kind::Unknown`].
pub(crate) fn lex(text: &str) -> Lexed<'_> {
    scan::Scanner::new(text).run()
}

impl<'a> Lexed<'a> {
    /// The spelling of a token, without the splices in it.
    pub(crate) fn spelling(&self, token: Token) -> Cow<'a, str> {
        spelling(self.text, token)
    }

    /// The tokens of a directive behind its name.
    pub(crate) fn content_of(&self, directive: &Directive) -> &[Token] {
        &self.content[directive.content.start as usize..directive.content.end as usize]
    }
}

/// The spelling of a token of `text`, without the splices in it.
pub(crate) fn spelling(text: &str, token: Token) -> Cow<'_, str> {
    let raw = &text[token.range()];
    if !token.is_spliced() {
        return Cow::Borrowed(raw);
    }
    let mut joined = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['\\', '?']) {
        joined.push_str(&rest[..at]);
        if let Some(end) = token::splice(rest.as_bytes(), at) {
            rest = &rest[end..];
        } else {
            joined.push_str(&rest[at..=at]);
            rest = &rest[at + 1..];
        }
    }
    joined.push_str(rest);
    Cow::Owned(joined)
}

#[cfg(test)]
mod tests {
    use super::lex;

    fn check(text: &str, expected: &[&str]) {
        let lexed = lex(text);
        let words: Vec<_> = lexed
            .code
            .iter()
            .map(|&token| lexed.spelling(token))
            .collect();
        assert_eq!(words, expected, "{text:?}");
    }

    #[test]
    fn a_line_end_behind_a_backslash_is_none() {
        check("_lu\\\nnet_x();", &["_lunet_x", "(", ")", ";"]);
        check("_lu\\ \r\nnet_x", &["_lunet_x"]);
        check("_lu??/\nnet_x", &["_lunet_x"]);
        check(
            "a ? b : c??/d",
            &["a", "?", "b", ":", "c", "?", "?", "/", "d"],
        );
        check("\"a??/\nb\" c", &["\"a??/\nb\"", "c"]);
    }
}
