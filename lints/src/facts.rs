//! What is known of the linted tree before its files are judged: the safe wrappers that `trace.h` offers,
//! and what its headers include and define.

mod headers;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use headers::Headers;

use crate::lexer::{Kind, lex};
use crate::macros::macros;
use crate::outline::outline;

/// The facts that rules may ask for. Facts of several headers add up; the first wrapper of an internal stays.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    wrappers: BTreeMap<String, String>,
    /// The headers that were read, for messages.
    pub headers: Vec<String>,
    /// All headers of the tree.
    pub tree: Arc<Headers>,
}

impl Facts {
    /// Reads the wrappers that a header offers for internals that begin with `prefix`:
    /// macros and functions without the prefix whose body names the internal.
    pub fn read_wrappers(&mut self, path: &str, text: &str, prefix: &str) {
        self.headers.push(path.to_owned());
        let lexed = lex(text);
        let mut offers = Vec::new();
        for definition in macros(&lexed) {
            let name = lexed.spelling(definition.name).into_owned();
            for &token in &lexed.content[definition.body.clone()] {
                offers.push((name.clone(), token, definition.name.start));
            }
        }
        let (shape, _) = outline(&lexed);
        for function in &shape.functions {
            let name = lexed.code[function.name as usize];
            let body = function.open as usize..function.close as usize;
            for &token in &lexed.code[body] {
                offers.push((lexed.spelling(name).into_owned(), token, name.start));
            }
        }
        offers.sort_by_key(|(_, _, place)| *place);
        for (wrapper, token, _) in offers {
            if token.kind == Kind::Identifier && !wrapper.starts_with(prefix) {
                self.offer(&lexed.spelling(token), wrapper, prefix);
            }
        }
    }

    /// The wrapper that stands in for an internal.
    pub fn wrapper(&self, internal: &str) -> Option<&str> {
        self.wrappers.get(internal).map(String::as_str)
    }

    /// The internals that have a wrapper, sorted, each with its wrapper.
    pub fn wrappers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.wrappers
            .iter()
            .map(|(internal, wrapper)| (internal.as_str(), wrapper.as_str()))
    }

    /// A wrapper named like its internal is the better one.
    fn offer(&mut self, internal: &str, wrapper: String, prefix: &str) {
        if !internal.starts_with(prefix) {
            return;
        }
        let namesake = internal.trim_start_matches('_') == wrapper;
        if namesake || !self.wrappers.contains_key(internal) {
            self.wrappers.insert(internal.to_owned(), wrapper);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    fn check(header: &str, expected: &[(&str, &str)]) {
        let mut facts = Facts::default();
        facts.read_wrappers("trace.h", header, "_lunet_");
        let found: Vec<_> = facts.wrappers().collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn wrappers_are_macros_and_functions_that_name_the_internal() {
        check(
            "int _lunet_a(int);\n#define lunet_a(L) \\\n  _lunet_a(L)\nstatic inline int lunet_b(int x) { return _lunet_b(x); }\n#define lunet_c _lunet_c\n",
            &[
                ("_lunet_a", "lunet_a"),
                ("_lunet_b", "lunet_b"),
                ("_lunet_c", "lunet_c"),
            ],
        );
    }

    #[test]
    fn the_namesake_wins_and_internals_wrap_nothing() {
        check(
            "#define lunet_other(L) _lunet_a(L)\n#define lunet_a(L) _lunet_a(L)\n#define _lunet_x(L) _lunet_y(L)\n",
            &[("_lunet_a", "lunet_a")],
        );
    }
}
