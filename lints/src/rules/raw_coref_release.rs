//! `raw-coref-release`: a registry reference is released without the wrappers.

use crate::call::{Names, text_of};
use crate::finding::{Findings, Level};
use crate::rule::{Page, Rule, Run};
use crate::unit::Unit;

pub(crate) const RULE: Rule = Rule {
    name: "raw-coref-release",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires on `luaL_unref(…, LUA_REGISTRYINDEX, …)` outside of the homes, also through an alias or a macro of the same file.",
        why: "The tracing still counts the reference as live: the balance never comes out, and a real leak drowns in false ones.",
        bad: "void plugin_done(lua_State *L, struct wait *ctx) {\n    luaL_unref(L, LUA_REGISTRYINDEX, ctx->co_ref); //~ raw-coref-release\n}\n",
        good: "#include \"co.h\"\n#include \"trace.h\"\n\nvoid plugin_done(lua_State *L, struct wait *ctx) {\n    lunet_coref_release(L, ctx->co_ref);\n}\n",
        example_path: "plugin.c",
        fix: "Use `lunet_coref_release(L, ref)` for a coroutine, `lunet_valref_release(L, ref)` for any other value.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.c().filter(|c| !unit.is_home && !c.is_lua_itself()) else {
        return;
    };
    let names = Names::new(c, &["luaL_unref"]);
    c.each_stretch(
        |_| true,
        |stretch| {
            let direct = names
                .calls(stretch, &["luaL_unref"])
                .into_iter()
                .filter_map(|call| {
                    let tokens = call.arguments.get(1)?;
                    let text = text_of(&stretch.stream, tokens);
                    Some((call, text))
                });
            for (call, text) in direct.chain(names.forwarded(stretch, "luaL_unref", 1)) {
                if names.is_registry(text) {
                    let range = stretch.stream.tokens[call.name].range();
                    findings
                        .add(&RULE, range, "registry reference released outside of its home")
                        .help("use `lunet_coref_release(L, ref)`, or `lunet_valref_release(L, ref)` for a value that is no coroutine");
                }
            }
        },
    );
}
