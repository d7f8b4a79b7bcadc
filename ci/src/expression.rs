//! GitHub's expression language: text in, value out.
//!
//! Reading order: [`value`] the values and their coercions, `lexer` and `parser` from text to tree,
//! `evaluator` and `functions` from tree to value, [`template`] for text with `${{ }}`, [`condition`] for `if:`.
//! Not here: where the contexts come from.

pub(crate) mod compare;
pub mod condition;
mod evaluator;
mod format;
mod functions;
mod json;
mod lexer;
mod number;
mod parser;
pub mod scope;
pub mod template;
mod tree;
pub mod value;

#[cfg(test)]
mod tests;

pub use evaluator::{Contexts, Host, NoHost};

pub use scope::Scope;
pub use tree::{Index, Node};
pub use value::{Array, Object, Value};

/// An expression that is well-formed in its scope.
#[derive(Debug, Clone)]
pub struct Expression {
    /// The tree; none for an empty expression, whose value is null.
    root: Option<Node>,
}

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// At what stage it failed.
    pub kind: ErrorKind,
    /// What is wrong, with its position.
    pub message: String,
}

/// The stage at which an expression failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorKind {
    /// A symbol that no token begins with.
    Lexing,
    /// Tokens in a wrong order, an unknown name, a wrong number of arguments.
    Parsing,
    /// A function that refuses its arguments, or too much memory.
    Evaluation,
}

impl ExpressionError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

impl Expression {
    /// Parses `text` (without `${{ }}`), in which the names of `scope` are known.
    pub fn parse(text: &str, scope: &Scope<'_>) -> Result<Self, ExpressionError> {
        let tokens = lexer::lex(text)?;
        let root = parser::parse(text, &tokens, scope)?;
        Ok(Self { root })
    }

    /// The value in these contexts.
    pub fn evaluate(&self, contexts: &Contexts<'_>) -> Result<Value, ExpressionError> {
        self.root
            .as_ref()
            .map_or(Ok(Value::Null), |root| evaluator::evaluate(root, contexts))
    }

    /// The tree; none for an empty expression.
    pub fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// Whether the function `name` (lower case) is called anywhere in it.
    pub fn calls(&self, name: &str) -> bool {
        let mut found = false;
        if let Some(root) = &self.root {
            root.visit(&mut |node| {
                found |= matches!(node, Node::Call { name: called, .. } if called == name);
            });
        }
        found
    }
}
