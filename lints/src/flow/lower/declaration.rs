//! Declarations: the variables they bring, and their initialisers as assignments.

use tree_sitter::Node as Tree;

use super::super::{Assign, Local, NodeId, Step, Value};
use super::{Lowering, children};

impl Lowering<'_> {
    pub(super) fn declaration(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let is_static = children(tree).iter().any(|child| {
            child.kind() == "storage_class_specifier" && self.text(*child) == "static"
        });
        let mut cursor = tree.walk();
        let declarators: Vec<_> = tree
            .children_by_field_name("declarator", &mut cursor)
            .collect();
        let mut entry = next;
        for declarator in declarators.into_iter().rev() {
            entry = self.declarator(declarator, is_static, entry);
        }
        entry
    }

    fn declarator(&mut self, tree: Tree<'_>, is_static: bool, next: NodeId) -> NodeId {
        let (declared, value) = if tree.kind() == "init_declarator" {
            (
                tree.child_by_field_name("declarator"),
                tree.child_by_field_name("value"),
            )
        } else {
            (Some(tree), None)
        };
        let Some((name, is_pointer)) = declared.and_then(|declared| self.declared_name(declared))
        else {
            return next;
        };
        self.locals.insert(
            name.clone(),
            Local {
                is_pointer,
                is_static,
            },
        );
        let Some(value) = value else {
            // A variable without an initialiser: what was known of it in an earlier turn of a loop is gone.
            let range = self.range(tree);
            let assign = Assign {
                target: name,
                value: Value::Nothing,
                range,
            };
            return self.step(Step::Assign(assign), next);
        };
        let assign = Assign {
            target: name,
            value: self.value(value),
            range: self.range(tree),
        };
        let node = self.step(Step::Assign(assign), next);
        self.expression(value, node)
    }

    /// The name that a declarator declares, and whether it is a pointer. Functions declare no variable.
    fn declared_name(&self, tree: Tree<'_>) -> Option<(String, bool)> {
        let mut tree = tree;
        let mut is_pointer = false;
        loop {
            match tree.kind() {
                "identifier" => return Some((self.text(tree), is_pointer)),
                "pointer_declarator" => is_pointer = true,
                "function_declarator" if !is_function_pointer(tree) => return None,
                "array_declarator"
                | "parenthesized_declarator"
                | "attributed_declarator"
                | "function_declarator" => {}
                _ => return None,
            }
            tree = tree
                .child_by_field_name("declarator")
                .or_else(|| tree.named_child(0))?;
        }
    }
}

/// `(*name)(…)`.
fn is_function_pointer(tree: Tree<'_>) -> bool {
    tree.child_by_field_name("declarator")
        .is_some_and(|inner| inner.kind() == "parenthesized_declarator")
}
