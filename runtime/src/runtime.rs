//! The state of one runtime, and its event loop.
//!
//! Everything here belongs to the loop thread. Bodies of Lua functions reach it through
//! [`current`]; nothing is borrowed while Lua runs, because Lua may call back into any of it.

use std::cell::{Cell, RefCell};
use std::ffi::c_int;
use std::io;
use std::ptr::NonNull;

use mlua::ffi::lua_State;

use crate::entry::Answer;
use crate::handle::HandleTable;
use crate::modules::{self, Resource};
use crate::offload::Offload;
use crate::policy::Policy;
use crate::reactor::Reactor;
use crate::reactor::kernel::Kernel;
use crate::scheduler::{Operation, Ready, Scheduler};
use crate::trace::{self, TimerEvent};

thread_local! {
    /// The runtime whose loop this thread is; set and cleared by [`Runtime::enter`] and
    /// [`Runtime::leave`].
    static CURRENT: Cell<Option<&'static Runtime>> = const { Cell::new(None) };
}

/// The runtime of this thread, while there is one.
pub(crate) fn current() -> Option<&'static Runtime> {
    CURRENT.get()
}

/// Everything that one Lua state and its event loop own.
pub(crate) struct Runtime {
    pub(crate) scheduler: Scheduler,
    pub(crate) reactor: Reactor,
    pub(crate) kernel: &'static dyn Kernel,
    pub(crate) policy: Policy,
    pub(crate) offload: Offload,
    /// What scripts hold handles of. Borrowed for single steps only, never while Lua runs.
    pub(crate) handles: RefCell<HandleTable<Resource>>,
    pub(crate) sockets: modules::socket::State,
    /// Registry references of the functions given to `lunet.on_stop`.
    pub(crate) on_stop: RefCell<Vec<c_int>>,
    pub(crate) stopped: Cell<bool>,
}

impl Runtime {
    /// A runtime for the state whose main thread is given.
    ///
    /// # Safety
    /// `main` is the main thread of a state that outlives the runtime.
    pub(crate) unsafe fn new(
        main: NonNull<lua_State>,
        policy: Policy,
        kernel: &'static dyn Kernel,
    ) -> io::Result<Self> {
        Ok(Self {
            // SAFETY: the caller's.
            scheduler: unsafe { Scheduler::new(main) },
            reactor: Reactor::new()?,
            kernel,
            policy,
            offload: Offload::default(),
            handles: RefCell::new(HandleTable::new()),
            sockets: modules::socket::State::default(),
            on_stop: RefCell::new(Vec::new()),
            stopped: Cell::new(false),
        })
    }

    /// Makes this the runtime of the thread.
    ///
    /// # Safety
    /// [`Runtime::leave`] is called before the runtime goes away.
    pub(crate) unsafe fn enter(&self) {
        // SAFETY: the reference is taken back before its target ends, says the caller.
        let forever = unsafe { std::mem::transmute::<&Self, &'static Self>(self) };
        CURRENT.set(Some(forever));
    }

    /// Ends what [`Runtime::enter`] began.
    pub(crate) fn leave() {
        CURRENT.set(None);
    }

    /// Runs the loop until `lunet.stop` or until nothing is left that could wake anybody.
    pub(crate) fn run(&self) -> io::Result<()> {
        while self.is_alive() {
            self.run_ready();
            if !self.is_alive() {
                break;
            }
            // What is set from here on waits for the kernel to be asked once more: `sleep(0)` and
            // a deadline of 0 let everything happen that is ready.
            let mark = self.reactor.timers.borrow().mark();
            let idle = !self.scheduler.has_ready();
            self.reactor
                .turn(idle, |readiness| modules::ready(self, readiness))?;
            self.sockets.resume_readers(self);
            self.offload.deliver(self);
            self.fire_timers(mark);
        }
        Ok(())
    }

    fn is_alive(&self) -> bool {
        !self.stopped.get()
            && (self.scheduler.is_busy() || self.sockets.has_listeners() || self.offload.is_busy())
    }

    /// Runs what was queued when the turn began; what is queued meanwhile waits for the next turn.
    fn run_ready(&self) {
        for _ in 0..self.scheduler.ready_count() {
            match self.scheduler.next_ready() {
                Some(Ready::Resume(task, count)) => {
                    // SAFETY: a queued task is anchored and holds `count` values.
                    unsafe { self.scheduler.resume_queued(task, count) };
                }
                Some(Ready::Retry(handle, operation)) => modules::retry(self, handle, operation),
                None => break,
            }
        }
    }

    /// Ends the waits whose time has come and whose timers were set before the mark.
    fn fire_timers(&self, mark: u64) {
        let stale = self.scheduler.take_stale_timers();
        self.reactor
            .timers
            .borrow_mut()
            .went_stale(stale, |wait| self.scheduler.is_parked(wait));
        let now_ns = self.reactor.now_ns();
        loop {
            let due = self.reactor.timers.borrow_mut().pop_due(now_ns, mark);
            let Some((wait, target)) = due else { break };
            match self.scheduler.operation(wait) {
                Some(Operation::Sleep) => {
                    trace::event!(trace::timer(TimerEvent::Wake, 0.0));
                    self.scheduler.wake(wait, Answer::Nothing);
                }
                Some(operation) => modules::expired(self, wait, operation, target),
                None => {}
            }
        }
    }
}
