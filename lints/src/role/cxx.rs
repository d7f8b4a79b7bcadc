//! What only headers that C++ reads, too, have: references, arguments of templates, operators as functions, and `using`.

use super::{Stream, is_statement_word};
use crate::lexer::Kind;

/// How many tokens a list of arguments is looked for.
const REACH: usize = 32;

impl Stream<'_> {
    /// `&` or `&&` where a declarator may have it.
    pub(super) fn is_reference(&self, index: usize) -> bool {
        self.kind(index) == Some(Kind::Ampersand) || self.is(index, "&&")
    }

    /// Whether a sign is the name of a function: `operator+`.
    pub(super) fn names_operator(&self, index: usize) -> bool {
        index > 0 && self.is(index - 1, "operator")
    }

    /// `using type = name;`
    pub(super) fn is_alias_of_type(&self, index: usize) -> bool {
        index > 0
            && self.kind(index - 1) == Some(Kind::Assign)
            && self.is(self.begin(index), "using")
    }

    /// Whether a name stands between the angles behind a name: `vector<name>`, `map<int, name *>`.
    pub(super) fn is_template_argument(&self, index: usize) -> bool {
        if index == 0 || self.kind(index - 1) == Some(Kind::Ampersand) {
            return false;
        }
        let Some((open, has_comma)) = self.open_angle(index) else {
            return false;
        };
        let is_callee = self.kind(open - 1) == Some(Kind::Identifier)
            && !is_statement_word(&self.word(open - 1));
        // `f(a < b, c > d)` compares, unless nothing may be compared there.
        let may_compare = || {
            !(self.at_file_scope(index)
                || self.in_type_body(index)
                || (open > 1 && self.is(open - 2, "::")))
        };
        is_callee
            && match self.close_angle(index) {
                Some(comma_behind) => !((has_comma || comma_behind) && may_compare()),
                None => false,
            }
    }

    /// The `<` before the name at `index`, and whether a comma stands between.
    fn open_angle(&self, index: usize) -> Option<(usize, bool)> {
        let mut has_comma = false;
        for at in (index.saturating_sub(REACH).max(1)..index).rev() {
            match self.kind(at)? {
                Kind::Operator if self.is(at, "<") => return Some((at, has_comma)),
                Kind::Operator if self.is(at, "::") => {}
                Kind::Comma => has_comma = true,
                Kind::Identifier | Kind::Star | Kind::Ampersand => {}
                _ => return None,
            }
        }
        None
    }

    /// Whether a comma stands before the `>` behind the name at `index`, if one stands there.
    fn close_angle(&self, index: usize) -> Option<bool> {
        let (mut depth, mut has_comma) = (1, false);
        for at in index + 1..index + REACH {
            match self.kind(at)? {
                Kind::Operator if self.is(at, "<") => depth += 1,
                Kind::Operator if self.is(at, ">") => depth -= 1,
                Kind::Operator if self.is(at, ">>") => depth -= 2,
                Kind::Operator if self.is(at, "::") => {}
                Kind::Comma => has_comma = true,
                Kind::Identifier | Kind::Star | Kind::Ampersand => {}
                _ => return None,
            }
            if depth <= 0 {
                return Some(has_comma);
            }
        }
        None
    }
}
