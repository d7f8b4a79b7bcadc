//! Coroutines that have their answer and go on a little later, within the same turn of the loop.

use std::cell::{Cell, RefCell};
use std::ffi::c_int;

use mlua::ffi;

use super::Scheduler;
use super::task::{Origin, Task};
use crate::entry::Answer;
use crate::handle::Handle;

/// Those who were answered, in that order. Emptied when all have gone on.
#[derive(Debug, Default)]
pub(super) struct AnsweredList {
    list: RefCell<Vec<Answered>>,
    /// How many of them have gone on.
    gone: Cell<usize>,
}

/// A coroutine whose wait has ended.
#[derive(Clone, Copy, Debug)]
struct Answered {
    task: Task,
    /// How many values of the answer stand on its stack.
    count: c_int,
    /// What the answer came from.
    target: Handle,
}

impl AnsweredList {
    /// Takes one more; false when there is no memory for it.
    fn add(&self, answered: Answered) -> bool {
        let mut list = self.list.borrow_mut();
        let has_room = list.try_reserve(1).is_ok();
        if has_room {
            list.push(answered);
        }
        has_room
    }

    /// The next one that goes on.
    #[inline]
    fn next(&self) -> Option<Answered> {
        let mut list = self.list.borrow_mut();
        let next = list.get(self.gone.get()).copied();
        if next.is_some() {
            self.gone.set(self.gone.get() + 1);
        } else {
            list.clear();
            self.gone.set(0);
        }
        next
    }

    /// True while one that was answered for the target has not gone on.
    #[inline]
    fn has(&self, target: Handle) -> bool {
        let list = self.list.borrow();
        let (gone, left) = list.split_at(self.gone.get());
        // Whoever goes on asks most often, and for more of the same.
        gone.last().is_none_or(|last| last.target != target)
            && left.iter().any(|one| one.target == target)
    }

    /// Takes the one out that was answered for the target and has not gone on.
    fn take(&self, target: Handle) -> Option<Answered> {
        let mut list = self.list.borrow_mut();
        let gone = self.gone.get();
        let place = list[gone..].iter().position(|one| one.target == target)?;
        Some(list.remove(gone + place))
    }
}

impl Scheduler {
    /// True while a coroutine is parked that the script knows, and may resume by itself.
    pub(crate) fn has_known(&self) -> bool {
        !self.known.borrow().is_empty()
    }

    /// Ends a wait and puts the answer on the stack of its coroutine; none if nobody waits any more.
    #[track_caller]
    #[inline]
    pub(super) fn give(&self, wait: Handle, answer: Answer) -> Option<(Task, c_int)> {
        let task = self.unpark(wait)?;
        // SAFETY: the task's thread is anchored, and its stack is pushed to only when suspended.
        unsafe {
            // A script that knows the coroutine and resumed it itself has ended the wait.
            let waits = task.origin() == Origin::Spawned
                || ffi::lua_status(task.thread.as_ptr()) == ffi::LUA_YIELD;
            if waits {
                return Some((task, answer.push(task.thread.as_ptr())));
            }
        }
        self.release(task);
        None
    }

    /// Ends a wait as [`wake`] does, but the coroutine goes on when [`resume_answered`] is called.
    ///
    /// Nothing else may resume it meanwhile: while [`has_known`] says that the script could, `resume_answered` comes next.
    ///
    /// [`wake`]: Scheduler::wake
    /// [`resume_answered`]: Scheduler::resume_answered
    /// [`has_known`]: Scheduler::has_known
    #[track_caller]
    pub(crate) fn answer(&self, wait: Handle, target: Handle, answer: Answer) {
        if let Some((task, count)) = self.give(wait, answer) {
            let answered = Answered {
                task,
                count,
                target,
            };
            if !self.answered.add(answered) {
                self.resume_answered();
                self.go_on(&answered);
            }
        }
    }

    /// True while a coroutine that was answered for a target has not gone on.
    pub(crate) fn is_answered(&self, target: Handle) -> bool {
        self.answered.has(target)
    }

    /// Resumes all that were answered, in that order.
    pub(crate) fn resume_answered(&self) {
        while let Some(answered) = self.answered.next() {
            self.go_on(&answered);
        }
    }

    /// Resumes the coroutine that was answered for a target and has not gone on, with another answer.
    pub(crate) fn wake_instead(&self, target: Handle, answer: Answer) {
        if let Some(mut answered) = self.answered.take(target) {
            let thread = answered.task.thread.as_ptr();
            // SAFETY: the thread is suspended, with the values that it was answered on top of its stack.
            unsafe {
                ffi::lua_settop(thread, -answered.count - 1);
                answered.count = answer.push(thread);
            }
            self.go_on(&answered);
        }
    }

    fn go_on(&self, answered: &Answered) {
        // SAFETY: the thread is suspended, because nobody has resumed it, with so many values of its answer.
        unsafe { self.resume_or_queue(answered.task, answered.count) };
    }
}
