//! Texts of one sign or word again and again, and nests of many kinds: what no person writes.

use super::{Shape, c, repeated};

pub(crate) const ALL: &[&Shape] = &[
    &c("garbage-ampersands", |bytes| garbage(bytes, "&")),
    &c("garbage-apostrophes", |bytes| garbage(bytes, "'")),
    &c("garbage-braces", |bytes| garbage(bytes, "{")),
    &c("garbage-carriage-returns", |bytes| garbage(bytes, "\r")),
    &c("garbage-closing", |bytes| garbage(bytes, "}])")),
    &c("garbage-commas", |bytes| garbage(bytes, ",")),
    &c("garbage-comments", |bytes| garbage(bytes, "/*")),
    &c("garbage-conditionals", |bytes| garbage(bytes, "#if A\n")),
    &c("garbage-directives", |bytes| garbage(bytes, "#\n")),
    &c("garbage-includes", |bytes| {
        garbage(bytes, "#include \"a.h\"\n")
    }),
    &c("garbage-internals", |bytes| garbage(bytes, "_lunet_x ")),
    &c("garbage-name", |bytes| garbage(bytes, "_lunet_")),
    &c("garbage-opening", |bytes| garbage(bytes, "([{")),
    &c("garbage-parentheses", |bytes| garbage(bytes, "(")),
    &c("garbage-pastes", |bytes| garbage(bytes, "##")),
    &c("garbage-quotes", |bytes| garbage(bytes, "\"")),
    &c("garbage-raw-strings", |bytes| garbage(bytes, "R\"(")),
    &c("garbage-semicolons", |bytes| garbage(bytes, ";")),
    &c("garbage-splices", |bytes| garbage(bytes, "\\\n")),
    &c("garbage-statements-unfinished", |bytes| {
        garbage(bytes, "lua_pop(L, 1) ")
    }),
    &c("garbage-trigraphs", |bytes| garbage(bytes, "??/")),
    &c("mixed-brackets", |bytes| {
        mixed(bytes, &[("(", ")"), ("[", "]"), ("{", "}")])
    }),
    &c("mixed-conditionals", |bytes| {
        mixed(
            bytes,
            &[("#if A\nif (x) {\n#else\nwhile (y) {\n#endif\n", "}\n")],
        )
    }),
    &c("mixed-expressions", |bytes| {
        mixed(
            bytes,
            &[
                ("f(", ")"),
                ("a[", "]"),
                ("-(", ")"),
                ("(int)(", ")"),
                ("b ? c : (", ")"),
                ("g(1, ", ")"),
                ("({ ", "; })"),
            ],
        )
    }),
    &c("mixed-statements", |bytes| {
        mixed(
            bytes,
            &[
                ("if (x) {\n", "}\n"),
                ("for (;;) {\n", "}\n"),
                ("while (y) {\n", "}\n"),
                ("do {\n", "} while (z);\n"),
                ("switch (x) { case 1:\n", "}\n"),
            ],
        )
    }),
];

/// A sign again and again in a function that all rules look at.
fn garbage(bytes: usize, sign: &str) -> String {
    repeated(
        bytes,
        "int f(lua_State *L, void *p) { p = malloc(1); lua_pushnil(L); ref = luaL_ref(L, LUA_REGISTRYINDEX);\n",
        |_| sign.to_owned(),
        "\nreturn 0; }\n",
    )
}

/// Levels of several kinds within one another.
fn mixed(bytes: usize, levels: &[(&str, &str)]) -> String {
    let size: usize = levels
        .iter()
        .map(|(open, close)| open.len() + close.len())
        .sum();
    let mut opening = String::new();
    let mut closing = Vec::new();
    for &(open, close) in levels.iter().cycle().take(bytes / size * levels.len()) {
        opening.push_str(open);
        closing.push(close);
    }
    closing.reverse();
    let closing = closing.concat();
    format!(
        "int f(lua_State *L, int x) {{ lua_pushnil(L);\n{opening}lua_pop(L, 1)\n{closing}; return 0; }}\n"
    )
}
