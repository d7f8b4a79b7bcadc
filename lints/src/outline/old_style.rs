//! K&R definitions: `f(a, b) int a; char *b; { … }`. Declarations of one line each look the same up to the brace.

use super::{Builder, NONE};
use crate::lexer::Kind;

/// The declarations of the parameters of a K&R definition have at most so many tokens.
const OLD_STYLE_REACH: usize = 128;

impl Builder<'_> {
    /// Where a K&R definition begins whose body opens at a brace: a name, a list of names, declarations of those.
    pub(super) fn old_style_begin(&self, open: usize) -> Option<usize> {
        let kind = |at: usize| self.tokens[at].kind;
        let declares = |at: &usize| {
            matches!(
                kind(*at),
                Kind::Identifier
                    | Kind::Star
                    | Kind::Comma
                    | Kind::Semicolon
                    | Kind::BracketOpen
                    | Kind::BracketClose
                    | Kind::Number
            )
        };
        let first = open.saturating_sub(OLD_STYLE_REACH);
        let close = (first..open).rev().find(|at| !declares(at))?;
        // A closing parenthesis that nothing opened has no list.
        let list = self.outline.parent(close) as usize;
        if self.tokens.get(list).map(|token| token.kind) != Some(Kind::ParenOpen) {
            return None;
        }
        let is_list = kind(close) == Kind::ParenClose
            && kind(close + 1) == Kind::Identifier
            && kind(open - 1) == Kind::Semicolon
            && list > 0
            && self.outline.parent(list) == NONE
            && kind(list - 1) == Kind::Identifier;
        let names_only = || {
            (list + 1..close).all(|at| {
                let is_name = (at - list) % 2 == 1;
                kind(at)
                    == if is_name {
                        Kind::Identifier
                    } else {
                        Kind::Comma
                    }
            })
        };
        (is_list && names_only()).then(|| self.outline.begin(list - 1) as usize)
    }
}
