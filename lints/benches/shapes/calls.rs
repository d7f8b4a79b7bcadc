//! Texts of many functions that call each other.

use super::{Shape, c, repeated};

pub(crate) const ALL: &[&Shape] = &[
    &c("many-helpers", |bytes| repeated(bytes, "", helper, "")),
    &c("many-helpers-backwards", |bytes| {
        repeated(bytes, "", helper_backwards, "")
    }),
    &c("many-locks", |bytes| repeated(bytes, "", locking, "")),
    &c("many-locks-handed-on", |bytes| {
        repeated(bytes, "", handing_on, "")
    }),
];

/// Functions that call the one before them.
fn helper(n: usize) -> String {
    format!(
        "static int f{next}(lua_State *L) {{ lua_pushnil(L); f{n}(L); f{n}(L); if (x) {{ lua_pop(L, 1); }} return {n}; }}\n",
        next = n + 1
    )
}

/// Functions that call the ones behind them.
fn helper_backwards(n: usize) -> String {
    format!(
        "static int f{n}(lua_State *L) {{ lua_pushnil(L); f{a}(L); f{b}(L); if (x) {{ lua_pop(L, 1); }} return {n}; }}\n",
        a = n + 1,
        b = n + 7
    )
}

/// Functions that lock, and call others that do.
fn locking(n: usize) -> String {
    format!(
        "void f{n}(struct pool *p) {{ uv_mutex_lock(&p->m); if (p->x) {{ f{a}(p); f{b}(p); f{c}(p); }} uv_mutex_unlock(&p->m); if (p->y) uv_mutex_destroy(&p->m); }}\n",
        a = n + 1,
        b = n + 2,
        c = n + 3,
    )
}

/// Functions that lock, and hand the lock on through others to unknown ones.
fn handing_on(n: usize) -> String {
    format!(
        "void h{n}(struct p *p) {{ h{last}(p); count(&p->m{n}); }} void f{n}(struct p *p) {{ mtx_lock(&p->m); h{n}(p); mtx_destroy(&p->m); }}\n",
        last = n.saturating_sub(1)
    )
}
