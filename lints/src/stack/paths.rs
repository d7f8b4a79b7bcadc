//! The stack along each path of a function: which values lie on it at the end, and which were popped.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Effect, effect};
use crate::flow::explore::{After, Analysis, Known, Outcome, Trail, explore, on};
use crate::flow::{Assign, Call, Graph, Next, NodeId, Step, Value};
use crate::lexer::Kind;
use crate::outline::Function;
use crate::unit::C;

/// Higher stacks are loops that push: nothing is said of them.
const HEIGHT_CAP: usize = 64;

/// How many calls deep functions are looked into.
const CALL_CAP: usize = 3;

/// A value that a function pushed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Push {
    pub(crate) name: String,
    start: usize,
    end: usize,
}

impl Push {
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// How a path ends.
pub(crate) struct Ending {
    /// It returns; else it raises.
    pub(crate) returns: bool,
    pub(crate) value: Value,
    /// What the function returns, if it is known.
    constant: Option<i64>,
    pub(crate) range: Range<usize>,
    /// How much higher the stack is than at the begin.
    pub(crate) delta: i64,
    /// The values that are left, lowest first.
    pub(crate) left: Vec<Push>,
    popped: BTreeSet<Push>,
    /// The conditions on the way, and whether they were true.
    pub(crate) branches: Vec<(NodeId, bool)>,
}

impl Ending {
    /// Whether the return value tells how many values are left, or may do so.
    pub(crate) fn says_so(&self) -> bool {
        match (&self.value, self.constant) {
            (Value::Nothing, _) => false,
            (_, Some(number)) => number == self.delta,
            (_, None) => true,
        }
    }

    /// Whether the stack is another than at the end of a path, by more than the two return values say.
    pub(crate) fn differs_from(&self, other: &Self) -> bool {
        let number = |ending: &Self| ending.constant.filter(|number| *number >= 0);
        let told = |ending: &Self| number(ending).map(|number| number - ending.delta);
        let told_alike = told(self).is_some() && told(self) == told(other);
        self.delta != other.delta && !told_alike
    }

    /// Whether this path popped, with nothing else in its place, a value that the other leaves.
    pub(crate) fn popped_what(&self, other: &Self) -> bool {
        other
            .left
            .iter()
            .any(|push| self.popped.contains(push) && !self.left.contains(push))
    }
}

/// The stack at a point of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Stack {
    Values {
        pushed: Vec<Push>,
        /// How many values of the caller are gone.
        below: usize,
        popped: BTreeSet<Push>,
        /// Variables that hold the result of `lua_gettop`, and how high the stack was then.
        tops: BTreeMap<String, i64>,
    },
    Unknown,
}

/// What `luaL_ref` takes: where its callee begins, and the top value if it is known.
pub(crate) type Referred = (usize, Option<Push>);

struct Heights<'a> {
    c: &'a C<'a>,
    graph: &'a Graph,
    state: &'a str,
    endings: Vec<Ending>,
    referred: Vec<Referred>,
    /// How many calls of other functions led here.
    depth: usize,
}

/// The name of the first parameter of type `lua_State *`.
pub(crate) fn state_parameter(c: &C<'_>, function: &Function) -> Option<String> {
    let stream = c.stream();
    (function.name as usize..function.open as usize)
        .find(|&at| stream.is(at, "lua_State") && stream.kind(at + 1) == Some(Kind::Star))
        .map(|at| stream.word(at + 2).into_owned())
}

/// The endings of all paths of a function; none if not every path could be followed.
pub(crate) fn endings(c: &C<'_>, graph: &Graph, state: &str, depth: usize) -> Vec<Ending> {
    let mut heights = Heights::new(c, graph, state, depth);
    match explore(graph, &mut heights, Stack::empty(), &c.budget) {
        Outcome::Complete => heights.endings,
        Outcome::GivenUp => Vec::new(),
    }
}

/// What each `luaL_ref` of a function takes from the stack of `state`, on every path to it.
pub(crate) fn referred(c: &C<'_>, graph: &Graph, state: &str) -> Vec<Referred> {
    let mut heights = Heights::new(c, graph, state, 0);
    match explore(graph, &mut heights, Stack::empty(), &c.budget) {
        Outcome::Complete => heights.referred,
        Outcome::GivenUp => Vec::new(),
    }
}

/// How much higher a function leaves the stack, if that is the same on all its paths. Asked once a function.
fn delta_of(c: &C<'_>, number: usize, depth: usize) -> Option<i64> {
    if let Some(known) = c.deltas.borrow().get(&number) {
        return *known;
    }
    if depth >= CALL_CAP {
        return None;
    }
    // A function that calls itself is unknown while it is asked.
    c.deltas.borrow_mut().insert(number, None);
    let state = state_parameter(c, &c.outline.functions[number])?;
    let mut deltas = BTreeSet::new();
    for graph in c.flow(number).graphs() {
        let endings = endings(c, graph, &state, depth + 1);
        let returning = endings.iter().filter(|ending| ending.returns);
        deltas.extend(returning.map(|ending| ending.delta));
    }
    let delta = deltas.first().copied().filter(|_| deltas.len() == 1);
    c.deltas.borrow_mut().insert(number, delta);
    delta
}

impl Analysis for Heights<'_> {
    type State = Stack;

    fn step(
        &mut self,
        stack: Stack,
        step: &Step,
        trail: &Trail,
        known: &Known,
    ) -> Vec<After<Stack>> {
        match step {
            Step::Call(call) => self.call(stack, call),
            Step::Assign(assign) => on(assigned(stack, assign)),
            Step::Return { value, range } => {
                self.end(&stack, true, value, range.clone(), trail, known);
                Vec::new()
            }
            Step::Raise => {
                self.end(&stack, false, &Value::Nothing, 0..0, trail, known);
                Vec::new()
            }
            Step::Deref { .. } | Step::Nothing => on(stack),
        }
    }
}

impl<'a> Heights<'a> {
    fn new(c: &'a C<'a>, graph: &'a Graph, state: &'a str, depth: usize) -> Self {
        Self {
            c,
            graph,
            state,
            endings: Vec::new(),
            referred: Vec::new(),
            depth,
        }
    }

    fn call(&mut self, stack: Stack, call: &Call) -> Vec<After<Stack>> {
        if call.name == "luaL_ref" {
            self.referred.push((call.range.start, stack.top().cloned()));
        }
        if uses_buffer(&call.name) {
            return on(Stack::Unknown);
        }
        let mentions_state = call
            .arguments
            .iter()
            .any(|argument| matches!(argument, Value::Place(place) if place == self.state));
        if !mentions_state {
            return on(stack);
        }
        let is_ours =
            matches!(call.arguments.first(), Some(Value::Place(place)) if place == self.state);
        match effect(call) {
            // A check with values on the stack is there to raise.
            Some(_) if call.name == "luaL_checktype" && stack.has_values() => on(Stack::Unknown),
            Some(Effect::Fixed(takes, leaves)) if is_ours => on(stack.apply(call, takes, leaves)),
            Some(Effect::ByResult { zero, other }) if is_ours && self.is_asked(call) => {
                [(true, zero), (false, other)]
                    .map(|(is_zero, (takes, leaves))| After {
                        state: stack.clone().apply(call, takes, leaves),
                        supposes: Some((call.text.clone(), is_zero)),
                    })
                    .into()
            }
            Some(Effect::SetTop(value)) if is_ours => on(stack.set_top(&value)),
            None if call.name == "lua_yield" => on(stack),
            None => on(self.callee(stack, call)),
            Some(_) => on(Stack::Unknown),
        }
    }

    /// Whether the result of a call decides a condition, at once or through a variable.
    fn is_asked(&self, call: &Call) -> bool {
        self.graph
            .nodes
            .iter()
            .any(|node| match (&node.step, &node.next) {
                (Step::Assign(assign), _) => {
                    matches!(&assign.value, Value::Call { text, .. } if *text == call.text)
                }
                (_, Next::Branch { condition, .. }) => condition.left == call.text,
                _ => false,
            })
    }

    /// A function of the same file: known if all its paths leave the same number of values.
    fn callee(&self, stack: Stack, call: &Call) -> Stack {
        let delta = self
            .c
            .function_named(&call.name)
            .and_then(|number| delta_of(self.c, number, self.depth));
        let Some(delta) = delta else {
            return Stack::Unknown;
        };
        let size = usize::try_from(delta.unsigned_abs()).unwrap_or(HEIGHT_CAP);
        if delta < 0 {
            stack.apply(call, size, 0)
        } else {
            stack.apply(call, 0, size)
        }
    }

    fn end(
        &mut self,
        stack: &Stack,
        returns: bool,
        value: &Value,
        range: Range<usize>,
        trail: &Trail,
        known: &Known,
    ) {
        let Stack::Values {
            pushed,
            below,
            popped,
            ..
        } = stack
        else {
            return;
        };
        let constant = match value {
            Value::Constant(number) => Some(*number),
            Value::Place(place) => known.number(place),
            _ => None,
        };
        self.endings.push(Ending {
            returns,
            value: value.clone(),
            constant,
            range,
            delta: signed(pushed.len()) - signed(*below),
            left: pushed.clone(),
            popped: popped.clone(),
            branches: trail.branches(),
        });
    }
}

/// Functions of `luaL_Buffer`, which keeps an unknown number of values on the stack.
fn uses_buffer(name: &str) -> bool {
    ["luaL_buff", "luaL_add", "luaL_pushresult", "luaL_prepbuff"]
        .iter()
        .any(|begin| name.starts_with(begin))
}

fn assigned(mut stack: Stack, assign: &Assign) -> Stack {
    let height = stack.height();
    if let Stack::Values { tops, .. } = &mut stack {
        tops.remove(&assign.target);
        if let (Value::Call { name, .. }, Some(height)) = (&assign.value, height)
            && matches!(name.as_str(), "lua_gettop" | "LUNET_STACK_BASE")
        {
            tops.insert(assign.target.clone(), height);
        }
    }
    stack
}

impl Stack {
    fn height(&self) -> Option<i64> {
        match self {
            Self::Values { pushed, below, .. } => Some(signed(pushed.len()) - signed(*below)),
            Self::Unknown => None,
        }
    }

    fn empty() -> Self {
        Self::Values {
            pushed: Vec::new(),
            below: 0,
            popped: BTreeSet::new(),
            tops: BTreeMap::new(),
        }
    }

    fn top(&self) -> Option<&Push> {
        match self {
            Self::Values { pushed, .. } => pushed.last(),
            Self::Unknown => None,
        }
    }

    fn has_values(&self) -> bool {
        matches!(self, Self::Values { pushed, .. } if !pushed.is_empty())
    }

    fn apply(mut self, call: &Call, takes: usize, leaves: usize) -> Self {
        let Self::Values {
            pushed,
            below,
            popped,
            ..
        } = &mut self
        else {
            return self;
        };
        let ours = takes.min(pushed.len());
        let gone = pushed.split_off(pushed.len() - ours);
        if leaves == 0 {
            popped.extend(gone);
        }
        *below += takes - ours;
        for _ in 0..leaves {
            pushed.push(Push {
                name: call.name.clone(),
                start: call.range.start,
                end: call.range.end,
            });
        }
        if pushed.len() > HEIGHT_CAP || *below > HEIGHT_CAP {
            return Self::Unknown;
        }
        self
    }

    /// `lua_settop` to a height that a variable remembers.
    fn set_top(mut self, value: &Value) -> Self {
        let Self::Values {
            pushed,
            below,
            popped,
            tops,
        } = &mut self
        else {
            return self;
        };
        let wanted = match value {
            Value::Place(place) => tops.get(place).copied(),
            _ => None,
        };
        let Some(size) = wanted.and_then(|height| usize::try_from(height + signed(*below)).ok())
        else {
            return Self::Unknown;
        };
        if size > pushed.len() {
            return Self::Unknown;
        }
        popped.extend(pushed.split_off(size));
        self
    }
}

fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
