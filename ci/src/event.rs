//! What a replay tells while it runs, in order. Texts are masked already.

use crate::verdict::{JobReport, StepReport, Trap};

/// One thing that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// Something to know about the whole run.
    Note(&'a str),
    /// This machine differs from what the workflow pins.
    Drift(&'a str),
    /// Something about the workflow will bite.
    Trap(&'a Trap),
    /// A job begins.
    JobStarted {
        /// Its id.
        job: &'a str,
        /// For people.
        name: &'a str,
    },
    /// A step begins.
    StepStarted {
        /// For people.
        name: &'a str,
    },
    /// A line was printed.
    Line(&'a str),
    /// Lines that belong together begin.
    GroupStarted(&'a str),
    /// They end.
    GroupEnded,
    /// A step has ended, or did not run.
    StepEnded(&'a StepReport),
    /// A job has ended, or did not run.
    JobEnded(&'a JobReport),
}
