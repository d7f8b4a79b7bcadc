//! Second names of a value: whether a variable still holds what a place held before that was set anew.

use super::{Assign, Graph, NodeId, Step, Value, names, root};

impl Graph {
    /// Whether what a place holds before a node has a second name on every path to it, and somebody is given it by that
    /// name behind the node. A name that is only reckoned with, as in `at = buffer + (at - old)`, keeps nothing.
    pub(crate) fn is_kept(&self, place: &str, node: NodeId) -> bool {
        let mut copies = self.nodes.iter().filter_map(|node| match &node.step {
            Step::Assign(assign) if is_copy(assign, place) => Some(assign.target.as_str()),
            _ => None,
        });
        copies.any(|copy| self.is_held(place, copy, node) && self.is_given_behind(copy, node))
    }

    /// Whether every path to a node makes the copy, and sets neither of the two afterwards.
    fn is_held(&self, place: &str, copy: &str, node: NodeId) -> bool {
        let makes = |step: &Step| matches!(step, Step::Assign(assign) if assign.target == copy && is_copy(assign, place));
        let breaks = |step: &Step| matches!(step, Step::Assign(assign) if sets(assign, place) || sets(assign, copy));
        let mut without = vec![false; self.nodes.len()];
        let mut open = vec![self.entry];
        for node in &self.nodes {
            if breaks(&node.step) && !makes(&node.step) {
                open.extend(node.next.nodes());
            }
        }
        while let Some(at) = open.pop() {
            let is_new = !std::mem::replace(&mut without[at], true);
            if is_new && !makes(&self.nodes[at].step) {
                open.extend(self.nodes[at].next.nodes());
            }
        }
        !without[node]
    }

    fn is_given_behind(&self, copy: &str, node: NodeId) -> bool {
        let mut behind = vec![false; self.nodes.len()];
        self.mark_behind(node, &mut behind);
        let is_copy = |value: &Value| matches!(value, Value::Place(place) if place == copy);
        let mut steps = self.nodes.iter().zip(behind);
        steps.any(|(node, is_behind)| {
            is_behind
                && match &node.step {
                    Step::Call(call) => call
                        .arguments
                        .iter()
                        .any(|argument| names(&argument.text(), copy)),
                    Step::Assign(Assign { value, .. }) | Step::Return { value, .. } => {
                        is_copy(value)
                    }
                    _ => false,
                }
        })
    }
}

fn is_copy(assign: &Assign, place: &str) -> bool {
    matches!(&assign.value, Value::Place(value) if value == place)
}

/// Whether an assignment sets a place, or what it is reached through.
fn sets(assign: &Assign, place: &str) -> bool {
    assign.target == place || assign.target == root(place)
}
