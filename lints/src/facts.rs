//! What is known of the linted tree before its files are judged: the safe wrappers that `trace.h` offers,
//! and what its headers include and define.

mod headers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use headers::{Guards, names_sdk};
pub use headers::{Header, Headers, quoted_includes};

use crate::lexer::{Kind, Lexed, lex};
use crate::macros::macros;
use crate::outline::{Function, Outline, outline};

/// What stands in for an internal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    pub name: String,
    /// How many arguments a function or function-like macro takes; `None` for plain names.
    pub parameters: Option<usize>,
    /// A function, which can stand without a call, too.
    pub is_function: bool,
    /// A macro that is a statement and no expression.
    pub is_statement: bool,
}

/// The facts that rules may ask for. Facts of several headers add up; the first wrapper of an internal stays.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    wrappers: BTreeMap<String, Wrapper>,
    /// All names through which an internal is reached: wrapper and internal.
    reached: BTreeSet<(String, String)>,
    /// The headers that were read, for messages.
    pub headers: Vec<String>,
    /// All headers of the tree.
    pub tree: Arc<Headers>,
}

impl Facts {
    /// Facts of a tree with these headers; wrappers are read next.
    pub fn new(tree: Arc<Headers>) -> Self {
        Self {
            tree,
            ..Self::default()
        }
    }

    /// Reads the wrappers that a header offers for internals that begin with `prefix`:
    /// macros and functions without the prefix whose body names the internal.
    pub fn read_wrappers(&mut self, path: &str, text: &str, prefix: &str) {
        self.headers.push(path.to_owned());
        let lexed = lex(text);
        let mut offers = Vec::new();
        for definition in macros(&lexed) {
            let body = &lexed.content[definition.body.clone()];
            let wrapper = Wrapper {
                name: lexed.spelling(definition.name).into_owned(),
                parameters: definition.parameters.as_ref().map(Vec::len),
                is_function: false,
                is_statement: body.iter().any(|token| token.kind == Kind::Semicolon),
            };
            for &token in body {
                offers.push((wrapper.clone(), token, definition.name.start));
            }
        }
        let (shape, _) = outline(&lexed);
        for function in &shape.functions {
            let name = lexed.code[function.name as usize];
            let wrapper = Wrapper {
                name: lexed.spelling(name).into_owned(),
                parameters: Some(parameter_count(&lexed, &shape, function)),
                is_function: true,
                is_statement: false,
            };
            let body = function.open as usize..function.close as usize;
            for &token in &lexed.code[body] {
                offers.push((wrapper.clone(), token, name.start));
            }
        }
        offers.sort_by_key(|(_, _, place)| *place);
        for (wrapper, token, _) in offers {
            if token.kind == Kind::Identifier && !wrapper.name.starts_with(prefix) {
                self.offer(&lexed.spelling(token), wrapper.clone(), prefix);
                let inner: Vec<_> = self
                    .wrapped_by(&lexed.spelling(token))
                    .map(str::to_owned)
                    .collect();
                for internal in inner {
                    self.reached.insert((wrapper.name.clone(), internal));
                }
            }
        }
    }

    /// The wrapper that stands in for an internal.
    pub fn wrapper(&self, internal: &str) -> Option<&Wrapper> {
        self.wrappers.get(internal)
    }

    /// The internals that have a wrapper, sorted, each with its wrapper.
    pub fn wrappers(&self) -> impl Iterator<Item = (&str, &Wrapper)> {
        self.wrappers
            .iter()
            .map(|(internal, wrapper)| (internal.as_str(), wrapper))
    }

    /// The internals behind a wrapper, also through another wrapper.
    pub(crate) fn wrapped_by<'f>(&'f self, wrapper: &'f str) -> impl Iterator<Item = &'f str> {
        self.reached
            .range((wrapper.to_owned(), String::new())..)
            .take_while(move |(name, _)| name == wrapper)
            .map(|(_, internal)| internal.as_str())
    }

    /// A wrapper named like its internal is the better one.
    fn offer(&mut self, internal: &str, wrapper: Wrapper, prefix: &str) {
        if !internal.starts_with(prefix) {
            return;
        }
        self.reached
            .insert((wrapper.name.clone(), internal.to_owned()));
        let namesake = internal.trim_start_matches('_') == wrapper.name;
        if namesake || !self.wrappers.contains_key(internal) {
            self.wrappers.insert(internal.to_owned(), wrapper);
        }
    }
}

/// How many parameters the list behind the name of a function has.
fn parameter_count(lexed: &Lexed<'_>, shape: &Outline, function: &Function) -> usize {
    let open = function.name as usize + 1;
    let close = (shape.close(open) as usize).min(lexed.code.len());
    let list = lexed.code.get(open + 1..close).unwrap_or_default();
    let is_void = matches!(list, [only] if lexed.spelling(*only) == "void");
    let commas = (open + 1..close)
        .filter(|&at| lexed.code[at].kind == Kind::Comma && shape.parent(at) as usize == open);
    commas.count() + usize::from(!list.is_empty() && !is_void)
}

#[cfg(test)]
mod tests {
    use super::Facts;

    fn check(header: &str, expected: &[(&str, &str)]) {
        let mut facts = Facts::default();
        facts.read_wrappers("trace.h", header, "_lunet_");
        let wrappers = facts.wrappers();
        let found: Vec<_> = wrappers
            .map(|(internal, wrapper)| (internal, wrapper.name.as_str()))
            .collect();
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
