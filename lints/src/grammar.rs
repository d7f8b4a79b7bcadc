//! Parsing with a budget, and walking trees without recursion: no input makes either of them run away.

mod parts;

use std::cell::RefCell;
use std::ops::ControlFlow;

use tree_sitter::{Language, Node, ParseOptions, ParseState, Parser, Tree};

pub(crate) use parts::{Part, each_part};

/// Parses a text, within a number of steps that grows with it: errors can make a grammar search without end.
pub(crate) fn parse(language: &Language, text: &str) -> Option<Tree> {
    PARSER.with_borrow_mut(|parser| parse_with(parser, language, text, false))
}

/// The same for a text that is of no use with an error in it: the first one ends the search.
pub(crate) fn parse_sound(language: &Language, text: &str) -> Option<Tree> {
    let tree = PARSER.with_borrow_mut(|parser| parse_with(parser, language, text, true));
    tree.filter(|tree| !tree.root_node().has_error())
}

thread_local! {
    /// A parser keeps its memory from text to text: most texts are single functions.
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

fn parse_with(
    parser: &mut Parser,
    language: &Language,
    text: &str,
    only_sound: bool,
) -> Option<Tree> {
    parser.set_language(language).ok()?;
    // What an earlier text left unfinished is no part of this one.
    parser.reset();
    let mut budget = 1000 + text.len();
    let mut watch = |state: &ParseState| {
        budget = budget.saturating_sub(1);
        // No way of reading the text is left that has no error.
        let is_unsound = only_sound && state.has_error();
        if budget == 0 || is_unsound {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut watch);
    parser.parse_with_options(
        &mut |at, _| text.as_bytes().get(at..).unwrap_or_default(),
        None,
        Some(options),
    )
}

/// Visits all nodes of a tree, parents first. `visit` answers whether to look inside.
pub(crate) fn walk<'t>(tree: &'t Tree, mut visit: impl FnMut(Node<'t>) -> bool) {
    let mut cursor = tree.walk();
    loop {
        if visit(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// Whether a tree is deeper than a number of levels.
pub(crate) fn is_deeper(root: Node<'_>, cap: usize) -> bool {
    let mut cursor = root.walk();
    let mut depth = 0;
    loop {
        if cursor.goto_first_child() {
            depth += 1;
            if depth > cap {
                return true;
            }
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return false;
            }
            depth -= 1;
        }
    }
}
