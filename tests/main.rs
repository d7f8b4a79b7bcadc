//! End-to-end tests: everything a user can observe, from outside. One module per area.

mod cli;
mod support;
mod tidy;
