//! Texts of many small things, one behind the other.

use super::{Shape, c, repeated};

pub(crate) const ALL: &[&Shape] = &[
    &c("many-aliases", |bytes| {
        repeated(
            bytes,
            REFERENCE,
            |n| format!("#define A{} A{n}\n", n + 1),
            "",
        )
    }),
    &c("many-allocations", |bytes| {
        repeated(bytes, "", allocating, "")
    }),
    &c("many-comments", |bytes| {
        repeated(
            bytes,
            "void *p = malloc(1);\n",
            |n| format!("/* {n} */ // _lunet_{n}\n"),
            "",
        )
    }),
    &c("many-conditionals", |bytes| {
        repeated(
            bytes,
            REFERENCE,
            |n| format!("#if A{n}\nint x{n};\n#elif 0\nint y{n};\n#else\n#endif\n"),
            "",
        )
    }),
    &c("many-conditional-names", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                format!(
                    "#if A{n}\nint _lunet_a{n}\n#elif B{n}\nint _lunet_b{n}\n#else\nint _lunet_c{n}\n#endif\n(void) {{ }}\n"
                )
            },
            "",
        )
    }),
    &c("many-conditionals-in-functions", |bytes| {
        repeated(bytes, "", conditional, "")
    }),
    &c("many-conditionals-open", |bytes| {
        repeated(
            bytes,
            REFERENCE,
            |n| format!("#if A{n}\nint x{n} = {{\n#else\n"),
            "",
        )
    }),
    &c("many-declarations", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                format!(
                    "int _lunet_f{n}(lua_State *L, int (*g)(int));\nextern struct s *x{n}[2];\ntypedef int t{n};\n"
                )
            },
            "",
        )
    }),
    &c("many-digraphs", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                dense(n)
                    .replace('{', "<%")
                    .replace('}', "%>")
                    .replace('[', "<:")
            },
            "",
        )
    }),
    &c("many-dense", |bytes| repeated(bytes, HEAD, dense, "")),
    &c("many-dense-crlf", |bytes| {
        repeated(bytes, HEAD, |n| dense(n).replace('\n', "\r\n"), "")
    }),
    &c("many-forwarders", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                format!(
                    "#define U{n}(L, r) luaL_unref(L, r, {n})\n#define C{n}(L, r) luaL_ref(L, r)\nint r{n} = C{n}(L, LUA_REGISTRYINDEX);\n"
                )
            },
            "",
        )
    }),
    &c("many-includes", |bytes| {
        repeated(
            bytes,
            REFERENCE,
            |n| format!("#include \"h{n}.h\"\n_lunet_x();\n"),
            "",
        )
    }),
    &Shape {
        name: "many-inline-functions",
        kind: "h",
        make: |bytes| {
            repeated(
                bytes,
                "",
                |n| format!("static inline int f{n}(int x) {{ return x + {n}; }}\n"),
                "lua_State *L;\n",
            )
        },
    },
    &c("many-internals", |bytes| {
        repeated(
            bytes,
            "",
            |n| format!("void f{n}(void) {{ _lunet_x({n}); }}\n"),
            "",
        )
    }),
    &c("many-internals-crlf", |bytes| {
        repeated(
            bytes,
            "",
            |n| format!("void f{n}(void) {{ _lunet_x({n}); }}\r\n"),
            "",
        )
    }),
    &c("many-kandr-functions", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                format!(
                    "int f{n}(L, a)\n  lua_State *L;\n  int a;\n{{ lua_pushnil(L); return _lunet_x(a); }}\n"
                )
            },
            "",
        )
    }),
    &c("many-macros", |bytes| {
        repeated(
            bytes,
            REFERENCE,
            |n| {
                format!(
                    "#define M{n}(L, x) do {{ lua_pushinteger(L, x); \\\n  _lunet_m##x(L); }} while (0)\n#define N{n} (M{n} + 1)\n"
                )
            },
            "",
        )
    }),
    &c("many-namespaces", |bytes| {
        repeated(
            bytes,
            REFERENCE,
            |n| format!("namespace n{n} {{ int x; }}\n"),
            "",
        )
    }),
    &c("many-paths", |bytes| repeated(bytes, "", paths, "")),
    &c("many-plain", |bytes| repeated(bytes, "", plain, "")),
    &c("many-references", |bytes| {
        repeated(bytes, "", referring, "")
    }),
    &c("many-state-types", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                format!("typedef lua_State *state{n}; struct s{n} {{ uv_tcp_t h; state{n} L; }};\n")
            },
            "",
        )
    }),
    &c("many-stray-brackets", |bytes| {
        repeated(
            bytes,
            REFERENCE,
            |n| format!("}} ) ] _lunet_x{n}( [ (\n"),
            "",
        )
    }),
    &c("many-strings", |bytes| {
        repeated(
            bytes,
            REFERENCE,
            |n| format!("const char *s{n} = \"_lunet_{n}\" \"\\\"\" 'x';\n"),
            "",
        )
    }),
    &c("many-structs", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                format!(
                    "struct s{n} {{ uv_tcp_t h; int x; struct {{ uv_udp_t u; }} in; lua_State *L; int co_ref; }};\n"
                )
            },
            "",
        )
    }),
    &c("many-suppressions", |bytes| {
        repeated(
            bytes,
            "",
            |n| format!("_lunet_x({n}); // lunet-lint: allow(internal-call) a reason\n"),
            "",
        )
    }),
    &c("many-suppressions-before", |bytes| {
        repeated(
            bytes,
            "",
            |n| format!("/* lunet-lint: allow(internal-call) a reason */ _lunet_x({n});\n"),
            "",
        )
    }),
    &c("many-suppressions-in-a-row", |bytes| {
        repeated(
            bytes,
            "",
            |n| format!("// lunet-lint: allow(internal-call) reason {n}\n"),
            "_lunet_x();\n",
        )
    }),
    &c("many-suppressions-unused", |bytes| {
        repeated(
            bytes,
            "",
            |n| format!("int x{n}; // lunet-lint: allow(internal-call) a reason\n"),
            "",
        )
    }),
    &c("many-tables", |bytes| {
        repeated(
            bytes,
            REFERENCE,
            |n| {
                format!(
                    "static const struct luaL_Reg r{n}[] = {{ {{\"a\", f}}, {{\"b\", &_lunet_g}}, {{0, 0}} }};\n"
                )
            },
            "",
        )
    }),
    &c("many-unknown-macros", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                format!(
                    "API_{n} DECLARE(x, {n}) static int f{n}(lua_State *L) {{ WITH(L) FOR_EACH(x) {{ lua_pushnil(L); }} return 1; }}\n"
                )
            },
            "",
        )
    }),
    &c("many-unfinished-statements", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                format!(
                    "int f{n}(lua_State *L) {{ WITH(L, {n}) lua_pushnil(L); FOR_EACH(x) {{ if (x) lua_pop(L, 1); }} return 1; }}\n"
                )
            },
            "",
        )
    }),
    &c("many-unreadable", |bytes| {
        repeated(
            bytes,
            "",
            |n| {
                format!(
                    "int f{n}(lua_State *L) {{ lua_pushnil(L); if (x) {{ ] @ 5 5 5 5 x x ); ; = = while }} return 1; }}\n"
                )
            },
            "",
        )
    }),
];

const HEAD: &str = "#include \"co.h\"\n#include \"trace.h\"\n";

/// What makes a C file worth a look.
const REFERENCE: &str = "int r = luaL_ref(L, LUA_REGISTRYINDEX);\n";

/// A function with everything that the rules look for.
fn dense(n: usize) -> String {
    format!(
        "static int f{n}(lua_State *L, struct ctx *ctx) {{
    int ref;
    lunet_coref_create(L, ref);
    char *p = malloc({n});
    if (p == NULL) {{
        lunet_coref_release(L, ref);
        return luaL_error(L, \"no memory\");
    }}
    lua_pushinteger(L, {n});
    lua_pushthread(L);
    if (ctx->kind == {n}) {{
        lua_pop(L, 2);
        _lunet_x(L);
        free(p);
        return 0;
    }}
    for (int i = 0; i < ctx->count; i++) {{
        lua_rawgeti(L, 1, i);
        if (lua_isnil(L, -1)) {{
            lua_pop(L, 1);
            break;
        }}
        p[i] = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }}
    ctx->owner_L = L;
    ctx->ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pop(L, 1);
    lunet_coref_release(L, ref);
    free(p);
    return 1;
}}
"
    )
}

fn plain(n: usize) -> String {
    format!(
        "static int f{n}(lua_State *L) {{
    int a = luaL_checkint(L, 1);
    lua_pushinteger(L, a + {n});
    return 1;
}}
"
    )
}

fn allocating(n: usize) -> String {
    format!(
        "char *f{n}(int x) {{ char *p = malloc(x), *q = calloc(x, {n}); if (!p || !q) {{ free(p); free(q); return 0; }} p[0] = *q; q = realloc(q, 2); q[1] = 0; free(q); return p; }}
"
    )
}

fn conditional(n: usize) -> String {
    format!(
        "static int f{n}(lua_State *L) {{\n    lua_pushnil(L);\n#ifdef A{n}\n    lua_pushthread(L);\n    if (x) {{\n#else\n    {{\n#endif\n        lua_pop(L, 1);\n    }}\n    return 1;\n}}\n"
    )
}

/// Functions with more paths than anybody can follow.
fn paths(n: usize) -> String {
    let mut body = String::new();
    for k in 0..12 {
        body.extend([
            format!("    if (a{k} == {n}) {{ lua_pushinteger(L, {k}); b{k} = malloc({k}); }}\n"),
            format!("    if (a{k} == {n}) {{ lua_pop(L, 1); }}\n"),
        ]);
    }
    format!("int f{n}(lua_State *L) {{\n{body}    return 0;\n}}\n")
}

fn referring(n: usize) -> String {
    format!(
        "int f{n}(lua_State *L, struct ctx *ctx) {{ lua_pushthread(L); ctx->ref = luaL_ref(L, LUA_REGISTRYINDEX); luaL_unref(L, LUA_REGISTRYINDEX, ctx->old); ctx->L = L; return lua_yield(L, {n}); }}\n"
    )
}
