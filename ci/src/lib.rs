//! A workflow file in, a plan out, and a replay of that plan on this machine.
//!
//! Reading order: [`process`] runs one child program under a limit, [`logs`] keeps what it printed.

#![forbid(unsafe_code)]

pub mod batch;
mod context;
pub mod diagnostic;
mod error;
pub mod expression;
pub mod hash_files;
pub mod logs;
pub mod matrix;
pub mod occasion;
pub mod os;
pub mod plan;
pub mod process;
pub mod repository;
pub mod workflow;
pub mod yaml;

pub use error::Error;
