//! One function as a graph of steps: what it calls, assigns, reads through pointers, and where it branches.
//!
//! The grammar of tree-sitter reads the body; conditionals of the preprocessor are resolved before, once for
//! all first branches, once for all second ones, and so on. A body that the grammar can't read has no graph: rules stay silent there.

pub(crate) mod explore;
mod lower;
pub(crate) mod path;
mod text;

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use crate::outline::Function;
use crate::unit::C;

/// The index of a node.
pub(crate) type NodeId = usize;

/// The graph of one function, for one choice of preprocessor branches.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) entry: NodeId,
    /// The variables that are declared in the body.
    pub(crate) locals: BTreeMap<String, Local>,
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
        pointer: String,
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
        condition: Condition,
        yes: NodeId,
        no: NodeId,
    },
    Any(Vec<NodeId>),
    Nowhere,
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) arguments: Vec<Value>,
    /// The whole call, as it is named in conditions.
    pub(crate) text: String,
    /// Bytes of the callee.
    pub(crate) range: Range<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Assign {
    pub(crate) target: String,
    pub(crate) value: Value,
    pub(crate) range: Range<usize>,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Nothing,
    Constant(i64),
    /// A variable, or a member of one.
    Place(String),
    /// `&` of a place.
    Address(String),
    /// The result of a call: its name and its whole text.
    Call {
        name: String,
        text: String,
    },
    Other(String),
}

impl Value {
    /// The text of the expression.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Constant(number) => number.to_string(),
            Self::Place(text) | Self::Call { text, .. } | Self::Other(text) => text.clone(),
            Self::Address(text) => format!("&{text}"),
        }
    }
}

/// A comparison without side effects; `p` alone is `p != 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) left: String,
    pub(crate) operator: &'static str,
    pub(crate) right: String,
    pub(crate) range: Range<usize>,
    /// The whole of which it is a part, if `&&` or `||` join it with others.
    pub(crate) around: Option<Rc<str>>,
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
    /// The grammar can't read the body.
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
    // A macro that is no C by itself spoils the text only where it is expanded.
    let graphs = graphs(c, function, true).or_else(|| graphs(c, function, false));
    graphs.map_or(Flow::Unknown, Flow::Graphs)
}

fn graphs(c: &C<'_>, function: &Function, expands: bool) -> Option<Vec<Graph>> {
    let bodies = text::bodies(c, function, expands);
    bodies.iter().map(lower::graph).collect()
}

/// The root of a place: `ctx` of `ctx->a.b[0]`, `(*ctx).a` and `&ctx->a`.
pub(crate) fn root(place: &str) -> &str {
    let start = place.find(|letter: char| letter.is_alphanumeric() || letter == '_');
    let rest = &place[start.unwrap_or(place.len())..];
    let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    &rest[..end.unwrap_or(rest.len())]
}

/// Whether an expression names a variable as a whole word.
pub(crate) fn names(text: &str, variable: &str) -> bool {
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = text.as_bytes();
    !variable.is_empty()
        && memchr::memmem::find_iter(bytes, variable.as_bytes()).any(|at| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            !is_word(before) && !is_word(bytes.get(at + variable.len()))
        })
}

impl Graph {
    /// Whether the result of a call decides a condition, at once or through a variable.
    pub(crate) fn is_asked(&self, call: &Call) -> bool {
        self.nodes
            .iter()
            .any(|node| match (&node.step, &node.next) {
                (Step::Assign(assign), _) => {
                    matches!(&assign.value, Value::Call { text, .. } if *text == call.text)
                }
                (_, Next::Branch { condition, .. }) => condition.left == call.text,
                _ => false,
            })
    }

    /// Whether a path leads from one node to another.
    pub(crate) fn leads_to(&self, from: NodeId, to: NodeId) -> bool {
        let mut seen = vec![false; self.nodes.len()];
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            let next: &[NodeId] = match &self.nodes[node].next {
                Next::One(next) => &[*next],
                Next::Branch { yes, no, .. } => &[*yes, *no],
                Next::Any(next) => next,
                Next::Nowhere => &[],
            };
            for &next in next {
                if next == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[next], true) {
                    open.push(next);
                }
            }
        }
        false
    }

    /// The bytes of the condition at a branch.
    pub(crate) fn place(&self, node: NodeId) -> Range<usize> {
        match &self.nodes[node].next {
            Next::Branch { condition, .. } => condition.range.clone(),
            _ => 0..0,
        }
    }
}
