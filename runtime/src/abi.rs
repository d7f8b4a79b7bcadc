//! What C can call by name: the SDK of plugins and the API for embedding.
//!
//! `runtime/include` is the contract of every function here. These functions raise Lua errors
//! where their headers say so, so they are `extern "C-unwind"`.

mod coroutine;
mod embedding;
mod state;
mod work;

pub(crate) use state::{clear, publish};
