//! `unchecked-allocation`: memory is used before anybody asked whether there is any.

mod reads;

use std::collections::hash_map::Entry;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::finding::{Findings, Level};
use crate::flow::explore::{Afters, Analysis, Few, Known, Trail, explore, on};
use crate::flow::{Assign, Call, Condition, Graph, NodeId, Step, Text, Value, names, root};
use crate::rule::{Functions, Page, Rule, Run};
use crate::unit::C;
use reads::{arguments_read, evaluated};

pub(crate) const RULE: Rule = Rule {
    name: "unchecked-allocation",
    level: Level::Warning,
    run: Run::Functions(FUNCTIONS),
    page: Page {
        what: "It fires where a pointer from `malloc`, `calloc`, `realloc` or the `lunet_alloc` family is read or written through before it was compared with NULL, and on `p = realloc(p, …)`, which loses the old memory when there is no new one, unless something else still holds it.",
        why: "A server runs for months and meets the moment without memory. It must answer with an error then, not with a crash.",
        bad: "#include \"lunet_mem.h\"\n\nint plugin_open(lua_State *L) {\n    struct handle *ctx = lunet_alloc(sizeof(*ctx));\n    ctx->closing = 0; //~ unchecked-allocation\n    return 0;\n}\n",
        good: "#include \"lunet_mem.h\"\n\nint plugin_open(lua_State *L) {\n    struct handle *ctx = lunet_alloc(sizeof(*ctx));\n    if (ctx == NULL) {\n        return luaL_error(L, \"out of memory\");\n    }\n    ctx->closing = 0;\n    return 0;\n}\n",
        example_path: "plugin.c",
        fix: "Compare the pointer with NULL first. Give `realloc` a second variable, and keep the old pointer until the new one is there.",
    },
};

pub(crate) const FUNCTIONS: Functions = Functions {
    judges: |_| true,
    names: |word| ALLOCATORS.contains(&word),
    through_calls: |_| None,
    run,
};

const ALLOCATORS: [&str; 6] = [
    "malloc",
    "calloc",
    "realloc",
    "lunet_alloc",
    "lunet_calloc",
    "lunet_realloc",
];

/// The pointers that nobody has checked, each with the bytes of its allocation.
type Unchecked = Few<Text, (usize, usize)>;

struct Allocations<'a> {
    c: &'a C<'a>,
    uses: Vec<Use>,
}

/// Where an unchecked pointer is used.
struct Use {
    node: NodeId,
    range: Range<usize>,
    pointer: Text,
    /// Where it was allocated.
    origin: (usize, usize),
}

fn run(c: &C<'_>, number: usize, findings: &mut Findings<'_>) {
    let redefined = c.redefined.get_or_init(|| redefined(c));
    for graph in c.flow(number).graphs() {
        let mut analysis = Allocations {
            c,
            uses: Vec::new(),
        };
        explore(graph, &mut analysis, Unchecked::default(), &c.budget);
        let mut uses = analysis.uses;
        uses.retain(|found| {
            !redefined
                .iter()
                .any(|name| is_call_of(c, found.origin, name))
        });
        for found in first_uses(graph, uses) {
            let (start, end) = found.origin;
            report(found.range, &found.pointer, start..end, findings);
        }
        for (number, node) in graph.nodes.iter().enumerate() {
            if let Step::Assign(assign) = &node.step
                && let Some(allocator) = reallocated(assign, redefined)
                && !graph.is_kept(&assign.target, number)
            {
                report_lost(assign, allocator, findings);
            }
            if let Step::Call(call) = &node.step
                && let Some(allocator) = read_at_once(call, redefined)
            {
                report_nameless(call.range.clone(), allocator, findings);
            }
            if let Step::Deref { pointer, range } = &node.step
                && let Some(allocator) = call_of_allocator(pointer, redefined)
            {
                report_nameless(range.clone(), allocator, findings);
            }
        }
    }
}

/// The allocators that are macros here: what these do when there is no memory is not known.
fn redefined(c: &C<'_>) -> Vec<&'static str> {
    let by_header = c.tree.redefined(c);
    let by_file = |name: &&str| c.macro_named(name).is_some();
    ALLOCATORS
        .into_iter()
        .filter(|name| by_file(name) || by_header.contains(name))
        .collect()
}

/// Whether an allocation in some bytes is a call of a function.
fn is_call_of(c: &C<'_>, origin: (usize, usize), name: &str) -> bool {
    names(&c.lexed.text[origin.0..origin.1], name)
}

/// The uses that no other use of the same allocation comes before on the way.
fn first_uses(graph: &Graph, mut uses: Vec<Use>) -> Vec<Use> {
    uses.sort_by_key(|found| (found.origin, found.range.start));
    let mut behind: FxHashMap<(usize, usize), Behind> = FxHashMap::default();
    uses.retain(|found| match behind.entry(found.origin) {
        Entry::Vacant(vacant) => {
            vacant.insert(Behind::new(found.node));
            true
        }
        Entry::Occupied(mut occupied) => {
            let behind = occupied.get_mut();
            let is_first = !behind.has(graph, found.node);
            if is_first {
                behind.first.push(found.node);
            }
            is_first
        }
    });
    uses
}

/// The nodes behind the first uses of an allocation.
struct Behind {
    /// First uses whose paths were not followed yet.
    first: Vec<NodeId>,
    nodes: Vec<bool>,
}

impl Behind {
    fn new(first: NodeId) -> Self {
        Self {
            first: vec![first],
            nodes: Vec::new(),
        }
    }

    fn has(&mut self, graph: &Graph, node: NodeId) -> bool {
        self.nodes.resize(graph.nodes.len(), false);
        for first in self.first.drain(..) {
            graph.mark_behind(first, &mut self.nodes);
        }
        self.nodes[node]
    }
}

fn report(range: Range<usize>, pointer: &str, origin: Range<usize>, findings: &mut Findings<'_>) {
    let related = findings.related(origin, "it is allocated here");
    findings
        .add(
            &RULE,
            range,
            format!("`{pointer}` is used before it was compared with NULL"),
        )
        .help("compare it with NULL first")
        .relate(related);
}

/// The allocator whose call a pointer is: `((struct node *)malloc(n))->next`.
fn call_of_allocator<'a>(pointer: &'a str, redefined: &[&str]) -> Option<&'a str> {
    let (name, arguments) = pointer.split_once('(')?;
    if !ALLOCATORS.contains(&name) || redefined.contains(&name) {
        return None;
    }
    let mut depth = 1;
    let close = arguments.find(|sign: char| {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    (close + 1 == arguments.len()).then_some(name)
}

/// The allocator of `p = realloc(p, …)`.
fn reallocated<'a>(assign: &'a Assign, redefined: &[&str]) -> Option<&'a str> {
    let Value::Call { name, text } = &assign.value else {
        return None;
    };
    let is_known =
        matches!(name.as_str(), "realloc" | "lunet_realloc") && !redefined.contains(&name.as_str());
    let arguments = &text[text.find('(').map_or(text.len(), |open| open + 1)..];
    let first = arguments.split(',').next().unwrap_or_default();
    (is_known && first == assign.target).then_some(name)
}

/// The allocator of `strcpy(malloc(n), text)`.
fn read_at_once<'a>(call: &'a Call, redefined: &[&str]) -> Option<&'a str> {
    let mut positions = arguments_read(&call.name).iter();
    positions.find_map(|&position| match call.arguments.get(position)? {
        Value::Call { name, .. }
            if ALLOCATORS.contains(&name.as_str()) && !redefined.contains(&name.as_str()) =>
        {
            Some(name.as_str())
        }
        _ => None,
    })
}

/// What is used has no name that could have been compared.
fn report_nameless(range: Range<usize>, allocator: &str, findings: &mut Findings<'_>) {
    findings
        .add(
            &RULE,
            range,
            format!("what `{allocator}` gives is used before it was compared with NULL"),
        )
        .help("keep it in a variable, and compare that with NULL first");
}

fn report_lost(assign: &Assign, allocator: &str, findings: &mut Findings<'_>) {
    let pointer = &assign.target;
    findings
        .add(
            &RULE,
            assign.range.clone(),
            format!("`{pointer}` is lost when `{allocator}` has no memory"),
        )
        .help("assign to a second variable, compare it with NULL, then replace the first");
}

impl Analysis for Allocations<'_> {
    type State = Unchecked;

    fn step(
        &mut self,
        mut state: Unchecked,
        step: &Step,
        trail: &Trail<'_>,
        _known: &Known,
    ) -> Afters<Unchecked> {
        match step {
            Step::Assign(assign) => assigned(&mut state, assign),
            Step::Call(call) if !state.is_empty() && self.c.never_returns(&call.name) => {
                return Afters::None;
            }
            Step::Call(call) if !state.is_empty() => self.called(&mut state, call, trail.node),
            Step::Deref { pointer, range } => self.used(&mut state, pointer, range, trail.node),
            Step::Call(_) | Step::Return { .. } | Step::Raise | Step::Nothing => {}
        }
        on(state)
    }

    fn is_idle(&self, state: &Unchecked) -> bool {
        state.is_empty()
    }

    fn wakes(&self, step: &Step) -> bool {
        matches!(step, Step::Assign(assign) if is_allocation(assign))
    }

    fn branch(&mut self, state: &mut Unchecked, condition: &Condition, _taken: bool) {
        // `if (!a || !b)` asks for both pointers, though it never comes to the second where the first is missing.
        let is_order = matches!(condition.operator, "<" | ">" | "<=" | ">=")
            && !matches!(condition.right.as_str(), "0" | "NULL");
        let asks_pointer = !is_order && state.contains(&condition.left);
        let asks_all = |around: &&str| asks_pointer || around.contains("||");
        let around = condition.around.as_deref();
        let all = around.filter(asks_all);
        checked(state, |pointer, origin| {
            // `if (n != 0 && !p)`: of no bytes there need be none.
            let asks_size = || names(&self.c.lexed.text[origin.0..origin.1], &condition.left);
            // `p < end` says nothing of a pointer that is none.
            let asks = |side: &str| mentions(side, pointer) && (!is_order || side.contains('('));
            asks(&condition.left)
                || asks(&condition.right)
                || all.is_some_and(|all| mentions_itself(all, pointer))
                || around.is_some_and(|around| mentions_itself(around, pointer) && asks_size())
        });
    }
}

fn mentions(text: &str, pointer: &str) -> bool {
    names(text, pointer) || (text.is_empty() && pointer.is_empty())
}

/// Whether a text mentions a pointer, and not only what it points to: `p[0]`, `p->next`, `*p`.
fn mentions_itself(text: &str, pointer: &str) -> bool {
    let is_read_through = |(at, _): (usize, &str)| {
        let behind = &text[at + pointer.len()..];
        text[..at].ends_with('*') || behind.starts_with('[') || behind.starts_with("->")
    };
    mentions(text, pointer) && !text.match_indices(pointer).all(is_read_through)
}

/// Takes away the pointers that somebody may have compared with NULL, under all their names.
fn checked(state: &mut Unchecked, is_checked: impl Fn(&Text, &(usize, usize)) -> bool) {
    let is_it = |(pointer, origin): (&Text, &(usize, usize))| {
        is_checked(pointer, origin).then_some(*origin)
    };
    let origins: Vec<_> = state.iter().filter_map(is_it).collect();
    if !origins.is_empty() {
        state.retain(|_, origin| !origins.contains(origin));
    }
}

fn is_allocation(assign: &Assign) -> bool {
    matches!(&assign.value, Value::Call { name, .. } if ALLOCATORS.contains(&name.as_str()))
}

/// What an assignment makes of the pointers that nobody has checked.
fn forget(state: &mut Unchecked, assign: &Assign) {
    let text = assign.value.text();
    if matches!(assign.value, Value::Other(_)) {
        let text = evaluated(&text);
        // Who only counts from a pointer asks nothing.
        let may_ask = text.contains(['!', '=', '?', '(', '<', '>', '|', '&']);
        checked(state, |pointer, _| may_ask && mentions(&text, pointer));
    }
    state.retain(|pointer, _| {
        // With another index `list[i]` is another element: which ones were checked is not known.
        let is_replaced = *pointer == assign.target
            || root(pointer) == assign.target
            || (root(&assign.target) == assign.target && names(pointer, &assign.target));
        !is_replaced
    });
}

/// What an assignment leaves unchecked: what it allocates, and other names of what nobody has checked.
fn assigned(state: &mut Unchecked, assign: &Assign) {
    if !state.is_empty() {
        let origin = match &assign.value {
            Value::Place(place) => state.get(place).copied(),
            _ => None,
        };
        forget(state, assign);
        if let Some(origin) = origin {
            state.insert(assign.target.clone(), origin);
        }
    }
    if is_allocation(assign) {
        let place = (assign.range.start, assign.range.end);
        state.insert(assign.target.clone(), place);
    }
}

impl Allocations<'_> {
    fn called(&mut self, state: &mut Unchecked, call: &Call, node: NodeId) {
        let reads = arguments_read(&call.name);
        for (index, argument) in call.arguments.iter().enumerate() {
            let text = argument.text();
            let text = evaluated(&text);
            if reads.contains(&index) {
                match argument {
                    Value::Place(place) => self.used(state, place, &call.range, node),
                    // `&p->part` is read through `p`.
                    Value::Address(place) => {
                        if let Some((pointer, _)) = place.rsplit_once("->") {
                            self.used(state, &Text::from(pointer), &call.range, node);
                        }
                    }
                    _ => {}
                }
            }
            // Another function may check it.
            checked(state, |pointer, _| mentions(&text, pointer));
        }
    }

    fn used(&mut self, state: &mut Unchecked, pointer: &Text, range: &Range<usize>, node: NodeId) {
        if let Some(origin) = state.get(pointer).copied() {
            state.retain(|_, other| *other != origin);
            self.uses.push(Use {
                node,
                range: range.clone(),
                pointer: pointer.clone(),
                origin,
            });
        }
    }
}
