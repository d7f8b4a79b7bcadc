//! Who calls the functions of a file with what: one that is only ever given an owner may keep it, and one that is
//! only ever given what ends with its caller may keep anything there.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::locals::Locals;
use super::value::held;
use crate::call::call_at;
use crate::lexer::Kind;
use crate::role::Role;
use crate::unit::C;

pub(super) struct Callers<'c> {
    c: &'c C<'c>,
    /// For each function where its name is used, by its number; made when somebody asks.
    uses: OnceCell<FxHashMap<usize, Vec<usize>>>,
    /// The names of the functions that call others, by their number.
    names: RefCell<FxHashMap<usize, Rc<Locals<'c>>>>,
    /// What was answered, by function, parameter and question.
    answers: RefCell<FxHashMap<(usize, usize, Question), bool>>,
}

/// What all callers may do with a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// They give something else than their own caller's state.
    GivesOwner,
    /// They give the address of a value that ends with them.
    GivesLocal,
}

impl<'c> Callers<'c> {
    pub(super) fn new(c: &'c C<'c>) -> Self {
        Self {
            c,
            uses: OnceCell::new(),
            names: RefCell::default(),
            answers: RefCell::default(),
        }
    }

    /// Whether all callers of a function are in the file, and a question is true of what each gives for a parameter.
    pub(super) fn all(&self, number: usize, parameter: &str, question: Question) -> bool {
        let parameters = self.c.parameters(number);
        let position = parameters.iter().position(|name| name == parameter);
        let uses = self.uses.get_or_init(|| self.read_uses());
        let (Some(position), Some(uses)) = (position, uses.get(&number)) else {
            return false;
        };
        let key = (number, position, question);
        let known = self.answers.borrow().get(&key).copied();
        known.unwrap_or_else(|| {
            let is_true = |&at: &usize| self.is_true(at, position, question) == Some(true);
            let answer = uses.iter().all(is_true);
            self.answers.borrow_mut().insert(key, answer);
            answer
        })
    }

    fn is_true(&self, index: usize, position: usize, question: Question) -> Option<bool> {
        let stream = self.c.stream();
        let caller = self.c.outline.function_number_at(index)?;
        let call = call_at(&stream, index)?;
        let argument = call.arguments.get(position)?;
        let names = self.names_of(caller);
        Some(match question {
            Question::GivesOwner => {
                held(&stream, argument.start, |at| names.is_state(at)).is_none()
            }
            Question::GivesLocal => names.gives_local(argument.start),
        })
    }

    fn names_of(&self, number: usize) -> Rc<Locals<'c>> {
        if let Some(known) = self.names.borrow().get(&number) {
            return known.clone();
        }
        let stream = self.c.stream();
        let function = &self.c.outline.functions[number];
        let mut locals = Locals::new(self.c, function);
        for index in function.open as usize..function.close as usize {
            if stream.kind(index) == Some(Kind::Assign)
                && held(&stream, index + 1, |at| locals.is_state(at)).is_some()
            {
                locals.names_state(index);
            }
        }
        let made = Rc::new(locals);
        self.names.borrow_mut().insert(number, made.clone());
        made
    }

    fn read_uses(&self) -> FxHashMap<usize, Vec<usize>> {
        let stream = self.c.stream();
        let mut uses: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        for index in 0..stream.tokens.len() {
            if stream.kind(index) == Some(Kind::Identifier)
                && let Some(number) = self.c.function_named(&stream.word(index))
                && stream.role(index) == Role::Use
            {
                uses.entry(number).or_default().push(index);
            }
        }
        uses
    }
}
