//! Names that no parenthesis follows: types among operators and casts, declared names, and uses.

use super::{Role, Stream, is_operator_word, is_qualifier, is_statement_word};
use crate::lexer::Kind;

impl Stream<'_> {
    /// A name that no parenthesis follows.
    pub(super) fn role_of_bare_name(&self, index: usize, next: usize) -> Role {
        if self.in_enumeration(index) {
            return match self.previous(index).and_then(|before| self.kind(before)) {
                None | Some(Kind::Comma) => Role::Declared,
                _ => Role::Use,
            };
        }
        if self.in_type_operator(index) {
            return Role::Type;
        }
        if self.kind(next) == Some(Kind::ParenClose)
            && let Some(role) = self.role_in_parentheses(index, next)
        {
            return role;
        }
        if self.names_pointer_type(index, next)
            || self.is_template_argument(index)
            || self.is_alias_of_type(index)
        {
            return Role::Type;
        }
        if let Some(open) = self.parameter_list(index) {
            let first = index == open + 1 || self.kind(index - 1) == Some(Kind::Comma);
            return if first { Role::Type } else { Role::Declared };
        }
        if self.may_declare(index) && self.declares(index) {
            return Role::Declared;
        }
        if self.kind(next) == Some(Kind::BracketOpen) && self.declares_pointers(index) {
            return Role::Declared;
        }
        Role::Use
    }

    /// `int (*name[2])(void)`.
    fn declares_pointers(&self, index: usize) -> bool {
        let mut at = index + 1;
        while self.kind(at) == Some(Kind::BracketOpen) {
            let Some(close) = self.close(at) else {
                return false;
            };
            at = close + 1;
        }
        self.kind(at) == Some(Kind::ParenClose)
            && self.previous(index).and_then(|before| self.kind(before)) == Some(Kind::Star)
            && (self.declares_in_parentheses(index)
                || self
                    .parent(index)
                    .is_some_and(|open| self.is_parameter(open)))
            && self.reads_like_parameters(at + 1)
    }

    /// Whether the declarator in a parenthesis is that of a parameter: a type stands before it.
    fn is_parameter(&self, open: usize) -> bool {
        open > 0
            && self.kind(open - 1) == Some(Kind::Identifier)
            && self.parameter_list(open).is_some()
    }

    /// Whether a declaration may stand here: not among arguments, unless a type stands right before the name.
    fn may_declare(&self, index: usize) -> bool {
        match self.parent(index) {
            Some(open) if self.kind(open) == Some(Kind::ParenOpen) => {
                self.kind(index - 1) == Some(Kind::Identifier)
                    || (open > 0 && self.is(open - 1, "for"))
            }
            _ => true,
        }
    }

    /// `(name)`: a cast, a call through parentheses, a declarator or an argument.
    fn role_in_parentheses(&self, index: usize, close: usize) -> Option<Role> {
        let open = index.checked_sub(1)?;
        let starred = self.kind(open) == Some(Kind::Star);
        let open = if starred { open.checked_sub(1)? } else { open };
        if self.kind(open) != Some(Kind::ParenOpen) {
            return None;
        }
        if self.kind(close + 1) == Some(Kind::ParenOpen) {
            return Some(self.role_of_callee(index, open, close + 1, starred));
        }
        if starred || self.is_callee(open) {
            return None;
        }
        let cast = match self.kind(close + 1) {
            Some(Kind::Identifier) => !is_operator_word(&self.word(close + 1)),
            Some(Kind::Number | Kind::String | Kind::Character | Kind::BraceOpen) => true,
            Some(Kind::Operator) => matches!(&*self.word(close + 1), "~" | "!"),
            _ => false,
        };
        (cast && !self.in_condition(index)).then_some(Role::Type)
    }

    /// `(name)(…)` and `(*name)(…)`.
    fn role_of_callee(&self, index: usize, open: usize, arguments: usize, starred: bool) -> Role {
        let declares = self.declares(open)
            || (starred && (self.is_parameter(open) || self.declares_in_parentheses(index)));
        if !declares || !self.reads_like_parameters(arguments) {
            return Role::Use;
        }
        if starred || self.parameter_list(open).is_some() {
            return Role::Declared;
        }
        self.role_of_declarator(index, arguments)
    }

    /// Whether a parenthesis belongs to a call, a macro or a declarator: a name stands before it.
    fn is_callee(&self, open: usize) -> bool {
        open.checked_sub(1).is_some_and(|before| {
            matches!(
                self.kind(before),
                Some(Kind::ParenClose | Kind::BracketClose)
            ) || (self.kind(before) == Some(Kind::Identifier)
                && !is_statement_word(&self.word(before)))
        })
    }

    /// Whether a name is the operand of an operator that takes types, or members of types.
    fn in_type_operator(&self, index: usize) -> bool {
        let open = self
            .parent(index)
            .filter(|&open| self.kind(open) == Some(Kind::ParenOpen));
        let operator = open
            .and_then(|open| open.checked_sub(1))
            .map(|before| self.word(before));
        let is_first = open.is_some_and(|open| self.first_in(open) == index);
        match operator.as_deref() {
            Some("offsetof" | "__builtin_offsetof" | "container_of") => true,
            Some(
                "sizeof" | "_Alignof" | "alignof" | "__alignof__" | "_Alignas" | "alignas"
                | "_Atomic",
            ) => is_first,
            Some("_Generic") => self.names_association(index),
            // Nobody asks for the type of a type.
            Some("typeof" | "__typeof__" | "__typeof" | "typeof_unqual") => {
                is_first && self.word(index).ends_with("_t")
            }
            Some("va_arg") => self.kind(index + 1) == Some(Kind::ParenClose),
            _ => false,
        }
    }

    /// The first token behind a parenthesis that is no qualifier.
    fn first_in(&self, open: usize) -> usize {
        let mut at = open + 1;
        while at < open + 4 && is_qualifier(&self.word(at)) {
            at += 1;
        }
        at
    }

    /// Whether a name stands before the colon of an association of `_Generic`: nothing but types do.
    fn names_association(&self, index: usize) -> bool {
        let mut at = index + 1;
        while self.kind(at) == Some(Kind::Star) || is_qualifier(&self.word(at)) {
            at += 1;
        }
        let mut before = index - 1;
        while is_qualifier(&self.word(before)) {
            before -= 1;
        }
        self.kind(at) == Some(Kind::Colon) && self.kind(before) == Some(Kind::Comma)
    }

    /// `name *x;`, `(name *)x`, `f(name *)`, `name &x;`: a type with stars behind it, or a reference.
    fn names_pointer_type(&self, index: usize, next: usize) -> bool {
        let mut after = next;
        while self.kind(after) == Some(Kind::Star) || is_qualifier(&self.word(after)) {
            after += 1;
        }
        if !self.is_macro && self.kind(after) == Some(Kind::Ampersand) {
            after += 1;
        }
        if after == next || after - next > 8 {
            return false;
        }
        match self.kind(after) {
            // A product has an operand here.
            Some(Kind::ParenClose | Kind::Comma) => true,
            Some(Kind::BracketOpen) => self.kind(after + 1) == Some(Kind::BracketClose),
            Some(Kind::Identifier | Kind::ParenOpen) => self.follows_specifiers_only(index),
            _ => false,
        }
    }
}
