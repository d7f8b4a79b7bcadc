//! One function as a graph of steps: what it calls, assigns, reads through pointers, and where it branches.
//!
//! `text` makes the body of a function: one choice of the branches of each conditional, its macros expanded.
//! `read` makes a tree of it, or `grammar` where `read` is not sure, `lower` a graph of the tree, and `explore`
//! follows its paths. A body that nobody can read has no graph: rules stay silent there.

mod copies;
pub(crate) mod explore;
mod grammar;
mod lower;
pub(crate) mod path;
mod read;
mod text;
mod tree;
mod value;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::outline::Function;
use crate::unit::C;
pub(crate) use value::{Text, Value};

/// The index of a node.
pub(crate) type NodeId = usize;

/// The graph of one function, for one choice of preprocessor branches.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) entry: NodeId,
    /// The variables that are declared in the body.
    pub(crate) locals: BTreeMap<Text, Local>,
    /// The places that a path remembers something of.
    matters: explore::Matters,
    /// For each node whether paths meet there or part behind it.
    crossings: Vec<bool>,
    /// The texts of the calls whose results decide, found when a rule asks.
    asked: OnceCell<FxHashSet<Text>>,
    /// The variables that are set to results of calls, found when a rule asks.
    results: OnceCell<FxHashSet<Text>>,
}

/// One step and what follows.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) step: Step,
    pub(crate) next: Next,
}

/// What happens at a node. Texts have no blanks in them.
#[derive(Debug)]
pub(crate) enum Step {
    Nothing,
    Call(Call),
    Assign(Assign),
    /// Something is read or written through a pointer.
    Deref {
        pointer: Text,
        range: Range<usize>,
    },
    /// The function returns.
    Return {
        value: Value,
        range: Range<usize>,
    },
    /// The function raises an error or ends the process: the path ends.
    Raise,
}

#[derive(Debug)]
pub(crate) enum Next {
    One(NodeId),
    Branch {
        condition: Box<Condition>,
        yes: NodeId,
        no: NodeId,
    },
    Any(Vec<NodeId>),
    Nowhere,
}

impl Next {
    /// The nodes that may follow.
    fn nodes(&self) -> impl Iterator<Item = NodeId> {
        let (pair, rest): (_, &[NodeId]) = match self {
            Self::One(next) => ([Some(*next), None], &[]),
            Self::Branch { yes, no, .. } => ([Some(*yes), Some(*no)], &[]),
            Self::Any(next) => ([None, None], next),
            Self::Nowhere => ([None, None], &[]),
        };
        pair.into_iter().flatten().chain(rest.iter().copied())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: Text,
    pub(crate) arguments: Vec<Value>,
    /// The whole call, as it is named in conditions.
    pub(crate) text: Text,
    /// Bytes of the callee.
    pub(crate) range: Range<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Assign {
    pub(crate) target: Text,
    pub(crate) value: Value,
    pub(crate) range: Range<usize>,
}

/// A comparison without side effects; `p` alone is `p != 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) left: Text,
    pub(crate) operator: &'static str,
    pub(crate) right: Text,
    pub(crate) range: Range<usize>,
    /// The whole of which it is a part, if `&&` or `||` join it with others.
    pub(crate) around: Option<Text>,
}

/// A variable that is declared in the body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local {
    pub(crate) is_pointer: bool,
    pub(crate) is_static: bool,
}

/// What the grammar made of a function.
#[derive(Debug)]
pub(crate) enum Flow {
    /// One graph for each choice of preprocessor branches.
    Graphs(Vec<Graph>),
    /// Nobody can read the body.
    Unknown,
}

impl Flow {
    /// The graphs; none where the flow is unknown.
    pub(crate) fn graphs(&self) -> &[Graph] {
        match self {
            Self::Graphs(graphs) => graphs,
            Self::Unknown => &[],
        }
    }
}

/// The flow of a function.
pub(crate) fn flow(c: &C<'_>, function: &Function) -> Flow {
    let Some(bodies) = text::bodies(c, function, true) else {
        return Flow::Unknown;
    };
    if bodies.iter().any(text::Body::has_cleanup) {
        return Flow::Unknown;
    }
    let is_expanded = bodies.iter().any(text::Body::is_expanded);
    let mut graphs = graphs_of(&bodies);
    if graphs.is_none() && is_expanded {
        // A macro that is no C by itself spoils the text only where it is expanded.
        graphs = text::bodies(c, function, false).and_then(|bodies| graphs_of(&bodies));
    }
    graphs.map_or(Flow::Unknown, Flow::Graphs)
}

fn graphs_of(bodies: &[text::Body]) -> Option<Vec<Graph>> {
    bodies.iter().map(graph).collect()
}

/// The graph of a body: most are read here, the grammar reads what is left.
fn graph(body: &text::Body) -> Option<Graph> {
    let (nodes, block) = match read::read(body) {
        Ok(tree) => tree,
        Err(read::Refusal::Unsure) => grammar::read(body)?,
        Err(read::Refusal::NoCode | read::Refusal::TooDeep) => return None,
    };
    Some(lower::graph(body, nodes.tree(block)))
}

/// The root of a place: `ctx` of `ctx->a.b[0]`, `(*ctx).a` and `&ctx->a`.
pub(crate) fn root(place: &str) -> &str {
    &place[root_range(place)]
}

/// The bytes of the root of a place; none behind its end if it has no root.
pub(crate) fn root_range(place: &str) -> Range<usize> {
    if place.is_ascii() {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let bytes = place.as_bytes();
        let start = bytes.iter().position(is_word).unwrap_or(bytes.len());
        let size = bytes[start..].iter().take_while(|byte| is_word(byte));
        return start..start + size.count();
    }
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let start = place.find(is_word).unwrap_or(place.len());
    let size = place[start..].find(|letter| !is_word(letter));
    start..size.map_or(place.len(), |size| start + size)
}

/// Whether an expression names a variable as a whole word.
pub(crate) fn names(text: &str, variable: &str) -> bool {
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let (bytes, variable) = (text.as_bytes(), variable.as_bytes());
    let Some(&first) = variable.first() else {
        return false;
    };
    if bytes.len() <= variable.len() {
        return bytes == variable;
    }
    // Texts are short: to prepare a search would cost more than the search.
    memchr::memchr_iter(first, bytes).any(|at| {
        bytes[at..].starts_with(variable)
            && !is_word(at.checked_sub(1).and_then(|before| bytes.get(before)))
            && !is_word(bytes.get(at + variable.len()))
    })
}

impl Graph {
    fn new(nodes: Vec<Node>, entry: NodeId, locals: BTreeMap<Text, Local>) -> Self {
        let mut graph = Self {
            crossings: crossings(&nodes, entry),
            nodes,
            entry,
            locals,
            matters: explore::Matters::default(),
            asked: OnceCell::new(),
            results: OnceCell::new(),
        };
        graph.matters = explore::Matters::of(&graph.nodes);
        graph
    }

    fn meets_or_parts(&self, node: NodeId) -> bool {
        self.crossings[node]
    }

    /// Whether the result of a call decides a condition, at once or through a variable.
    pub(crate) fn is_asked(&self, call: &Call) -> bool {
        let asked = self.asked.get_or_init(|| {
            let nodes = self.nodes.iter();
            let texts = nodes.filter_map(|node| match (&node.step, &node.next) {
                (Step::Assign(assign), _) => match &assign.value {
                    Value::Call { text, .. } => Some(text.clone()),
                    _ => None,
                },
                (_, Next::Branch { condition, .. }) => Some(condition.left.clone()),
                _ => None,
            });
            texts.collect()
        });
        asked.contains(&call.text)
    }

    /// Whether a variable is set to the result of a call somewhere.
    pub(crate) fn holds_result(&self, variable: &str) -> bool {
        let results = self.results.get_or_init(|| {
            let nodes = self.nodes.iter();
            let targets = nodes.filter_map(|node| match &node.step {
                Step::Assign(assign) if matches!(assign.value, Value::Call { .. }) => {
                    Some(assign.target.clone())
                }
                _ => None,
            });
            targets.collect()
        });
        results.contains(variable)
    }

    /// Whether a path leads to a return, given which calls end one.
    pub(crate) fn may_return(&self, ends: impl Fn(&str) -> bool) -> bool {
        let mut seen = vec![false; self.nodes.len()];
        let mut open = vec![self.entry];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            match &self.nodes[node].step {
                Step::Return { .. } => return true,
                Step::Call(call) if ends(&call.name) => {}
                _ => open.extend(self.nodes[node].next.nodes()),
            }
        }
        false
    }

    /// Marks the nodes to which a path leads from a node; what is marked already is not gone through again.
    pub(crate) fn mark_behind(&self, from: NodeId, marked: &mut [bool]) {
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            for next in self.nodes[node].next.nodes() {
                if !std::mem::replace(&mut marked[next], true) {
                    open.push(next);
                }
            }
        }
    }

    /// The nodes from which a path leads to a step, that of the node itself included.
    fn leads_to(&self, is_wanted: impl Fn(&Step) -> bool) -> Vec<bool> {
        let mut before = vec![Vec::new(); self.nodes.len()];
        for (number, node) in self.nodes.iter().enumerate() {
            for next in node.next.nodes() {
                before[next].push(number);
            }
        }
        let mut leads: Vec<bool> = self
            .nodes
            .iter()
            .map(|node| is_wanted(&node.step))
            .collect();
        let mut open: Vec<NodeId> = (0..leads.len()).filter(|&node| leads[node]).collect();
        while let Some(node) = open.pop() {
            for &number in &before[node] {
                if !std::mem::replace(&mut leads[number], true) {
                    open.push(number);
                }
            }
        }
        leads
    }

    /// The bytes of the condition at a branch.
    pub(crate) fn place(&self, node: NodeId) -> Range<usize> {
        match &self.nodes[node].next {
            Next::Branch { condition, .. } => condition.range.clone(),
            _ => 0..0,
        }
    }
}

fn crossings(nodes: &[Node], entry: NodeId) -> Vec<bool> {
    let mut is_reached = vec![false; nodes.len()];
    is_reached[entry] = true;
    let mut crossings = vec![false; nodes.len()];
    for (number, node) in nodes.iter().enumerate() {
        crossings[number] |= matches!(node.next, Next::Branch { .. } | Next::Any(_));
        for next in node.next.nodes() {
            crossings[next] |= std::mem::replace(&mut is_reached[next], true);
        }
    }
    crossings
}
