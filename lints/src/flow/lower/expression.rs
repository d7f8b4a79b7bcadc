//! Expressions: calls, assignments and reads through pointers, in the order in which they happen.

use std::ops::Range;

use super::super::tree::{Sign, Syntax, Tree};
use super::super::{Assign, Call, NodeId, Step, Text, Value};
use super::condition::is_expectation;
use super::{Lowering, place};

impl Lowering<'_> {
    pub(super) fn expression(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        match tree.syntax() {
            Syntax::Call => self.call(tree, next),
            Syntax::Assignment => self.assignment(tree, next),
            Syntax::Update => self.update(tree, next),
            Syntax::Conditional => self.choice(tree, next),
            Syntax::Binary if matches!(tree.sign(), Sign::And | Sign::Or) => {
                self.condition(tree, next, next)
            }
            Syntax::Pointer => self.pointer(tree, next),
            Syntax::Member => self.member(tree, next),
            Syntax::Subscript => self.subscript(tree, next),
            Syntax::Block => self.statement(tree, next),
            Syntax::Unevaluated | Syntax::String | Syntax::Identifier | Syntax::Number => next,
            _ => self.all(tree.children(), next),
        }
    }

    /// Expressions one after the other.
    fn all<'t>(&mut self, list: impl DoubleEndedIterator<Item = Tree<'t>>, next: NodeId) -> NodeId {
        list.rev()
            .fold(next, |next, tree| self.expression(tree, next))
    }

    fn call(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let mut arguments = tree.children();
        let Some(function) = arguments.next() else {
            return next;
        };
        let name = self.callee(function);
        if matches!(name.as_str(), "assert" | "lua_assert" | "lj_assertX")
            && let Some(condition) = arguments.clone().next()
        {
            let otherwise = self.raise();
            return self.condition(condition, next, otherwise);
        }
        if is_expectation(&name) {
            return self.all(arguments, next);
        }
        let next = if never_returns(&name) {
            self.raise()
        } else {
            next
        };
        let call = Call {
            arguments: arguments
                .clone()
                .map(|argument| self.value(argument))
                .collect(),
            text: self.text(tree),
            range: self.range(function),
            name,
        };
        let node = self.step(Step::Call(call), next);
        let entry = self.all(arguments, node);
        if function.syntax() == Syntax::Identifier {
            entry
        } else {
            self.expression(function, entry)
        }
    }

    /// The name of a callee, without the parentheses and stars that change nothing.
    fn callee(&self, tree: Tree<'_>) -> Text {
        let text = self.text(tree);
        match tree.syntax() {
            Syntax::Identifier => text,
            _ => Text::from(text.trim_matches(['(', ')', '*', '&'])),
        }
    }

    fn assignment(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let (Some(left), Some(right)) = (tree.child(0), tree.child(1)) else {
            return next;
        };
        let assigned = Assigned {
            target: self.place(left),
            range: self.range(tree),
            left: Some(left),
        };
        if tree.sign() == Sign::Assign {
            return self.assigned(&assigned, right, next);
        }
        let value = Value::Other(self.text(right));
        let node = self.assign(&assigned, value, next);
        self.expression(right, node)
    }

    /// An assignment of an expression: of each side of `a ? b : c` where that is chosen.
    pub(super) fn assigned(
        &mut self,
        assigned: &Assigned<'_>,
        right: Tree<'_>,
        next: NodeId,
    ) -> NodeId {
        let choice = value_of(right);
        if choice.syntax() == Syntax::Conditional
            && let (Some(condition), Some(consequence), Some(alternative)) =
                (choice.child(0), choice.child(1), choice.child(2))
        {
            let yes = self.assigned(assigned, consequence, next);
            let no = self.assigned(assigned, alternative, next);
            return self.condition(condition, yes, no);
        }
        let value = self.value(right);
        let node = self.assign(assigned, value, next);
        self.expression(right, node)
    }

    fn assign(&mut self, assigned: &Assigned<'_>, value: Value, next: NodeId) -> NodeId {
        let assign = Assign {
            target: assigned.target.clone(),
            value,
            range: assigned.range.clone(),
        };
        let node = self.step(Step::Assign(assign), next);
        match assigned.left {
            Some(left) => self.expression(left, node),
            None => node,
        }
    }

    fn update(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(argument) = tree.child(0) else {
            return next;
        };
        let assign = Assign {
            target: self.place(argument),
            value: Value::Other(self.text(tree)),
            range: self.range(tree),
        };
        let node = self.step(Step::Assign(assign), next);
        self.expression(argument, node)
    }

    fn choice(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(condition) = tree.child(0) else {
            return next;
        };
        let yes = match tree.child(1) {
            Some(consequence) => self.expression(consequence, next),
            None => next,
        };
        let no = match tree.child(2) {
            Some(alternative) => self.expression(alternative, next),
            None => next,
        };
        self.condition(condition, yes, no)
    }

    /// `*p` reads through `p`; `&x` reads nothing.
    fn pointer(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(argument) = tree.child(0) else {
            return next;
        };
        if tree.sign() == Sign::Address {
            return self.address(argument, next);
        }
        self.read_through(argument, next)
    }

    /// What reads through a pointer: behind what that does, but `*p++` and `p++->m` read what `p` was.
    fn read_through(&mut self, pointer: Tree<'_>, next: NodeId) -> NodeId {
        if value_of(pointer).syntax() == Syntax::Update {
            let updated = self.expression(pointer, next);
            return self.deref(pointer, updated);
        }
        let node = self.deref(pointer, next);
        self.expression(pointer, node)
    }

    /// The operand of `&`: the outermost member or element is not read.
    fn address(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        match (tree.syntax(), tree.child(0)) {
            (Syntax::Parenthesized | Syntax::Member | Syntax::Subscript, Some(inner)) => {
                self.address(inner, next)
            }
            _ => self.expression(tree, next),
        }
    }

    fn member(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(argument) = tree.child(0) else {
            return next;
        };
        if tree.sign() == Sign::Arrow {
            self.read_through(argument, next)
        } else {
            self.expression(argument, next)
        }
    }

    fn subscript(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let Some(argument) = tree.child(0) else {
            return next;
        };
        let node = self.deref(argument, next);
        let index = match tree.child(1) {
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
        match (tree.syntax(), tree.child(0)) {
            (Syntax::Parenthesized | Syntax::Cast, Some(inner)) => self.value(inner),
            (Syntax::Identifier, _) => {
                let text = self.text(tree);
                match text.as_str() {
                    "NULL" | "nullptr" | "false" | "FALSE" => Value::Constant(0),
                    "true" | "TRUE" => Value::Constant(1),
                    _ => Value::Place(text),
                }
            }
            (Syntax::Null | Syntax::False, _) => Value::Constant(0),
            (Syntax::True, _) => Value::Constant(1),
            (Syntax::Number, _) => self.number(tree),
            (Syntax::Unary, Some(argument)) if tree.sign() == Sign::Minus => {
                match self.value(argument) {
                    Value::Constant(number) => Value::Constant(-number),
                    _ => Value::Other(self.text(tree)),
                }
            }
            (Syntax::Pointer, Some(argument)) if tree.sign() == Sign::Address => {
                Value::Address(self.place(argument))
            }
            (Syntax::Member | Syntax::Subscript | Syntax::Pointer, _) => {
                Value::Place(self.place(tree))
            }
            (Syntax::Call, Some(function)) => Value::Call {
                name: self.callee(function),
                text: self.text(tree),
            },
            (Syntax::Comma, _) => match tree.children().next_back() {
                Some(last) => self.value(last),
                None => Value::Other(self.text(tree)),
            },
            // The value of an assignment is what it assigned to.
            (Syntax::Assignment, Some(left)) => Value::Place(self.place(left)),
            _ => Value::Other(self.text(tree)),
        }
    }

    /// The text of a place, in one spelling: `(q)->m`, `(q->m)` and `(*q).m` are `q->m`.
    pub(super) fn place(&self, tree: Tree<'_>) -> Text {
        let text = self.text(tree);
        if !text.contains('(') {
            return text;
        }
        match place::spelled(&text) {
            Some(spelled) => Text::from(spelled),
            None => text,
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

/// What is assigned, whatever the value.
pub(super) struct Assigned<'t> {
    pub(super) target: Text,
    pub(super) range: Range<usize>,
    /// The place, where it is an expression that is evaluated.
    pub(super) left: Option<Tree<'t>>,
}

/// An expression without the parentheses and casts around it.
fn value_of(tree: Tree<'_>) -> Tree<'_> {
    let mut at = tree;
    while matches!(at.syntax(), Syntax::Parenthesized | Syntax::Cast)
        && let Some(inner) = at.child(0)
    {
        at = inner;
    }
    at
}

/// The pointer behind arithmetic: `p` of `(p + 1)` and of `p++`.
fn base(tree: Tree<'_>) -> Tree<'_> {
    let mut at = tree;
    for _ in 0..8 {
        match (at.syntax(), at.child(0)) {
            (
                Syntax::Parenthesized | Syntax::Update | Syntax::Cast | Syntax::Binary,
                Some(inner),
            ) => at = inner,
            _ => break,
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
