//! Texts that nest: one construct within the other, as deep as the size allows.

use super::{Shape, c, nested, repeated};

pub(crate) const ALL: &[&Shape] = &[
    &c("deep-assignments", |bytes| {
        nested(bytes, IN_FUNCTION, ("x = ", ""), "0;")
    }),
    &c("deep-blocks", |bytes| {
        nested(bytes, IN_FUNCTION, ("{ ", "}\n"), "lua_pop(L, 1);")
    }),
    &c("deep-braces-initialiser", |bytes| {
        nested(bytes, ("int *p = malloc(1), x = ", ";\n"), ("{", "}"), "1")
    }),
    &c("deep-brackets", |bytes| {
        nested(bytes, IN_EXPRESSION, ("a[", "]"), "0")
    }),
    &c("deep-brackets-open", |bytes| {
        nested(bytes, IN_FUNCTION, ("(", ""), "")
    }),
    &c("deep-calls", |bytes| {
        nested(bytes, IN_EXPRESSION, ("f(", ")"), "0")
    }),
    &c("deep-casts", |bytes| {
        nested(bytes, IN_EXPRESSION, ("(int)", ""), "0")
    }),
    &c("deep-conditionals", |bytes| {
        nested(
            bytes,
            ("int *p = malloc(1);\n", ""),
            ("#if A\n", "#endif\n"),
            "int x;\n",
        )
    }),
    &c("deep-conditionals-in-function", |bytes| {
        nested(
            bytes,
            IN_FUNCTION,
            ("#if A\n{\n#else\n", "#endif\n}\n"),
            "lua_pop(L, 1);\n",
        )
    }),
    &c("deep-conditionals-open", |bytes| {
        nested(
            bytes,
            ("int *p = malloc(1);\n", ""),
            ("#if A\n(\n#elif B\n}\n", ""),
            "",
        )
    }),
    &c("deep-else-if", |bytes| {
        repeated(
            bytes,
            "int f(lua_State *L, int x) { lua_pushnil(L);\nif (x) lua_pop(L, 1);\n",
            |number| format!("else if (x == {number}) lua_pushnil(L);\n"),
            "return 1; }\n",
        )
    }),
    &c("deep-for", |bytes| {
        nested(bytes, IN_FUNCTION, ("for (;;) ", ""), "lua_pop(L, 1);")
    }),
    &c("deep-function-pointers", |bytes| {
        nested(
            bytes,
            ("lua_State *L; int ", ";\n"),
            ("(*f(void (*)(", ")))(void)"),
            "int",
        )
    }),
    &c("deep-ifs", |bytes| {
        nested(
            bytes,
            IN_FUNCTION,
            ("if (x) { lua_pushnil(L); ", "}\n"),
            "lua_pop(L, 1);",
        )
    }),
    &c("deep-internal-calls", |bytes| {
        nested(bytes, IN_EXPRESSION, ("_lunet_f(", ")"), "0")
    }),
    &c("deep-macro-body", |bytes| {
        nested(
            bytes,
            ("#define F(L) _lunet_x(L) ", "\n"),
            ("(", ")"),
            "_lunet_y",
        )
    }),
    &c("deep-mixed", |bytes| {
        nested(
            bytes,
            IN_FUNCTION,
            (
                "if (f(a[(",
                ")])) {\n#if A\n} else {\n#endif\n lua_pop(L, 1); }\n",
            ),
            "x",
        )
    }),
    &c("deep-parentheses", |bytes| {
        nested(bytes, IN_EXPRESSION, ("(", ")"), "0")
    }),
    &c("deep-stars", |bytes| {
        nested(bytes, IN_EXPRESSION, ("*", ""), "x")
    }),
    &c("deep-statement-expressions", |bytes| {
        nested(bytes, IN_EXPRESSION, ("({ ", ";})"), "_lunet_x(L)")
    }),
    &c("deep-structs", |bytes| {
        nested(
            bytes,
            ("struct s { uv_tcp_t h; lua_State *L; ", "};\n"),
            ("struct { ", "} s;"),
            "int x;",
        )
    }),
    &c("deep-switches", |bytes| {
        nested(
            bytes,
            IN_FUNCTION,
            ("switch (x) { case 1: ", "}"),
            "lua_pop(L, 1);",
        )
    }),
    &c("deep-ternaries", |bytes| {
        nested(bytes, IN_EXPRESSION, ("a ? b : ", ""), "0")
    }),
    &c("deep-within-cap", |bytes| {
        repeated(
            bytes,
            "",
            |number| {
                let call = nested(1000, ("", ""), ("f(", ")"), "x");
                format!("int f{number}(lua_State *L) {{ lua_pushnil(L); return {call}; }}\n")
            },
            "",
        )
    }),
];

/// Within a function that the flow rules follow.
const IN_FUNCTION: (&str, &str) = (
    "int f(lua_State *L) { int x = lua_gettop(L); void *p = malloc(x); lunet_coref_create(L, x);\n",
    "\nreturn 0; }\n",
);

/// Within an expression of such a function.
const IN_EXPRESSION: (&str, &str) = (
    "int f(lua_State *L) { int x = lua_gettop(L); lunet_coref_create(L, x); x = ",
    ";\nreturn 0; }\n",
);
