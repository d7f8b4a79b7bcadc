//! Trees to values. Memory for texts is limited as on GitHub.

use std::{cell::Cell, sync::Arc};

use super::{
    ErrorKind, ExpressionError, compare, functions,
    tree::{Comparison, Index, Node},
    value::{Array, Object, Value},
};

/// What an expression is evaluated in.
#[derive(Clone, Copy)]
pub struct Contexts<'a> {
    /// The contexts by name.
    pub values: &'a Object,
    /// The functions that are not the same everywhere.
    pub host: &'a dyn Host,
}

/// Functions that depend on where an expression stands: `success`, `hashFiles`, ….
pub trait Host {
    /// Calls `name` (lower case); the scope has let only known functions and argument counts through.
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String>;
}

/// A host without any function.
pub struct NoHost;

impl Host for NoHost {
    fn call(&self, name: &str, _: &[Value]) -> Result<Value, String> {
        Err(format!("'{name}' is not available here"))
    }
}

/// GitHub's limit on the texts that are alive in one evaluation.
const MOST_BYTES: usize = 1 << 20;

/// The value of a tree.
pub(super) fn evaluate(node: &Node, contexts: &Contexts<'_>) -> Result<Value, ExpressionError> {
    Evaluator {
        contexts,
        bytes: Cell::new(0),
    }
    .value(node)
}

struct Evaluator<'a> {
    contexts: &'a Contexts<'a>,
    /// Bytes of texts made so far that are still held.
    bytes: Cell<usize>,
}

impl Evaluator<'_> {
    fn value(&self, node: &Node) -> Result<Value, ExpressionError> {
        Ok(match node {
            Node::Literal(value) => value.clone(),
            Node::Name(name) => self
                .contexts
                .values
                .get(name)
                .cloned()
                .unwrap_or(Value::Null),
            Node::Member(object, index) => self.member(object, index)?,
            Node::Call { name, arguments } => self.call(name, arguments)?,
            Node::Not(node) => Value::Boolean(!self.value(node)?.truthy()),
            Node::Compare {
                left,
                right,
                accept,
            } => Value::Boolean(compared(&self.value(left)?, &self.value(right)?, *accept)),
            Node::And(nodes) => self.first(nodes, false)?,
            Node::Or(nodes) => self.first(nodes, true)?,
        })
    }

    /// The first value of this truth, else the last.
    fn first(&self, nodes: &[Node], truth: bool) -> Result<Value, ExpressionError> {
        let mut value = Value::Null;
        for node in nodes {
            value = self.value(node)?;
            if value.truthy() == truth {
                break;
            }
        }
        Ok(value)
    }

    fn member(&self, object: &Node, index: &Index) -> Result<Value, ExpressionError> {
        let object = self.value(object)?;
        let index = match index {
            Index::Star => None,
            Index::Node(node) => Some(self.value(node)?),
        };
        let filtered = matches!(&object, Value::Array(array) if array.filtered);
        Ok(match (object, index) {
            (Value::Array(array), Some(index)) if filtered => filter(
                array
                    .items
                    .iter()
                    .filter_map(|item| one(item, &index))
                    .collect(),
            ),
            (Value::Array(array), None) if filtered => {
                filter(array.items.iter().flat_map(all).collect())
            }
            (object, None) => filter(all(&object)),
            (object, Some(index)) => one(&object, &index).unwrap_or(Value::Null),
        })
    }

    fn call(&self, name: &str, arguments: &[Node]) -> Result<Value, ExpressionError> {
        let held = self.bytes.get();
        let value = if name == "case" {
            self.case(arguments)?
        } else {
            let arguments = arguments
                .iter()
                .map(|node| self.value(node))
                .collect::<Result<Vec<_>, _>>()?;
            functions::call(name, &arguments)
                .unwrap_or_else(|| self.contexts.host.call(name, &arguments))
                .map_err(|message| ExpressionError::new(ErrorKind::Evaluation, message))?
        };
        let made = match &value {
            Value::String(text) => 26 + 2 * text.len(),
            _ => 0,
        };
        if self.bytes.get() + made > MOST_BYTES {
            let message = "The maximum allowed memory size was exceeded";
            return Err(ExpressionError::new(ErrorKind::Evaluation, message));
        }
        self.bytes.set(held + made);
        Ok(value)
    }

    /// `case(predicate, value, …, default)`; what is not chosen is not evaluated.
    fn case(&self, arguments: &[Node]) -> Result<Value, ExpressionError> {
        let mut rest = arguments;
        while let [predicate, value, tail @ ..] = rest {
            match self.value(predicate)? {
                Value::Boolean(true) => return self.value(value),
                Value::Boolean(false) => rest = tail,
                _ => {
                    let message = "case predicate must evaluate to a boolean value";
                    return Err(ExpressionError::new(ErrorKind::Evaluation, message));
                }
            }
        }
        rest.first()
            .map_or(Ok(Value::Null), |default| self.value(default))
    }
}

fn compared(left: &Value, right: &Value, accept: Comparison) -> bool {
    match accept {
        Comparison::Equal => compare::equal(left, right),
        Comparison::NotEqual => !compare::equal(left, right),
        Comparison::Strict(order) => compare::order(left, right) == Some(order),
        Comparison::OrEqual(order) => {
            compare::equal(left, right) || compare::order(left, right) == Some(order)
        }
    }
}

fn filter(items: Vec<Value>) -> Value {
    Value::Array(Arc::new(Array {
        items,
        filtered: true,
    }))
}

fn all(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(array) => array.items.clone(),
        Value::Object(object) => object.iter().map(|(_, value)| value.clone()).collect(),
        _ => Vec::new(),
    }
}

fn one(value: &Value, index: &Value) -> Option<Value> {
    match value {
        Value::Array(array) => array.items.get(position(index)?).cloned(),
        Value::Object(object) if index.is_primitive() => object.get(&index.text()).cloned(),
        _ => None,
    }
}

/// The whole part of a number that is not negative.
fn position(index: &Value) -> Option<usize> {
    let number = index.number();
    if !(0.0..=f64::from(u32::MAX)).contains(&number) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was just checked"
    )]
    Some(number as usize)
}
