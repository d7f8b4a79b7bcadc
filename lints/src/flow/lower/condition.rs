//! Conditions: `!`, `&&` and `||` become branches, a comparison becomes one.

use std::rc::Rc;

use tree_sitter::Node as Tree;

use super::super::{Condition, Next, NodeId, Step, Value};
use super::Lowering;

/// Longer conditions are not remembered whole.
const AROUND_CAP: usize = 2048;

impl Lowering<'_> {
    /// A condition, given where it leads.
    pub(super) fn condition(&mut self, tree: Tree<'_>, yes: NodeId, no: NodeId) -> NodeId {
        match tree.kind() {
            "parenthesized_expression" => {
                return match tree.named_child(0) {
                    Some(inner) if tree.named_child_count() == 1 => self.condition(inner, yes, no),
                    _ => self.test(tree, yes, no),
                };
            }
            "unary_expression" if self.operator(tree) == "!" => {
                if let Some(argument) = tree.child_by_field_name("argument") {
                    return self.condition(argument, no, yes);
                }
            }
            "binary_expression" => {
                let sides = (
                    tree.child_by_field_name("left"),
                    tree.child_by_field_name("right"),
                );
                if let (Some(left), Some(right)) = sides {
                    match self.operator(tree) {
                        "&&" => {
                            let outer = self.enter(tree);
                            let right = self.condition(right, yes, no);
                            let left = self.condition(left, right, no);
                            self.around = outer;
                            return left;
                        }
                        "||" => {
                            let outer = self.enter(tree);
                            let right = self.condition(right, yes, no);
                            let left = self.condition(left, yes, right);
                            self.around = outer;
                            return left;
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        self.test(tree, yes, no)
    }

    /// Notes the whole around the parts of a condition; answers what was noted before.
    fn enter(&mut self, tree: Tree<'_>) -> Option<Rc<str>> {
        let outer = self.around.clone();
        if outer.is_none() && tree.byte_range().len() < AROUND_CAP {
            self.around = Some(self.text(tree).into());
        }
        outer
    }

    /// A condition that has no parts.
    fn test(&mut self, tree: Tree<'_>, yes: NodeId, no: NodeId) -> NodeId {
        if let Value::Constant(number) = self.value(tree) {
            return if number == 0 { no } else { yes };
        }
        let condition = self.comparison(tree);
        let branch = self.node(Step::Nothing, Next::Branch { condition, yes, no });
        self.expression(tree, branch)
    }

    fn comparison(&self, tree: Tree<'_>) -> Condition {
        let range = self.range(tree);
        if tree.kind() == "binary_expression"
            && let (Some(left), Some(right)) = (
                tree.child_by_field_name("left"),
                tree.child_by_field_name("right"),
            )
        {
            let operator = self.operator(tree);
            let known = ["==", "!=", "<=", ">=", "<", ">"];
            if let Some(operator) = known.into_iter().find(|known| *known == operator) {
                let (left, right) = (self.compared(left), self.compared(right));
                // The constant stands on the right.
                let (left, operator, right) = if left.parse::<i64>().is_ok() {
                    (right, mirrored(operator), left)
                } else {
                    (left, operator, right)
                };
                return Condition {
                    left,
                    operator,
                    right,
                    range,
                    around: self.around.clone(),
                };
            }
        }
        Condition {
            left: self.compared(tree),
            operator: "!=",
            right: "0".to_owned(),
            range,
            around: self.around.clone(),
        }
    }

    /// The text of one side of a comparison; of an assignment what it assigned to.
    fn compared(&self, tree: Tree<'_>) -> String {
        let mut tree = tree;
        while matches!(tree.kind(), "parenthesized_expression" | "cast_expression") {
            let inner = tree
                .child_by_field_name("value")
                .or_else(|| tree.named_child(0));
            match inner {
                Some(inner) => tree = inner,
                None => break,
            }
        }
        if tree.kind() == "assignment_expression"
            && let Some(left) = tree.child_by_field_name("left")
        {
            return self.text(left);
        }
        self.value(tree).text()
    }
}

fn mirrored(operator: &'static str) -> &'static str {
    match operator {
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        same => same,
    }
}
