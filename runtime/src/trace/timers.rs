//! What timers did.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::TimerEvent;
use super::corefs::say;

static SLEEPS: AtomicU64 = AtomicU64::new(0);
static WAKES: AtomicU64 = AtomicU64::new(0);

/// Counts an event; with `trace-verbose` also prints it.
pub(super) fn count(event: TimerEvent, milliseconds: f64) {
    let line = match event {
        TimerEvent::Sleep => {
            let number = SLEEPS.fetch_add(1, Relaxed) + 1;
            format!("[TIMER_TRACE] SLEEP #{number} ms={milliseconds}")
        }
        TimerEvent::Wake => {
            let number = WAKES.fetch_add(1, Relaxed) + 1;
            format!("[TIMER_TRACE] WAKE #{number}")
        }
    };
    if cfg!(feature = "trace-verbose") {
        say(&line);
    }
}

/// How often each happened.
pub(super) fn summary() {
    let (sleeps, wakes) = (SLEEPS.load(Relaxed), WAKES.load(Relaxed));
    say(&format!(
        "[TIMER_TRACE] SUMMARY: sleep={sleeps} wake={wakes}"
    ));
}
