//! `raw-coref-create`: a registry reference is made without the wrappers.

use crate::call::{Call, Names, text_of};
use crate::finding::{Findings, Level};
use crate::rule::{Page, Rule, Run};
use crate::unit::{C, Stretch, Unit, mentions};

pub(crate) const RULE: Rule = Rule {
    name: "raw-coref-create",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires on `luaL_ref(…, LUA_REGISTRYINDEX)` outside of the homes, also through an alias or a macro of the same file.",
        why: "A reference that the tracing never saw is missing from its balance: the leak or the double release that it causes is reported nowhere, or in the wrong place.",
        bad: "int plugin_wait(lua_State *L, struct wait *ctx) {\n    lua_pushthread(L);\n    ctx->co_ref = luaL_ref(L, LUA_REGISTRYINDEX); //~ raw-coref-create\n    return lua_yield(L, 0);\n}\n",
        good: "#include \"co.h\"\n#include \"trace.h\"\n\nint plugin_wait(lua_State *L, struct wait *ctx) {\n    lunet_coref_create(L, ctx->co_ref);\n    return lua_yield(L, 0);\n}\n",
        example_path: "plugin.c",
        fix: "Pin the running coroutine with `lunet_coref_create(L, ref)`, which pushes the thread itself. Keep any other value with `lunet_valref_create_raw(L, ref)`, which takes it from the top of the stack.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.c().filter(|c| !unit.is_home && !c.is_lua_itself()) else {
        return;
    };
    let names = Names::new(c, &["luaL_ref"]);
    c.each_stretch(
        |_| true,
        |stretch| {
            for call in names.calls(stretch, &["luaL_ref"]) {
                let registry = call
                    .arguments
                    .last()
                    .is_some_and(|tokens| names.is_registry(text_of(&stretch.stream, tokens)));
                if registry {
                    report(c, stretch, &names, &call, findings);
                }
            }
            for (call, text) in names.forwarded(stretch, "luaL_ref", 1) {
                if names.is_registry(text) {
                    report(c, stretch, &names, &call, findings);
                }
            }
        },
    );
}

fn report(
    c: &C<'_>,
    stretch: &Stretch<'_, '_>,
    names: &Names<'_>,
    call: &Call,
    findings: &mut Findings<'_>,
) {
    let stream = &stretch.stream;
    let range = stream.tokens[call.name].range();
    let Some(push) = pushed_thread(c, stretch, names, call) else {
        findings
            .add(&RULE, range, "raw registry reference outside of its home")
            .help("keep the value with `lunet_valref_create_raw(L, ref)`");
        return;
    };
    let pushed = stream.tokens[push].range();
    let line = findings.related(pushed.clone(), "").start.line;
    let related = findings.related(pushed, "the thread is pushed here");
    findings
        .add(
            &RULE,
            range,
            format!("raw reference to the thread pushed in line {line}, outside of its home"),
        )
        .help("pin the coroutine with `lunet_coref_create(L, ref)`, which pushes the thread itself")
        .relate(related);
}

/// The `lua_pushthread` whose value the call takes: the last call before it in the function that changes the stack.
fn pushed_thread(
    c: &C<'_>,
    stretch: &Stretch<'_, '_>,
    names: &Names<'_>,
    call: &Call,
) -> Option<usize> {
    let stream = &stretch.stream;
    let first = match stretch.definition {
        Some(_) => 0,
        None => c.outline.function_at(call.name)?.open as usize,
    };
    if !mentions(
        stream.text,
        &stream.tokens[first..call.name],
        &["lua_pushthread"],
    ) {
        return None;
    }
    (first..call.name)
        .rev()
        .find(|&index| names.resolve(&stream.word(index)).starts_with("lua"))
        .filter(|&index| names.resolve(&stream.word(index)) == "lua_pushthread")
}
