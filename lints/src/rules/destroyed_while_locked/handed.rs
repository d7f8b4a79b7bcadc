//! What functions of the file hand on to functions of other files, which may unlock it.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::held::{may_unlock, plain};
use super::substituted;
use crate::flow::{Call, Step, Value, root};
use crate::mutex::{Handed, operation};
use crate::unit::C;

/// How deep callees are looked into.
const DEPTH_CAP: usize = 4;

/// A function that hands on more may have anything unlocked.
const PLACES_CAP: usize = 64;

/// A place that is given to a function of another file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Given {
    pub(super) place: Box<str>,
    /// By its name that function unlocks something: perhaps a part of what it is given.
    pub(super) may_unlock_parts: bool,
}

/// What a function of the file hands on of that which a call gives it, in the names of the caller.
pub(super) fn handed_by(c: &C<'_>, number: usize, call: &Call) -> Vec<Given> {
    translated(&handed(c, number, DEPTH_CAP), call)
}

fn translated(handed: &[Handed], call: &Call) -> Vec<Given> {
    let mut list = Vec::new();
    for one in handed {
        match one {
            Handed::Part {
                parameter,
                place,
                may_unlock_parts,
            } => {
                let argument = call.arguments.get(*parameter);
                list.extend(argument.map(|argument| Given {
                    place: plain(&substituted(place, &argument.text())).into(),
                    may_unlock_parts: *may_unlock_parts,
                }));
            }
            Handed::Anything => list.extend(arguments(call, true)),
        }
    }
    list
}

/// The same in its own names: what begins with one of its parameters. Asked once a function and depth.
fn handed(c: &C<'_>, number: usize, depth: usize) -> Rc<Vec<Handed>> {
    let key = (number, depth);
    if let Some(known) = c.handed.borrow().get(&key) {
        return known.clone();
    }
    // A function that calls itself hands on what its other calls do.
    c.handed.borrow_mut().insert(key, Rc::default());
    let made = Rc::new(match places(c, number, depth) {
        Some(places) => places,
        None => vec![Handed::Anything],
    });
    c.handed.borrow_mut().insert(key, made.clone());
    made
}

/// None for a function that can't be read, or that hands on too much.
fn places(c: &C<'_>, number: usize, depth: usize) -> Option<Vec<Handed>> {
    let names = c.parameters(number);
    let positions = names.iter().enumerate();
    let parameters: FxHashMap<&str, usize> = positions.map(|(at, name)| (&**name, at)).collect();
    let flow = c.flow(number);
    if flow.graphs().is_empty() {
        return None;
    }
    let mut found = BTreeSet::new();
    for node in flow.graphs().iter().flat_map(|graph| &graph.nodes) {
        if let Step::Call(call) = &node.step
            && operation(&call.name).is_none()
        {
            let given = match c.function_named(&call.name) {
                None => match may_unlock(&call.name) {
                    Some(may_unlock_parts) => arguments(call, may_unlock_parts).collect(),
                    None => Vec::new(),
                },
                Some(inner) if depth > 0 => translated(&handed(c, inner, depth - 1), call),
                Some(_) => Vec::new(),
            };
            let is_own = |one: &Given| parameters.contains_key(root(&one.place));
            found.extend(given.into_iter().filter(is_own));
            if found.len() > PLACES_CAP {
                return None;
            }
        }
    }
    let part = |one: Given| Handed::Part {
        parameter: parameters[root(&one.place)],
        place: one.place,
        may_unlock_parts: one.may_unlock_parts,
    };
    Some(found.into_iter().map(part).collect())
}

fn arguments(call: &Call, may_unlock_parts: bool) -> impl Iterator<Item = Given> {
    let texts = call.arguments.iter().map(Value::text);
    texts.map(move |text| Given {
        place: plain(&text).into(),
        may_unlock_parts,
    })
}
