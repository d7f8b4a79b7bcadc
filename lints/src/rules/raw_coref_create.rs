//! `raw-coref-create`: a registry reference is made without the wrappers.

use crate::call::{Call, Names, text_of};
use crate::finding::{Findings, Fix, Level};
use crate::lexer::Kind;
use crate::role::Stream;
use crate::rule::{Page, Rule, Run};
use crate::rules::missing_trace_header::include_edits;
use crate::stack::paths::Push;
use crate::unit::{C, Stretch, Unit};

pub(crate) const RULE: Rule = Rule {
    name: "raw-coref-create",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires on `luaL_ref(…, LUA_REGISTRYINDEX)` outside of the homes, also through an alias or a macro of the same file. It stays silent in a project that has headers of its own, none of which names the SDK, and in the sources of Lua.",
        why: "A reference that the tracing never saw is missing from its balance: the leak or the double release that it causes is reported nowhere, or in the wrong place.",
        bad: "int plugin_wait(lua_State *L, struct wait *ctx) {\n    lua_pushthread(L);\n    ctx->co_ref = luaL_ref(L, LUA_REGISTRYINDEX); //~ raw-coref-create\n    return lua_yield(L, 0);\n}\n",
        good: "#include \"co.h\"\n#include \"trace.h\"\n\nint plugin_wait(lua_State *L, struct wait *ctx) {\n    lunet_coref_create(L, ctx->co_ref);\n    return lua_yield(L, 0);\n}\n",
        example_path: "plugin.c",
        fix: "Pin the running coroutine with `lunet_coref_create(L, ref)`, which pushes the thread itself. Keep any other value with `lunet_valref_create_raw(L, ref)`, which takes it from the top of the stack.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.plugin_c().filter(|_| !unit.is_home) else {
        return;
    };
    let names = Names::new(c, &["luaL_ref"]);
    c.each_stretch(
        |tokens| names.may_call(c.lexed.text, tokens, &["luaL_ref"]),
        |stretch| {
            let direct = names
                .calls(stretch, &["luaL_ref"])
                .into_iter()
                .filter_map(|call| {
                    let text = text_of(&stretch.stream, call.arguments.last()?);
                    Some((call, text))
                });
            let all = direct.chain(names.forwarded(stretch, "luaL_ref", 1));
            let mut calls = all
                .filter(|(_, text)| names.is_registry(text))
                .map(|(call, _)| call)
                .peekable();
            if calls.peek().is_some() {
                let place = Place {
                    c,
                    stretch,
                    names: &names,
                    threads: pushed_threads(&stretch.stream),
                };
                for call in calls {
                    report(&place, &call, findings);
                }
            }
        },
    );
}

/// Where calls are judged.
struct Place<'s, 'a> {
    c: &'s C<'a>,
    stretch: &'s Stretch<'s, 'a>,
    names: &'s Names<'s>,
    /// The tokens `lua_pushthread` of the stretch, in order.
    threads: Vec<usize>,
}

fn pushed_threads(stream: &Stream<'_>) -> Vec<usize> {
    let tokens = 0..stream.tokens.len();
    tokens
        .filter(|&index| {
            stream.kind(index) == Some(Kind::Identifier) && stream.is(index, "lua_pushthread")
        })
        .collect()
}

fn report(place: &Place<'_, '_>, call: &Call, findings: &mut Findings<'_>) {
    let Place { c, stretch, .. } = *place;
    let stream = &stretch.stream;
    let range = stream.tokens[call.name].range();
    let push = pushed_thread(place, call);
    let fix = match stretch.definition {
        Some(_) => None,
        None => replacement(c, stream, call, push, findings),
    };
    let Some(push) = push else {
        findings
            .add(&RULE, range, "raw registry reference outside of its home")
            .help("keep the value with `lunet_valref_create_raw(L, ref)`")
            .fix(fix);
        return;
    };
    let pushed = stream.tokens[push].range();
    let related = findings.related(pushed, "the thread is pushed here");
    let line = related.start.line;
    findings
        .add(
            &RULE,
            range,
            format!("raw reference to the thread pushed in line {line}, outside of its home"),
        )
        .help("pin the coroutine with `lunet_coref_create(L, ref)`, which pushes the thread itself")
        .relate(related)
        .fix(fix);
}

/// The `lua_pushthread` whose value the call takes: by the flow of the function, else the last one before it.
fn pushed_thread(place: &Place<'_, '_>, call: &Call) -> Option<usize> {
    let Place {
        c, stretch, names, ..
    } = *place;
    let stream = &stretch.stream;
    let first = match stretch.definition {
        Some(_) => 0,
        None => c.outline.function_at(call.name)?.open as usize,
    };
    let between = first..call.name.max(first);
    let before = place.threads.partition_point(|&push| push < between.end);
    before
        .checked_sub(1)
        .filter(|&last| place.threads[last] >= between.start)?;
    if stretch.definition.is_none() {
        match by_flow(c, stream, call) {
            Top::Thread(push) => return Some(push),
            Top::Other => return None,
            Top::Unknown => {}
        }
    }
    between
        .rev()
        .find(|&index| names.resolve(&stream.word(index)).starts_with("lua"))
        .filter(|&index| names.resolve(&stream.word(index)) == "lua_pushthread")
}

/// What lies on top of the stack.
enum Top {
    /// The thread that this token pushed.
    Thread(usize),
    Other,
    Unknown,
}

/// What lies on top of the stack at the call, by the flow of the function.
fn by_flow(c: &C<'_>, stream: &Stream<'_>, call: &Call) -> Top {
    let (Some(number), Some(state)) = (
        c.outline.function_number_at(call.name),
        call.arguments.first(),
    ) else {
        return Top::Unknown;
    };
    let state = text_of(stream, state);
    let place = stream.tokens[call.name].start as usize;
    let referred = c.referred(number, state);
    let here = referred.iter().filter(|(at, _)| *at == place);
    let tops: Vec<_> = here.map(|(_, top)| top.clone()).collect();
    let is_thread = |push: &&Push| push.name == "lua_pushthread";
    match tops.iter().flatten().find(is_thread) {
        Some(push) => {
            let start = push.range().start;
            Top::Thread(
                stream
                    .tokens
                    .partition_point(|token| (token.start as usize) < start),
            )
        }
        None if tops.is_empty() || tops.contains(&None) => Top::Unknown,
        None => Top::Other,
    }
}

/// The statement with a wrapper in it: `x = luaL_ref(…);` and `int x = luaL_ref(…);`.
fn replacement(
    c: &C<'_>,
    stream: &Stream<'_>,
    call: &Call,
    push: Option<usize>,
    findings: &Findings<'_>,
) -> Option<Fix> {
    let begin = stream.statement_begin(call.name);
    let assign = call.name.checked_sub(1)?;
    let close = stream.close(call.name + 1)?;
    if !stream.is(assign, "=") || stream.kind(close + 1) != Some(Kind::Semicolon) {
        return None;
    }
    // The wrappers are statements, and none stands in the head of a `for`.
    if stream
        .parent(begin)
        .is_some_and(|open| stream.kind(open) != Some(Kind::BraceOpen))
    {
        return None;
    }
    let state = text_of(stream, call.arguments.first()?);
    let (declaration, target) = target(stream, begin, assign)?;
    let mut edits = include_edits(c, findings);
    let mut first = begin;
    let wrapper = match push {
        None => "lunet_valref_create_raw",
        Some(push) if is_statement_before(stream, push, state, begin) => {
            let end = stream.tokens[begin - 1].end() as usize;
            let start = stream.tokens[begin].start as usize;
            if stream.text[end..start].trim().is_empty() {
                first = push;
            } else {
                // A comment between the two stays.
                let statement = stream.tokens[push].start as usize..end;
                edits.push(findings.deletion(statement));
            }
            "lunet_coref_create"
        }
        Some(_) => "lunet_coref_create_raw",
    };
    let range = stream.tokens[first].start as usize..stream.tokens[close + 1].end() as usize;
    let text = format!("{declaration}{wrapper}({state}, {target});");
    edits.push(findings.edit(range, text));
    edits.sort_by_key(|edit| edit.range.start);
    Some(Fix {
        description: format!("use `{wrapper}`").into(),
        edits,
        safe: true,
    })
}

/// The declaration to keep, if the statement declares, and the place that is assigned.
fn target<'s>(stream: &Stream<'s>, begin: usize, assign: usize) -> Option<(String, &'s str)> {
    let place = text_of(stream, &(begin..assign));
    let is_place = (begin..assign).all(|at| {
        matches!(
            stream.kind(at),
            Some(
                Kind::Identifier
                    | Kind::Dot
                    | Kind::Arrow
                    | Kind::BracketOpen
                    | Kind::BracketClose
                    | Kind::Number
            )
        )
    });
    if !is_place || begin == assign {
        return None;
    }
    if assign - begin == 2 && stream.is(begin, "int") {
        let name = text_of(stream, &(begin + 1..assign));
        return Some((format!("int {name}; "), name));
    }
    let is_plain = (begin + 1..assign).all(|at| {
        !(stream.kind(at) == Some(Kind::Identifier)
            && stream.kind(at - 1) == Some(Kind::Identifier))
    });
    is_plain.then(|| (String::new(), place))
}

/// Whether `lua_pushthread(L);` is the statement right before the one that begins at `begin`.
fn is_statement_before(stream: &Stream<'_>, push: usize, state: &str, begin: usize) -> bool {
    stream.outline.begin(push) as usize == push
        && push + 5 == begin
        && stream.word(push + 2) == state
        && stream.kind(push + 4) == Some(Kind::Semicolon)
        && (push == 0
            || matches!(
                stream.kind(push - 1),
                Some(Kind::Semicolon | Kind::BraceOpen | Kind::BraceClose)
            ))
}
