//! The tree of a body to its graph. Built from the end: each part is lowered with the node that follows it.

mod condition;
mod declaration;
mod expression;
mod place;

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::text::Body;
use super::tree::{Syntax, Tree};
use super::{Call, Graph, Local, Next, Node, NodeId, Step, Text, Value};

/// The graph of the tree of a body.
pub(super) fn graph(body: &Body, content: Tree<'_>) -> Graph {
    let mut lowering = Lowering::new(body);
    let end = body.range(&content.tokens()).end;
    let exit = lowering.node(
        Step::Return {
            value: Value::Nothing,
            range: end.saturating_sub(1)..end,
        },
        Next::Nowhere,
    );
    let entry = lowering.statement(content, exit);
    Graph::new(lowering.nodes, entry, lowering.locals)
}

struct Lowering<'a> {
    body: &'a Body,
    nodes: Vec<Node>,
    locals: BTreeMap<Text, Local>,
    labels: FxHashMap<Text, NodeId>,
    /// Where `break` and `continue` lead, innermost last.
    breaks: Vec<NodeId>,
    continues: Vec<NodeId>,
    /// The cases of the switches around, innermost last.
    cases: Vec<Cases>,
    /// The whole of the condition that is being lowered.
    around: Option<Text>,
}

#[derive(Default)]
struct Cases {
    targets: Vec<NodeId>,
    has_default: bool,
}

impl<'a> Lowering<'a> {
    fn new(body: &'a Body) -> Self {
        Self {
            body,
            nodes: Vec::new(),
            locals: BTreeMap::new(),
            labels: FxHashMap::default(),
            breaks: Vec::new(),
            continues: Vec::new(),
            cases: Vec::new(),
            around: None,
        }
    }

    fn node(&mut self, step: Step, next: Next) -> NodeId {
        self.nodes.push(Node { step, next });
        self.nodes.len() - 1
    }

    fn step(&mut self, step: Step, next: NodeId) -> NodeId {
        self.node(step, Next::One(next))
    }

    /// A node that is connected later.
    fn open(&mut self) -> NodeId {
        self.node(Step::Nothing, Next::Nowhere)
    }

    fn connect(&mut self, open: NodeId, next: NodeId) {
        self.nodes[open].next = Next::One(next);
    }

    fn raise(&mut self) -> NodeId {
        self.node(Step::Raise, Next::Nowhere)
    }

    fn range(&self, tree: Tree<'_>) -> Range<usize> {
        self.body.range(&tree.tokens())
    }

    /// The text of a tree without blanks.
    fn text(&self, tree: Tree<'_>) -> Text {
        self.body.shared(&tree.tokens())
    }

    /// The word of a token.
    fn word(&self, token: usize) -> Text {
        self.body.shared(&(token..token + 1))
    }

    fn label(&mut self, name: Text) -> NodeId {
        if let Some(&node) = self.labels.get(&name) {
            return node;
        }
        let node = self.open();
        self.labels.insert(name, node);
        node
    }

    /// The statements of a block, given what follows the last.
    fn sequence<'t>(
        &mut self,
        statements: impl DoubleEndedIterator<Item = Tree<'t>>,
        next: NodeId,
    ) -> NodeId {
        statements
            .rev()
            .fold(next, |next, statement| self.statement(statement, next))
    }

    fn statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        match tree.syntax() {
            Syntax::Block => self.sequence(tree.children(), next),
            Syntax::ExpressionStatement => match tree.child(0) {
                Some(name) if name.syntax() == Syntax::Identifier => self.bare_name(name, next),
                Some(expression) => self.expression(expression, next),
                None => next,
            },
            Syntax::Declaration => self.declaration(tree, next),
            Syntax::If => self.if_statement(tree, next),
            Syntax::While => {
                let parts = Loop {
                    condition: tree.child(0),
                    update: None,
                    body: tree.child(1),
                };
                self.loop_statement(&parts, next)
            }
            Syntax::For => self.for_statement(tree, next),
            Syntax::Do => self.do_statement(tree, next),
            Syntax::Switch => self.switch_statement(tree, next),
            Syntax::Case => self.case_statement(tree, next),
            Syntax::Labeled => {
                let entry = self.sequence(tree.children(), next);
                let node = self.label(self.word(tree.name()));
                self.connect(node, entry);
                node
            }
            Syntax::Goto => self.label(self.word(tree.name())),
            Syntax::Break => self.breaks.last().copied().unwrap_or(next),
            Syntax::Continue => self.continues.last().copied().unwrap_or(next),
            Syntax::Return => self.return_statement(tree),
            Syntax::Types => next,
            _ => self.expression(tree, next),
        }
    }

    /// A name that is a statement: the call of a macro without parentheses.
    fn bare_name(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let call = Call {
            name: self.text(tree),
            arguments: Vec::new(),
            text: self.text(tree),
            range: self.range(tree),
        };
        self.step(Step::Call(call), next)
    }

    fn return_statement(&mut self, tree: Tree<'_>) -> NodeId {
        self.returned(tree.child(0), &self.range(tree))
    }

    /// A choice between two values is one between two returns.
    fn returned(&mut self, expression: Option<Tree<'_>>, range: &Range<usize>) -> NodeId {
        let parts = expression.map(|tree| (tree, tree.syntax(), tree.child(0), tree.child(1)));
        match parts {
            Some((_, Syntax::Parenthesized, Some(inner), None)) => {
                return self.returned(Some(inner), range);
            }
            Some((tree, Syntax::Conditional, Some(condition), Some(consequence))) => {
                let yes = self.returned(Some(consequence), range);
                let no = self.returned(tree.child(2), range);
                return self.condition(condition, yes, no);
            }
            _ => {}
        }
        let value = expression.map_or(Value::Nothing, |expression| self.value(expression));
        let range = range.clone();
        let node = self.node(Step::Return { value, range }, Next::Nowhere);
        match expression {
            Some(expression) => self.expression(expression, node),
            None => node,
        }
    }

    fn if_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let yes = match tree.child(1) {
            Some(consequence) => self.statement(consequence, next),
            None => next,
        };
        let no = match tree.child(2) {
            Some(alternative) => self.statement(alternative, next),
            None => next,
        };
        match tree.child(0) {
            Some(condition) => self.condition(condition, yes, no),
            None => yes,
        }
    }

    fn for_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let parts = Loop {
            condition: tree.child(1),
            update: tree.child(2),
            body: tree.child(3),
        };
        let entry = self.loop_statement(&parts, next);
        match tree.child(0) {
            Some(first) if first.syntax() == Syntax::Declaration => self.declaration(first, entry),
            Some(first) => self.expression(first, entry),
            None => entry,
        }
    }

    /// `while`, and the part of `for` that repeats.
    fn loop_statement(&mut self, parts: &Loop<'_>, next: NodeId) -> NodeId {
        let test = self.open();
        let again = match parts.update {
            Some(update) => self.expression(update, test),
            None => test,
        };
        self.breaks.push(next);
        self.continues.push(again);
        let body = match parts.body {
            Some(body) => self.statement(body, again),
            None => again,
        };
        self.breaks.pop();
        self.continues.pop();
        let entry = match parts.condition {
            Some(condition) => self.condition(condition, body, next),
            None => body,
        };
        self.connect(test, entry);
        test
    }

    fn do_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let start = self.open();
        let test = match tree.child(1) {
            Some(condition) => self.condition(condition, start, next),
            None => next,
        };
        self.breaks.push(next);
        self.continues.push(test);
        let body = match tree.child(0) {
            Some(body) => self.statement(body, test),
            None => test,
        };
        self.breaks.pop();
        self.continues.pop();
        self.connect(start, body);
        start
    }

    fn switch_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        self.cases.push(Cases::default());
        self.breaks.push(next);
        if let Some(body) = tree.child(1) {
            self.statement(body, next);
        }
        self.breaks.pop();
        let mut cases = self.cases.pop().unwrap_or_default();
        if !cases.has_default {
            cases.targets.push(next);
        }
        let choice = self.node(Step::Nothing, Next::Any(cases.targets));
        match tree.child(0) {
            Some(condition) => self.expression(condition, choice),
            None => choice,
        }
    }

    fn case_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let entry = self.sequence(tree.children().skip(1), next);
        if let Some(cases) = self.cases.last_mut() {
            cases.targets.push(entry);
            cases.has_default |= tree.child(0).is_none();
        }
        entry
    }
}

/// The parts of a loop that asks first.
struct Loop<'t> {
    condition: Option<Tree<'t>>,
    update: Option<Tree<'t>>,
    body: Option<Tree<'t>>,
}
