//! The macros of a file that keep what they are given: `#define SET(p, s) ((p)->L = (s))`.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::Kept;
use super::locals::Locals;
use super::value::held;
use crate::call::call_at;
use crate::lexer::Kind;
use crate::macros::Macro;
use crate::role::Stream;
use crate::unit::{C, Stretch};

/// Longer bodies are functions of their own.
const BODY_CAP: usize = 256;

pub(super) struct Keepers<'c> {
    by_name: FxHashMap<Cow<'c, str>, Vec<Store>>,
}

/// One assignment of a body.
struct Store {
    /// What is assigned.
    value: Word,
    /// The name that leads to the member, if one does.
    root: Option<Word>,
    through_pointer: bool,
}

/// A word of a body: a parameter by its position, or a name of the place where the macro is invoked.
enum Word {
    Parameter(usize),
    Free(String),
}

impl<'c> Keepers<'c> {
    pub(super) fn of(c: &'c C<'_>) -> Self {
        let mut by_name = FxHashMap::default();
        for definition in &c.macros {
            let tokens = &c.lexed.content[definition.body.clone()];
            let has = |wanted: &[Kind]| tokens.iter().any(|token| wanted.contains(&token.kind));
            if tokens.len() < BODY_CAP && has(&[Kind::Assign]) && has(&[Kind::Arrow, Kind::Dot]) {
                let mut stores = Vec::new();
                c.in_macro(definition, |stretch| stores = read(stretch, definition));
                if !stores.is_empty() {
                    by_name.insert(c.lexed.spelling(definition.name), stores);
                }
            }
        }
        Self { by_name }
    }

    /// What the macro that is invoked at a token keeps of the calling state.
    pub(super) fn kept(&self, locals: &Locals<'_>, index: usize) -> Option<Kept> {
        if self.by_name.is_empty() {
            return None;
        }
        let stream = locals.stream;
        let stores = self.by_name.get(&stream.word(index))?;
        let call = call_at(&stream, index);
        let arguments = call.map_or(Vec::new(), |call| call.arguments);
        let argument = |number: usize| arguments.get(number).map(|tokens| tokens.start);
        let state = stores.iter().find_map(|store| {
            let state = match &store.value {
                Word::Parameter(number) => {
                    held(&stream, argument(*number)?, |at| locals.is_state(at))?
                }
                Word::Free(name) => locals.holds_state(name, index).then(|| name.clone())?,
            };
            let is_local = match &store.root {
                Some(Word::Parameter(number)) => {
                    ends_with_call(locals, argument(*number)?, store.through_pointer)
                }
                Some(Word::Free(name)) => !store.through_pointer && locals.is_value(name),
                None => false,
            };
            (!is_local).then_some(state)
        })?;
        let end = arguments.last().map_or(index + 1, |last| last.end + 1);
        Some(Kept {
            state,
            at: index,
            place: index..end,
        })
    }
}

/// Whether an argument leads to a value that ends with the function.
fn ends_with_call(locals: &Locals<'_>, start: usize, through_pointer: bool) -> bool {
    let is_address = locals.stream.kind(start) == Some(Kind::Ampersand);
    let name = start + usize::from(is_address);
    if through_pointer && !is_address {
        locals.points_to_one(name)
    } else {
        locals.has(name)
    }
}

/// The assignments to members in a body.
fn read(stretch: &Stretch<'_, '_>, definition: &Macro<'_>) -> Vec<Store> {
    let stream = &stretch.stream;
    let word = |name: &str| {
        let mut parameters = definition.parameters.iter().flatten();
        match parameters.position(|parameter| parameter == name) {
            Some(number) => Word::Parameter(number),
            None => Word::Free(name.to_owned()),
        }
    };
    let assigns = (2..stream.tokens.len()).filter(|&at| stream.is(at, "="));
    assigns
        .filter_map(|assign| {
            let value = held(stream, assign + 1, |_| true)?;
            let (root, through_pointer) = root(stream, assign)?;
            Some(Store {
                value: word(&value),
                root: root.map(|root| word(&stream.word(root))),
                through_pointer,
            })
        })
        .collect()
}

/// The name that leads to the member before `assign`, if one does, and whether a pointer lies between.
fn root(stream: &Stream<'_>, assign: usize) -> Option<(Option<usize>, bool)> {
    let mut at = assign - 1;
    let mut through_pointer = false;
    let mut is_member = false;
    loop {
        if matches!(stream.kind(at)?, Kind::ParenClose | Kind::BracketClose) {
            let open = stream.outline.parent(at) as usize;
            if stream.kind(at) == Some(Kind::ParenClose) {
                let is_star = stream.kind(open + 1) == Some(Kind::Star);
                let name = open + 1 + usize::from(is_star);
                let is_name = name + 1 == at && stream.kind(name) == Some(Kind::Identifier);
                let found = is_name.then_some(name);
                return is_member.then_some((found, through_pointer || is_star));
            }
            at = open.checked_sub(1)?;
            continue;
        }
        let before = at.checked_sub(1);
        match before.and_then(|before| stream.kind(before)) {
            Some(Kind::Arrow) => through_pointer = true,
            Some(Kind::Dot) => {}
            _ => return is_member.then_some((Some(at), through_pointer)),
        }
        is_member = true;
        at = at.checked_sub(2)?;
    }
}
