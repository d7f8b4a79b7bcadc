//! The macros of a header that rules know by name: those of Lua, and allocators.

use crate::lexer::{Kind, continues_identifier, lex};
use crate::macros::macros;

/// The macros of a text whose body names something of Lua, also through another of them.
pub(super) fn lua_macros(text: &str) -> Vec<String> {
    let begins_word = |at: usize| {
        let before = at.checked_sub(1).map(|before| text.as_bytes()[before]);
        !before.is_some_and(continues_identifier)
    };
    // Not the one of `evaluate`, for which most headers would have to be read.
    if !memchr::memmem::find_iter(text.as_bytes(), b"lua").any(begins_word) {
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
pub(super) fn redefined(text: &str) -> Vec<&'static str> {
    let is_defined = |name: &&str| {
        memchr::memmem::find_iter(text.as_bytes(), name).any(|at| {
            let before = text[..at].trim_end_matches([' ', '\t']);
            let behind = text.as_bytes().get(at + name.len()).copied();
            before.len() < at
                && before.ends_with("define")
                && !behind.is_some_and(continues_identifier)
        })
    };
    ["malloc", "calloc", "realloc"]
        .into_iter()
        .filter(is_defined)
        .collect()
}
