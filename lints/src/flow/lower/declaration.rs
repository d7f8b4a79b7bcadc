//! Declarations: the variables they bring, and their initialisers as assignments.

use super::super::tree::{Sign, Tree};
use super::super::{Assign, Local, NodeId, Step, Value};
use super::Lowering;

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
        let initialiser = tree.child(0);
        let assign = Assign {
            target: name,
            // Without an initialiser what was known of the variable in an earlier turn of a loop is gone.
            value: initialiser.map_or(Value::Nothing, |value| self.value(value)),
            range,
        };
        let node = self.step(Step::Assign(assign), next);
        match initialiser {
            Some(value) => self.expression(value, node),
            None => node,
        }
    }
}
