//! Structs of the function that hold the state of the caller: harmless until they are copied to what outlives the call.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::locals::Locals;
use super::{Kept, place, value};
use crate::call::Call;
use crate::lexer::Kind;

/// Longer initialisers are tables.
const REACH: usize = 256;

/// The members of one value that hold a state, and which. The name of a member is empty where an initialiser gives it
/// by its place.
type Members<'a> = BTreeMap<Cow<'a, str>, String>;

/// The values of the function whose members hold the state so far.
#[derive(Default)]
pub(super) struct Holders<'a> {
    by_value: FxHashMap<Cow<'a, str>, Members<'a>>,
}

impl<'a> Holders<'a> {
    /// What the `=` at a token makes of them, and what it keeps: `*ctx = local`.
    pub(super) fn assigned(&mut self, locals: &Locals<'a>, assign: usize) -> Option<Kept> {
        let stream = locals.stream;
        if stream.kind(assign + 1) == Some(Kind::BraceOpen) {
            self.initialised(locals, assign - 1, assign + 1);
            return None;
        }
        if let Some((value, member)) = member_of_value(locals, assign) {
            let (value, member) = (stream.word(value), stream.word(member));
            let state = value::held(&stream, assign + 1, |at| locals.is_state(at));
            if let Some(state) = state {
                self.by_value
                    .entry(value)
                    .or_default()
                    .insert(member, state);
            } else if let Some(members) = self.by_value.get_mut(&value) {
                members.remove(&member);
                if stream.is(assign + 1, "default_luaL") {
                    members.remove("");
                }
            }
            return None;
        }
        if self.by_value.is_empty() || stream.kind(assign + 1) != Some(Kind::Identifier) {
            return None;
        }
        let ends = [Kind::Semicolon, Kind::Comma, Kind::ParenClose];
        let is_whole = stream
            .kind(assign + 2)
            .is_some_and(|kind| ends.contains(&kind));
        let state = self
            .state_in(&stream.word(assign + 1))
            .filter(|_| is_whole)?;
        if let Some(first) = place::of_whole(locals, assign) {
            return Some(Kept {
                state,
                at: assign,
                place: first..assign,
            });
        }
        // Another value of the function holds it, too.
        let other = self.by_value.entry(stream.word(assign - 1)).or_default();
        other.insert(Cow::Borrowed(""), state);
        None
    }

    /// What `memcpy(ctx, &local, n)` and `memcpy(ctx, &(struct handle){.L = L}, n)` keep.
    pub(super) fn copied(&self, locals: &Locals<'a>, call: &Call) -> Option<Kept> {
        let stream = locals.stream;
        let [to, from, ..] = &call.arguments[..] else {
            return None;
        };
        if stream.kind(from.start) != Some(Kind::Ampersand) {
            return None;
        }
        let name = from.start + 1;
        let state = match stream.kind(name)? {
            Kind::Identifier if from.len() == 2 => self.state_in(&stream.word(name))?,
            Kind::ParenOpen => {
                let open = stream.close(name)? + 1;
                let in_braces = stream.kind(open) == Some(Kind::BraceOpen);
                let mut held = in_braces.then(|| held_in_braces(locals, open))?;
                held.pop().map(|(_, state)| state)?
            }
            _ => return None,
        };
        outlives(locals, to).then(|| Kept {
            state,
            at: call.name,
            place: to.clone(),
        })
    }

    fn state_in(&self, value: &str) -> Option<String> {
        self.by_value.get(value)?.values().next().cloned()
    }

    /// `struct handle local = {.L = L}`.
    fn initialised(&mut self, locals: &Locals<'a>, name: usize, open: usize) {
        let value = locals.stream.word(name);
        if !locals.is_value(&value) {
            return;
        }
        let held = held_in_braces(locals, open);
        if !held.is_empty() {
            self.by_value.entry(value).or_default().extend(held);
        }
    }
}

/// Whether a pointer that is given to a function points to what outlives the call.
fn outlives(locals: &Locals<'_>, to: &Range<usize>) -> bool {
    let stream = locals.stream;
    match stream.kind(to.start) {
        Some(Kind::Identifier) => !locals.gives_local(to.start) && !locals.has(to.start),
        Some(Kind::Ampersand) => place::of_member(locals, to.end).is_some(),
        _ => false,
    }
}

/// The tokens of `local` and `member`, where the `=` at a token sets `local.member`.
fn member_of_value(locals: &Locals<'_>, assign: usize) -> Option<(usize, usize)> {
    let stream = locals.stream;
    let value = assign.checked_sub(3)?;
    let is_member = stream.kind(value + 1) == Some(Kind::Dot)
        && stream.kind(value + 2) == Some(Kind::Identifier)
        && stream.kind(value) == Some(Kind::Identifier);
    let begins = !matches!(
        value.checked_sub(1).and_then(|before| stream.kind(before)),
        Some(Kind::Dot | Kind::Arrow)
    );
    (is_member && begins && locals.has(value)).then_some((value, value + 2))
}

/// The states among the elements of an initialiser, each with the name of its member, if it has one.
fn held_in_braces<'a>(locals: &Locals<'a>, open: usize) -> Vec<(Cow<'a, str>, String)> {
    let stream = locals.stream;
    let Some(close) = stream.close(open) else {
        return Vec::new();
    };
    let is_state = |at: &usize| {
        let before = stream.kind(at - 1);
        let begins = matches!(
            before,
            Some(Kind::Assign | Kind::Comma | Kind::BraceOpen | Kind::ParenClose)
        );
        let ends = matches!(stream.kind(at + 1), Some(Kind::Comma | Kind::BraceClose));
        begins && ends && stream.kind(*at) == Some(Kind::Identifier) && locals.is_state(*at)
    };
    let in_reach = open + 1..close.min(open + REACH);
    let held = in_reach.filter(is_state).map(|at| {
        let is_named = stream.kind(at - 1) == Some(Kind::Assign)
            && stream.kind(at - 2) == Some(Kind::Identifier);
        let member = is_named.then(|| stream.word(at - 2));
        (
            member.unwrap_or(Cow::Borrowed("")),
            stream.word(at).into_owned(),
        )
    });
    held.collect()
}
