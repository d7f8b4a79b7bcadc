//! Who calls the functions of a file with which state: one that is only ever given an owner may keep it.

use std::borrow::Cow;
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
    /// The names of the calling state in the functions that call others, by their number.
    states: RefCell<FxHashMap<usize, Rc<States<'c>>>>,
    /// What was answered, by function and parameter.
    answers: RefCell<FxHashMap<(usize, usize), bool>>,
}

/// Names, each with the token from which on it holds the calling state.
type States<'c> = FxHashMap<Cow<'c, str>, usize>;

impl<'c> Callers<'c> {
    pub(super) fn new(c: &'c C<'c>) -> Self {
        Self {
            c,
            uses: OnceCell::new(),
            states: RefCell::default(),
            answers: RefCell::default(),
        }
    }

    /// Whether all callers of a function are in the file, and give it something else than their own caller's state
    /// for a parameter.
    pub(super) fn hand_an_owner(&self, number: usize, parameter: &str) -> bool {
        let parameters = self.c.parameters(number);
        let position = parameters.iter().position(|name| name == parameter);
        let uses = self.uses.get_or_init(|| self.read_uses());
        let (Some(position), Some(uses)) = (position, uses.get(&number)) else {
            return false;
        };
        let known = self.answers.borrow().get(&(number, position)).copied();
        known.unwrap_or_else(|| {
            let answer = uses.iter().all(|&at| self.hands_another(at, position));
            self.answers.borrow_mut().insert((number, position), answer);
            answer
        })
    }

    /// Whether a call gives no state of its own caller for a parameter.
    fn hands_another(&self, index: usize, position: usize) -> bool {
        let stream = self.c.stream();
        let caller = self.c.outline.function_number_at(index);
        let (Some(call), Some(caller)) = (call_at(&stream, index), caller) else {
            return false;
        };
        let Some(argument) = call.arguments.get(position) else {
            return false;
        };
        let states = self.states_of(caller);
        let is_state = |at: usize| {
            states
                .get(&stream.word(at))
                .is_some_and(|&since| since < at)
        };
        held(&stream, argument.start, is_state).is_none()
    }

    fn states_of(&self, number: usize) -> Rc<States<'c>> {
        if let Some(known) = self.states.borrow().get(&number) {
            return known.clone();
        }
        let stream = self.c.stream();
        let function = &self.c.outline.functions[number];
        let mut locals = Locals::new(stream, function);
        for index in function.open as usize..function.close as usize {
            if stream.kind(index) == Some(Kind::Assign)
                && held(&stream, index + 1, |at| locals.is_state(at)).is_some()
            {
                locals.names_state(index);
            }
        }
        let made = Rc::new(std::mem::take(&mut locals.states));
        self.states.borrow_mut().insert(number, made.clone());
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
