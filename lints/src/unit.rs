//! One text as the rules see it: source, settings, facts, and the content in the form of its language.

mod c;
mod names;
mod parameters;
mod returning;

use std::ops::Range;

pub(crate) use c::{C, Calls, Stretch, mentions};

use crate::facts::Facts;
use crate::rust_source::RustSource;
use crate::source::Source;

/// What the rules judge.
pub(crate) struct Unit<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) prefix: &'a str,
    pub(crate) facts: &'a Facts,
    /// The file may use internals.
    pub(crate) is_home: bool,
    pub(crate) content: Content<'a>,
}

/// The content in the form of its language.
pub(crate) enum Content<'a> {
    C(Box<C<'a>>),
    /// A script, a workflow or a Lua source, which was judged while it was read: comments that may be suppressions.
    Pieces(Vec<Range<usize>>),
    Rust(RustSource),
    /// Nothing that any rule looks for is mentioned.
    Nothing,
}

impl<'a> Unit<'a> {
    /// The C text, if it is one.
    pub(crate) fn c(&self) -> Option<&C<'a>> {
        match &self.content {
            Content::C(c) => Some(c),
            _ => None,
        }
    }

    /// Whether it is a C text of which nothing but its allocations is of interest.
    pub(crate) fn only_allocates(&self) -> bool {
        self.c().is_some_and(|c| c.only_allocations.is_some())
    }

    /// The C text, if it may be that of a plugin: neither Lua's own nor that of a project without the SDK.
    pub(crate) fn plugin_c(&self) -> Option<&C<'a>> {
        self.c().filter(|c| !c.is_lua_itself() && !c.is_foreign())
    }

    /// The internals that a Rust source names.
    pub(crate) fn rust_internals(&self) -> &[(String, Range<usize>)] {
        match &self.content {
            Content::Rust(rust) => &rust.internals,
            _ => &[],
        }
    }

    /// The comments, with their delimiters.
    pub(crate) fn comments(&self) -> Vec<Range<usize>> {
        match &self.content {
            Content::C(c) => c
                .lexed
                .comments
                .iter()
                .map(|&(start, end)| start as usize..end as usize)
                .collect(),
            Content::Pieces(comments) => comments.clone(),
            Content::Rust(rust) => rust.comments.clone(),
            Content::Nothing => Vec::new(),
        }
    }
}

pub(crate) fn has_header_name(path: &str) -> bool {
    matches!(
        path.rsplit('.').next(),
        Some("h" | "hh" | "hpp" | "hxx" | "H" | "inc")
    )
}
