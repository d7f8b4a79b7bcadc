//! End-to-end tests: everything a user can observe, from outside. One module per area.

#![cfg(test)]

#[cfg(unix)]
mod ci;
mod cli;
mod examples;
#[cfg(unix)]
mod fresh;
#[cfg(unix)]
mod gate;
mod lint;
mod lua;
mod lunet_run;
#[cfg(unix)]
mod machine;
mod readme;
#[cfg(unix)]
mod receipt;
mod release;
mod release_check;
#[cfg(unix)]
mod sdk;
mod support;
mod tidy;
mod trace;
mod types;
