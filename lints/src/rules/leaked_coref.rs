//! `leaked-coref`: a path creates a reference to a coroutine and forgets it.

mod given;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::finding::{Findings, Level};
use crate::flow::explore::{Afters, Analysis, Known, Trail, explore, on};
use crate::flow::{Assign, Call, Condition, Graph, NodeId, Step, Text, Value, names, path, root};
use crate::rule::{Functions, Page, Rule, Run};
use crate::unit::C;
use given::Given;

pub(crate) const RULE: Rule = Rule {
    name: "leaked-coref",
    level: Level::Error,
    run: Run::Functions(Functions {
        judges: |_| true,
        names: |word| CREATORS.contains(&word),
        through_calls: |_| None,
        run,
    }),
    page: Page {
        what: "It fires on a `return` that a path reaches after it created a coref and did not release it, store it in a context that survives, or yield. A context that the same path frees does not survive.",
        why: "The coroutine stays pinned for as long as the process runs: it is never collected, and the balance of the tracing never comes out.",
        bad: "#include \"co.h\"\n#include \"trace.h\"\n\nint plugin_wait(lua_State *L) {\n    int ref;\n    lunet_coref_create(L, ref);\n    if (lua_gettop(L) == 0) {\n        return 0; //~ leaked-coref\n    }\n    lunet_coref_release(L, ref);\n    return 0;\n}\n",
        good: "#include \"co.h\"\n#include \"trace.h\"\n\nint plugin_wait(lua_State *L) {\n    int ref;\n    lunet_coref_create(L, ref);\n    if (lua_gettop(L) == 0) {\n        lunet_coref_release(L, ref);\n        return 0;\n    }\n    lunet_coref_release(L, ref);\n    return 0;\n}\n",
        example_path: "plugin.c",
        fix: "Release the coref on every path that ends before the operation has it, also where starting the operation failed.",
    },
};

const CREATORS: [&str; 2] = ["lunet_coref_create", "lunet_coref_create_raw"];
const RELEASERS: [&str; 2] = ["lunet_coref_release", "lunet_valref_release"];
const FREERS: [&str; 3] = ["free", "lunet_free", "lunet_free_nonnull"];
/// Longer functions do more than free.
const FREER_TOKEN_CAP: u32 = 256;
const ALLOCATORS: [&str; 4] = ["malloc", "calloc", "lunet_alloc", "lunet_calloc"];

/// A coref on a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Held {
    created: (usize, usize),
    /// It ends with the function unless something keeps it.
    is_local: bool,
    /// Something else may keep it, or the context that has it.
    is_kept: bool,
    /// Another variable has it, too: it does not go with its context.
    is_copied: bool,
    /// Where the context that has it was freed.
    freed: Option<(usize, usize)>,
}

/// The corefs on a path by their place, and the pointers to memory that the function allocated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Corefs {
    held: BTreeMap<Text, Held>,
    /// Variables of the function that have a copy of one, and its place.
    copies: BTreeMap<Text, Text>,
    allocated: BTreeSet<Text>,
}

/// A return with a coref in hand.
struct Leak {
    place: Text,
    held: Held,
    range: Range<usize>,
    branches: Vec<(NodeId, bool)>,
}

struct Leaks<'a> {
    c: &'a C<'a>,
    graph: &'a Graph,
    given: Given<'a>,
    found: Vec<Leak>,
}

fn run(c: &C<'_>, number: usize, findings: &mut Findings<'_>) {
    for graph in c.flow(number).graphs() {
        let mut leaks = Leaks {
            c,
            graph,
            given: Given::new(graph),
            found: Vec::new(),
        };
        explore(graph, &mut leaks, Corefs::default(), &c.budget);
        leaks.found.sort_by_key(|leak| leak.branches.len());
        for leak in leaks.found {
            report(graph, &leak, findings);
        }
    }
}

fn report(graph: &Graph, leak: &Leak, findings: &mut Findings<'_>) {
    let (start, end) = leak.held.created;
    let created = findings.related(start..end, "the coref is created here");
    let place = &leak.place;
    let lines = path::lines(findings, graph, &leak.branches, &leak.range);
    let message = format!(
        "the coref in `{place}`, created in line {}, is lost on this path (lines {lines})",
        created.start.line
    );
    let mut related = vec![created];
    if let Some((start, end)) = leak.held.freed {
        related.push(findings.related(start..end, "what holds it is freed here"));
    }
    related.extend(path::conditions(findings, graph, &leak.branches));
    let finding = findings.add(&RULE, leak.range.clone(), message);
    finding
        .help(format!(
            "release it with `lunet_coref_release(L, {place})` before this return"
        ))
        .related = related;
}

impl Analysis for Leaks<'_> {
    type State = Corefs;

    fn step(
        &mut self,
        mut state: Corefs,
        step: &Step,
        trail: &Trail<'_>,
        _known: &Known,
    ) -> Afters<Corefs> {
        match step {
            Step::Call(call) if !state.held.is_empty() && self.c.never_returns(&call.name) => {
                return Afters::None;
            }
            Step::Call(call) => self.call(&mut state, call, trail.node),
            Step::Assign(assign) => state.assign(self.graph, assign),
            Step::Return { value, range } => {
                state.mention(&value.text());
                self.end(state, range, trail);
                return Afters::None;
            }
            Step::Deref { .. } | Step::Raise | Step::Nothing => {}
        }
        on(state)
    }

    fn is_idle(&self, state: &Corefs) -> bool {
        state.held.is_empty()
    }

    fn wakes(&self, step: &Step) -> bool {
        matches!(step, Step::Call(call) if CREATORS.contains(&call.name.as_str()))
    }

    fn branch(&mut self, state: &mut Corefs, condition: &Condition, taken: bool) {
        let none = ["LUA_NOREF", "LUA_REFNIL", "-1", "-2"].contains(&condition.right.as_str());
        let is_none = match condition.operator {
            "==" => none && taken,
            "!=" => none && !taken,
            "<" => condition.right == "0" && taken,
            ">=" => condition.right == "0" && !taken,
            _ => false,
        };
        if is_none {
            state.release(&condition.left);
        }
    }
}

impl Leaks<'_> {
    fn call(&mut self, state: &mut Corefs, call: &Call, node: NodeId) {
        let argument = |index: usize| call.arguments.get(index).map(Value::text);
        let name = call.name.as_str();
        if CREATORS.contains(&name) {
            if let Some(place) = argument(1) {
                let place = Text::from(place.trim_matches(['(', ')']));
                if !self.given.is_given_before(&place, node) {
                    state.create(self.graph, place, &call.range);
                }
            }
        } else if RELEASERS.contains(&name) {
            if let Some(place) = argument(1) {
                state.release(place.trim_matches(['(', ')']));
            }
        } else if name == "luaL_unref" {
            if let Some(place) = argument(2) {
                state.release(&place);
            }
        } else if FREERS.contains(&name) {
            if let Some(pointer) = argument(0) {
                state.free(&pointer, &call.range);
            }
        } else if name.contains("yield") {
            state.held.clear();
            state.copies.clear();
        } else if !state.held.is_empty() && keeps(name) {
            for (position, argument) in call.arguments.iter().enumerate() {
                match argument {
                    Value::Place(pointer) if frees(self.c, name, position) => {
                        state.free(pointer, &call.range);
                    }
                    _ => state.mention(&argument.text()),
                }
            }
        }
    }

    fn end(&mut self, state: Corefs, range: &Range<usize>, trail: &Trail<'_>) {
        for (place, held) in state.held {
            if held.freed.is_some() || (held.is_local && !held.is_kept) {
                self.found.push(Leak {
                    place,
                    held,
                    range: range.clone(),
                    branches: trail.branches(),
                });
            }
        }
    }
}

/// Whether a function of the file does nothing but free what its parameter points to, and what that holds.
fn frees(c: &C<'_>, name: &str, position: usize) -> bool {
    let Some(number) = c.function_named(name) else {
        return false;
    };
    let function = &c.outline.functions[number];
    let names_freer = || c.words_of(number).any(|word| FREERS.contains(&&*word));
    if function.close - function.open > FREER_TOKEN_CAP || !names_freer() {
        return false;
    }
    let parameters = c.parameters(number);
    let Some(parameter) = parameters.get(position) else {
        return false;
    };
    let flow = c.flow(number);
    let calls: Vec<&Call> = flow
        .graphs()
        .iter()
        .flat_map(|graph| &graph.nodes)
        .filter_map(|node| match &node.step {
            Step::Call(call) => Some(call),
            _ => None,
        })
        .collect();
    let is_freer = |call: &Call| FREERS.contains(&call.name.as_str());
    let is_it = |value: &Value| matches!(value, Value::Place(place) if place == parameter.as_str());
    let leaves_alone = |call: &Call| {
        let mut arguments = call.arguments.iter();
        !arguments.any(|argument| names(&argument.text(), parameter))
    };
    calls
        .iter()
        .any(|call| is_freer(call) && call.arguments.first().is_some_and(is_it))
        && calls
            .iter()
            .all(|call| is_freer(call) || leaves_alone(call))
}

/// Whether a function may keep what it is given. Those that only look do not.
fn keeps(name: &str) -> bool {
    let looks = (name.starts_with("lua_") && !name.starts_with("lua_push"))
        || name.starts_with("luaL_")
        || name.starts_with("lunet_coref_")
        || name.ends_with("printf")
        || name.starts_with("LUNET_STACK_")
        || matches!(name, "memset" | "assert" | "lunet_ensure_coroutine");
    !looks
}

impl Corefs {
    fn create(&mut self, graph: &Graph, place: Text, range: &Range<usize>) {
        let root = root(&place);
        let is_direct =
            !place.contains("->") && !place.starts_with('*') && !place.starts_with("(*");
        let is_local = match graph.locals.get(root) {
            Some(local) if local.is_static => false,
            Some(local) if is_direct => !local.is_pointer,
            Some(_) => self.allocated.contains(root),
            // The reference itself may be a parameter that is passed by value.
            None => false,
        };
        let held = Held {
            created: (range.start, range.end),
            is_local,
            is_kept: false,
            is_copied: false,
            freed: None,
        };
        self.held.insert(place, held);
    }

    fn free(&mut self, pointer: &str, range: &Range<usize>) {
        for (place, held) in &mut self.held {
            if root(place) == pointer && place.len() > pointer.len() && !held.is_copied {
                held.freed = Some((range.start, range.end));
            }
        }
    }

    fn assign(&mut self, graph: &Graph, assign: &Assign) {
        if let Value::Call { name, .. } = &assign.value {
            if ALLOCATORS.contains(&name.as_str()) {
                self.allocated.insert(assign.target.clone());
            }
        } else {
            self.allocated.remove(&assign.target);
            if !self.held.is_empty() && !self.copy(graph, assign) {
                self.mention(&assign.value.text());
            }
        }
        let target = &assign.target;
        self.held.retain(|place, held| {
            place != target && (root(place) != target || held.freed.is_some())
        });
    }

    /// Forgets the coref in a place, or the one that it has a copy of.
    fn release(&mut self, place: &str) {
        let place = self.copies.get(place).map_or(place, |original| original);
        self.held.remove(place);
        if self.held.is_empty() {
            self.copies.clear();
        }
    }

    /// Whether an assignment gives a coref to a variable that ends with the function as well: that keeps nothing.
    fn copy(&mut self, graph: &Graph, assign: &Assign) -> bool {
        self.copies.remove(&assign.target);
        let Value::Place(place) = &assign.value else {
            return false;
        };
        let place = self.copies.get(place).unwrap_or(place).clone();
        let Some(held) = self.held.get_mut(&place) else {
            return false;
        };
        held.is_copied = true;
        let local = graph.locals.get(&assign.target);
        let ends = local.is_some_and(|local| !local.is_static && !local.is_pointer);
        if ends && place != assign.target {
            self.copies.insert(assign.target.clone(), place);
        }
        ends
    }

    /// Something is named where it may be kept: the coref itself, or what holds it.
    fn mention(&mut self, text: &str) {
        for (place, held) in &mut self.held {
            let holder = root(place);
            let is_named =
                names(text, holder) && (text.contains(place.as_str()) || names_whole(text, holder));
            let mut copies = self.copies.iter();
            if is_named || copies.any(|(copy, of)| of == place && names(text, copy)) {
                held.is_kept = true;
            }
        }
    }
}

/// Whether a text names a variable itself or a part of it by address, and not just another member's value.
fn names_whole(text: &str, variable: &str) -> bool {
    text.contains('&')
        || !text.contains(&format!("{variable}->")) && !text.contains(&format!("{variable}."))
}
