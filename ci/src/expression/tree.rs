//! The tree of an expression.

use std::cmp::Ordering;

use super::{Contexts, ExpressionError, evaluator, value::Value};

/// A node of an expression.
#[derive(Debug, Clone)]
pub enum Node {
    /// A literal.
    Literal(Value),
    /// A context by its name, as written.
    Name(String),
    /// `object.member`, `object[index]`, `object.*`.
    Member(Box<Node>, Box<Index>),
    /// A call; the name in lower case.
    Call {
        /// Lower case.
        name: String,
        /// The arguments.
        arguments: Vec<Node>,
    },
    /// `!`
    Not(Box<Node>),
    /// All comparisons: whether the order of both sides is one of these, and whether that is negated (`!=`).
    Compare {
        /// Left side.
        left: Box<Node>,
        /// Right side.
        right: Box<Node>,
        /// What to find.
        accept: Comparison,
    },
    /// `&&` of all.
    And(Vec<Node>),
    /// `||` of all.
    Or(Vec<Node>),
}

/// What stands in brackets or after a dot.
#[derive(Debug, Clone)]
pub enum Index {
    /// Every member.
    Star,
    /// The member that this names.
    Node(Node),
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<` or `>`.
    Strict(Ordering),
    /// `<=` or `>=`.
    OrEqual(Ordering),
}

impl Node {
    /// The value of this part of an expression.
    pub fn evaluate(&self, contexts: &Contexts<'_>) -> Result<Value, ExpressionError> {
        evaluator::evaluate(self, contexts)
    }

    /// Calls `see` for this node and every node below it.
    pub fn visit(&self, see: &mut dyn FnMut(&Node)) {
        see(self);
        match self {
            Self::Literal(_) | Self::Name(_) => {}
            Self::Member(object, index) => {
                object.visit(see);
                if let Index::Node(index) = index.as_ref() {
                    index.visit(see);
                }
            }
            Self::Not(node) => node.visit(see),
            Self::Compare { left, right, .. } => {
                left.visit(see);
                right.visit(see);
            }
            Self::Call {
                arguments: nodes, ..
            }
            | Self::And(nodes)
            | Self::Or(nodes) => {
                for node in nodes {
                    node.visit(see);
                }
            }
        }
    }

    /// `a.b.c` as its parts, if this is a chain of plain members.
    pub fn path(&self) -> Option<Vec<&str>> {
        match self {
            Self::Name(name) => Some(vec![name]),
            Self::Member(object, index) => match index.as_ref() {
                Index::Node(Self::Literal(Value::String(member))) => {
                    let mut path = object.path()?;
                    path.push(member);
                    Some(path)
                }
                _ => None,
            },
            _ => None,
        }
    }
}
