//! The shared flag that Ctrl-C sets.
//!
//! Not here: what is done about it; whoever waits for something asks the flag.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use crate::Error;

/// Counts the interruptions (Ctrl-C, SIGTERM, SIGHUP) since it was made. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    count: Arc<AtomicUsize>,
    /// Interruptions that have been dealt with.
    seen: usize,
}

impl Interrupt {
    /// An interrupt that only [`Interrupt::trigger`] sets.
    pub fn never() -> Self {
        Self::default()
    }

    /// The one interrupt of this process that Ctrl-C sets; from now on Ctrl-C does nothing else.
    pub fn on_ctrl_c() -> Result<Self, Error> {
        static PROCESS: OnceLock<Interrupt> = OnceLock::new();
        if let Some(interrupt) = PROCESS.get() {
            return Ok(interrupt.clone());
        }
        let interrupt = Self::never();
        let handler = interrupt.clone();
        ctrlc::set_handler(move || handler.trigger())?;
        Ok(PROCESS.get_or_init(|| interrupt).clone())
    }

    /// Sets it as Ctrl-C would.
    pub fn trigger(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether there was an interruption that nobody has dealt with.
    pub fn is_set(&self) -> bool {
        self.pending() > 0
    }

    /// How many interruptions there were that nobody has dealt with: the second means "now".
    pub(crate) fn pending(&self) -> usize {
        self.count.load(Ordering::SeqCst).saturating_sub(self.seen)
    }

    /// The same interrupt for work that goes on after an interruption: set by the next one.
    #[must_use]
    pub fn dealt_with(&self) -> Self {
        Self {
            count: Arc::clone(&self.count),
            seen: self.count.load(Ordering::SeqCst),
        }
    }
}
