//! Rust sources as the identifiers that begin with the prefix of internals.

use std::ops::Range;

use crate::grammar::{parse, walk};

/// A Rust source.
#[derive(Debug, Default)]
pub(crate) struct RustSource {
    /// Identifiers with the prefix.
    pub(crate) internals: Vec<(String, Range<usize>)>,
    pub(crate) comments: Vec<Range<usize>>,
}

/// Reads a source.
pub(crate) fn read(text: &str, prefix: &str) -> RustSource {
    let mut rust = RustSource::default();
    let Some(tree) = parse(&tree_sitter_rust::LANGUAGE.into(), text) else {
        return rust;
    };
    walk(&tree, |node| {
        match node.kind() {
            "line_comment" | "block_comment" => rust.comments.push(node.byte_range()),
            "identifier"
            | "field_identifier"
            | "type_identifier"
            | "shorthand_field_identifier" => {
                let name = &text[node.byte_range()];
                if name.starts_with(prefix) {
                    rust.internals.push((name.to_owned(), node.byte_range()));
                }
            }
            _ => {}
        }
        true
    });
    rust
}
