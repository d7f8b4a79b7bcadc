//! Where Rust ends and C begins: a panic that would go further ends the process.
//!
//! Not here: the bodies of Lua functions, whose panics become Lua errors (`entry`). The few functions
//! that Lua calls without a body need nothing: LuaJIT stops a foreign panic, and Rust then aborts.

use std::thread::panicking;

use crate::console;

/// Ends the process when a panic unwinds past it. An error of Lua passes.
pub(crate) struct Boundary {
    /// Something has panicked before; then this is a part of its clearing up.
    before: bool,
}

impl Boundary {
    /// The boundary of the running function, to be kept to its end.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self {
            before: panicking(),
        }
    }
}

impl Drop for Boundary {
    fn drop(&mut self) {
        if panicking() && !self.before {
            console::complain(&[b"lunet: an internal error ends the process"]);
            std::process::abort();
        }
    }
}
