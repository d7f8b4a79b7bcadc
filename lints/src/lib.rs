//! C sources and scripts in, findings out: the rules that keep plugins inside the public SDK.
//!
//! Pure: texts come in, findings go out; files, arguments and output are the caller's.
//!
//! Reading order: [`linter`] is the way of one text through the crate. `lexer` makes tokens, `outline` their
//! shape, `role` says what an identifier is doing. `rules` has one file a rule, [`rule`] says what a rule is.
//! [`finding`] is what comes out, [`mod@format`] how it is written, `suppress` what is silenced, [`settings`] and [`facts`] what is known before.

#![forbid(unsafe_code)]

mod address;
mod call;
pub mod coverage;
pub mod facts;
pub mod finding;
pub mod fix;
mod flow;
pub mod format;
mod gate;
mod grammar;
mod include;
mod internal;
pub mod language;
mod lexer;
pub mod linter;
mod lua;
mod macros;
pub mod mutation;
mod mutex;
mod outline;
mod paste;
mod piece;
mod role;
pub mod rule;
pub mod rules;
mod rust_source;
mod script;
pub mod settings;
pub mod source;
pub mod stack;
mod state_type;
mod suppress;
pub mod symbols;
mod unit;

pub use facts::Facts;
pub use finding::{Finding, Level};
pub use linter::{Linter, Report};
pub use settings::Settings;
