//! Second names of a value: whether something still holds what a place held before that was set anew.

use super::{Assign, Graph, Next, NodeId, Step, Value, names, root};

impl Graph {
    /// Whether what a place holds before a node has a second name on every path to it: a variable that is given to
    /// somebody behind the node, or where the place got it from. A variable that is only reckoned with, as in
    /// `at = buffer + (at - old)`, keeps nothing.
    pub(crate) fn is_kept(&self, place: &str, node: NodeId) -> bool {
        let mut assigns = self.nodes.iter().filter_map(|node| match &node.step {
            Step::Assign(assign) => Some(assign),
            _ => None,
        });
        let is_copied = || {
            let breaks = |step: &Step| is_set(step, place);
            !self.is_reached(node, |step| is_filled(step, place), breaks)
        };
        let is_named = assigns.any(|assign| {
            second_name(assign, place).is_some_and(|second| {
                (self.outlives(second) || self.is_given_behind(second, node))
                    && self.is_held(place, second, node)
                    && !self.is_set_at_once(second, node)
            })
        });
        is_named || is_copied()
    }

    /// Whether a place is more than a variable of the function.
    fn outlives(&self, place: &str) -> bool {
        root(place) != place || !self.locals.contains_key(place)
    }

    /// Whether every path to a node gives the place and its second name the same value, and sets neither afterwards.
    fn is_held(&self, place: &str, second: &str, node: NodeId) -> bool {
        let makes = |step: &Step| matches!(step, Step::Assign(assign) if second_name(assign, place) == Some(second));
        let breaks = |step: &Step| is_set(step, place) || is_set(step, second);
        !self.is_reached(node, makes, breaks)
    }

    /// Whether a path leads to a node on which a step is not made, or broken afterwards.
    fn is_reached(
        &self,
        node: NodeId,
        makes: impl Fn(&Step) -> bool,
        breaks: impl Fn(&Step) -> bool,
    ) -> bool {
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
        without[node]
    }

    /// Whether a place is set behind a node before anything is asked.
    fn is_set_at_once(&self, place: &str, node: NodeId) -> bool {
        let mut at = node;
        for _ in 0..self.nodes.len() {
            let Next::One(next) = self.nodes[at].next else {
                return false;
            };
            at = next;
            if is_set(&self.nodes[at].step, place) {
                return true;
            }
        }
        false
    }

    fn is_given_behind(&self, name: &str, node: NodeId) -> bool {
        let mut behind = vec![false; self.nodes.len()];
        self.mark_behind(node, &mut behind);
        let is_it = |value: &Value| matches!(value, Value::Place(place) if place == name);
        let mut steps = self.nodes.iter().zip(behind);
        steps.any(|(node, is_behind)| {
            is_behind
                && match &node.step {
                    Step::Call(call) => call
                        .arguments
                        .iter()
                        .any(|argument| names(&argument.text(), name)),
                    Step::Assign(Assign { value, .. }) | Step::Return { value, .. } => is_it(value),
                    _ => false,
                }
        })
    }
}

/// What else holds the value of a place behind an assignment: `old` of `old = p`, or `list->head` of `p = list->head`.
fn second_name<'a>(assign: &'a Assign, place: &str) -> Option<&'a str> {
    let Value::Place(value) = &assign.value else {
        return None;
    };
    let second = if value == place {
        assign.target.as_str()
    } else {
        Some(value.as_str()).filter(|_| assign.target == place)?
    };
    (second != place).then_some(second)
}

/// Whether a place is filled with a pointer that lies elsewhere: `memcpy(&p, from, sizeof(p))`.
fn is_filled(step: &Step, place: &str) -> bool {
    let is_it = |value: &Value| matches!(value, Value::Address(address) if address == place);
    matches!(step, Step::Call(call)
        if matches!(call.name.as_str(), "memcpy" | "memmove") && call.arguments.first().is_some_and(is_it))
}

/// Whether a step sets a place, or what it is reached through.
fn is_set(step: &Step, place: &str) -> bool {
    matches!(step, Step::Assign(assign) if assign.target == place || assign.target == root(place))
}
