//! The names that a text has for `lua_State` and for pointers to it: its own `typedef`s and macros.

use rustc_hash::FxHashMap;

use crate::lexer::{Kind, Token};
use crate::role::{Stream, is_qualifier};
use crate::unit::C;

const STATE: &str = "lua_State";

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateName {
    State,
    Pointer,
}

/// The names besides `lua_State` itself.
#[derive(Debug, Default)]
pub(crate) struct StateTypes {
    others: FxHashMap<Box<str>, StateName>,
}

impl StateTypes {
    pub(crate) fn of(c: &C<'_>) -> Self {
        let mut types = Self::default();
        let text = c.lexed.text;
        for definition in c.macros.iter().filter(|one| one.parameters.is_none()) {
            let body = &c.lexed.content[definition.body.clone()];
            types.add(text, definition.name, body);
        }
        let stream = c.stream();
        for at in 0..stream.tokens.len() {
            if stream.is(at, "typedef") {
                // `typedef lua_State *name;`
                let end = (at + 2..at + 8).find(|&end| stream.kind(end) == Some(Kind::Semicolon));
                if let Some(end) = end {
                    types.add(
                        text,
                        stream.tokens[end - 1],
                        &stream.tokens[at + 1..end - 1],
                    );
                }
            }
        }
        types
    }

    /// Another name, if the tokens that it stands for are the state or a pointer to it.
    fn add(&mut self, text: &str, name: Token, tokens: &[Token]) {
        let word = |token: Token| crate::lexer::spelling(text, token);
        if name.kind != Kind::Identifier || tokens.len() > 4 {
            return;
        }
        let mut kinds = Vec::new();
        for &token in tokens {
            let spelled = word(token);
            match token.kind {
                Kind::Star => kinds.push(StateName::Pointer),
                Kind::Identifier if is_qualifier(&spelled) || spelled == "struct" => {}
                Kind::Identifier => match self.name(&spelled) {
                    Some(kind) => kinds.push(kind),
                    None => return,
                },
                _ => return,
            }
        }
        let kind = match kinds.as_slice() {
            [kind] => *kind,
            [StateName::State, StateName::Pointer] => StateName::Pointer,
            _ => return,
        };
        self.others.insert(word(name).into(), kind);
    }

    /// What a word stands for, if for any of them.
    pub(crate) fn name(&self, word: &str) -> Option<StateName> {
        if word == STATE {
            return Some(StateName::State);
        }
        self.others.get(word).copied()
    }

    /// The token of the variable or parameter that is declared as a pointer to the state with the type at a token.
    pub(crate) fn declared(&self, stream: &Stream<'_>, at: usize) -> Option<usize> {
        // Most texts have no other names: then no word is read.
        if stream.kind(at) != Some(Kind::Identifier)
            || (self.others.is_empty() && !stream.is(at, STATE))
        {
            return None;
        }
        let behind = match self.name(&stream.word(at))? {
            StateName::State if stream.kind(at + 1) == Some(Kind::Star) => at + 2,
            StateName::State => return None,
            StateName::Pointer => at + 1,
        };
        let name = (behind..behind + 3).find(|&at| !is_qualifier(&stream.word(at)))?;
        (stream.kind(name) == Some(Kind::Identifier)).then_some(name)
    }
}
