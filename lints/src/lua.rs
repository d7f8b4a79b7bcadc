//! Lua sources as the calls that they make with literal arguments, and the shell commands in their strings.

use std::ops::Range;

use tree_sitter::Node;

use crate::grammar::{parse, walk};
use crate::script::Script;

/// A Lua source.
#[derive(Debug, Default)]
pub(crate) struct Lua {
    pub(crate) calls: Vec<LuaCall>,
    /// What `os.execute` and `io.popen` are given.
    pub(crate) scripts: Vec<Script>,
    pub(crate) comments: Vec<Range<usize>>,
}

/// A call.
#[derive(Debug)]
pub(crate) struct LuaCall {
    /// The last component: `listen` of `socket.listen` and `server:listen`.
    pub(crate) name: String,
    /// The strings among the arguments, also within tables: value and bytes with the quotes.
    pub(crate) strings: Vec<(String, Range<usize>)>,
}

/// Reads a source. What the grammar can't read has no calls.
pub(crate) fn read(text: &str) -> Lua {
    let mut lua = Lua::default();
    let Some(tree) = parse(&tree_sitter_lua::LANGUAGE.into(), text) else {
        return lua;
    };
    walk(&tree, |node| {
        match node.kind() {
            "comment" => lua.comments.push(node.byte_range()),
            "function_call" => call(&mut lua, node, text),
            _ => {}
        }
        true
    });
    lua
}

fn call(lua: &mut Lua, node: Node<'_>, text: &str) {
    let (Some(name), Some(arguments)) = (
        node.child_by_field_name("name"),
        node.child_by_field_name("arguments"),
    ) else {
        return;
    };
    let full = &text[name.byte_range()];
    let last = full.rsplit(['.', ':']).next().unwrap_or(full).trim();
    let strings = strings(arguments, text);
    let runs_shell = matches!(last, "execute" | "popen");
    if let Some((_, range)) = strings.first().filter(|_| runs_shell) {
        let raw = &text[range.clone()];
        let inner = raw.trim_matches(['"', '\'', '[', ']', '=']);
        let start = inner.as_ptr() as usize - text.as_ptr() as usize;
        lua.scripts.push(Script::read(inner, start));
    }
    lua.calls.push(LuaCall {
        name: last.to_owned(),
        strings,
    });
}

/// The strings in the arguments, without those of calls and functions within.
fn strings(arguments: Node<'_>, text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let mut cursor = arguments.walk();
    loop {
        let node = cursor.node();
        if node.kind() == "string" {
            let range = node.byte_range();
            let raw = &text[range.clone()];
            let value = raw.trim_matches(['"', '\'', '[', ']', '=']);
            // `[::]` may have lost its brackets, which changes nothing.
            found.push((value.to_owned(), range));
        }
        let is_inside = !matches!(
            node.kind(),
            "string" | "function_call" | "function_definition"
        );
        if is_inside && cursor.goto_first_child() {
            continue;
        }
        loop {
            if cursor.node() == arguments {
                return found;
            }
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}
