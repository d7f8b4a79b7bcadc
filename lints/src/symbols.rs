//! Which internals the sources of a plugin account for: those they name, and those behind the wrappers they use.
//! The object files say which ones the plugin needs; reading them is the caller's work.

use std::collections::BTreeSet;

use crate::facts::Facts;
use crate::lexer::{Kind, lex};
use crate::paste::Pastes;
use crate::source::Source;
use crate::unit::C;

/// The internals that a text accounts for. A name that ends in `_` stands for all that begin with it.
pub fn accounted(path: &str, text: &str, facts: &Facts, prefix: &str) -> BTreeSet<String> {
    let lexed = lex(text);
    let mut found = BTreeSet::new();
    for &token in lexed.code.iter().chain(&lexed.content) {
        if token.kind != Kind::Identifier {
            continue;
        }
        let name = lexed.spelling(token);
        if name.starts_with(prefix) {
            found.insert(name.into_owned());
        } else {
            let wrapped = facts.wrapped_by(&name).map(str::to_owned);
            found.extend(wrapped);
        }
    }
    found.extend(pasted(path, text, facts, prefix));
    found
}

/// The internals that macros paste from their arguments.
fn pasted(path: &str, text: &str, facts: &Facts, prefix: &str) -> Vec<String> {
    let source = Source::new(path, text);
    let c = C::new(&source, facts.tree.clone());
    let mut names = Vec::new();
    if let Some(mut pastes) = Pastes::new(&c, prefix) {
        c.each_stretch(
            |_| true,
            |stretch| {
                let made = pastes.in_stretch(stretch).into_iter();
                names.extend(made.map(|pasted| pasted.name));
            },
        );
    }
    names
}

/// Whether a needed internal is among the accounted ones.
pub fn is_accounted(internal: &str, accounted: &BTreeSet<String>) -> bool {
    accounted.contains(internal)
        || accounted
            .iter()
            .any(|name| name.ends_with('_') && internal.starts_with(name.as_str()))
}
