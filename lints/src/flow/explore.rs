//! Follows all paths of a graph with the state of an analysis, and remembers what conditions were true on them.
//!
//! Two paths that meet in the same state go on as one. A function with too many states is given up.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, Hash};
use std::rc::Rc;

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::{Assign, Call, Condition, Graph, Next, NodeId, Step, Value, names, root};

/// More states than this in one function: nothing is said of it.
const STATE_CAP: usize = 4_000;

/// More facts than this are not remembered on one path.
const FACT_CAP: usize = 32;

/// What an analysis makes of steps.
pub(crate) trait Analysis {
    type State: Clone + Eq + Hash;

    /// Handles a step. The states that go on: mostly the one that came, none where the path is of no interest.
    fn step(
        &mut self,
        state: Self::State,
        step: &Step,
        trail: &Trail,
        known: &Known,
    ) -> Vec<After<Self::State>>;

    /// Handles the outcome of a condition.
    fn branch(&mut self, _state: &mut Self::State, _condition: &Condition, _taken: bool) {}
}

/// A state behind a step.
pub(crate) struct After<S> {
    pub(crate) state: S,
    /// A place, and whether it is zero in this state.
    pub(crate) supposes: Option<(String, bool)>,
}

/// The one state that goes on.
pub(crate) fn on<S>(state: S) -> Vec<After<S>> {
    vec![After {
        state,
        supposes: None,
    }]
}

/// How a path came to a node: the nodes before, latest first.
#[derive(Debug)]
pub(crate) struct Trail {
    pub(crate) node: NodeId,
    /// At a branch: which way it went from here.
    pub(crate) before: Option<(Rc<Trail>, Option<bool>)>,
}

impl Trail {
    /// The branches on the way, first first: the node and whether its condition was true.
    pub(crate) fn branches(&self) -> Vec<(NodeId, bool)> {
        let mut list = Vec::new();
        let mut at = self;
        while let Some((before, taken)) = &at.before {
            if let Some(taken) = taken {
                list.push((before.node, *taken));
            }
            at = before;
        }
        list.reverse();
        list
    }
}

impl Drop for Trail {
    /// Long trails end one link after the other: the default would recurse.
    fn drop(&mut self) {
        let mut next = self.before.take();
        while let Some((trail, _)) = next {
            next = Rc::into_inner(trail).and_then(|mut trail| trail.before.take());
        }
    }
}

/// What is known of variables on a path, of those that matter later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Known {
    facts: BTreeMap<String, Fact>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Fact {
    Equal(String),
    NotEqual(String),
    /// A comparison of order, as text, and its outcome.
    Order(bool),
}

impl Known {
    /// The number that a variable is known to be.
    pub(crate) fn number(&self, variable: &str) -> Option<i64> {
        match self.facts.get(variable) {
            Some(Fact::Equal(text)) => text.parse().ok(),
            _ => None,
        }
    }

    /// Notes that a place is or is not zero from here on.
    fn set_zero(&mut self, place: &str, is_zero: bool) {
        let fact = if is_zero { Fact::Equal } else { Fact::NotEqual };
        self.facts.insert(place.to_owned(), fact("0".to_owned()));
    }

    fn forget(&mut self, variable: &str) {
        self.facts.retain(|key, fact| {
            let mentions = |text: &str| text == variable || names(text, root(variable));
            let in_value = match fact {
                Fact::Equal(text) | Fact::NotEqual(text) => mentions(text),
                Fact::Order(_) => false,
            };
            !(mentions(key) || in_value)
        });
    }

    fn assign(&mut self, assign: &Assign, matters: &HashSet<String>) {
        let fact = match &assign.value {
            Value::Constant(number) => Some(Fact::Equal(number.to_string())),
            Value::Place(other) | Value::Call { text: other, .. } => self.facts.get(other).cloned(),
            _ => None,
        };
        self.forget(&assign.target);
        if let Value::Call { text, .. } = &assign.value {
            self.facts.remove(text);
        }
        if let Some(fact) = fact
            && matters.contains(&assign.target)
        {
            self.facts.insert(assign.target.clone(), fact);
        }
    }

    fn call(&mut self, call: &Call) {
        self.facts.remove(&call.text);
        for argument in &call.arguments {
            if let Value::Address(place) = argument {
                self.forget(place);
            }
        }
    }

    /// Whether a condition may have an outcome; if so, it is noted.
    fn suppose(&mut self, condition: &Condition, taken: bool, matters: &HashSet<String>) -> bool {
        let equality = match condition.operator {
            "==" => Some(taken),
            "!=" => Some(!taken),
            _ => None,
        };
        match equality {
            Some(equal) => {
                let possible = self.may_equal(condition, equal);
                self.note_equality(condition, equal, matters);
                if condition.left.ends_with(')') {
                    // The result of a call that was not kept is asked once.
                    self.facts.remove(&condition.left);
                }
                possible
            }
            None => self.suppose_order(condition, taken, matters),
        }
    }

    fn may_equal(&self, condition: &Condition, equal: bool) -> bool {
        match self.facts.get(&condition.left) {
            Some(Fact::Equal(text)) if *text == condition.right => equal,
            Some(Fact::Equal(text)) => {
                let differ = text.parse::<i64>().is_ok() && condition.right.parse::<i64>().is_ok();
                !(equal && differ)
            }
            Some(Fact::NotEqual(text)) if *text == condition.right => !equal,
            _ => true,
        }
    }

    fn note_equality(&mut self, condition: &Condition, equal: bool, matters: &HashSet<String>) {
        if !matters.contains(&condition.left) || self.facts.len() >= FACT_CAP {
            return;
        }
        let is_equal = matches!(self.facts.get(&condition.left), Some(Fact::Equal(_)));
        if equal {
            let fact = Fact::Equal(condition.right.clone());
            self.facts.insert(condition.left.clone(), fact);
        } else if !is_equal {
            let fact = Fact::NotEqual(condition.right.clone());
            self.facts.insert(condition.left.clone(), fact);
        }
    }

    fn suppose_order(
        &mut self,
        condition: &Condition,
        taken: bool,
        matters: &HashSet<String>,
    ) -> bool {
        let numbers = (self.number(&condition.left), condition.right.parse::<i64>());
        if let (Some(left), Ok(right)) = numbers {
            let outcome = match condition.operator {
                "<" => left < right,
                "<=" => left <= right,
                ">" => left > right,
                _ => left >= right,
            };
            return outcome == taken;
        }
        let key = format!(
            "{}{}{}",
            condition.left, condition.operator, condition.right
        );
        if let Some(Fact::Order(outcome)) = self.facts.get(&key) {
            return *outcome == taken;
        }
        if matters.contains(&condition.left) && self.facts.len() < FACT_CAP {
            self.facts.insert(key, Fact::Order(taken));
        }
        true
    }
}

/// Whether all paths were followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Complete,
    GivenUp,
}

/// A point on a path.
struct Point<S> {
    trail: Rc<Trail>,
    state: S,
    known: Known,
}

/// Follows the paths of a graph. `budget` is what all functions of a file may spend together.
pub(crate) fn explore<A: Analysis>(
    graph: &Graph,
    analysis: &mut A,
    start: A::State,
    budget: &Cell<usize>,
) -> Outcome {
    let matters = what_matters(graph);
    let mut seen = FxHashSet::default();
    let mut open = vec![Point {
        trail: Rc::new(Trail {
            node: graph.entry,
            before: None,
        }),
        state: start,
        known: Known::default(),
    }];
    while let Some(mut point) = open.pop() {
        // 64 bits of hash stand for the point: two points that share them are as good as never met.
        let key = FxBuildHasher.hash_one((point.trail.node, &point.state, &point.known));
        if !seen.insert(key) {
            continue;
        }
        budget.set(budget.get().saturating_sub(1));
        if seen.len() > STATE_CAP || budget.get() == 0 {
            return Outcome::GivenUp;
        }
        let node = &graph.nodes[point.trail.node];
        match &node.step {
            Step::Assign(assign) => point.known.assign(assign, &matters),
            Step::Call(call) => point.known.call(call),
            _ => {}
        }
        for after in analysis.step(point.state, &node.step, &point.trail, &point.known) {
            let mut known = point.known.clone();
            if let Some((place, is_zero)) = &after.supposes {
                known.set_zero(place, *is_zero);
            }
            let next = Point {
                trail: point.trail.clone(),
                state: after.state,
                known,
            };
            follow(&node.next, analysis, next, &matters, &mut open);
        }
    }
    Outcome::Complete
}

/// Puts what follows a point among the open ones.
fn follow<A: Analysis>(
    next: &Next,
    analysis: &mut A,
    from: Point<A::State>,
    matters: &HashSet<String>,
    open: &mut Vec<Point<A::State>>,
) {
    let go = |node: NodeId, taken: Option<bool>, state, known| Point {
        trail: Rc::new(Trail {
            node,
            before: Some((from.trail.clone(), taken)),
        }),
        state,
        known,
    };
    match next {
        Next::Nowhere => {}
        Next::One(node) => open.push(go(*node, None, from.state, from.known)),
        Next::Any(nodes) => {
            for node in nodes {
                open.push(go(*node, None, from.state.clone(), from.known.clone()));
            }
        }
        Next::Branch { condition, yes, no } => {
            for (node, taken) in [(*yes, true), (*no, false)] {
                let mut known = from.known.clone();
                if known.suppose(condition, taken, matters) {
                    let mut state = from.state.clone();
                    analysis.branch(&mut state, condition, taken);
                    open.push(go(node, Some(taken), state, known));
                }
            }
        }
    }
}

/// The places of which a path remembers something: those that more than one condition asks, or that are returned.
fn what_matters(graph: &Graph) -> HashSet<String> {
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    for node in &graph.nodes {
        if let Next::Branch { condition, .. } = &node.next {
            *asked.entry(&condition.left).or_default() += 1;
        }
        if let Step::Return {
            value: Value::Place(place),
            ..
        } = &node.step
        {
            *asked.entry(place).or_default() += 2;
        }
        if let Step::Assign(assign) = &node.step {
            *asked.entry(&assign.target).or_default() += 1;
        }
    }
    asked
        .into_iter()
        .filter(|(_, times)| *times > 1)
        .map(|(place, _)| place.to_owned())
        .collect()
}
