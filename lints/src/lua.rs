//! Lua sources as the calls that they make with literal arguments, and the shell commands in their strings.

mod constants;
mod gate;

use std::ops::Range;

use tree_sitter::Node;

use crate::grammar::{Part, each_part};
use crate::script::Script;
use constants::Constants;
pub(crate) use gate::Gate;

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
    /// What it is given can't be reached from outside: a Unix socket, or a value for a statement.
    pub(crate) is_local: bool,
    /// The strings among the arguments, also within tables: value and bytes with the quotes.
    pub(crate) strings: Vec<(String, Range<usize>)>,
}

/// Reads a source. What the grammar can't read has no calls.
pub(crate) fn read(text: &str) -> Lua {
    let mut lua = Lua::default();
    let language = tree_sitter_lua::LANGUAGE.into();
    let mut constants = Constants::default();
    let mut whole = None;
    each_part(&language, text, |part| {
        constants.read(&part);
        whole = Some(part).filter(Part::is_whole);
    });
    match whole {
        Some(part) => read_part(&mut lua, &part, &constants),
        None => {
            // All parts must be known before the first one is judged.
            each_part(&language, text, |part| {
                read_part(&mut lua, &part, &constants);
            });
        }
    }
    lua
}

fn read_part(lua: &mut Lua, part: &Part<'_>, constants: &Constants) {
    part.walk(|node| {
        match node.kind() {
            "comment" => lua.comments.push(part.range(node)),
            "function_call" => call(lua, node, part, constants),
            _ => {}
        }
        true
    });
}

fn call(lua: &mut Lua, node: Node<'_>, part: &Part<'_>, constants: &Constants) {
    let text = part.text;
    let (Some(name), Some(arguments)) = (
        node.child_by_field_name("name"),
        node.child_by_field_name("arguments"),
    ) else {
        return;
    };
    let mut last = last_name(&text[name.byte_range()]);
    let strings = strings(arguments, part, constants);
    let first = arguments.named_child(0);
    if matches!(last, "pcall" | "xpcall")
        && let Some(first) = first
    {
        last = last_name(&text[first.byte_range()]);
    }
    let runs_shell = matches!(last, "execute" | "popen");
    if let Some((_, range)) = strings.first().filter(|_| runs_shell) {
        let raw = &text[range.start - part.shift..range.end - part.shift];
        let inner = raw.trim_matches(['"', '\'', '[', ']', '=']);
        let start = inner.as_ptr() as usize - text.as_ptr() as usize + part.shift;
        lua.scripts.push(Script::read(inner, start, 0));
    }
    let is_unix = strings.first().is_some_and(|(value, _)| value == "unix");
    let binds_value = first.is_some_and(|first| first.kind() == "number");
    lua.calls.push(LuaCall {
        name: last.to_owned(),
        is_local: is_unix || binds_value,
        strings,
    });
}

/// `listen` of `socket.listen`, `server:listen` and `socket["listen"]`.
fn last_name(callee: &str) -> &str {
    let callee = callee.trim_end_matches([']', '"', '\'', ' ']);
    let start = callee.rfind(['.', ':', '"', '\'', '[', ' ']);
    start.map_or(callee, |at| &callee[at + 1..])
}

/// The strings in the arguments, without those of calls and functions within.
fn strings(
    arguments: Node<'_>,
    part: &Part<'_>,
    constants: &Constants,
) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let mut cursor = arguments.walk();
    loop {
        let node = cursor.node();
        let value = constants.value(node, part.text);
        let is_known = value.is_some();
        if let Some(value) = value {
            found.push((value, part.range(node)));
        }
        let is_inside =
            !is_known && !matches!(node.kind(), "function_call" | "function_definition");
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
