//! A workflow file in, a plan out, and a replay of that plan on this machine.
//!
//! Reading order: [`process`] runs one child program under a limit, [`logs`] keeps what it printed.

#![forbid(unsafe_code)]

mod error;
pub mod logs;
pub mod process;

pub use error::Error;
