//! The macros of a header that rules know by name: those of Lua, and allocators.

use super::marks::Marks;
use crate::lexer::{Kind, continues_identifier, lex};
use crate::macros::macros;

/// The macros of a text whose body names something of Lua, also through another of them.
pub(super) fn lua_macros(text: &str, marks: &Marks) -> Vec<String> {
    if !marks.names_lua {
        return Vec::new();
    }
    let lexed = lex(text);
    let mut found: Vec<String> = Vec::new();
    for definition in macros(&lexed) {
        let body = lexed.content[definition.body.clone()].iter();
        let is_of_lua = body
            .filter(|token| token.kind == Kind::Identifier)
            .any(|&token| {
                let word = lexed.spelling(token);
                word.starts_with("lua") || found.iter().any(|name| *name == word)
            });
        if is_of_lua {
            found.push(lexed.spelling(definition.name).into_owned());
        }
    }
    found
}

/// The allocators of the C library that a text defines as macros.
pub(super) fn redefined(text: &str, marks: &Marks) -> Vec<&'static str> {
    let is_defined = |name: &&str| {
        marks.allocators.iter().any(|alloc| {
            let behind = alloc + "alloc".len();
            let before = text[..behind].strip_suffix(name).unwrap_or_default();
            let line = before.trim_end_matches([' ', '\t']);
            let next = text.as_bytes().get(behind).copied();
            line.len() < before.len()
                && line.ends_with("define")
                && !next.is_some_and(continues_identifier)
        })
    };
    ["malloc", "calloc", "realloc"]
        .into_iter()
        .filter(is_defined)
        .collect()
}
