//! The tree of a body to its graph. Built from the end: each part is lowered with the node that follows it.

mod condition;
mod declaration;
mod expression;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::rc::Rc;

use tree_sitter::Node as Tree;

use super::text::Body;
use super::{Call, Graph, Local, Next, Node, NodeId, Step, Value};
use crate::grammar::{is_deeper, parse};

/// Deeper trees have no graph, so that no input can exhaust the stack.
const DEPTH_CAP: usize = 400;

/// The graph of a body, if the grammar can read it.
pub(super) fn graph(body: &Body) -> Option<Graph> {
    let tree = parse(&tree_sitter_c::LANGUAGE.into(), &body.text)?;
    let root = tree.root_node();
    if root.has_error() || is_deeper(root, DEPTH_CAP) {
        return None;
    }
    let function = root.named_child(0)?;
    let content = function.child_by_field_name("body")?;
    let mut lowering = Lowering::new(body);
    let end = body.range(&content.byte_range()).end;
    let exit = lowering.node(
        Step::Return {
            value: Value::Nothing,
            range: end.saturating_sub(1)..end,
        },
        Next::Nowhere,
    );
    let entry = lowering.statement(content, exit);
    Some(Graph {
        nodes: lowering.nodes,
        entry,
        locals: lowering.locals,
    })
}

struct Lowering<'a> {
    body: &'a Body,
    nodes: Vec<Node>,
    locals: BTreeMap<String, Local>,
    labels: HashMap<String, NodeId>,
    /// Where `break` and `continue` lead, innermost last.
    breaks: Vec<NodeId>,
    continues: Vec<NodeId>,
    /// The cases of the switches around, innermost last.
    cases: Vec<Cases>,
    /// The whole of the condition that is being lowered.
    around: Option<Rc<str>>,
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
            labels: HashMap::new(),
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
        self.body.range(&tree.byte_range())
    }

    /// The text of a tree without blanks.
    fn text(&self, tree: Tree<'_>) -> String {
        self.body.text[tree.byte_range()]
            .split_ascii_whitespace()
            .collect()
    }

    fn label(&mut self, name: String) -> NodeId {
        if let Some(&node) = self.labels.get(&name) {
            return node;
        }
        let node = self.open();
        self.labels.insert(name, node);
        node
    }

    /// The statements of a block, given what follows the last.
    fn sequence(&mut self, statements: &[Tree<'_>], next: NodeId) -> NodeId {
        statements
            .iter()
            .rev()
            .fold(next, |next, statement| self.statement(*statement, next))
    }

    fn statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        match tree.kind() {
            "compound_statement" | "attributed_statement" | "else_clause" => {
                self.sequence(&children(tree), next)
            }
            "expression_statement" => match tree.named_child(0) {
                Some(name) if name.kind() == "identifier" => self.bare_name(name, next),
                Some(expression) => self.expression(expression, next),
                None => next,
            },
            "declaration" => self.declaration(tree, next),
            "if_statement" => self.if_statement(tree, next),
            "while_statement" => self.loop_statement(tree, None, next),
            "for_statement" => self.for_statement(tree, next),
            "do_statement" => self.do_statement(tree, next),
            "switch_statement" => self.switch_statement(tree, next),
            "case_statement" => self.case_statement(tree, next),
            "labeled_statement" => self.labeled_statement(tree, next),
            "goto_statement" => match tree.child_by_field_name("label") {
                Some(label) => self.label(self.text(label)),
                None => next,
            },
            "break_statement" => self.breaks.last().copied().unwrap_or(next),
            "continue_statement" => self.continues.last().copied().unwrap_or(next),
            "return_statement" => self.return_statement(tree),
            "type_definition" | "struct_specifier" | "enum_specifier" | "union_specifier" => next,
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
        let expression = tree.named_child(0);
        let value = expression.map_or(Value::Nothing, |expression| self.value(expression));
        let node = self.node(
            Step::Return {
                value,
                range: self.range(tree),
            },
            Next::Nowhere,
        );
        match expression {
            Some(expression) => self.expression(expression, node),
            None => node,
        }
    }

    fn labeled_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let content: Vec<_> = children(tree).into_iter().skip(1).collect();
        let entry = self.sequence(&content, next);
        if let Some(label) = tree.child_by_field_name("label") {
            let node = self.label(self.text(label));
            self.connect(node, entry);
            return node;
        }
        entry
    }

    fn if_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let yes = match tree.child_by_field_name("consequence") {
            Some(consequence) => self.statement(consequence, next),
            None => next,
        };
        let no = match tree.child_by_field_name("alternative") {
            Some(alternative) => self.statement(alternative, next),
            None => next,
        };
        match tree.child_by_field_name("condition") {
            Some(condition) => self.condition(condition, yes, no),
            None => yes,
        }
    }

    fn for_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let update = tree.child_by_field_name("update");
        let entry = self.loop_statement(tree, update, next);
        match tree.child_by_field_name("initializer") {
            Some(first) if first.kind() == "declaration" => self.declaration(first, entry),
            Some(first) => self.expression(first, entry),
            None => entry,
        }
    }

    /// `while`, and the part of `for` that repeats.
    fn loop_statement(&mut self, tree: Tree<'_>, update: Option<Tree<'_>>, next: NodeId) -> NodeId {
        let test = self.open();
        let again = match update {
            Some(update) => self.expression(update, test),
            None => test,
        };
        self.breaks.push(next);
        self.continues.push(again);
        let body = match tree.child_by_field_name("body") {
            Some(body) => self.statement(body, again),
            None => again,
        };
        self.breaks.pop();
        self.continues.pop();
        let entry = match tree.child_by_field_name("condition") {
            Some(condition) => self.condition(condition, body, next),
            None => body,
        };
        self.connect(test, entry);
        test
    }

    fn do_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let start = self.open();
        let test = match tree.child_by_field_name("condition") {
            Some(condition) => self.condition(condition, start, next),
            None => next,
        };
        self.breaks.push(next);
        self.continues.push(test);
        let body = match tree.child_by_field_name("body") {
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
        if let Some(body) = tree.child_by_field_name("body") {
            self.statement(body, next);
        }
        self.breaks.pop();
        let mut cases = self.cases.pop().unwrap_or_default();
        if !cases.has_default {
            cases.targets.push(next);
        }
        let choice = self.node(Step::Nothing, Next::Any(cases.targets));
        match tree.child_by_field_name("condition") {
            Some(condition) => self.expression(condition, choice),
            None => choice,
        }
    }

    fn case_statement(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let value = tree.child_by_field_name("value");
        let content: Vec<_> = children(tree)
            .into_iter()
            .filter(|child| Some(*child) != value)
            .collect();
        let entry = self.sequence(&content, next);
        if let Some(cases) = self.cases.last_mut() {
            cases.targets.push(entry);
            cases.has_default |= value.is_none();
        }
        entry
    }

    fn operator(&self, tree: Tree<'_>) -> &'a str {
        match tree.child_by_field_name("operator") {
            Some(operator) => &self.body.text[operator.byte_range()],
            None => "",
        }
    }
}

/// The named children.
fn children(tree: Tree<'_>) -> Vec<Tree<'_>> {
    let mut cursor = tree.walk();
    tree.named_children(&mut cursor).collect()
}
