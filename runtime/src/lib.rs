//! The runtime: a LuaJIT state, a scheduler of coroutines and one event loop.
//!
//! Reading order: `runtime` owns everything and has the loop; `scheduler` parks and wakes
//! coroutines; `reactor` knows the kernel and the time; `entry` is how Lua calls in and gets its
//! answer; `modules` are what scripts see. `handle`, `policy`, `offload`, `error`, `boundary` and `trace` serve them;
//! `vm` and `cli` put it all together, `abi` is the same for C.

mod abi;
mod boundary;
pub mod cli;
mod console;
mod embedded;
mod entry;
mod error;
#[cfg(test)]
#[cfg(unix)]
mod faults;
mod handle;
mod modules;
mod offload;
mod policy;
mod reactor;
mod runtime;
mod scheduler;
mod trace;
mod vm;
