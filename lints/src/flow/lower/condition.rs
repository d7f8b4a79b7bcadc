//! Conditions: `!`, `&&` and `||` become branches, a comparison becomes one.

use super::super::tree::{Sign, Syntax, Tree};
use super::super::{Condition, Next, NodeId, Step, Text, Value};
use super::Lowering;

/// Longer conditions are not remembered whole.
const AROUND_CAP: usize = 2048;

impl Lowering<'_> {
    /// A condition, given where it leads.
    pub(super) fn condition(&mut self, tree: Tree<'_>, yes: NodeId, no: NodeId) -> NodeId {
        match (tree.syntax(), tree.sign()) {
            (Syntax::Parenthesized, _) => {
                if let Some(inner) = tree.child(0) {
                    return self.condition(inner, yes, no);
                }
            }
            (Syntax::Call, _) => {
                // `unlikely(x)` asks for `x`.
                let function = tree.child(0).map(|function| self.text(function));
                if function.is_some_and(|name| is_expectation(&name))
                    && let Some(asked) = tree.child(1)
                {
                    return self.condition(asked, yes, no);
                }
            }
            (Syntax::Unary, Sign::Not) => {
                if let Some(argument) = tree.child(0) {
                    return self.condition(argument, no, yes);
                }
            }
            (Syntax::Binary, sign @ (Sign::And | Sign::Or)) => {
                if let (Some(left), Some(right)) = (tree.child(0), tree.child(1)) {
                    let outer = self.enter(tree);
                    let right = self.condition(right, yes, no);
                    let left = match sign {
                        Sign::And => self.condition(left, right, no),
                        _ => self.condition(left, yes, right),
                    };
                    self.around = outer;
                    return left;
                }
            }
            _ => {}
        }
        self.test(tree, yes, no)
    }

    /// Notes the whole around the parts of a condition; answers what was noted before.
    fn enter(&mut self, tree: Tree<'_>) -> Option<Text> {
        let outer = self.around.clone();
        if outer.is_none() && self.range(tree).len() < AROUND_CAP {
            self.around = Some(self.text(tree));
        }
        outer
    }

    /// A condition that has no parts.
    fn test(&mut self, tree: Tree<'_>, yes: NodeId, no: NodeId) -> NodeId {
        if let Value::Constant(number) = self.value(tree) {
            return if number == 0 { no } else { yes };
        }
        let condition = self.comparison(tree);
        let condition = Box::new(condition);
        let branch = self.node(Step::Nothing, Next::Branch { condition, yes, no });
        self.expression(tree, branch)
    }

    fn comparison(&self, tree: Tree<'_>) -> Condition {
        let range = self.range(tree);
        if tree.syntax() == Syntax::Binary
            && let Some(operator) = comparison(tree.sign())
            && let (Some(left), Some(right)) = (tree.child(0), tree.child(1))
        {
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
        Condition {
            left: self.compared(tree),
            operator: "!=",
            right: Text::from("0"),
            range,
            around: self.around.clone(),
        }
    }

    /// The text of one side of a comparison; of an assignment what it assigned to.
    fn compared(&self, tree: Tree<'_>) -> Text {
        let mut tree = tree;
        while let (Syntax::Parenthesized | Syntax::Cast, Some(inner)) =
            (tree.syntax(), tree.child(0))
        {
            tree = inner;
        }
        match (tree.syntax(), tree.child(0)) {
            (Syntax::Assignment, Some(left)) => self.place(left),
            _ => self.value(tree).text(),
        }
    }
}

/// Whether a function gives back what it is given, and says to the compiler which value to expect.
pub(super) fn is_expectation(name: &str) -> bool {
    matches!(name, "likely" | "unlikely" | "__builtin_expect")
}

fn comparison(sign: Sign) -> Option<&'static str> {
    Some(match sign {
        Sign::Equal => "==",
        Sign::NotEqual => "!=",
        Sign::LessEqual => "<=",
        Sign::GreaterEqual => ">=",
        Sign::Less => "<",
        Sign::Greater => ">",
        _ => return None,
    })
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
