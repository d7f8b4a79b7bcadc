//! Readiness, time and wake-ups from other threads. With the files below it, the only place that knows mio.
//!
//! Nothing here knows coroutines: a turn yields readiness by token and timers by key, and the
//! event loop decides who is resumed.

pub(crate) mod kernel;
pub(crate) mod timers;
pub(crate) mod transport;

use std::cell::{Cell, OnceCell, RefCell};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::event::Source;
use mio::{Events, Interest, Poll, Token, Waker};

use timers::Timers;

/// The token of wake-ups from other threads; no handle has these bits.
const WAKE: Token = Token(usize::MAX);

/// How many events one turn takes from the kernel.
const EVENTS_PER_TURN: usize = 1024;

/// What the kernel said about one handle.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts of one event"
)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Readiness {
    /// The bits that the source was registered with.
    pub(crate) token: u64,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// The peer will send nothing more, or the connection is gone: reads answer at once from now on.
    pub(crate) closed: bool,
    /// The peer sent something urgent: a read ends before it, whatever comes behind (tcp(7)).
    pub(crate) urgent: bool,
}

/// The poller, the clock and the timers of one event loop.
pub(crate) struct Reactor {
    poll: RefCell<Poll>,
    /// Filled by [`Reactor::turn`] only.
    events: RefCell<Events>,
    /// Made at the first use of another thread.
    waker: OnceCell<Arc<Waker>>,
    pub(crate) timers: RefCell<Timers>,
    start: Instant,
    /// When the present turn began, for marks that need no precision.
    turn_ms: Cell<u32>,
}

impl Reactor {
    /// A reactor without sources.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            poll: RefCell::new(Poll::new()?),
            events: RefCell::new(Events::with_capacity(EVENTS_PER_TURN)),
            waker: OnceCell::new(),
            timers: RefCell::new(Timers::default()),
            start: Instant::now(),
            turn_ms: Cell::new(0),
        })
    }

    /// Nanoseconds since the reactor was made.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "584 years of nanoseconds fit"
    )]
    pub(crate) fn now_ns(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    /// When the present turn began, in milliseconds.
    pub(crate) fn turn_ms(&self) -> u32 {
        self.turn_ms.get()
    }

    /// Starts to watch a source for input, and for room to write when `write` is set.
    pub(crate) fn watch(
        &self,
        source: &mut impl Source,
        token: u64,
        write: bool,
    ) -> io::Result<()> {
        self.poll
            .borrow()
            .registry()
            .register(source, to_token(token), interest(write))
    }

    /// Changes whether room to write is watched, too.
    pub(crate) fn rewatch(
        &self,
        source: &mut impl Source,
        token: u64,
        write: bool,
    ) -> io::Result<()> {
        self.poll
            .borrow()
            .registry()
            .reregister(source, to_token(token), interest(write))
    }

    /// What other threads call to end a wait of [`Reactor::turn`].
    pub(crate) fn waker(&self) -> io::Result<Arc<Waker>> {
        if let Some(waker) = self.waker.get() {
            return Ok(Arc::clone(waker));
        }
        let waker = Arc::new(Waker::new(self.poll.borrow().registry(), WAKE)?);
        Ok(Arc::clone(self.waker.get_or_init(|| waker)))
    }

    /// Waits for readiness, at most until the next timer and not at all when `idle` is false,
    /// and tells each. Wake-ups from other threads only end the wait.
    pub(crate) fn turn(&self, idle: bool, mut tell: impl FnMut(Readiness)) -> io::Result<()> {
        let timeout = if idle {
            self.until_next_timer()
        } else {
            Some(Duration::ZERO)
        };
        let mut events = self.events.borrow_mut();
        match self.poll.borrow_mut().poll(&mut events, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => events.clear(),
            other => other?,
        }
        let turn_ms = self.now_ns() / 1_000_000;
        self.turn_ms.set(u32::try_from(turn_ms).unwrap_or(u32::MAX));
        for event in events.iter().filter(|event| event.token() != WAKE) {
            tell(Readiness {
                token: event.token().0 as u64,
                readable: event.is_readable(),
                writable: event.is_writable(),
                closed: event.is_read_closed() || event.is_write_closed() || event.is_error(),
                urgent: event.is_priority(),
            });
        }
        Ok(())
    }

    /// How long until the first timer; none for ever.
    fn until_next_timer(&self) -> Option<Duration> {
        let deadline_ns = self.timers.borrow().next_deadline_ns()?;
        Some(Duration::from_nanos(
            deadline_ns.saturating_sub(self.now_ns()),
        ))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "handles are tokens on 64-bit systems only"
)]
fn to_token(bits: u64) -> Token {
    const { assert!(usize::BITS == 64, "tokens carry 64 bits") };
    Token(bits as usize)
}

fn interest(write: bool) -> Interest {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let input = Interest::READABLE | Interest::PRIORITY;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let input = Interest::READABLE;
    if write {
        input | Interest::WRITABLE
    } else {
        input
    }
}
