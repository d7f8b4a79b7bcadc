//! A workflow file in, a plan out, and a replay of that plan on this machine.
//!
//! Reading order: [`yaml`] and [`workflow`] read a file into its model, [`expression`] and [`matrix`] are GitHub's
//! language, [`occasion`] is what sets a workflow off, [`plan`] says what would run, and [`replay`] runs it,
//! telling [`event`]s and giving a [`verdict::Report`]. [`receipt`], [`last`], [`diff`] and [`junit`] come after.
//! Shared with other commands: [`process`] runs one child program under a limit, [`logs`] keeps what it printed.

#![forbid(unsafe_code)]

pub mod batch;
mod context;
pub mod diagnostic;
pub mod diff;
mod drift;
mod error;
pub mod event;
pub mod expression;
pub mod hash_files;
pub mod junit;
pub mod last;
pub mod logs;
pub mod matrix;
pub mod occasion;
pub mod os;
pub mod plan;
pub mod process;
pub mod receipt;
pub mod replay;
pub mod repository;
mod traps;
pub mod tree;
pub mod verdict;
pub mod workflow;
pub mod yaml;

pub use error::Error;
