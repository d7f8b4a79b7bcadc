//! Rust sources as the identifiers that begin with the prefix of internals.

mod gate;

use std::ops::Range;

use tree_sitter::Node;

use crate::grammar::{Part, each_part};
pub(crate) use gate::may_matter;

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
    each_part(&tree_sitter_rust::LANGUAGE.into(), text, |part| {
        part.walk(|node| {
            visit(&mut rust, &part, node, prefix);
            true
        });
    });
    rust
}

fn visit(rust: &mut RustSource, part: &Part<'_>, node: Node<'_>, prefix: &str) {
    match node.kind() {
        "line_comment" | "block_comment" => rust.comments.push(part.range(node)),
        "identifier" | "field_identifier" | "type_identifier" | "shorthand_field_identifier" => {
            // A raw identifier is the same name.
            let name = &part.text[node.byte_range()];
            let name = name.strip_prefix("r#").unwrap_or(name);
            if name.starts_with(prefix) {
                rust.internals.push((name.to_owned(), part.range(node)));
            }
        }
        // `link_name` and `export_name` name a symbol, too.
        "attribute_item" | "inner_attribute_item" => {
            let attribute = &part.text[node.byte_range()];
            let names_symbol = ["link_name", "export_name"]
                .iter()
                .any(|key| attribute.contains(key));
            if let Some(at) = attribute.find('"').filter(|_| names_symbol) {
                let name = &attribute[at + 1..];
                let name = &name[..name.find('"').unwrap_or(name.len())];
                let start = part.range(node).start + at + 1;
                if name.starts_with(prefix) {
                    rust.internals
                        .push((name.to_owned(), start..start + name.len()));
                }
            }
        }
        _ => {}
    }
}
