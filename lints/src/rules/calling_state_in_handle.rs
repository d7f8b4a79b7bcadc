//! `calling-state-in-handle`: the state of the caller is kept in a struct that outlives the call.

mod callers;
mod holders;
mod locals;
mod macros;
mod place;
mod value;

use std::ops::Range;

use crate::call::call_at;
use crate::finding::{Findings, Level};
use crate::lexer::Kind;
use crate::rule::{Page, Rule, Run};
use crate::unit::{C, Unit};
use callers::{Callers, Question};
use holders::Holders;
use locals::Locals;
use macros::Keepers;

pub(crate) const RULE: Rule = Rule {
    name: "calling-state-in-handle",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires where the calling `lua_State *` is stored into a struct that outlives the call: `ctx->L = L`, `ctx->owner_L = L`, `ctx->co = co`. The owner must be `default_luaL()` or the owner of another context. A function whose callers all stand in the file and give an owner, or the address of a value that ends with them, may keep what it is given. It stays silent in a project that has headers of its own, none of which names the SDK, and in the sources of Lua.",
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
    let stream = c.stream();
    let keepers = Keepers::of(c);
    let callers = Callers::new(c);
    for (number, function) in c.outline.functions.iter().enumerate() {
        let mut locals = Locals::new(c, function);
        if locals.states.is_empty() {
            continue;
        }
        let mut kept = Vec::new();
        let mut holders = Holders::default();
        for index in function.open as usize..function.close as usize {
            match stream.kind(index) {
                Some(Kind::Assign) if stream.is(index, "=") => {
                    kept.extend(holders.assigned(&locals, index));
                    kept.extend(assigned(&mut locals, index));
                }
                Some(Kind::Identifier) => {
                    kept.extend(copied(&locals, &holders, index));
                    kept.extend(keepers.kept(&locals, index));
                }
                _ => {}
            }
        }
        for kept in kept {
            let root = stream.word(kept.place.start);
            if !locals.is_replaced(&kept.state, kept.at)
                && !callers.all(number, &kept.state, Question::GivesOwner)
                && !callers.all(number, &root, Question::GivesLocal)
            {
                report(c, &kept, findings);
            }
        }
    }
}

/// Where the state of the caller is kept.
struct Kept {
    state: String,
    /// The token that keeps it.
    at: usize,
    /// The tokens of the place, as far as they are shown.
    place: Range<usize>,
}

/// What the `=` at a token keeps. One that gives the state a second name keeps nothing.
fn assigned(locals: &mut Locals<'_>, assign: usize) -> Vec<Kept> {
    let stream = locals.stream;
    let held = value::held(&stream, assign + 1, |at| locals.is_state(at));
    let Some(state) = held else {
        let elements = value::elements(&stream, assign + 1, |at| locals.is_state(at));
        let Some(state) = elements else {
            return Vec::new();
        };
        let place = place::of_whole(locals, assign);
        return place
            .map(|first| Kept {
                state,
                at: assign,
                place: first..assign,
            })
            .into_iter()
            .collect();
    };
    if locals.names_state(assign) {
        return Vec::new();
    }
    let place = place::of_member(locals, assign).filter(|&first| !locals.points_to_one(first));
    let kept = place.map(|first| Kept {
        state,
        at: assign,
        place: first..assign,
    });
    kept.into_iter().collect()
}

/// What `memcpy(&ctx->L, &L, sizeof(L))` keeps.
fn copied<'a>(locals: &Locals<'a>, holders: &Holders<'a>, index: usize) -> Option<Kept> {
    let stream = locals.stream;
    if !stream.is(index, "memcpy") && !stream.is(index, "memmove") {
        return None;
    }
    let call = call_at(&stream, index)?;
    if let Some(kept) = holders.copied(locals, &call) {
        return Some(kept);
    }
    let [to, from, ..] = &call.arguments[..] else {
        return None;
    };
    let is_state = from.len() == 2
        && stream.kind(from.start) == Some(Kind::Ampersand)
        && locals.is_state(from.start + 1);
    let first = place::of_member(locals, to.end).filter(|&first| !locals.points_to_one(first))?;
    is_state.then(|| Kept {
        state: stream.word(from.start + 1).into_owned(),
        at: index,
        place: first..to.end,
    })
}

fn report(c: &C<'_>, kept: &Kept, findings: &mut Findings<'_>) {
    let tokens = &c.lexed.code[kept.place.clone()];
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return;
    };
    let bytes = first.start as usize..last.end() as usize;
    let state = &kept.state;
    let target: String = c.lexed.text[bytes.clone()].split_whitespace().collect();
    findings
        .add(
            &RULE,
            bytes,
            format!("the calling state `{state}` is kept in `{target}`, which outlives the call"),
        )
        .help("store `default_luaL()`; pin the caller with `lunet_coref_create(L, ref)` to resume it later");
}
