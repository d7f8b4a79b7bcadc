//! Declarations: the variables they bring, and their initialisers as assignments.

use super::super::tree::{Sign, Tree};
use super::super::{Assign, Local, NodeId, Step, Value};
use super::Lowering;
use super::expression::Assigned;

impl Lowering<'_> {
    pub(super) fn declaration(&mut self, tree: Tree<'_>, next: NodeId) -> NodeId {
        let is_static = tree.sign() == Sign::Static;
        tree.children().rev().fold(next, |next, declarator| {
            self.declarator(declarator, is_static, next)
        })
    }

    fn declarator(&mut self, tree: Tree<'_>, is_static: bool, next: NodeId) -> NodeId {
        let name = self.word(tree.name());
        self.locals.insert(
            name.clone(),
            Local {
                is_pointer: tree.sign() == Sign::PointerTo,
                is_static,
            },
        );
        let range = self.range(tree);
        if let Some(value) = tree.child(0) {
            let assigned = Assigned {
                target: name,
                range,
                left: None,
            };
            return self.assigned(&assigned, value, next);
        }
        // What was known of the variable in an earlier turn of a loop is gone.
        let assign = Assign {
            target: name,
            value: Value::Nothing,
            range,
        };
        self.step(Step::Assign(assign), next)
    }
}
