//! `internal-definition`: an internal is defined outside of its home, or declared again in a source file.

use crate::finding::{Findings, Level};
use crate::internal::each_mention;
use crate::role::Role;
use crate::rule::{Page, Rule, Run};
use crate::unit::Unit;

pub(crate) const RULE: Rule = Rule {
    name: "internal-definition",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires on a function (or function-like macro) whose name begins with `_lunet_` and that is defined outside of its home, and on a prototype of one in a `.c` file.",
        why: "A second definition shadows the runtime's own or collides with it when the plugin is loaded. A prototype repeated in a source file keeps an old signature alive after the header has changed.",
        bad: "int _lunet_ensure_coroutine(lua_State *L, const char *name); //~ internal-definition\n\nint _lunet_helper(lua_State *L) { //~ internal-definition\n    return lua_gettop(L);\n}\n",
        good: "#include \"co.h\"\n#include \"trace.h\"\n\nstatic int plugin_helper(lua_State *L) {\n    return lua_gettop(L);\n}\n",
        example_path: "plugin.c",
        fix: "Rename the function without the prefix, or move it into a file whose name ends in `_impl.c`. Include the header instead of repeating its prototype.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.c().filter(|_| !unit.is_home) else {
        return;
    };
    each_mention(c, unit.prefix, |mention| {
        let name = &mention.name;
        let (message, help) = match mention.role {
            Role::Definition => (
                format!("internal `{name}` is defined outside of its home"),
                "rename it without the prefix, or move it into a file named *_impl.c",
            ),
            Role::Prototype if !c.is_header => (
                format!("the prototype of internal `{name}` is repeated in a source file"),
                "include the header that declares it",
            ),
            _ => return,
        };
        findings.add(&RULE, mention.range, message).help(help);
    });
}
