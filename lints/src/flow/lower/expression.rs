//! Expressions: calls, assignments and reads through pointers, in the order in which they happen.

use tree_sitter::Node as Tree;

use super::super::{Assign, Call, NodeId, Step, Value};
use super::{Lowering, children};

impl Lowering<'_> {
    pub(super) fn expression(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        match tree.kind() {
            "call_expression" => self.call(tree, next),
            "assignment_expression" => self.assignment(tree, next),
            "update_expression" => self.update(tree, next),
            "conditional_expression" => self.choice(tree, next),
            "binary_expression" if matches!(self.operator(tree), "&&" | "||") => {
                self.condition(tree, next, next)
            }
            "pointer_expression" => self.pointer(tree, next),
            "field_expression" => self.member(tree, next),
            "subscript_expression" => self.subscript(tree, next),
            "compound_statement" => self.statement(tree, next),
            "sizeof_expression"
            | "alignof_expression"
            | "offsetof_expression"
            | "type_descriptor"
            | "string_literal"
            | "identifier"
            | "number_literal" => next,
            _ => self.all(&children(tree), next),
        }
    }

    /// Expressions one after the other.
    fn all(&mut self, list: &[Tree<'_>], next: NodeId) -> NodeId {
        list.iter()
            .rev()
            .fold(next, |next, tree| self.expression(*tree, next))
    }

    fn call(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let (Some(function), Some(arguments)) = (
            tree.child_by_field_name("function"),
            tree.child_by_field_name("arguments"),
        ) else {
            return self.all(&children(tree), next);
        };
        let name = self.callee(function);
        let list = children(arguments);
        if matches!(name.as_str(), "assert" | "lua_assert" | "lj_assertX")
            && let [condition, ..] = list[..]
        {
            let otherwise = self.raise();
            return self.condition(condition, next, otherwise);
        }
        if matches!(name.as_str(), "likely" | "unlikely" | "__builtin_expect") {
            return self.all(&list, next);
        }
        let next = if never_returns(&name) {
            self.raise()
        } else {
            next
        };
        let call = Call {
            arguments: list.iter().map(|argument| self.value(*argument)).collect(),
            text: self.text(tree),
            range: self.range(function),
            name,
        };
        let node = self.step(Step::Call(call), next);
        let entry = self.all(&list, node);
        if function.kind() == "identifier" {
            entry
        } else {
            self.expression(function, entry)
        }
    }

    /// The name of a callee, without the parentheses and stars that change nothing.
    fn callee(&self, tree: Tree<'_>) -> String {
        self.text(tree)
            .trim_matches(['(', ')', '*', '&'])
            .to_owned()
    }

    fn assignment(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let (Some(left), Some(right)) = (
            tree.child_by_field_name("left"),
            tree.child_by_field_name("right"),
        ) else {
            return next;
        };
        let value = if self.operator(tree) == "=" {
            self.value(right)
        } else {
            Value::Other(self.text(right))
        };
        let assign = Assign {
            target: self.text(left),
            value,
            range: self.range(tree),
        };
        let node = self.step(Step::Assign(assign), next);
        let left = self.expression(left, node);
        self.expression(right, left)
    }

    fn update(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(argument) = tree.child_by_field_name("argument") else {
            return next;
        };
        let assign = Assign {
            target: self.text(argument),
            value: Value::Other(self.text(tree)),
            range: self.range(tree),
        };
        let node = self.step(Step::Assign(assign), next);
        self.expression(argument, node)
    }

    fn choice(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(condition) = tree.child_by_field_name("condition") else {
            return next;
        };
        let yes = match tree.child_by_field_name("consequence") {
            Some(consequence) => self.expression(consequence, next),
            None => next,
        };
        let no = match tree.child_by_field_name("alternative") {
            Some(alternative) => self.expression(alternative, next),
            None => next,
        };
        self.condition(condition, yes, no)
    }

    /// `*p` reads through `p`; `&x` reads nothing.
    fn pointer(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(argument) = tree.child_by_field_name("argument") else {
            return next;
        };
        if self.operator(tree) == "&" {
            return self.address(argument, next);
        }
        if argument.kind() == "update_expression" {
            // `*p++` reads what `p` was.
            let updated = self.expression(argument, next);
            return self.deref(argument, updated);
        }
        let node = self.deref(argument, next);
        self.expression(argument, node)
    }

    /// The operand of `&`: the outermost member or element is not read.
    fn address(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        match tree.kind() {
            "parenthesized_expression" => match tree.named_child(0) {
                Some(inner) => self.address(inner, next),
                None => next,
            },
            "field_expression" | "subscript_expression" => {
                match tree.child_by_field_name("argument") {
                    Some(argument) => self.address(argument, next),
                    None => next,
                }
            }
            _ => self.expression(tree, next),
        }
    }

    fn member(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(argument) = tree.child_by_field_name("argument") else {
            return next;
        };
        let node = if self.operator(tree) == "->" {
            self.deref(argument, next)
        } else {
            next
        };
        self.expression(argument, node)
    }

    fn subscript(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(argument) = tree.child_by_field_name("argument") else {
            return next;
        };
        let node = self.deref(argument, next);
        let index = match tree.child_by_field_name("index") {
            Some(index) => self.expression(index, node),
            None => node,
        };
        self.expression(argument, index)
    }

    fn deref(&mut self, pointer: Tree<'_>, next: NodeId) -> NodeId {
        let (Value::Place(pointer_text)
        | Value::Call {
            text: pointer_text, ..
        }) = self.value(base(pointer))
        else {
            return next;
        };
        self.step(
            Step::Deref {
                pointer: pointer_text,
                range: self.range(pointer),
            },
            next,
        )
    }

    /// What an expression is, through parentheses and casts.
    pub(super) fn value(&self, tree: Tree<'_>) -> Value {
        match tree.kind() {
            "parenthesized_expression" if tree.named_child_count() == 1 => tree
                .named_child(0)
                .map_or(Value::Nothing, |inner| self.value(inner)),
            "cast_expression" => match tree.child_by_field_name("value") {
                Some(inner) => self.value(inner),
                None => Value::Nothing,
            },
            "identifier" | "field_expression" | "subscript_expression" => {
                let text = self.text(tree);
                match text.as_str() {
                    "NULL" | "nullptr" | "false" | "FALSE" => Value::Constant(0),
                    "true" | "TRUE" => Value::Constant(1),
                    _ => Value::Place(text),
                }
            }
            "null" | "false" => Value::Constant(0),
            "true" => Value::Constant(1),
            "number_literal" => self.number(tree),
            "unary_expression" => match (self.operator(tree), tree.child_by_field_name("argument"))
            {
                ("-", Some(argument)) => match self.value(argument) {
                    Value::Constant(number) => Value::Constant(-number),
                    _ => Value::Other(self.text(tree)),
                },
                _ => Value::Other(self.text(tree)),
            },
            "pointer_expression" => {
                match (self.operator(tree), tree.child_by_field_name("argument")) {
                    ("&", Some(argument)) => Value::Address(self.text(argument)),
                    _ => Value::Place(self.text(tree)),
                }
            }
            "call_expression" => match tree.child_by_field_name("function") {
                Some(function) => Value::Call {
                    name: self.callee(function),
                    text: self.text(tree),
                },
                None => Value::Other(self.text(tree)),
            },
            "comma_expression" => match tree.child_by_field_name("right") {
                Some(right) => self.value(right),
                None => Value::Other(self.text(tree)),
            },
            // The value of an assignment is what it assigned to.
            "assignment_expression" => match tree.child_by_field_name("left") {
                Some(left) => Value::Place(self.text(left)),
                None => Value::Other(self.text(tree)),
            },
            _ => Value::Other(self.text(tree)),
        }
    }

    fn number(&self, tree: Tree<'_>) -> Value {
        let text = self.text(tree);
        let digits = text.trim_end_matches(['u', 'U', 'l', 'L']);
        let number = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
            Some(digits) => i64::from_str_radix(digits, 16),
            None => digits.parse(),
        };
        number.map_or(Value::Other(text), Value::Constant)
    }
}

/// The pointer behind arithmetic: `p` of `(p + 1)` and of `p++`.
fn base(tree: Tree<'_>) -> Tree<'_> {
    let mut at = tree;
    for _ in 0..8 {
        let inner = match at.kind() {
            "parenthesized_expression" => at.named_child(0),
            "update_expression" => at.child_by_field_name("argument"),
            "cast_expression" => at.child_by_field_name("value"),
            "binary_expression" => at.child_by_field_name("left"),
            _ => None,
        };
        match inner {
            Some(inner) => at = inner,
            None => break,
        }
    }
    at
}

/// Functions behind which nothing of the caller runs.
/// Source: the Lua 5.1 manual for the `lua` ones, ISO C for the rest.
fn never_returns(name: &str) -> bool {
    matches!(
        name,
        "lua_error"
            | "luaL_error"
            | "luaL_argerror"
            | "luaL_typerror"
            | "abort"
            | "exit"
            | "_exit"
            | "_Exit"
            | "quick_exit"
            | "longjmp"
            | "__builtin_unreachable"
            | "__builtin_trap"
            | "unreachable"
    )
}
