//! The stack along each path of a function: which values lie on it at the end, and which were popped.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Effect, effect};
use crate::flow::explore::{After, Analysis, Known, Outcome, Trail, explore, on};
use crate::flow::{Assign, Call, Graph, NodeId, Step, Value};
use crate::lexer::Kind;
use crate::outline::Function;
use crate::unit::C;

/// Higher stacks are loops that push: nothing is said of them.
const HEIGHT_CAP: usize = 64;

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

struct Heights<'a> {
    c: &'a C<'a>,
    state: &'a str,
    endings: Vec<Ending>,
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
    let mut heights = Heights {
        c,
        state,
        endings: Vec::new(),
        depth,
    };
    let start = Stack::Values {
        pushed: Vec::new(),
        below: 0,
        popped: BTreeSet::new(),
        tops: BTreeMap::new(),
    };
    match explore(graph, &mut heights, start, &c.budget) {
        Outcome::Complete => heights.endings,
        Outcome::GivenUp => Vec::new(),
    }
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

impl Heights<'_> {
    fn call(&mut self, stack: Stack, call: &Call) -> Vec<After<Stack>> {
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
            Some(Effect::Fixed(takes, leaves)) if is_ours => on(stack.apply(call, takes, leaves)),
            Some(Effect::ByResult { zero, other }) if is_ours => [(true, zero), (false, other)]
                .map(|(is_zero, (takes, leaves))| After {
                    state: stack.clone().apply(call, takes, leaves),
                    supposes: Some((call.text.clone(), is_zero)),
                })
                .into(),
            Some(Effect::SetTop(value)) if is_ours => on(stack.set_top(&value)),
            None if call.name == "lua_yield" => on(stack),
            None => on(self.callee(stack, call)),
            Some(_) => on(Stack::Unknown),
        }
    }

    /// A function of the same file: known if all its paths leave the same number of values.
    fn callee(&self, stack: Stack, call: &Call) -> Stack {
        let functions = &self.c.outline.functions;
        let named = functions.iter().position(|function| {
            self.c
                .lexed
                .spelling(self.c.lexed.code[function.name as usize])
                == call.name
        });
        let Some(number) = named.filter(|_| self.depth < 3) else {
            return Stack::Unknown;
        };
        let Some(state) = state_parameter(self.c, &functions[number]) else {
            return Stack::Unknown;
        };
        let mut deltas = BTreeSet::new();
        let graphs = self.c.flow(number).graphs();
        for graph in graphs {
            let endings = endings(self.c, graph, &state, self.depth + 1);
            deltas.extend(
                endings
                    .iter()
                    .filter(|ending| ending.returns)
                    .map(|ending| ending.delta),
            );
        }
        match (deltas.first(), deltas.len()) {
            (Some(&delta), 1) => {
                let size = usize::try_from(delta.unsigned_abs()).unwrap_or(HEIGHT_CAP);
                if delta < 0 {
                    stack.apply(call, size, 0)
                } else {
                    stack.apply(call, 0, size)
                }
            }
            _ => Stack::Unknown,
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
