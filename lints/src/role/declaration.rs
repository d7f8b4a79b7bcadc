//! Telling declarations from expressions by the tokens before a name and behind its parenthesis.

use super::{Role, Stream, is_qualifier, is_statement_word};
use crate::lexer::Kind;
use crate::outline::{NONE, is_attribute_word};

/// How far a question about one name looks.
const REACH: usize = 64;

impl Stream<'_> {
    /// A name with a parenthesis behind it: a call, or a declarator.
    pub(super) fn role_before_parenthesis(&self, index: usize, open: usize) -> Role {
        let begins = self.previous(index).is_none();
        if self.kind(open + 1) == Some(Kind::Star) && self.is_type_of_pointer(index, open) {
            return Role::Type;
        }
        if begins {
            // K&R without a type: only a body makes it a definition.
            let defined = self.at_file_scope(index) && self.is_defined(open);
            return if defined { Role::Definition } else { Role::Use };
        }
        if let Some(list) = self.parameter_list(index) {
            let first = index == list + 1 || self.kind(index - 1) == Some(Kind::Comma);
            return if first { Role::Type } else { Role::Declared };
        }
        if !self.declares(index) && !self.declares_in_parentheses(index) {
            return Role::Use;
        }
        if !self.at_file_scope(index)
            && !self.in_type_body(index)
            && !self.reads_like_parameters(open)
        {
            return Role::Use;
        }
        self.role_of_declarator(index, open)
    }

    /// Whether a name before `(*` is the type of what is declared or cast to: `name (*pointer)(void)`, `(name (*)[2])`.
    fn is_type_of_pointer(&self, index: usize, open: usize) -> bool {
        let is_abstract = self.kind(open + 2) == Some(Kind::ParenClose);
        let may_declare = self.at_file_scope(index)
            || self.in_type_body(index)
            || (index > self.begin(index) && self.is_specifier(index - 1));
        is_abstract || (may_declare && self.follows_specifiers_only(index))
    }

    /// A name that declares something with the parameters that open at `open`.
    pub(super) fn role_of_declarator(&self, index: usize, open: usize) -> Role {
        let begin = self.begin_of_declaration(index);
        if self.is(begin, "typedef") {
            Role::Type
        } else if self.is_defined(open) {
            Role::Definition
        } else if self.in_type_body(index) {
            Role::Declared
        } else {
            Role::Prototype
        }
    }

    /// The first token of the declaration around a declarator that may stand in parentheses.
    fn begin_of_declaration(&self, index: usize) -> usize {
        let mut at = index;
        for _ in 0..8 {
            match self.parent(at) {
                Some(open) if self.kind(open) == Some(Kind::ParenOpen) => at = open,
                _ => break,
            }
        }
        self.begin(at)
    }

    /// Whether a body follows the parameters that open at `open`: at once, behind attributes, or behind K&R declarations.
    fn is_defined(&self, open: usize) -> bool {
        let Some(close) = self.close(open) else {
            return false;
        };
        let old_style = self.names_only(open, close);
        let mut at = close + 1;
        // The name may stand in parentheses: `(name)(…)`, or the function return a pointer to a function.
        while self.kind(at) == Some(Kind::ParenClose) {
            at += 1;
        }
        for _ in 0..REACH {
            match self.kind(at) {
                Some(Kind::BraceOpen) => return true,
                Some(Kind::Identifier | Kind::Star | Kind::Colon) => at += 1,
                Some(Kind::ParenOpen | Kind::BracketOpen) => match self.close(at) {
                    Some(close) => at = close + 1,
                    None => return false,
                },
                Some(Kind::Semicolon | Kind::Comma) if old_style && at > close + 1 => at += 1,
                _ => return false,
            }
        }
        false
    }

    /// Whether a parameter list is a list of plain names, as K&R definitions have it.
    fn names_only(&self, open: usize, close: usize) -> bool {
        let list = &self.tokens[open + 1..close];
        !list.is_empty()
            && list.len() < 2 * REACH
            && list.iter().enumerate().all(|(offset, token)| {
                token.kind
                    == if offset % 2 == 0 {
                        Kind::Identifier
                    } else {
                        Kind::Comma
                    }
            })
    }

    /// Whether the tokens before a name, back to a comma or the begin, are those of a declaration.
    pub(super) fn declares(&self, index: usize) -> bool {
        let begin = self.begin(index);
        let mut at = index;
        let mut types = 0;
        for _ in 0..REACH {
            if at == begin {
                return types > 0;
            }
            at -= 1;
            match self.kind(at) {
                Some(Kind::Identifier) if is_statement_word(&self.word(at)) => return false,
                Some(Kind::Identifier) => types += usize::from(!is_qualifier(&self.word(at))),
                Some(Kind::Star) => {}
                // A reference: nobody computes outside of functions.
                Some(Kind::Ampersand) if self.at_file_scope(index) || self.in_type_body(index) => {}
                Some(Kind::ParenClose | Kind::BracketClose | Kind::BraceClose) => {
                    let Some(open) = self.parent(at).filter(|&open| open >= begin) else {
                        return false;
                    };
                    let is_macro = self.is_specifier_macro(open, begin);
                    if !is_macro && !self.belongs_to_specifier(open) {
                        return false;
                    }
                    let is_type = is_macro || self.kind(at) == Some(Kind::BraceClose);
                    types += usize::from(is_type);
                    at = open;
                }
                Some(Kind::Comma) => return types == 0 && self.begins_declaration(begin),
                Some(Kind::String) if at > 0 && self.is(at - 1, "extern") => {}
                _ => return false,
            }
        }
        false
    }

    /// Whether a name stands behind nothing but stars in parentheses that stand where a declarator may: `int (*name`.
    pub(super) fn declares_in_parentheses(&self, index: usize) -> bool {
        let mut at = index;
        for _ in 0..4 {
            let begin = self.begin(at);
            let stars = (begin..at).all(|before| {
                self.kind(before) == Some(Kind::Star) || is_qualifier(&self.word(before))
            });
            match self.parent(at) {
                Some(open)
                    if stars && at - begin < 8 && self.kind(open) == Some(Kind::ParenOpen) =>
                {
                    if self.declares(open) {
                        return true;
                    }
                    at = open;
                }
                _ => return false,
            }
        }
        false
    }

    /// Whether a parenthesis is that of a macro that stands for a type, as in `API(int) name(void);`, or for an
    /// attribute behind one, which is written in capitals: `int ATTRIBUTE(3, 0) name(void);`.
    fn is_specifier_macro(&self, open: usize, begin: usize) -> bool {
        let Some(name) = open.checked_sub(1) else {
            return false;
        };
        let word = self.word(name);
        self.kind(open) == Some(Kind::ParenOpen)
            && self.kind(name) == Some(Kind::Identifier)
            && self.at_file_scope(begin)
            && !is_attribute_word(&word)
            && !is_statement_word(&word)
            && (name == begin || !word.contains(|letter: char| letter.is_ascii_lowercase()))
    }

    /// Whether brackets stand within declaration specifiers: attributes, or the body of a type.
    fn belongs_to_specifier(&self, open: usize) -> bool {
        match self.kind(open) {
            Some(Kind::ParenOpen) => open > 0 && is_attribute_word(&self.word(open - 1)),
            Some(Kind::BraceOpen) => self.is_type_body(open),
            _ => self.kind(open + 1) == Some(Kind::BracketOpen),
        }
    }

    /// Whether a statement begins like a declaration: two names, or a name, stars and a name.
    fn begins_declaration(&self, begin: usize) -> bool {
        if self.kind(begin) != Some(Kind::Identifier) || is_statement_word(&self.word(begin)) {
            return false;
        }
        if is_type_word(&self.word(begin)) {
            return true;
        }
        let mut at = begin + 1;
        while self.kind(at) == Some(Kind::Star) && at < begin + 8 {
            at += 1;
        }
        self.kind(at) == Some(Kind::Identifier)
    }

    /// Whether nothing but storage classes and qualifiers stands before a name.
    pub(super) fn follows_specifiers_only(&self, index: usize) -> bool {
        let begin = self.begin(index);
        index - begin < 8
            && (begin..index).all(|at| self.is_specifier(at))
            && self.parent(index).is_none_or(|open| {
                self.kind(open) == Some(Kind::BraceOpen) || (open > 0 && self.is(open - 1, "for"))
            })
    }

    fn is_specifier(&self, index: usize) -> bool {
        let word = self.word(index);
        is_qualifier(&word)
            || matches!(
                &*word,
                "static" | "extern" | "register" | "typedef" | "auto" | "inline"
            )
    }

    /// The parenthesis of the parameter list in which a name stands, if it stands in one.
    pub(super) fn parameter_list(&self, index: usize) -> Option<usize> {
        self.parameter_list_within(index, 8)
    }

    fn parameter_list_within(&self, index: usize, depth: usize) -> Option<usize> {
        let mut open = self.parent(index)?;
        for _ in 0..8 {
            if self.kind(open) != Some(Kind::ParenOpen) {
                return None;
            }
            let before = open.checked_sub(1)?;
            match self.kind(before) {
                Some(Kind::Identifier) if !is_statement_word(&self.word(before)) => {
                    let declares = self.previous(before).is_some()
                        && !is_attribute_word(&self.word(before))
                        && (self.declares(before)
                            || (depth > 0
                                && self.parameter_list_within(before, depth - 1).is_some()))
                        && self.reads_like_parameters(open);
                    return declares.then_some(open);
                }
                // `(*name)(…)`: the list of a pointer to a function.
                Some(Kind::ParenClose) => {
                    let inner = self.parent(before)?;
                    let pointer = self.kind(inner + 1) == Some(Kind::Star);
                    return (pointer && self.declares(inner) && self.reads_like_parameters(open))
                        .then_some(open);
                }
                _ if self.names_operator(before) => return Some(open),
                // A declarator in parentheses.
                _ => open = self.parent(open)?,
            }
        }
        None
    }

    /// Whether the parenthesised list at `open` could declare parameters: empty, `void`, or a type before each name.
    pub(super) fn reads_like_parameters(&self, open: usize) -> bool {
        let Some(close) = self.close(open) else {
            return false;
        };
        let first = open + 1;
        if first == close {
            return true;
        }
        let word = self.word(first);
        if self.kind(first) != Some(Kind::Identifier) {
            return false;
        }
        if is_type_word(&word) || is_qualifier(&word) {
            return true;
        }
        match self.kind(first + 1) {
            Some(Kind::Identifier) => true,
            Some(Kind::Star | Kind::Ampersand) => {
                let mut after = first + 1;
                while self.kind(after) == Some(Kind::Star)
                    || self.is_reference(after)
                    || is_qualifier(&self.word(after))
                {
                    after += 1;
                }
                match self.kind(after) {
                    Some(Kind::ParenClose | Kind::Comma) => true,
                    // `(a * b)`: a product in a call, unless it is known to declare. Outside of functions nobody
                    // multiplies.
                    Some(Kind::Identifier) => {
                        self.at_file_scope(open)
                            || self.word(first).ends_with("_t")
                            || self
                                .word(first)
                                .starts_with(|letter: char| letter.is_ascii_uppercase())
                            || self.is(first, "lua_State")
                    }
                    _ => false,
                }
            }
            Some(Kind::ParenClose | Kind::Comma) => {
                word.ends_with("_t") || &*word == "lua_State" || &*word == "lua_Integer"
            }
            _ => false,
        }
    }

    /// Whether a token stands directly in the body of a struct or union.
    pub(crate) fn in_type_body(&self, index: usize) -> bool {
        self.parent(index)
            .is_some_and(|open| self.kind(open) == Some(Kind::BraceOpen) && self.is_type_body(open))
    }

    /// Whether a token stands directly in the braces of an `enum`.
    pub(crate) fn in_enumeration(&self, index: usize) -> bool {
        self.parent(index).is_some_and(|open| {
            self.kind(open) == Some(Kind::BraceOpen)
                && self.type_keyword(open).as_deref() == Some("enum")
        })
    }

    fn is_type_body(&self, open: usize) -> bool {
        self.type_keyword(open).is_some()
    }

    /// The `struct`, `union` or `enum` whose body opens at a brace.
    fn type_keyword(&self, open: usize) -> Option<String> {
        let begin = match self.outline.begin(open) {
            NONE => return None,
            begin => begin as usize,
        };
        let mut at = open;
        for _ in 0..16 {
            if at == begin {
                return None;
            }
            at -= 1;
            let word = self.word(at);
            match self.kind(at) {
                Some(Kind::Identifier) if matches!(&*word, "struct" | "union" | "enum") => {
                    return Some(word.into_owned());
                }
                Some(Kind::Identifier | Kind::Colon) => {}
                Some(Kind::ParenClose) => {
                    at = self.parent(at).filter(|&open| open > begin)?;
                    if !self.belongs_to_specifier(at) {
                        return None;
                    }
                }
                _ => return None,
            }
        }
        None
    }
}

/// Words that only begin types and declarations.
fn is_type_word(word: &str) -> bool {
    matches!(
        word,
        "void"
            | "int"
            | "char"
            | "short"
            | "long"
            | "float"
            | "double"
            | "signed"
            | "unsigned"
            | "struct"
            | "union"
            | "enum"
            | "static"
            | "extern"
            | "register"
            | "typedef"
            | "inline"
            | "__inline"
            | "__inline__"
            | "auto"
            | "bool"
            | "_Bool"
            | "_Thread_local"
            | "__extension__"
            | "const"
            | "volatile"
    )
}
