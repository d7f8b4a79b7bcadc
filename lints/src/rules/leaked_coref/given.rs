//! Addresses that a function gives away: who has one may release what stands there.

use rustc_hash::FxHashMap;

use super::keeps;
use crate::flow::{Graph, NodeId, Step, Text, Value, root};

/// How many bytes what lies behind the steps that give places of one function away may take: a byte for each node and
/// place, 2,000 places of a function of 4,000 nodes.
const BYTES_CAP: usize = 1 << 23;

/// What is given away, and where.
pub(super) struct Given<'g> {
    graph: &'g Graph,
    /// The addresses and the nodes that give them, by the variable that they begin with.
    by_root: FxHashMap<&'g str, Vec<(&'g str, NodeId)>>,
    /// What lies behind those nodes, by place; nothing for a place that nobody is given.
    behind: FxHashMap<Text, Option<Vec<bool>>>,
    bytes: usize,
}

impl<'g> Given<'g> {
    pub(super) fn new(graph: &'g Graph) -> Self {
        let mut by_root: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for (number, node) in graph.nodes.iter().enumerate() {
            let mut note = |value: &'g Value| {
                if let Value::Address(given) = value {
                    let all = by_root.entry(root(given)).or_default();
                    all.push((given.as_str(), number));
                }
            };
            match &node.step {
                Step::Call(call) if keeps(&call.name) => call.arguments.iter().for_each(note),
                Step::Assign(assign) => note(&assign.value),
                _ => {}
            }
        }
        Self {
            graph,
            by_root,
            behind: FxHashMap::default(),
            bytes: 0,
        }
    }

    /// Whether somebody was given the address of a place, or of what it is a part of, on a way to a node. Of
    /// too many places it can't be told, and they count as given.
    pub(super) fn is_given_before(&mut self, place: &Text, node: NodeId) -> bool {
        let Some(given) = self.by_root.get(root(place)) else {
            return false;
        };
        if let Some(behind) = self.behind.get(place) {
            return behind.as_ref().is_some_and(|behind| behind[node]);
        }
        let mut given = given
            .iter()
            .filter(|(given, _)| holds(given, place))
            .peekable();
        let nodes = self.graph.nodes.len();
        if given.peek().is_some() {
            self.bytes += nodes;
            if self.bytes > BYTES_CAP {
                return true;
            }
        }
        let mut behind = None;
        for (_, from) in given {
            let behind = behind.get_or_insert_with(|| vec![false; nodes]);
            self.graph.mark_behind(*from, behind);
        }
        let is_given = behind.as_ref().is_some_and(|behind| behind[node]);
        self.behind.insert(place.clone(), behind);
        is_given
    }
}

/// Whether a place is another one or a part of it.
fn holds(given: &str, place: &str) -> bool {
    let rest = place.strip_prefix(given);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
