//! One text as the rules see it: source, settings, facts, and the content in the form of its language.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use crate::facts::{Facts, Headers, names_sdk};
use crate::finding::Edit;
use crate::flow::{Flow, flow};
use crate::include::{Include, includes};
use crate::lexer::{Kind, Lexed, Token};
use crate::lua::{Lua, LuaCall};
use crate::macros::{Macro, macros};
use crate::outline::{Conditionals, Outline, outline, outline_of};
use crate::role::{Role, Stream};
use crate::rust_source::RustSource;
use crate::script::Script;
use crate::settings::DEFAULT_PREFIX;
use crate::source::Source;

/// What all functions of a file may cost together, in states of flow rules.
const STATE_BUDGET: usize = 400_000;

/// How many nodes of graphs are kept for the next rule; large files are read again instead.
const KEPT_NODES: usize = 20_000;

/// What the rules judge.
pub(crate) struct Unit<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) prefix: &'a str,
    pub(crate) facts: &'a Facts,
    /// The file may use internals.
    pub(crate) is_home: bool,
    pub(crate) content: Content<'a>,
}

/// The content in the form of its language.
pub(crate) enum Content<'a> {
    C(Box<C<'a>>),
    /// A shell script, or the `run:` blocks of a workflow.
    Scripts(Vec<Script>),
    Lua(Lua),
    Rust(RustSource),
    /// Nothing that any rule looks for is mentioned.
    Nothing,
}

/// A C text.
pub(crate) struct C<'a> {
    pub(crate) lexed: Lexed<'a>,
    pub(crate) outline: Outline,
    pub(crate) conditionals: Conditionals,
    pub(crate) macros: Vec<Macro<'a>>,
    pub(crate) is_header: bool,
    /// The flows that rules asked for lately.
    flows: RefCell<Flows>,
    /// How many states the flow rules may still visit in this file.
    pub(crate) budget: Cell<usize>,
    /// How much higher functions leave the Lua stack, by their number, as far as somebody asked.
    pub(crate) deltas: RefCell<HashMap<usize, Option<i64>>>,
    /// The includes, made when a rule asks.
    pub(crate) includes: OnceCell<Vec<Include>>,
    /// The edit that includes trace.h, made when a rule asks; `None` where none is needed.
    pub(crate) trace_include: OnceCell<Option<Edit>>,
    /// How names of functions are used, made when a rule asks.
    pub(crate) uses: OnceCell<HashMap<String, Uses>>,
    /// The functions by their name, made when a rule asks.
    names: OnceCell<HashMap<String, usize>>,
    /// The macros by their name, made when a rule asks: the last one of each.
    macro_names: OnceCell<HashMap<String, usize>>,
    /// The headers of the linted tree.
    pub(crate) tree: Arc<Headers>,
}

/// How the name of a function of the file is used in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Uses {
    /// How it is called, if it is.
    pub(crate) calls: Option<Calls>,
    /// It is passed on, stored, or its address taken.
    pub(crate) is_value: bool,
}

/// What is done with the results of all calls of a function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Calls {
    /// `return f(L)`.
    Returned,
    /// `if (f(L))`, `!f(L)`, `f(L) < 0`.
    Asked,
    /// Something else, or not always the same.
    Mixed,
}

/// Flows by the number of their function.
#[derive(Default)]
struct Flows {
    by_function: HashMap<usize, Rc<Flow>>,
    node_count: usize,
}

/// A stretch of C tokens: the code of a file, or the body of a macro.
pub(crate) struct Stretch<'a, 'b> {
    pub(crate) stream: Stream<'a>,
    /// The macro whose body it is.
    pub(crate) definition: Option<&'a Macro<'b>>,
}

impl<'a> Unit<'a> {
    /// The C text, if it is one.
    pub(crate) fn c(&self) -> Option<&C<'a>> {
        match &self.content {
            Content::C(c) => Some(c),
            _ => None,
        }
    }

    /// The C text, if it may be that of a plugin: neither Lua's own nor that of a project without the SDK.
    pub(crate) fn plugin_c(&self) -> Option<&C<'a>> {
        self.c()
            .filter(|c| !c.is_lua_itself() && !self.is_foreign())
    }

    /// Whether this is C of a project that knows nothing of the SDK: it includes headers of the linted tree, and
    /// neither it nor any header there names the SDK. A file without such headers may well be a plugin.
    fn is_foreign(&self) -> bool {
        let is_default = self.prefix == DEFAULT_PREFIX;
        is_default
            && !names_sdk(self.source.text)
            && self
                .c()
                .is_some_and(|c| self.facts.tree.is_foreign(includes(c)))
    }

    /// The shell scripts: of a script file, a workflow, or in the strings of Lua.
    pub(crate) fn scripts(&self) -> &[Script] {
        match &self.content {
            Content::Scripts(scripts) => scripts,
            Content::Lua(lua) => &lua.scripts,
            _ => &[],
        }
    }

    /// The calls of a Lua source.
    pub(crate) fn lua_calls(&self) -> &[LuaCall] {
        match &self.content {
            Content::Lua(lua) => &lua.calls,
            _ => &[],
        }
    }

    /// The internals that a Rust source names.
    pub(crate) fn rust_internals(&self) -> &[(String, Range<usize>)] {
        match &self.content {
            Content::Rust(rust) => &rust.internals,
            _ => &[],
        }
    }

    /// The comments, with their delimiters.
    pub(crate) fn comments(&self) -> Vec<Range<usize>> {
        match &self.content {
            Content::C(c) => c
                .lexed
                .comments
                .iter()
                .map(|&(start, end)| start as usize..end as usize)
                .collect(),
            Content::Scripts(scripts) => scripts
                .iter()
                .flat_map(|script| script.comments.iter().cloned())
                .collect(),
            Content::Lua(lua) => lua.comments.clone(),
            Content::Rust(rust) => rust.comments.clone(),
            Content::Nothing => Vec::new(),
        }
    }
}

impl<'a> C<'a> {
    pub(crate) fn new(source: &Source<'a>, tree: Arc<Headers>) -> Self {
        let lexed = crate::lexer::lex(source.text);
        let (outline, conditionals) = outline(&lexed);
        let macros = macros(&lexed);
        Self {
            lexed,
            conditionals,
            macros,
            is_header: has_header_name(source.path),
            flows: RefCell::default(),
            budget: Cell::new(STATE_BUDGET),
            deltas: RefCell::default(),
            includes: OnceCell::new(),
            trace_include: OnceCell::new(),
            uses: OnceCell::new(),
            names: OnceCell::new(),
            macro_names: OnceCell::new(),
            tree,
            outline,
        }
    }

    /// The number of the function of a name.
    pub(crate) fn function_named(&self, name: &str) -> Option<usize> {
        let names = self.names.get_or_init(|| {
            let functions = self.outline.functions.iter().enumerate();
            functions
                .map(|(number, function)| {
                    let token = self.lexed.code[function.name as usize];
                    (self.lexed.spelling(token).into_owned(), number)
                })
                .collect()
        });
        names.get(name).copied()
    }

    /// The macro of a name.
    pub(crate) fn macro_named(&self, name: &str) -> Option<&Macro<'a>> {
        let names = self.macro_names.get_or_init(|| {
            let macros = self.macros.iter().enumerate();
            macros
                .map(|(number, definition)| {
                    (self.lexed.spelling(definition.name).into_owned(), number)
                })
                .collect()
        });
        names.get(name).map(|&number| &self.macros[number])
    }

    /// How the name of a function is used in the file.
    pub(crate) fn uses_of(&self, name: &str) -> Uses {
        let uses = self.uses.get_or_init(|| {
            let stream = self.stream();
            let mut uses: HashMap<String, Uses> = HashMap::new();
            for index in 0..stream.tokens.len() {
                if stream.kind(index) != Some(Kind::Identifier) {
                    continue;
                }
                let word = stream.word(index);
                if self.function_named(&word).is_none() || stream.role(index) != Role::Use {
                    continue;
                }
                let entry = uses.entry(word.into_owned()).or_default();
                if stream.kind(index + 1) == Some(Kind::ParenOpen) {
                    let here = stream.use_of_result(index);
                    let same = entry.calls.is_none_or(|before| before == here);
                    entry.calls = Some(if same { here } else { Calls::Mixed });
                } else {
                    entry.is_value = true;
                }
            }
            uses
        });
        uses.get(name).copied().unwrap_or_default()
    }

    /// Whether this is a file of Lua or LuaJIT itself, which is no plugin: they say so by these names,
    /// or define the functions of the API.
    pub(crate) fn is_lua_itself(&self) -> bool {
        let marks = [
            "LUA_CORE",
            "LUA_LIB",
            "lauxlib_h",
            "lua_c",
            "luac_c",
            "luajit_c",
        ];
        marks.iter().any(|name| self.macro_named(name).is_some())
            || ["lua_settop", "luaL_ref"]
                .iter()
                .any(|name| self.function_named(name).is_some())
    }

    /// The flow of a function, by its number.
    pub(crate) fn flow(&self, number: usize) -> Rc<Flow> {
        if let Some(known) = self.flows.borrow().by_function.get(&number) {
            return known.clone();
        }
        let made = Rc::new(flow(self, &self.outline.functions[number]));
        let mut flows = self.flows.borrow_mut();
        if flows.node_count > KEPT_NODES {
            *flows = Flows::default();
        }
        flows.node_count += made
            .graphs()
            .iter()
            .map(|graph| graph.nodes.len())
            .sum::<usize>();
        flows.by_function.insert(number, made.clone());
        made
    }

    /// The functions whose body names one of the words: their numbers.
    pub(crate) fn functions_with(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        let functions = self.outline.functions.iter().enumerate();
        functions
            .filter(|(_, function)| {
                let body = function.open as usize..function.close as usize;
                self.lexed.code[body].iter().any(|&token| {
                    token.kind == Kind::Identifier && is_wanted(&self.lexed.spelling(token))
                })
            })
            .map(|(number, _)| number)
            .collect()
    }

    /// The code outside of directives.
    pub(crate) fn stream(&self) -> Stream<'_> {
        Stream {
            text: self.lexed.text,
            tokens: &self.lexed.code,
            outline: &self.outline,
            is_macro: false,
        }
    }

    /// Runs `visit` on the code and on the body of each macro that `wanted` accepts.
    pub(crate) fn each_stretch(
        &self,
        wanted: impl Fn(&[Token]) -> bool,
        mut visit: impl FnMut(&Stretch<'_, 'a>),
    ) {
        if wanted(&self.lexed.code) {
            visit(&Stretch {
                stream: self.stream(),
                definition: None,
            });
        }
        for definition in &self.macros {
            if wanted(&self.lexed.content[definition.body.clone()]) {
                self.in_macro(definition, &mut visit);
            }
        }
    }

    /// Runs `visit` on the body of a macro.
    pub(crate) fn in_macro(&self, definition: &Macro<'a>, visit: impl FnOnce(&Stretch<'_, 'a>)) {
        let tokens = &self.lexed.content[definition.body.clone()];
        let outline = outline_of(self.lexed.text, tokens);
        visit(&Stretch {
            stream: Stream {
                text: self.lexed.text,
                tokens,
                outline: &outline,
                is_macro: true,
            },
            definition: Some(definition),
        });
    }
}

impl Stretch<'_, '_> {
    /// Whether a word is a parameter of the macro.
    pub(crate) fn is_parameter(&self, word: &str) -> bool {
        self.definition
            .and_then(|definition| definition.parameters.as_ref())
            .is_some_and(|parameters| parameters.iter().any(|parameter| parameter == word))
    }
}

/// Whether any of the tokens is one of the identifiers.
pub(crate) fn mentions(text: &str, tokens: &[Token], words: &[&str]) -> bool {
    tokens.iter().any(|&token| {
        token.kind == Kind::Identifier
            && (token.spliced || words.iter().any(|word| word.len() == token.range().len()))
            && words.contains(&&*crate::lexer::spelling(text, token))
    })
}

pub(crate) fn has_header_name(path: &str) -> bool {
    matches!(
        path.rsplit('.').next(),
        Some("h" | "hh" | "hpp" | "hxx" | "H" | "inc")
    )
}
