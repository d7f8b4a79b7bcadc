//! Texts of one thing that grows: a function, an expression, a list, a line.

use super::{Shape, c, repeated};

pub(crate) const ALL: &[&Shape] = &[
    &c("long-and-chain", |bytes| {
        in_condition(bytes, |n| format!("a{n} == {n} && "))
    }),
    &c("long-argument-list", |bytes| {
        in_expression(bytes, "f(", |n| format!("x{n}, "), "0)")
    }),
    &c("long-assignments", |bytes| {
        in_function(bytes, |n| format!("h.owner_L = L; s{n}.L = L;\n"))
    }),
    &c("long-comma-chain", |bytes| {
        in_expression(bytes, "(", |n| format!("x{n} = {n}, "), "0)")
    }),
    &c("long-comment", |bytes| {
        repeated(
            bytes,
            "void *p = malloc(1); /*",
            |n| format!(" _lunet_{n}\n"),
            "*/\n",
        )
    }),
    &c("long-enumeration", |bytes| {
        repeated(
            bytes,
            "lua_State *L; enum e {\n",
            |n| format!("_lunet_{n} = {n},\n"),
            "};\n",
        )
    }),
    &c("long-function-allocations", |bytes| {
        in_function(bytes, |n| {
            format!("p{n} = malloc({n}); if (x == {n}) *p{n} = 1;\n")
        })
    }),
    &c("long-function-second-names", |bytes| {
        in_function(bytes, |n| {
            format!("p{n} = malloc({n}); x[{n}] = p{n}; *p{n} = 1;\n")
        })
    }),
    &c("long-function-branches", |bytes| {
        in_function(bytes, |n| {
            format!(
                "if (a == {n}) {{ lua_pushnil(L); }} else {{ lua_pushinteger(L, {n}); }} lua_pop(L, 1);\n"
            )
        })
    }),
    &c("long-function-calls", |bytes| {
        in_function(bytes, |n| format!("g{n}(L, {n}); _lunet_x(L);\n"))
    }),
    &c("long-function-corefs", |bytes| {
        in_function(bytes, |n| {
            format!("int ref{n}; lunet_coref_create(L, ref{n});\n")
        })
    }),
    &c("long-function-corefs-released", |bytes| {
        in_function(bytes, |n| {
            format!(
                "lunet_coref_create(L, ref); if (x) {{ y = {n}; }} lunet_coref_release(L, ref);\n"
            )
        })
    }),
    &c("long-function-dense", |bytes| in_function(bytes, dense)),
    &c("long-function-gotos", |bytes| {
        in_function(bytes, |n| {
            format!(
                "if (x == {n}) goto l{}; lua_pushnil(L); lua_pop(L, 1); l{n}: ;\n",
                n + 1
            )
        })
    }),
    &c("long-function-locks", |bytes| {
        in_function(bytes, |n| {
            format!("uv_mutex_lock(&m{n}); if (x) y = 1; uv_mutex_unlock(&m{n});\n")
        })
    }),
    &c("long-function-loops", |bytes| {
        in_function(bytes, |n| {
            format!("while (x < {n}) {{ lua_pushnil(L); if (y) break; lua_pop(L, 1); }}\n")
        })
    }),
    &c("long-function-protected-calls", |bytes| {
        in_function(bytes, |n| {
            format!(
                "lua_getglobal(L, \"f\"); if (lua_pcall(L, 0, {n}, 0) != 0) lua_pop(L, 1); else lua_pop(L, {n});\n"
            )
        })
    }),
    &c("long-function-pushes", |bytes| {
        in_function(bytes, |n| {
            format!("lua_pushinteger(L, {n}); lua_pop(L, 1);\n")
        })
    }),
    &c("long-function-references", |bytes| {
        in_function(bytes, |n| {
            format!("lua_pushthread(L); x{n} = luaL_ref(L, LUA_REGISTRYINDEX);\n")
        })
    }),
    &c("long-function-returns", |bytes| {
        in_function(bytes, |n| {
            format!("if (a{n}) {{ lua_pushnil(L); return 0; }}\n")
        })
    }),
    &c("long-function-states", |bytes| {
        in_function(bytes, |n| format!("lua_State *L{n} = L; c.L = L{n};\n"))
    }),
    &c("long-function-switch", |bytes| {
        repeated(
            bytes,
            "int f(lua_State *L, int x) { lua_pushnil(L); switch (x) {\n",
            |n| format!("case {n}: lua_pushinteger(L, {n}); break;\n"),
            "} return 1; }\n",
        )
    }),
    &c("long-function-variables", |bytes| {
        in_function(bytes, |n| {
            format!(
                "int v{n} = {n}; if (v{n} == 1) lua_pushnil(L); if (v{n} == 1) lua_pop(L, 1);\n"
            )
        })
    }),
    &c("long-initialiser", |bytes| {
        repeated(
            bytes,
            "lua_State *L; int a[] = {\n",
            |n| format!("{{ {n}, _lunet_{n} }},\n"),
            "};\n",
        )
    }),
    &c("long-initialiser-in-function", |bytes| {
        repeated(
            bytes,
            "int f(lua_State *L) { lua_pushnil(L); int a[] = {\n",
            |n| format!("{n}, "),
            "}; return 1; }\n",
        )
    }),
    &c("long-line-allocations", |bytes| {
        repeated(
            bytes,
            "#include \"lunet_mem.h\"\n",
            |n| format!("void *p{n} = malloc({n}); "),
            "\n",
        )
    }),
    &c("long-line-internals", |bytes| {
        repeated(bytes, "", |n| format!("_lunet_x{n}(L); "), "\n")
    }),
    &c("long-line-suppressions", |bytes| {
        repeated(
            bytes,
            "",
            |n| format!("_lunet_x{n}(L); /* lunet-lint: allow(internal-call) a reason */ "),
            "\n",
        )
    }),
    &c("long-line-comment-spliced", |bytes| {
        repeated(
            bytes,
            "void *p = malloc(1); //",
            |n| format!(" {n} \\\n"),
            "\n",
        )
    }),
    &c("long-macro-body", |bytes| {
        repeated(
            bytes,
            "#define M(L, x) \\\n",
            |n| format!("  luaL_unref(L, x, {n}); _lunet_##x(L); free(x); \\\n"),
            "  0\n",
        )
    }),
    &c("long-macro-body-paste", |bytes| {
        repeated(
            bytes,
            "#define M(L, x) _lunet_",
            |n| format!("##a{n} \\\n"),
            "\n",
        )
    }),
    &c("long-macro-parameters", |bytes| {
        repeated(
            bytes,
            "#define M(",
            |n| format!("p{n}, "),
            "L) luaL_ref(L, p1) _lunet_x(p2)\n",
        )
    }),
    &c("long-members", |bytes| {
        repeated(
            bytes,
            "struct s {\n",
            |n| format!("  uv_tcp_t h{n}; int x{n}, *y{n};\n"),
            "  lua_State *L; };\n",
        )
    }),
    &c("long-member-chain", |bytes| {
        in_expression(bytes, "a", |n| format!("->m{n}.n"), "")
    }),
    &c("long-parameter-list", |bytes| {
        repeated(
            bytes,
            "int f(lua_State *L",
            |n| format!(", int (*_lunet_{n})(int)"),
            ") { lua_pushnil(L); return 1; }\n",
        )
    }),
    &c("long-pragma", |bytes| {
        repeated(
            bytes,
            "lua_State *L;\n#pragma weak",
            |n| format!(" _lunet_{n}"),
            "\n",
        )
    }),
    &c("long-product", |bytes| {
        in_expression(bytes, "1", |n| format!(" * x{n}"), "")
    }),
    &c("long-prototype-declarators", |bytes| {
        repeated(
            bytes,
            "lua_State *L; int x",
            |n| format!(", _lunet_f{n}(int), *_lunet_v{n}"),
            ";\n",
        )
    }),
    &c("long-sequence-of-calls", |bytes| {
        in_expression(bytes, "f", |n| format!("({n})"), "")
    }),
    &c("long-stores", |bytes| {
        repeated(
            bytes,
            "int f(lua_State *L) { struct h local, *ctx;\n",
            |_| "ctx = &local; ctx->L = L;\n".to_owned(),
            "lunet_coref_create(L, &r); return 0; }\n",
        )
    }),
    &c("long-conditional", |bytes| {
        repeated(
            bytes,
            "#if A\nint _lunet_a\n",
            |n| format!("#elif A{n}\nint _lunet_a{n}\n"),
            "#endif\n(void) { }\n",
        )
    }),
    &c("long-copies", |bytes| {
        repeated(
            bytes,
            "int f(lua_State *L) { struct h *ctx;\n",
            |n| format!("struct h c{n}; c{n}.m{n} = L; c{n}.n{n} = L; *ctx = c{n};\n"),
            "lunet_coref_create(L, &r); return 0; }\n",
        )
    }),
    &c("long-string", |bytes| {
        repeated(
            bytes,
            "lua_State *L; char *s = \"",
            |n| format!(" _lunet_{n}"),
            "\";\n",
        )
    }),
    &c("long-string-pieces", |bytes| {
        in_expression(bytes, "", |n| format!(" \"{n}\" PRI"), "")
    }),
    &c("long-sum", |bytes| {
        in_expression(bytes, "1", |n| format!(" + _lunet_x{n}(L)"), "")
    }),
    &c("long-ternary-chain", |bytes| {
        in_expression(bytes, "", |n| format!("a{n} ? {n} :\n"), "0")
    }),
    &c("long-word-splices", |bytes| {
        repeated(
            bytes,
            "lua_State *L; _lu",
            |_| "\\\nn".to_owned(),
            "et_x(L);\n",
        )
    }),
];

fn in_function(bytes: usize, unit: impl Fn(usize) -> String) -> String {
    repeated(
        bytes,
        "int f(lua_State *L, struct ctx *ctx) { struct handle h, c; int x = 0, y = 0, a = 0, ref;\n",
        unit,
        "return 0; }\n",
    )
}

fn in_expression(bytes: usize, head: &str, unit: impl Fn(usize) -> String, tail: &str) -> String {
    let head = format!("int f(lua_State *L) {{ lua_pushnil(L); int y = {head}");
    repeated(bytes, &head, unit, &format!("{tail}; return y; }}\n"))
}

fn in_condition(bytes: usize, unit: impl Fn(usize) -> String) -> String {
    repeated(
        bytes,
        "int f(lua_State *L) { lua_pushnil(L); if (",
        unit,
        "1) { lua_pop(L, 1); } return 0; }\n",
    )
}

/// A stretch of a function with everything that the rules look for.
fn dense(n: usize) -> String {
    format!(
        "lunet_coref_create(L, ref); p{n} = malloc({n}); if (p{n} == NULL) {{ lunet_coref_release(L, ref); return luaL_error(L, \"no\"); }}
lua_pushinteger(L, {n}); if (ctx->kind == {n}) {{ lua_pop(L, 1); _lunet_x(L); }} else {{ lua_pop(L, 1); }} ctx->L = L; lunet_coref_release(L, ref); free(p{n});
"
    )
}
