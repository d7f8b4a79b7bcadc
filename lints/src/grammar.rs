//! Parsing with a budget, and walking trees without recursion: no input makes either of them run away.

use std::cell::RefCell;
use std::ops::ControlFlow;

use tree_sitter::{Language, Node, ParseOptions, ParseState, Parser, Tree};

/// Parses a text that is of no use with an error in it: the first one ends the search, and so does a number of steps
/// that grows with the text.
pub(crate) fn parse_sound(language: &Language, text: &str) -> Option<Tree> {
    let tree = PARSER.with_borrow_mut(|parser| parse_with(parser, language, text));
    tree.filter(|tree| !tree.root_node().has_error())
}

thread_local! {
    /// A parser keeps its memory from text to text: most texts are single functions.
    static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
}

fn parse_with(parser: &mut Parser, language: &Language, text: &str) -> Option<Tree> {
    parser.set_language(language).ok()?;
    // What an earlier text left unfinished is no part of this one.
    parser.reset();
    let mut budget = 1000 + text.len();
    let mut watch = |state: &ParseState| {
        budget = budget.saturating_sub(1);
        // With an error, no way of reading the text is left that has none.
        if budget == 0 || state.has_error() {
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
