//! Large texts part by part: a tree takes fifty times the memory of its text.

use tree_sitter::{Language, Node, Tree};

use super::{parse, walk};

/// Texts up to this size are one part, and parts begin with it.
const PART_BYTES: usize = 1 << 18;

/// A part that is not complete within so many times that size is taken as it is.
const GROWTH: usize = 64;

/// A stretch of a text with its tree.
pub(crate) struct Part<'t> {
    pub(crate) text: &'t str,
    /// Where it begins in the whole text.
    pub(crate) shift: usize,
    /// What begins here or later is read in the next part.
    end: usize,
    pub(crate) tree: Tree,
}

impl Part<'_> {
    /// Visits all nodes of the part, parents first. `visit` answers whether to look inside.
    pub(crate) fn walk<'p>(&'p self, mut visit: impl FnMut(Node<'p>) -> bool) {
        walk(&self.tree, |node| {
            let is_here = node.start_byte() < self.end || node.parent().is_none();
            is_here && visit(node)
        });
    }

    /// Whether this is all of the text.
    pub(crate) fn is_whole(&self) -> bool {
        self.shift == 0 && self.end == usize::MAX
    }

    /// The bytes of the whole text that a node covers.
    pub(crate) fn range(&self, node: Node<'_>) -> std::ops::Range<usize> {
        node.start_byte() + self.shift..node.end_byte() + self.shift
    }
}

/// Parses a text and visits its parts in order. Whether all of it could be parsed.
pub(crate) fn each_part<'t>(
    language: &Language,
    text: &'t str,
    mut visit: impl FnMut(Part<'t>),
) -> bool {
    let mut shift = 0;
    loop {
        let Some(part) = part_at(language, text, shift) else {
            return false;
        };
        let end = part.end;
        visit(part);
        if end >= text.len() - shift {
            return true;
        }
        shift += end;
    }
}

/// The part that begins at an offset: as many statements as fit, the last one whole.
fn part_at<'t>(language: &Language, text: &'t str, shift: usize) -> Option<Part<'t>> {
    let rest = &text[shift..];
    let mut size = PART_BYTES;
    loop {
        let is_all = size >= rest.len() || size / PART_BYTES > GROWTH;
        let cut = if is_all { rest.len() } else { size };
        let text = &rest[..rest.ceil_char_boundary(cut)];
        let tree = parse(language, text)?;
        let end = if is_all {
            Some(usize::MAX)
        } else {
            complete(&tree, text)
        };
        if let Some(end) = end {
            return Some(Part {
                text,
                shift,
                end,
                tree,
            });
        }
        size *= 4;
    }
}

/// Where the last statement of a text begins that was cut somewhere: all before it is sound. The cut may have
/// spoilt more than the last one, but not much more: an error far before it is one of the text.
fn complete(tree: &Tree, text: &str) -> Option<usize> {
    let root = tree.root_node();
    let only = root.child(0).filter(|_| root.child_count() == 1);
    // Of a long statement that was cut the grammar makes an error with all statements before it, side by side.
    let statements = match only {
        Some(only) if only.is_error() => only,
        _ => root,
    };
    let mut cursor = statements.walk();
    if !cursor.goto_first_child() {
        return None;
    }
    let mut starts = Starts::default();
    let mut is_spoilt = false;
    loop {
        let node = cursor.node();
        let is_separator = matches!(node.kind(), ";" | "&" | "\n");
        let is_piece = statements.is_error() && !node.is_named() && !is_separator;
        is_spoilt |= node.has_error() || is_piece;
        if !is_separator {
            starts.add(node.start_byte(), text);
        }
        if is_spoilt || !cursor.goto_next_sibling() {
            break;
        }
    }
    let end = if is_spoilt { starts.safe } else { starts.last };
    (end > root.end_byte() / 2).then_some(end)
}

/// Where statements begin.
#[derive(Default)]
struct Starts {
    last: usize,
    /// The last one that begins a line.
    line: usize,
    /// The one of these before. Pieces of a statement that the cut has spoilt may look like statements themselves,
    /// but hardly over several lines.
    safe: usize,
}

impl Starts {
    fn add(&mut self, start: usize, text: &str) {
        self.last = start;
        if text[..start].ends_with('\n') {
            self.safe = self.line;
            self.line = start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PART_BYTES, each_part};

    /// The starts of all nodes of a kind, in parts and in one tree.
    fn check(unit: &str, kind: &str) {
        let language = tree_sitter_lua::LANGUAGE.into();
        let text = unit.repeat(3 * PART_BYTES / unit.len());
        let mut found = Vec::new();
        let mut count = 0;
        let parsed = each_part(&language, &text, |part| {
            count += 1;
            part.walk(|node| {
                if node.kind() == kind {
                    found.push(part.range(node));
                }
                true
            });
        });
        let tree = super::parse(&language, &text).expect("it can be parsed");
        let mut expected = Vec::new();
        super::walk(&tree, |node| {
            if node.kind() == kind {
                expected.push(node.byte_range());
            }
            true
        });
        assert!(parsed && count > 1, "{count}");
        assert!(found == expected && !found.is_empty(), "{unit}");
    }

    #[test]
    fn parts_have_the_nodes_of_the_whole() {
        check("if a then b('x', c()) end -- d\n", "function_call");
        check("f([[\na\nb]])\n", "string");
        check("f(1); ", "function_call");
        check(
            "function f()\n  for i = 1, 2 do\n a(i)\n end\nend\n",
            "function_call",
        );
    }
}
