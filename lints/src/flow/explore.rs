//! Follows all paths of a graph with the state of an analysis, and remembers what conditions were true on them.
//!
//! Two paths that meet in the same state go on as one. A function with too many states is given up.

mod few;
mod known;

use std::cell::Cell;
use std::hash::{BuildHasher as _, Hash};

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::{Condition, Graph, Next, NodeId, Step, Text};
pub(crate) use few::Few;
pub(crate) use known::{Known, Matters};

/// More states than this in one function: nothing is said of it.
const STATE_CAP: usize = 4_000;
/// Each time that so many states of a file were visited for nothing the cap is halved, down to the least one.
const WASTE_STEP: usize = 100_000;
const LEAST_STATE_CAP: usize = 128;

/// What the functions of a file may cost together, in states.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Cell<usize>,
    /// States of functions that were given up.
    wasted: Cell<usize>,
    /// A function was given up since somebody looked.
    pub(crate) has_failed: Cell<bool>,
}

impl Budget {
    pub(crate) fn new(states: usize) -> Self {
        Self {
            left: Cell::new(states),
            wasted: Cell::new(0),
            has_failed: Cell::new(false),
        }
    }

    /// How many states the next function may have.
    fn cap(&self) -> usize {
        let halvings = (self.wasted.get() / WASTE_STEP).min(8);
        (STATE_CAP >> halvings).max(LEAST_STATE_CAP)
    }

    /// Spends a state; answers whether there was one.
    fn spend(&self) -> bool {
        let left = self.left.get().saturating_sub(1);
        self.left.set(left);
        left > 0
    }
}

/// What an analysis makes of steps.
pub(crate) trait Analysis {
    type State: Clone + Eq + Hash;

    /// Handles a step. The states that go on: mostly the one that came, none where the path is of no interest.
    fn step(
        &mut self,
        state: Self::State,
        step: &Step,
        trail: &Trail<'_>,
        known: &Known,
    ) -> Afters<Self::State>;

    /// Handles the outcome of a condition.
    fn branch(&mut self, _state: &mut Self::State, _condition: &Condition, _taken: bool) {}

    /// Whether nothing comes out of a path in this state before a step that wakes it.
    fn is_idle(&self, _state: &Self::State) -> bool {
        false
    }

    /// Whether a step may make an idle state another one.
    fn wakes(&self, _step: &Step) -> bool {
        true
    }
}

/// The states behind a step.
pub(crate) enum Afters<S> {
    /// The path is of no interest any more.
    None,
    One(S),
    /// One state for each outcome of a place: it is zero in the first, not zero in the second.
    ByZero {
        place: Text,
        zero: S,
        other: S,
    },
}

/// The one state that goes on.
pub(crate) fn on<S>(state: S) -> Afters<S> {
    Afters::One(state)
}

/// How a path came to a node.
pub(crate) struct Trail<'a> {
    pub(crate) node: NodeId,
    links: &'a [Link],
    last: u32,
}

/// A branch on a path, which way it went from there, and the branch before.
#[derive(Clone, Copy)]
struct Link {
    node: NodeId,
    taken: bool,
    before: u32,
}

/// No link: the path begins.
const START: u32 = u32::MAX;

impl Trail<'_> {
    /// The branches on the way, first first: the node and whether its condition was true.
    pub(crate) fn branches(&self) -> Vec<(NodeId, bool)> {
        let mut list = Vec::new();
        let mut at = self.last;
        while let Some(link) = self.links.get(at as usize) {
            list.push((link.node, link.taken));
            at = link.before;
        }
        list.reverse();
        list
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
    node: NodeId,
    /// The last link of the way here.
    last: u32,
    state: S,
    known: Known,
}

/// Follows the paths of a graph. `budget` is what all functions of a file may spend together.
pub(crate) fn explore<A: Analysis>(
    graph: &Graph,
    analysis: &mut A,
    start: A::State,
    budget: &Budget,
) -> Outcome {
    let cap = budget.cap();
    let mut explorer = Explorer {
        graph,
        seen: FxHashSet::default(),
        links: Vec::new(),
        open: vec![Point {
            node: graph.entry,
            last: START,
            state: start,
            known: Known::default(),
        }],
    };
    let mut visited = 0;
    let mut wakes = None;
    while let Some(point) = explorer.open.pop() {
        if analysis.is_idle(&point.state) {
            let wakes = wakes.get_or_insert_with(|| graph.leads_to(|step| analysis.wakes(step)));
            if !wakes[point.node] {
                continue;
            }
        }
        if explorer.was_here(&point) {
            continue;
        }
        visited += 1;
        if !budget.spend() || visited > cap {
            budget.wasted.set(budget.wasted.get() + visited);
            budget.has_failed.set(true);
            return Outcome::GivenUp;
        }
        explorer.visit(analysis, point);
    }
    Outcome::Complete
}

struct Explorer<'g, S> {
    graph: &'g Graph,
    seen: FxHashSet<u64>,
    /// The branches of all paths so far.
    links: Vec<Link>,
    open: Vec<Point<S>>,
}

impl<S: Clone + Eq + Hash> Explorer<'_, S> {
    /// Whether a path was at a point in the same state. Asked where paths meet or part: it is the same in between.
    fn was_here(&mut self, point: &Point<S>) -> bool {
        if !self.graph.meets_or_parts(point.node) {
            return false;
        }
        // 64 bits of hash stand for the point: two points that share them are as good as never met.
        let key = FxBuildHasher.hash_one((point.node, &point.state, &point.known));
        !self.seen.insert(key)
    }

    fn visit<A: Analysis<State = S>>(&mut self, analysis: &mut A, mut point: Point<S>) {
        let node = &self.graph.nodes[point.node];
        match &node.step {
            Step::Assign(assign) => point.known.assign(assign, &self.graph.matters),
            Step::Call(call) => point.known.call(call),
            _ => {}
        }
        let trail = Trail {
            node: point.node,
            links: &self.links,
            last: point.last,
        };
        match analysis.step(point.state, &node.step, &trail, &point.known) {
            Afters::None => {}
            Afters::One(state) => self.follow(analysis, &node.next, Point { state, ..point }),
            Afters::ByZero { place, zero, other } => {
                for (state, is_zero) in [(zero, true), (other, false)] {
                    let mut known = point.known.clone();
                    known.set_zero(place.clone(), is_zero);
                    let point = Point {
                        state,
                        known,
                        ..point
                    };
                    self.follow(analysis, &node.next, point);
                }
            }
        }
    }

    /// Puts what follows a point among the open ones.
    fn follow<A: Analysis<State = S>>(&mut self, analysis: &mut A, next: &Next, from: Point<S>) {
        match next {
            Next::Nowhere => {}
            Next::One(node) => self.open.push(Point {
                node: *node,
                ..from
            }),
            Next::Any(nodes) => {
                let Some((&last, nodes)) = nodes.split_last() else {
                    return;
                };
                for &node in nodes {
                    self.open.push(Point {
                        node,
                        last: from.last,
                        state: from.state.clone(),
                        known: from.known.clone(),
                    });
                }
                self.open.push(Point { node: last, ..from });
            }
            Next::Branch { condition, yes, no } => {
                let matters = &self.graph.matters;
                let mut if_yes = from.known.clone();
                let may_yes = if_yes.suppose(condition, true, matters);
                let mut if_no = from.known;
                let may_no = if_no.suppose(condition, false, matters);
                // The last way takes the state of which the other has a copy.
                let first = (may_yes && may_no).then(|| from.state.clone());
                let (yes_state, no_state) = match first {
                    Some(first) => (Some(first), Some(from.state)),
                    None if may_yes => (Some(from.state), None),
                    None => (None, may_no.then_some(from.state)),
                };
                let ways = [
                    (*yes, true, yes_state, if_yes),
                    (*no, false, no_state, if_no),
                ];
                for (node, taken, state, known) in ways {
                    let Some(mut state) = state else {
                        continue;
                    };
                    analysis.branch(&mut state, condition, taken);
                    let last = self.link(from.node, from.last, taken);
                    self.open.push(Point {
                        node,
                        last,
                        state,
                        known,
                    });
                }
            }
        }
    }

    fn link(&mut self, node: NodeId, before: u32, taken: bool) -> u32 {
        self.links.push(Link {
            node,
            taken,
            before,
        });
        crate::source::to_u32(self.links.len() - 1)
    }
}
