//! What a Lunet release is, and the checks that prove one sound.
//!
//! Reading order: [`contract`] is what a release has to be, as data; [`Release`] is one as it lies in
//! a folder or at [`github`]; [`Evidence`] is what was read out of it; [`checks`] judge that and [`report`] is the
//! verdict. Nothing here prints or starts a program.

#![forbid(unsafe_code)]

pub mod against;
mod archive;
mod calendar;
pub mod checks;
pub mod checksum;
pub mod contract;
mod deadline;
pub mod draft;
mod error;
mod evidence;
pub mod github;
pub mod host;
mod manifest;
mod name;
mod notes;
pub mod outcome;
pub mod package;
mod program;
mod reading;
mod release;
pub mod report;
mod selection;
pub mod side_by_side;
pub mod tag;
pub mod target;
mod unpack;

pub use deadline::Deadline;
pub use error::Error;
pub use evidence::Evidence;
pub use reading::Detail;
pub use release::{Asset, Notes, Release};
pub use selection::Selection;
