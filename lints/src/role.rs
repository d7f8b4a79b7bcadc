//! What an identifier is doing where it stands: called, declared, defined, a type, a member, …
//!
//! Decided from the tokens around it, so that it works where no grammar parses. Each question looks at a
//! bounded number of tokens. What can't be told from a use is called a use.

mod bare_name;
mod cxx;
mod declaration;

use std::borrow::Cow;

use crate::lexer::{Kind, Token, spelling};
use crate::outline::{NONE, Outline};
use crate::unit::Calls;

/// What an identifier is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is called, its address is taken, it is passed on, or nothing better is known.
    Use,
    /// It names a function that is defined here.
    Definition,
    /// It names a function that is declared here.
    Prototype,
    /// It names a variable, parameter, member or enumerator that is declared here.
    Declared,
    /// It names a type, a tag or stands in a place for types.
    Type,
    /// It is a member of something, not called.
    Member,
    /// It is a label.
    Label,
}

/// Tokens with their shape.
#[derive(Clone, Copy)]
pub(crate) struct Stream<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: &'a [Token],
    pub(crate) outline: &'a Outline,
    /// A macro body: its scope is unknown.
    pub(crate) is_macro: bool,
}

impl<'a> Stream<'a> {
    pub(crate) fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    pub(crate) fn word(&self, index: usize) -> Cow<'a, str> {
        match self.tokens.get(index) {
            Some(&token) => spelling(self.text, token),
            None => Cow::Borrowed(""),
        }
    }

    pub(crate) fn is(&self, index: usize, word: &str) -> bool {
        match self.tokens.get(index) {
            Some(token) if !token.is_spliced() => {
                self.text.as_bytes().get(token.range()) == Some(word.as_bytes())
            }
            Some(&token) => spelling(self.text, token) == word,
            None => false,
        }
    }

    pub(crate) fn parent(&self, index: usize) -> Option<usize> {
        known(self.outline.parent(index))
    }

    pub(crate) fn close(&self, open: usize) -> Option<usize> {
        known(self.outline.close(open))
    }

    fn begin(&self, index: usize) -> usize {
        self.outline.begin(index) as usize
    }

    /// The first token of the innermost statement around a token: behind `if (…)`, `else` and their like.
    pub(crate) fn statement_begin(&self, index: usize) -> usize {
        let mut at = self.begin(index);
        for _ in 0..16 {
            let next = match &*self.word(at) {
                "if" | "while" | "for" | "switch" => self.close(at + 1).map(|close| close + 1),
                "else" | "do" => Some(at + 1),
                _ => None,
            };
            match next {
                Some(next) if next <= index => at = next,
                _ => break,
            }
        }
        at
    }

    /// Whether a token stands outside of every bracket and body.
    fn at_file_scope(&self, index: usize) -> bool {
        !self.is_macro && self.outline.parent(index) == NONE
    }

    /// What is done with the result of a call.
    pub(crate) fn use_of_result(&self, call: usize) -> Calls {
        if self.is_returned(call) {
            Calls::Returned
        } else if self.is_asked(call) {
            Calls::Asked
        } else {
            Calls::Mixed
        }
    }

    /// Whether a call is all that a `return` returns.
    fn is_returned(&self, call: usize) -> bool {
        let behind = self.close(call + 1).map(|close| close + 1);
        call > 0
            && self.is(call - 1, "return")
            && behind.is_some_and(|behind| self.kind(behind) == Some(Kind::Semicolon))
    }

    /// Whether the result of a call is only asked for being zero, or compared.
    fn is_asked(&self, call: usize) -> bool {
        let Some(behind) = self.close(call + 1).map(|close| close + 1) else {
            return false;
        };
        let is_compared = matches!(
            &*self.word(behind),
            "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||" | "?"
        );
        let is_operand = call > 0 && matches!(&*self.word(call - 1), "!" | "&&" | "||");
        let is_whole = self.kind(behind) == Some(Kind::ParenClose)
            && call > 0
            && self.kind(call - 1) == Some(Kind::ParenOpen)
            && self.in_condition(call);
        is_compared || is_operand || is_whole
    }

    /// The token before `index` within the same statement.
    fn previous(&self, index: usize) -> Option<usize> {
        (index > self.begin(index)).then(|| index - 1)
    }

    /// The token behind the name at `index`, past what is pasted to it.
    fn next(&self, index: usize) -> usize {
        let mut next = index + 1;
        while self.kind(next) == Some(Kind::Paste) {
            next += 2;
        }
        next
    }

    /// What the identifier at `index` is doing.
    pub(crate) fn role(&self, index: usize) -> Role {
        let next = self.next(index);
        if let Some(role) = self.role_by_previous(index, next) {
            return role;
        }
        if self.is_label(index, next) {
            return Role::Label;
        }
        match self.kind(next) {
            Some(Kind::ParenOpen) => self.role_before_parenthesis(index, next),
            Some(Kind::Identifier) if !is_operator_word(&self.word(next)) => {
                // An identifier before another is a type, a specifier or a macro without effect here; where a value
                // must stand it is one of two branches.
                let is_value = index > 0 && matches!(&*self.word(index - 1), "return" | "case");
                if is_value { Role::Use } else { Role::Type }
            }
            _ => self.role_of_bare_name(index, next),
        }
    }

    fn role_by_previous(&self, index: usize, next: usize) -> Option<Role> {
        let previous = index.checked_sub(1)?;
        match self.kind(previous)? {
            Kind::Dot | Kind::Arrow => {
                let called = self.kind(next) == Some(Kind::ParenOpen)
                    || (self.kind(next) == Some(Kind::ParenClose)
                        && self.kind(next + 1) == Some(Kind::ParenOpen)
                        && !self.in_condition(index));
                Some(if called { Role::Use } else { Role::Member })
            }
            Kind::Identifier => match &*self.word(previous) {
                "struct" | "union" | "enum" => Some(Role::Type),
                "goto" => Some(Role::Label),
                _ => None,
            },
            Kind::Operator if self.is(previous, "&&") && self.begins_operand(previous) => {
                Some(Role::Label)
            }
            _ => None,
        }
    }

    /// Whether no operand stands before an operator: `&&label` takes an address then.
    fn begins_operand(&self, operator: usize) -> bool {
        self.previous(operator).is_some_and(|before| {
            let is_word = self.kind(before) == Some(Kind::Identifier);
            matches!(
                self.kind(before),
                Some(Kind::Assign | Kind::Comma | Kind::Question | Kind::Colon)
            ) || (is_word && is_statement_word(&self.word(before)))
        }) || self.previous(operator).is_none() && self.parent(operator).is_some()
    }

    /// Whether the parenthesis around a token is that of `if`, `while` or `switch`.
    fn in_condition(&self, index: usize) -> bool {
        let word = self
            .parent(index)
            .and_then(|open| open.checked_sub(1))
            .map(|before| self.word(before));
        matches!(word.as_deref(), Some("if" | "while" | "switch" | "for"))
    }

    /// `name:` at the begin of a statement, `&&name` is a use.
    fn is_label(&self, index: usize, next: usize) -> bool {
        self.kind(next) == Some(Kind::Colon)
            && self
                .previous(index)
                .is_none_or(|before| self.kind(before) == Some(Kind::Colon))
            && self
                .parent(index)
                .is_none_or(|open| self.kind(open) == Some(Kind::BraceOpen))
            && !self.in_type_body(index)
    }
}

/// The number of a token, unless it is none.
fn known(index: u32) -> Option<usize> {
    (index != NONE).then_some(index as usize)
}

/// Words that continue an expression where an identifier would end it.
fn is_operator_word(word: &str) -> bool {
    matches!(word, "and" | "or" | "xor" | "bitand" | "bitor" | "not_eq")
}

pub(crate) fn is_qualifier(word: &str) -> bool {
    matches!(
        word,
        "const"
            | "volatile"
            | "restrict"
            | "__restrict"
            | "__restrict__"
            | "__const"
            | "_Nonnull"
            | "_Nullable"
    )
}

/// Words before an expression, never part of a declaration.
pub(crate) fn is_statement_word(word: &str) -> bool {
    matches!(
        word,
        "return"
            | "else"
            | "do"
            | "case"
            | "default"
            | "goto"
            | "sizeof"
            | "if"
            | "while"
            | "for"
            | "switch"
            | "break"
            | "continue"
            | "_Alignof"
            | "alignof"
            | "co_return"
            | "throw"
    )
}
