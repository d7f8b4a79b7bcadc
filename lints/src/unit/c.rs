//! A C text with its shape, and what is known of the whole file: its macros, its functions by name, their flows.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::has_header_name;
use super::names::Names;
use crate::call::{Aliases, aliases};
use crate::facts::{Headers, names_sdk};
use crate::finding::Edit;
use crate::flow::explore::Budget;
use crate::flow::{Flow, Text, flow};
use crate::include::{Include, includes};
use crate::lexer::{Kind, Lexed, Token};
use crate::macros::{Macro, macros};
use crate::mutex::{Handed, Mutexes, Reach};
use crate::outline::{Conditionals, Function, Outline, outline, outline_of};
use crate::paste::Table;
use crate::role::{Role, Stream};
use crate::source::Source;
use crate::stack::paths::{self, Referred};
use crate::state_type::StateTypes;

/// What all functions of a file may cost together, in states of flow rules: this, and more for each byte. Code
/// that is dense with what the rules look for takes two for every three bytes.
const STATE_BUDGET: usize = 400_000;
const STATES_PER_BYTE: usize = 1;

/// How many tokens macros may make in a file, besides half as many as it has.
const EXPANSION_BUDGET: usize = 1 << 16;

/// How many nodes of graphs are kept for the next rule; large files are read again instead.
const KEPT_NODES: usize = 2_000;

/// What was answered to a question, once for each graph of a function.
type Answers<Q, A> = RefCell<FxHashMap<Q, Rc<Vec<A>>>>;

/// A C text.
pub(crate) struct C<'a> {
    pub(crate) lexed: Lexed<'a>,
    pub(crate) outline: Outline,
    pub(crate) conditionals: Conditionals,
    pub(crate) macros: Vec<Macro<'a>>,
    pub(crate) is_header: bool,
    /// The flows that rules asked for lately.
    pub(super) flows: RefCell<Flows>,
    /// How many states the flow rules may still visit in this file.
    pub(crate) budget: Budget,
    /// How much higher functions leave the Lua stack, by their number, as far as somebody asked.
    pub(crate) deltas: RefCell<FxHashMap<usize, Option<i64>>>,
    /// What functions do to mutexes, once for each graph, by their number and how deep they stand in calls.
    pub(crate) mutexes: Answers<(usize, usize), Mutexes>,
    /// What functions hand on to those of other files, by their number and how deep is looked.
    pub(crate) handed: Answers<(usize, usize), Handed>,
    /// Which functions may do that at all, found when a rule asks.
    pub(crate) mutex_reach: OnceCell<Reach>,
    /// The prefix of internals is the SDK's own, not one of the settings.
    pub(crate) has_sdk_prefix: bool,
    /// Where the allocations are that nobody asks for at once, if nothing else in the text is of interest.
    pub(crate) only_allocations: Option<Vec<usize>>,
    /// What [`C::is_foreign`] has found.
    foreign: OnceCell<bool>,
    /// The includes, made when a rule asks.
    pub(crate) includes: OnceCell<Vec<Include>>,
    /// The edit that includes trace.h, made when a rule asks; `None` where none is needed.
    pub(crate) trace_include: OnceCell<Option<Edit>>,
    /// How names of functions are used.
    uses: OnceCell<FxHashMap<usize, Uses>>,
    /// The functions by their name, made when a rule asks: the last one of each.
    names: OnceCell<Names>,
    /// The macros by their name, made when a rule asks: the last one of each.
    macro_names: OnceCell<Names>,
    /// The macros that are other names, found when a rule asks.
    aliases: OnceCell<Aliases>,
    /// The names of the state of Lua, found when a rule asks.
    state_types: OnceCell<StateTypes>,
    /// What each `luaL_ref` of a function takes, by function and state, made when a rule asks.
    referred: Answers<(usize, String), Referred>,
    /// The names of functions in these answers.
    pushers: RefCell<FxHashSet<Text>>,
    /// How many tokens the macros of this file may still make.
    pub(crate) expansions: Cell<usize>,
    /// The macros that flows expand, read when a flow is made.
    expandable: OnceCell<Table<'static>>,
    /// Somebody looked, and no paste makes a name of an internal.
    pub(crate) pastes_nothing: Cell<bool>,
    /// The headers that the includes may bring, found when a rule asks.
    reachable: OnceCell<Vec<usize>>,
    /// The allocators that are macros here, found when a rule asks.
    pub(crate) redefined: OnceCell<Vec<&'static str>>,
    /// Where the text is, as findings show it.
    pub(crate) path: &'a str,
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
pub(super) struct Flows {
    by_function: FxHashMap<usize, Rc<Flow>>,
    pub(super) never_return: FxHashMap<usize, bool>,
    node_count: usize,
}

/// A stretch of C tokens: the code of a file, or the body of a macro.
pub(crate) struct Stretch<'a, 'b> {
    pub(crate) stream: Stream<'a>,
    /// The macro whose body it is.
    pub(crate) definition: Option<&'a Macro<'b>>,
}

impl<'a> C<'a> {
    pub(crate) fn new(source: &Source<'a>, tree: Arc<Headers>) -> Self {
        let lexed = crate::lexer::lex(source.text);
        let (outline, conditionals) = outline(&lexed);
        let macros = macros(&lexed);
        Self {
            expansions: Cell::new(EXPANSION_BUDGET + lexed.code.len() / 2),
            lexed,
            conditionals,
            macros,
            is_header: has_header_name(source.path),
            flows: RefCell::default(),
            budget: Budget::new(STATE_BUDGET + STATES_PER_BYTE * source.text.len()),
            deltas: RefCell::default(),
            mutexes: RefCell::default(),
            handed: RefCell::default(),
            mutex_reach: OnceCell::new(),
            has_sdk_prefix: true,
            only_allocations: None,
            foreign: OnceCell::new(),
            includes: OnceCell::new(),
            trace_include: OnceCell::new(),
            uses: OnceCell::new(),
            names: OnceCell::new(),
            macro_names: OnceCell::new(),
            aliases: OnceCell::new(),
            state_types: OnceCell::new(),
            referred: RefCell::default(),
            pushers: RefCell::default(),
            expandable: OnceCell::new(),
            pastes_nothing: Cell::new(false),
            reachable: OnceCell::new(),
            redefined: OnceCell::new(),
            path: source.path,
            tree,
            outline,
        }
    }

    /// Whether this is C of a project that knows nothing of the SDK, by its words and the headers of the linted tree.
    pub(crate) fn is_foreign(&self) -> bool {
        *self.foreign.get_or_init(|| {
            self.has_sdk_prefix
                && !names_sdk(self.lexed.text)
                && self.tree.is_foreign(self.path, includes(self))
        })
    }

    /// The headers of the tree that the includes may bring, also through one another, by their numbers.
    pub(crate) fn reachable(&self) -> &[usize] {
        let reachable = || self.tree.reachable(self.path, includes(self), false);
        self.reachable.get_or_init(reachable)
    }

    /// The number of the function of a name.
    pub(crate) fn function_named(&self, name: &str) -> Option<usize> {
        let token_of = |function: &Function| self.lexed.code[function.name as usize];
        let name_of = |function: &Function| self.lexed.spelling(token_of(function));
        let has = |number: usize, name: &str| name_of(&self.outline.functions[number]) == name;
        let all = || Names::new(self.outline.functions.iter().map(name_of), has);
        let names = self.names.get_or_init(all);
        names.get(name, has)
    }

    /// The macro of a name.
    pub(crate) fn macro_named(&self, name: &str) -> Option<&Macro<'a>> {
        let name_of = |definition: &Macro<'_>| self.lexed.spelling(definition.name);
        let has = |number: usize, name: &str| name_of(&self.macros[number]) == name;
        let all = || Names::new(self.macros.iter().map(name_of), has);
        let names = self.macro_names.get_or_init(all);
        names.get(name, has).map(|number| &self.macros[number])
    }

    /// The macros that flows expand, if there are any.
    pub(crate) fn expandable(&self) -> Option<&Table<'static>> {
        let table = || Table::certain(self);
        Some(self.expandable.get_or_init(table)).filter(|table| !table.has_none())
    }

    /// The macros that are other names.
    pub(crate) fn aliases(&self) -> &Aliases {
        self.aliases.get_or_init(|| aliases(self))
    }

    /// The names of the state of Lua.
    pub(crate) fn state_types(&self) -> &StateTypes {
        self.state_types.get_or_init(|| StateTypes::of(self))
    }

    /// How the name of a function is used in the file.
    pub(crate) fn uses_of(&self, name: &str) -> Uses {
        let uses = self.uses.get_or_init(|| self.read_uses());
        let number = self.function_named(name);
        let known = number.and_then(|number| uses.get(&number));
        known.copied().unwrap_or_default()
    }

    fn read_uses(&self) -> FxHashMap<usize, Uses> {
        let stream = self.stream();
        let mut uses: FxHashMap<usize, Uses> = FxHashMap::default();
        for index in 0..stream.tokens.len() {
            if stream.kind(index) != Some(Kind::Identifier) {
                continue;
            }
            let Some(number) = self.function_named(&stream.word(index)) else {
                continue;
            };
            if stream.role(index) != Role::Use {
                continue;
            }
            let entry = uses.entry(number).or_default();
            if stream.kind(index + 1) == Some(Kind::ParenOpen) {
                let here = stream.use_of_result(index);
                let same = entry.calls.is_none_or(|before| before == here);
                entry.calls = Some(if same { here } else { Calls::Mixed });
            } else {
                entry.is_value = true;
            }
        }
        uses
    }

    /// Whether this is a file of Lua or LuaJIT itself: they say so by these names, or define functions of the API.
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

    /// What each `luaL_ref` of a function takes from the stack of a state, on every path to it.
    pub(crate) fn referred(&self, number: usize, state: &str) -> Rc<Vec<Referred>> {
        let key = (number, state.to_owned());
        if let Some(known) = self.referred.borrow().get(&key) {
            return known.clone();
        }
        let flow = self.flow(number);
        let graphs = flow.graphs().iter();
        let all = graphs.flat_map(|graph| paths::followed(self, graph, state, 0).referred);
        self.remember_referred(number, state, all.collect())
    }

    /// Keeps the answer to that question, which following the stack gives by the way.
    pub(crate) fn remember_referred(
        &self,
        number: usize,
        state: &str,
        mut referred: Vec<Referred>,
    ) -> Rc<Vec<Referred>> {
        let mut names = self.pushers.borrow_mut();
        for push in referred.iter_mut().filter_map(|(_, push)| push.as_mut()) {
            // The name alone is kept, not all words of the body.
            let known = names.get(push.name.as_str()).cloned();
            push.name = known.unwrap_or_else(|| Text::from(push.name.as_str()));
            names.insert(push.name.clone());
        }
        referred.shrink_to_fit();
        let made = Rc::new(referred);
        let key = (number, state.to_owned());
        self.referred.borrow_mut().insert(key, made.clone());
        made
    }

    /// The identifiers in the body of a function, by its number.
    pub(crate) fn words_of(&self, number: usize) -> impl Iterator<Item = Cow<'a, str>> {
        let function = &self.outline.functions[number];
        let body = function.open as usize..function.close as usize;
        let tokens = self.lexed.code[body].iter();
        tokens
            .filter(|token| token.kind == Kind::Identifier)
            .map(|&token| self.lexed.spelling(token))
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
            .is_some_and(|definition| definition.has_parameter(word))
    }
}

/// Whether any of the tokens is one of the identifiers.
pub(crate) fn mentions(text: &str, tokens: &[Token], words: &[&str]) -> bool {
    tokens.iter().any(|&token| {
        token.kind == Kind::Identifier
            && (token.is_spliced() || words.iter().any(|word| word.len() == token.range().len()))
            && words.contains(&&*crate::lexer::spelling(text, token))
    })
}
