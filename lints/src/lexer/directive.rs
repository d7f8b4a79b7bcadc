//! Preprocessor directives as tokens: which one, where, and what follows its name.

use std::ops::Range;

/// Which directive a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DirectiveKind {
    Define,
    Undef,
    Include,
    If,
    Ifdef,
    Elif,
    Else,
    Endif,
    Pragma,
    /// `#error`, `#line`, `#warning`, the null directive and what only other compilers know.
    Other,
}

impl DirectiveKind {
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "define" => Self::Define,
            "undef" => Self::Undef,
            "include" | "include_next" | "import" | "embed" => Self::Include,
            "if" => Self::If,
            "ifdef" | "ifndef" => Self::Ifdef,
            "elif" | "elifdef" | "elifndef" => Self::Elif,
            "else" => Self::Else,
            "endif" => Self::Endif,
            "pragma" => Self::Pragma,
            _ => Self::Other,
        }
    }
}

/// One directive.
#[derive(Clone, Debug)]
pub(crate) struct Directive {
    pub(crate) kind: DirectiveKind,
    /// Bytes of the logical line, from the `#` on.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The code token before which it stands.
    pub(crate) at: u32,
    /// Its tokens behind the name, in `Lexed::content`.
    pub(crate) content: Range<u32>,
}
