//! Coroutines: spawning, parking, waking, and the threads they run on.
//!
//! A coroutine that waits is *parked*: it has a record here that says since when and for what,
//! and the record is the only way to resume it. Who ends the wait (a socket, a timer, a thread)
//! is not known here.
//!
//! Every thread that the scheduler made or that is parked stands on a stack of the anchors, at a
//! slot of its own: an unanchored coroutine would be collected while it waits.

mod anchors;
mod answered;
mod failure;
mod foreign;
mod task;
mod threads;
mod waits;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::ffi::c_int;
use std::panic::Location;
use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

use crate::entry::Answer;
use crate::handle::Handle;
use crate::{trace, vm};
use anchors::Anchors;
use answered::AnsweredList;
use task::Origin;
pub(crate) use task::{Operation, Task, Wait};
use waits::Waits;

/// How deep coroutines may resume one another on the process stack before the rest must queue.
const NESTING_LIMIT: u32 = 160;

/// How many operations of one resume may succeed at once before the coroutine must queue.
const BUDGET: u32 = 128;

/// Below so many coroutines that the script may have resumed nobody looks for dead ones.
const SWEEP_FLOOR: usize = 1024;

/// How many finished threads are kept for reuse.
const SPARE_THREADS: usize = 1024;

/// What runs at the next turn without an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ready {
    /// A thread that starts, or goes on with values that already stand on its stack.
    Resume(Task, c_int),
    /// An operation of a handle that is to be tried again.
    Retry(Handle, Operation),
}

/// The coroutines of one Lua state.
pub(crate) struct Scheduler {
    main: NonNull<lua_State>,
    /// A thread on which error objects are turned into text.
    desk: NonNull<lua_State>,
    anchors: Anchors,
    waits: RefCell<Waits>,
    ready: RefCell<VecDeque<Ready>>,
    answered: AnsweredList,
    spare: RefCell<Vec<Task>>,
    /// Spawned coroutines that yielded without a wait; they stay anchored until they end.
    strays: RefCell<BTreeMap<NonNull<lua_State>, Task>>,
    /// The waits of threads that the script knows, and may have resumed by itself meanwhile.
    known: RefCell<BTreeMap<NonNull<lua_State>, Handle>>,
    /// How many of both there may be before the dead among them are looked for.
    sweep_at: Cell<usize>,
    /// There has been such a thread.
    ever_known: Cell<bool>,
    /// The coroutine that runs now.
    current: Cell<Option<Task>>,
    /// It has a record among the parked, so somebody will wake it.
    has_parked: Cell<bool>,
    nesting: Cell<u32>,
    budget: Cell<u32>,
    /// Coroutines that are parked and will be woken.
    waiting: Cell<usize>,
    /// Timers whose wait has ended since the last look.
    stale_timers: Cell<usize>,
    failed: Cell<bool>,
    /// The loop has ended for good: nothing that is queued will run.
    ended: Cell<bool>,
    /// There has been a hook, of the script or of a plugin.
    has_hooks: Cell<bool>,
}

impl Scheduler {
    /// A scheduler for the state whose main thread is given.
    ///
    /// # Safety
    /// `main` is the main thread of a state that outlives the scheduler.
    pub(crate) unsafe fn new(main: NonNull<lua_State>) -> Self {
        // SAFETY: the caller's; the desk is used for single steps only.
        let (anchors, desk) = unsafe {
            let desk = vm::desk(main);
            (Anchors::new(desk), desk)
        };
        Self {
            main,
            desk,
            anchors,
            waits: RefCell::new(Waits::new()),
            ready: RefCell::new(VecDeque::new()),
            answered: AnsweredList::default(),
            spare: RefCell::new(Vec::new()),
            strays: RefCell::new(BTreeMap::new()),
            known: RefCell::new(BTreeMap::new()),
            sweep_at: Cell::new(SWEEP_FLOOR),
            ever_known: Cell::new(false),
            current: Cell::new(None),
            has_parked: Cell::new(false),
            nesting: Cell::new(0),
            budget: Cell::new(BUDGET),
            waiting: Cell::new(0),
            stale_timers: Cell::new(0),
            failed: Cell::new(false),
            ended: Cell::new(false),
            has_hooks: Cell::new(false),
        }
    }

    /// True for the thread that runs the main chunk.
    pub(crate) fn is_main(&self, state: *mut lua_State) -> bool {
        state == self.main.as_ptr()
    }

    /// True for the coroutine that was resumed last and has not stopped since.
    pub(crate) fn is_current(&self, state: *mut lua_State) -> bool {
        let current = self.current.get();
        current.is_some_and(|task| task.thread.as_ptr() == state)
    }

    /// True once an error has ended a coroutine.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.get()
    }

    /// Notes that an error has ended something.
    pub(crate) fn fail(&self) {
        self.failed.set(true);
    }

    /// True while somebody waits or is queued.
    pub(crate) fn is_busy(&self) -> bool {
        self.waiting.get() > 0 || self.has_ready()
    }

    /// True while something is to be run at the next turn.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.borrow().is_empty()
    }

    /// Runs the function on top of the caller's stack in a coroutine, until it first waits; the
    /// loop does so where the caller is a finalizer or a hook. Pops the function. False when Lua has no memory,
    /// which may also be raised.
    ///
    /// # Safety
    /// `state` is a running thread of this state with a function on top and room for two values.
    pub(crate) unsafe fn spawn(&self, state: *mut lua_State) -> bool {
        // SAFETY: the caller's; a task's thread is anchored, so it is alive.
        unsafe {
            let Some(task) = self.thread(state) else {
                return false;
            };
            ffi::lua_xmove(state, task.thread.as_ptr(), 1);
            if self.is_interrupted(state) && !self.ended.get() {
                self.queue(Ready::Resume(task, 0));
            } else {
                self.resume_or_queue(task, 0);
            }
        }
        true
    }

    /// Does something while whoever it wakes has to queue, for callers that are a finalizer or a hook.
    pub(crate) fn without_resuming(&self, act: impl FnOnce()) {
        let nesting = self.nesting.replace(NESTING_LIMIT);
        act();
        self.nesting.set(nesting);
    }

    /// Makes room for the record of a wait of the running thread; false when there is no memory for it.
    /// A coroutine that was resumed here has one.
    #[inline]
    pub(crate) fn reserve(&self, state: *mut lua_State) -> bool {
        self.is_current(state) || self.waits.borrow_mut().reserve(self.anchors.next_slot())
    }

    /// Parks the running thread: from now on somebody else must end its wait with [`wake`].
    /// The caller returns `lua_yield` next.
    ///
    /// [`wake`]: Scheduler::wake
    #[track_caller]
    #[inline]
    pub(crate) fn park(&self, state: *mut lua_State, operation: Operation, now_ms: u32) -> Handle {
        let task = self.task_of(state);
        self.waiting.set(self.waiting.get() + 1);
        let wait = self.waits.borrow_mut().begin(task, operation, now_ms);
        trace::event!(trace::pinned(Location::caller(), wait.index()));
        if task.origin() != Origin::Spawned {
            self.is_known(task, wait);
        }
        wait
    }

    #[cold]
    fn is_known(&self, task: Task, wait: Handle) {
        self.ever_known.set(true);
        self.known.borrow_mut().insert(task.thread, wait);
        self.sweep_at_times();
    }

    /// Notes that a timer is set for a wait.
    pub(crate) fn has_deadline(&self, wait: Handle) {
        self.waits.borrow_mut().has_deadline(wait);
    }

    /// How many timers lost their wait since the last call.
    pub(crate) fn take_stale_timers(&self) -> usize {
        self.stale_timers.take()
    }

    /// The operation that a parked coroutine waits for; none when the wait is over.
    pub(crate) fn operation(&self, wait: Handle) -> Option<Operation> {
        let parked = self.waits.borrow().get(wait);
        parked.map(|parked| parked.operation)
    }

    /// Everybody who waits, in no order. The script knows the threads from here on.
    pub(crate) fn waits(&self) -> Vec<Wait> {
        self.ever_known.set(true);
        let waits: Vec<_> = self.waits.borrow().iter().collect();
        for (wait, parked) in &waits {
            if parked.task.origin() == Origin::Spawned {
                self.waits.borrow_mut().share(*wait);
                self.known.borrow_mut().insert(parked.task.thread, *wait);
            }
        }
        let waits = waits.into_iter().map(|(_, parked)| Wait {
            thread: parked.task.thread,
            operation: parked.operation,
            since_ms: parked.since_ms,
        });
        waits.collect()
    }

    /// True while the wait has a record.
    pub(crate) fn is_parked(&self, wait: Handle) -> bool {
        self.waits.borrow().get(wait).is_some()
    }

    /// Ends a wait: the coroutine goes on with the answer as the results of its call.
    /// A wait that has ended already is left alone.
    #[track_caller]
    pub(crate) fn wake(&self, wait: Handle, answer: Answer) {
        if let Some((task, count)) = self.give(wait, answer) {
            // SAFETY: the thread is suspended, with so many values of the answer on its stack.
            unsafe { self.resume_or_queue(task, count) };
        }
    }

    /// Takes the record of a wait whose coroutine is resumed by other means.
    #[track_caller]
    #[inline]
    pub(crate) fn unpark(&self, wait: Handle) -> Option<Task> {
        let parked = self.waits.borrow_mut().end(wait)?;
        trace::event!(trace::unpinned(Location::caller(), wait.index()));
        self.waiting.set(self.waiting.get() - 1);
        self.stale_timers
            .set(self.stale_timers.get() + usize::from(parked.deadline));
        if parked.task.origin() != Origin::Spawned {
            self.is_known_no_more(parked.task);
        }
        Some(parked.task)
    }

    #[cold]
    fn is_known_no_more(&self, task: Task) {
        self.known.borrow_mut().remove(&task.thread);
    }

    /// Queues something for the next turn.
    pub(crate) fn queue(&self, ready: Ready) {
        self.ready.borrow_mut().push_back(ready);
    }

    /// The next of what was queued.
    pub(crate) fn next_ready(&self) -> Option<Ready> {
        self.ready.borrow_mut().pop_front()
    }

    /// How much is queued.
    pub(crate) fn ready_count(&self) -> usize {
        self.ready.borrow().len()
    }

    /// Counts an operation that may succeed at once; false when the coroutine has had its share.
    pub(crate) fn spend(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }

    /// Resumes a thread, or queues it when too many are nested already.
    ///
    /// # Safety
    /// The thread is suspended or new, with its function (if new) and `count` values on its stack.
    unsafe fn resume_or_queue(&self, task: Task, count: c_int) {
        if self.nesting.get() >= NESTING_LIMIT {
            self.queue(Ready::Resume(task, count));
        } else {
            // SAFETY: the caller's.
            unsafe { self.resume(task, count) };
        }
    }

    /// Resumes what was queued, unless the script has resumed it itself meanwhile.
    ///
    /// # Safety
    /// The task was queued with so many values on its stack.
    pub(crate) unsafe fn resume_queued(&self, task: Task, count: c_int) {
        let thread = task.thread.as_ptr();
        // SAFETY: a queued task is anchored, and nothing of Lua runs while the queue is worked off.
        unsafe {
            // A script that resumed it has taken the values away, and it may wait for something else.
            let waits = ffi::lua_status(thread) == ffi::LUA_YIELD
                && ffi::lua_gettop(thread) >= count
                && !self.known.borrow().contains_key(&task.thread);
            let starts = ffi::lua_status(thread) == ffi::LUA_OK && ffi::lua_gettop(thread) > count;
            if waits || starts {
                self.resume(task, count);
            } else {
                self.release(task);
            }
        }
    }

    /// Resumes a thread with `count` values and deals with how it stops. Returns Lua's status.
    ///
    /// # Safety
    /// As [`Scheduler::resume_or_queue`].
    pub(crate) unsafe fn resume(&self, task: Task, count: c_int) -> c_int {
        let thread = task.thread.as_ptr();
        // SAFETY: the caller's. C has made the thread and may look for what its function returns.
        let of_plugin =
            task.origin() == Origin::Script && unsafe { ffi::lua_status(thread) } == ffi::LUA_OK;
        let before = self.current.replace(Some(task));
        let had_parked = self.has_parked.replace(false);
        let budget = self.budget.replace(BUDGET);
        self.nesting.set(self.nesting.get() + 1);
        // SAFETY: the caller's; `lua_resume` protects the call.
        let status = unsafe { ffi::lua_resume_(thread, count) };
        self.nesting.set(self.nesting.get() - 1);
        self.budget.set(budget);
        let task = self.current.replace(before).unwrap_or(task);
        let parked = self.has_parked.replace(had_parked);
        match status {
            ffi::LUA_YIELD if parked => {}
            ffi::LUA_YIELD => self.stray(task),
            ffi::LUA_OK if of_plugin => self.release(task),
            // SAFETY: the thread has ended and is still anchored.
            ffi::LUA_OK => unsafe { self.finish(task) },
            // SAFETY: as above; the error object is on top of its stack.
            _ => unsafe { self.bury(task) },
        }
        status
    }

    /// Tells of the error that ended a coroutine, and lets go of it.
    ///
    /// # Safety
    /// The thread has ended with an error, which is on top of its stack.
    #[cold]
    unsafe fn bury(&self, task: Task) {
        self.fail();
        // SAFETY: the caller's; the thread is anchored until here.
        unsafe { failure::report(self.desk, task.thread.as_ptr()) };
        self.release(task);
    }
}
