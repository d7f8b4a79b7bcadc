//! The macros that a text defines: names, parameters, bodies. They are read, never expanded.

use std::borrow::Cow;

use crate::lexer::{DirectiveKind, Kind, Lexed, Token};

/// One `#define`.
#[derive(Debug)]
pub(crate) struct Macro<'a> {
    pub(crate) name: Token,
    /// The parameters of a function-like macro.
    pub(crate) parameters: Option<Vec<Cow<'a, str>>>,
    /// It takes any number of arguments: `...`.
    pub(crate) is_variadic: bool,
    /// `rest...` gives the last of them a name.
    pub(crate) names_variadic: bool,
    /// The tokens of the body, a range of `Lexed::content`.
    pub(crate) body: std::ops::Range<usize>,
}

impl Macro<'_> {
    /// Whether a word is a parameter.
    pub(crate) fn has_parameter(&self, word: &str) -> bool {
        let mut parameters = self.parameters.iter().flatten();
        parameters.any(|parameter| parameter == word)
    }
}

/// The macros of a text, in order.
pub(crate) fn macros<'a>(lexed: &Lexed<'a>) -> Vec<Macro<'a>> {
    let defines = lexed.directives.iter();
    defines
        .filter(|directive| directive.kind == DirectiveKind::Define)
        .filter_map(|directive| {
            let content = directive.content.start as usize..directive.content.end as usize;
            read(lexed, content)
        })
        .collect()
}

fn read<'a>(lexed: &Lexed<'a>, content: std::ops::Range<usize>) -> Option<Macro<'a>> {
    let tokens = &lexed.content[content.clone()];
    let (&name, rest) = tokens.split_first()?;
    if name.kind != Kind::Identifier {
        return None;
    }
    let function_like = rest
        .first()
        .is_some_and(|next| next.kind == Kind::ParenOpen && next.start == name.end());
    let (parameters, head) = if function_like {
        let (parameters, length) = parameters(lexed, rest);
        (Some(parameters), 1 + length)
    } else {
        (None, 1)
    };
    let list = &tokens[..head.min(tokens.len())];
    let ellipsis = list.iter().position(|token| token.kind == Kind::Ellipsis);
    Some(Macro {
        name,
        is_variadic: parameters.is_some() && ellipsis.is_some(),
        names_variadic: ellipsis
            .and_then(|at| at.checked_sub(1))
            .is_some_and(|at| at > 0 && list[at].kind == Kind::Identifier),
        parameters,
        body: content.start + head..content.end,
    })
}

/// The parameters, and how many tokens the list has with its parentheses.
fn parameters<'a>(lexed: &Lexed<'a>, tokens: &[Token]) -> (Vec<Cow<'a, str>>, usize) {
    let close = tokens
        .iter()
        .position(|token| token.kind == Kind::ParenClose);
    let list = &tokens[1..close.unwrap_or(tokens.len())];
    let names = list
        .iter()
        .filter(|token| token.kind == Kind::Identifier)
        .map(|&token| lexed.spelling(token));
    (
        names.collect(),
        close.map_or(tokens.len(), |close| close + 1),
    )
}
