//! What a path knows of mutexes: which are locked, and the pointers and second names that lead to them.

use std::rc::Rc;

use crate::flow::explore::Few;
use crate::flow::{Assign, Call, Text, Value, names, root};

/// More pointers to mutexes no function has.
const POINTER_CAP: usize = 8;

/// The mutexes on a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct State {
    /// Those that are locked, and where.
    pub(super) locked: Few<Rc<str>, (usize, usize)>,
    /// Those that were unlocked without having been locked here: the caller holds them.
    pub(super) released: Few<Rc<str>, ()>,
    /// Local pointers to mutexes, and what they point to.
    pointers: Few<Text, Rc<str>>,
    /// Local pointers that are second names of variables: `p = pool`.
    names: Few<Text, Rc<str>>,
}

impl State {
    /// What a mutex is called, whatever pointer names it.
    pub(super) fn resolved(&self, mutex: &str) -> Rc<str> {
        if let Some(place) = self.pointers.get(mutex) {
            return place.clone();
        }
        if self.names.is_empty() {
            return Rc::from(mutex);
        }
        let base = root(mutex);
        match self.names.get(base) {
            Some(name) => Rc::from(format!("{name}{}", &mutex[base.len()..])),
            None => Rc::from(mutex),
        }
    }

    /// The mutex that an argument names.
    pub(super) fn mutex(&self, argument: &Value) -> Rc<str> {
        match argument {
            Value::Address(place) => self.resolved(plain(place)),
            argument => self.resolved(plain(&argument.text())),
        }
    }

    /// `m = &pool->mutex` gives the mutex a second name.
    pub(super) fn assign(&mut self, assign: &Assign) {
        let target = assign.target.as_str();
        self.pointers.remove(target);
        if !self.names.is_empty() {
            self.names.remove(target);
            self.names.retain(|_, name| **name != *target);
        }
        // With another index or pointer the same words mean another mutex.
        let whole = target.strip_prefix('*').unwrap_or(target);
        if root(whole) == whole {
            self.locked.retain(|mutex, _| !names(mutex, whole));
        }
        if root(target) != target {
            return;
        }
        match &assign.value {
            Value::Address(place) if self.pointers.len() < POINTER_CAP => {
                let mutex = Rc::from(plain(place));
                self.pointers.insert(assign.target.clone(), mutex);
            }
            Value::Place(place)
                if root(place) == place.as_str() && self.names.len() < POINTER_CAP =>
            {
                let name = self.resolved(place);
                self.names.insert(assign.target.clone(), name);
            }
            _ => {}
        }
    }

    /// Forgets what a function of another file may unlock: it is given the mutex itself, or its name says so.
    pub(super) fn call_elsewhere(&mut self, call: &Call) {
        if call.name.starts_with("pthread_cleanup_pop") {
            self.locked = Few::default();
        }
        let Some(may_unlock_parts) = may_unlock(&call.name) else {
            return;
        };
        for text in call.arguments.iter().map(Value::text) {
            self.give_elsewhere(plain(&text), may_unlock_parts);
        }
    }

    /// Forgets a mutex that a function of another file is given, or those that are a part of what it is given.
    pub(super) fn give_elsewhere(&mut self, place: &str, may_unlock_parts: bool) {
        if place.is_empty() {
            return;
        }
        let mutex = self.resolved(place);
        let holder = root(&mutex);
        self.locked.retain(|locked, _| {
            *locked != mutex && !(may_unlock_parts && !holder.is_empty() && names(locked, holder))
        });
    }
}

/// Whether a function of another file unlocks more than a mutex that it is given, by its name. None if it is one of a
/// library of which it is known what they unlock.
pub(super) fn may_unlock(name: &str) -> Option<bool> {
    let name = name.to_ascii_lowercase();
    let libraries = ["pthread_", "uv_", "cnd_", "mtx_", "sleepconditionvariable"];
    let is_of_library = libraries.iter().any(|library| name.starts_with(library));
    (!is_of_library).then(|| name.contains("unlock") || name.contains("release"))
}

/// A mutex without `&` and parentheses.
pub(super) fn plain(text: &str) -> &str {
    let mut text = text;
    loop {
        let inner = text.strip_prefix('&').or_else(|| {
            text.strip_prefix('(')
                .and_then(|rest| rest.strip_suffix(')'))
        });
        match inner {
            Some(inner) => text = inner,
            None => return text,
        }
    }
}
