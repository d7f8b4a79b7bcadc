//! `calling-state-in-handle`: the state of the caller is kept in a struct that outlives the call.

use std::borrow::Cow;
use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Findings, Level};
use crate::lexer::Kind;
use crate::outline::Function;
use crate::role::{Role, Stream};
use crate::rule::{Page, Rule, Run};
use crate::unit::{C, Unit};

pub(crate) const RULE: Rule = Rule {
    name: "calling-state-in-handle",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires where the calling `lua_State *` is stored into a struct that outlives the call: `ctx->L = L`, `ctx->owner_L = L`, `ctx->co = co`. The owner must be `default_luaL()` or the owner of another context. It stays silent in a project that has headers of its own, none of which names the SDK, and in the sources of Lua.",
        why: "The caller is a coroutine. It may be collected while the handle still waits, and the callback then works on freed memory.",
        bad: "int plugin_open(lua_State *L) {\n    struct handle *ctx = lua_newuserdata(L, sizeof(*ctx));\n    ctx->owner_L = L; //~ calling-state-in-handle\n    return 1;\n}\n",
        good: "int plugin_open(lua_State *L) {\n    struct handle *ctx = lua_newuserdata(L, sizeof(*ctx));\n    ctx->owner_L = default_luaL();\n    return 1;\n}\n",
        example_path: "plugin.c",
        fix: "Store `default_luaL()`. To resume the caller later, pin it with `lunet_coref_create(L, ctx->co_ref)` and fetch it by its reference.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.plugin_c() else {
        return;
    };
    for function in &c.outline.functions {
        let stream = c.stream();
        let states = calling_states(&stream, function);
        if states.is_empty() {
            continue;
        }
        let locals = Locals {
            stream: &stream,
            function,
            firsts: OnceCell::new(),
            states: &states,
            settings: OnceCell::new(),
        };
        for index in function.open as usize..function.close as usize {
            if stream.kind(index) == Some(Kind::Assign) && stream.is(index, "=") {
                judge(c, &locals, index, findings);
            }
        }
    }
}

/// The names that hold the state of the caller: parameters of type `lua_State *`, and locals that are set to one.
fn calling_states(stream: &Stream<'_>, function: &Function) -> FxHashSet<String> {
    let mut states = FxHashSet::default();
    for index in function.name as usize..function.close as usize {
        if !stream.is(index, "lua_State") || stream.kind(index + 1) != Some(Kind::Star) {
            continue;
        }
        let name = (index + 2..index + 5)
            .find(|&at| stream.kind(at) == Some(Kind::Identifier) && !stream.is(at, "const"));
        let Some(name) = name else {
            continue;
        };
        let is_parameter = name < function.open as usize;
        let is_alias = stream.is(name + 1, "=")
            && value(stream, name + 1).is_some_and(|word| states.contains(&word));
        if is_parameter || is_alias {
            states.insert(stream.word(name).into_owned());
        }
    }
    states
}

/// The one identifier that an assignment assigns, through parentheses, casts and further assignments.
fn value(stream: &Stream<'_>, assign: usize) -> Option<String> {
    let mut at = assign + 1;
    let mut opened = 0;
    for _ in 0..16 {
        match stream.kind(at)? {
            Kind::ParenOpen => {
                let close = stream.close(at)?;
                if stream.kind(close - 1) == Some(Kind::Star) {
                    at = close + 1;
                } else {
                    opened += 1;
                    at += 1;
                }
            }
            Kind::Identifier => {
                let mut next = at + 1;
                while opened > 0 && stream.kind(next) == Some(Kind::ParenClose) {
                    opened -= 1;
                    next += 1;
                }
                if opened == 0 && ends_value(stream.kind(next)?) {
                    return Some(stream.word(at).into_owned());
                }
                at = chained(stream, next)?;
            }
            _ => return None,
        }
    }
    None
}

/// Whether a token ends the expression before it. A parenthesis closes one that the assignment stands in.
fn ends_value(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Semicolon | Kind::Comma | Kind::BraceClose | Kind::ParenClose
    )
}

/// Behind the `=` of `a->L = b->L = L`: the value of an assignment is what it assigns.
fn chained(stream: &Stream<'_>, member: usize) -> Option<usize> {
    let mut at = member;
    while matches!(stream.kind(at)?, Kind::Dot | Kind::Arrow | Kind::Identifier) {
        at += 1;
    }
    stream.is(at, "=").then_some(at + 1)
}

fn judge(c: &C<'_>, locals: &Locals<'_>, assign: usize, findings: &mut Findings<'_>) {
    let stream = locals.stream;
    let Some(state) = value(stream, assign).filter(|word| locals.states.contains(word)) else {
        return;
    };
    if locals.is_replaced(&state, assign) {
        return;
    }
    let Some(place) = place(locals, assign).filter(|&place| !locals.points_to_one(place)) else {
        return;
    };
    let first = stream.tokens[place].start as usize;
    let last = stream.tokens[assign - 1].end() as usize;
    let target: String = c.lexed.text[first..last].split_whitespace().collect();
    findings
        .add(
            &RULE,
            first..last,
            format!("the calling state `{state}` is kept in `{target}`, which outlives the call"),
        )
        .help("store `default_luaL()`; pin the caller with `lunet_coref_create(L, ref)` to resume it later");
}

/// The first token of the member that is assigned, if it is one and outlives the call.
fn place(locals: &Locals<'_>, assign: usize) -> Option<usize> {
    let stream = locals.stream;
    let mut at = assign;
    let mut through_pointer = false;
    let mut is_member = false;
    loop {
        let last = at.checked_sub(1)?;
        match stream.kind(last)? {
            Kind::BracketClose | Kind::ParenClose => {
                let open = stream.outline.parent(last) as usize;
                // `(*ctx).L` is as good as `ctx->L`.
                through_pointer |= stream.kind(open + 1) == Some(Kind::Star);
                at = open;
                if stream.kind(last) == Some(Kind::ParenClose)
                    && !matches!(stream.kind(open.checked_sub(1)?), Some(Kind::Identifier))
                {
                    break;
                }
            }
            Kind::Identifier => {
                at = last;
                match stream.kind(at.checked_sub(1)?) {
                    Some(Kind::Arrow) => {
                        through_pointer = true;
                        is_member = true;
                        at -= 1;
                    }
                    Some(Kind::Dot) => {
                        is_member = true;
                        at -= 1;
                    }
                    _ => break,
                }
            }
            _ => {
                // `.L = L` within the braces of a compound literal.
                return literal(stream, assign).filter(|_| is_member);
            }
        }
    }
    let outlives = through_pointer || !locals.has(at);
    (is_member && outlives).then_some(at)
}

/// A designated initialiser that is assigned through a pointer: `*ctx = (struct handle){.L = L}`.
fn literal(stream: &Stream<'_>, assign: usize) -> Option<usize> {
    let brace = stream.outline.parent(assign) as usize;
    let begin = stream.begin_of(brace)?;
    (stream.kind(begin) == Some(Kind::Star)).then_some(assign - 2)
}

/// The names that a function declares as values that end with it.
struct Locals<'a> {
    stream: &'a Stream<'a>,
    function: &'a Function,
    /// For each name where it was declared first, made when somebody asks.
    firsts: OnceCell<FxHashMap<Cow<'a, str>, usize>>,
    /// The names of the calling state.
    states: &'a FxHashSet<String>,
    /// For each name how it is set, made when somebody asks.
    settings: OnceCell<FxHashMap<Cow<'a, str>, Setting>>,
}

/// How a name is set as a whole, wherever it is.
struct Setting {
    /// Each time to the address of a value of the function.
    points_to_one: bool,
    /// Where it is set to something else than the calling state, and the last token up to which one of the blocks
    /// goes in which that was done so far.
    others: Vec<(usize, usize)>,
}

impl<'a> Locals<'a> {
    /// Whether the name at `index` is declared before it.
    fn has(&self, index: usize) -> bool {
        let firsts = self.firsts.get_or_init(|| {
            let mut firsts = FxHashMap::default();
            for at in self.function.name as usize..self.function.close as usize {
                if self.declares(at) {
                    firsts.entry(self.stream.word(at)).or_insert(at);
                }
            }
            firsts
        });
        let first = firsts.get(&self.stream.word(index));
        first.is_some_and(|&first| first < index)
    }

    /// Whether the name at `index` is a pointer that only ever points to a value of the function: `ctx = &local`.
    fn points_to_one(&self, index: usize) -> bool {
        let setting = self.settings().get(&self.stream.word(index));
        setting.is_some_and(|setting| setting.points_to_one)
    }

    /// Whether a name holds another state by then: `L = default_luaL();` stands before, and every path goes through it.
    fn is_replaced(&self, state: &str, index: usize) -> bool {
        self.settings().get(state).is_some_and(|setting| {
            let before = setting.others.partition_point(|&(at, _)| at < index);
            let last = before.checked_sub(1).map(|last| setting.others[last]);
            last.is_some_and(|(_, close)| close > index)
        })
    }

    fn settings(&self) -> &FxHashMap<Cow<'a, str>, Setting> {
        self.settings.get_or_init(|| {
            let stream = self.stream;
            let mut settings = FxHashMap::default();
            for at in self.function.open as usize + 1..self.function.close as usize {
                let is_set = stream.kind(at) == Some(Kind::Identifier)
                    && stream.is(at + 1, "=")
                    && !matches!(stream.kind(at - 1), Some(Kind::Dot | Kind::Arrow));
                if is_set {
                    let setting = settings.entry(stream.word(at)).or_insert(Setting {
                        points_to_one: true,
                        others: Vec::new(),
                    });
                    setting.points_to_one &= self.is_address(at + 2);
                    if let Some(close) = self.end_of_other(at) {
                        let before = setting.others.last().map_or(0, |&(_, close)| close);
                        setting.others.push((at, close.max(before)));
                    }
                }
            }
            settings
        })
    }

    /// Whether `&local` stands there, and nothing else.
    fn is_address(&self, at: usize) -> bool {
        self.stream.kind(at) == Some(Kind::Ampersand)
            && self.has(at + 1)
            && self.stream.kind(at + 2).is_some_and(ends_value)
    }

    /// The end of the block of a statement that sets a name to something else than the calling state.
    fn end_of_other(&self, at: usize) -> Option<usize> {
        let outline = self.stream.outline;
        let value = value(self.stream, at + 1);
        let is_other = outline.begin(at) as usize == at
            && value.is_none_or(|word| !self.states.contains(&word));
        let close = || self.stream.close(outline.parent(at) as usize);
        is_other.then(close).flatten()
    }

    fn declares(&self, index: usize) -> bool {
        let stream = self.stream;
        stream.kind(index) == Some(Kind::Identifier)
            && matches!(
                index.checked_sub(1).and_then(|before| stream.kind(before)),
                Some(Kind::Identifier | Kind::Comma | Kind::BraceClose)
            )
            && !stream.is(stream.outline.begin(index) as usize, "static")
            && stream.role(index) == Role::Declared
    }
}
