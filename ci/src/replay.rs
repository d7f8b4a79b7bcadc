//! `plan → events`: starts the processes of a workflow's jobs on this machine and reports what became of them.
//!
//! Reading order: this file has what is asked for, `session` what a whole run shares, `jobs` the order of jobs,
//! `job` one matrix entry, `step` one step, `script` and `uses` what a step does.
//! Not here: whether a condition holds or what an expression means ([`crate::expression`]).

mod call;
mod command;
mod composite;
mod console;
mod emulated;
mod environment;
mod files;
mod host;
mod job;
mod jobs;
mod known;
mod mask;
mod resume;
mod script;
mod select;
mod session;
mod shell;
mod shims;
mod step;
mod talk_back;
mod uses;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use crate::{
    Error,
    event::Event,
    expression::Object,
    logs::LogFolder,
    occasion::Occasion,
    process::Interrupt,
    verdict::{Parity, Report},
    workflow::Workflow,
};
pub use select::Selection;
pub(crate) use shell::find as find_program;

/// What is asked for.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Options {
    /// The root of the repository.
    pub root: PathBuf,
    /// The event.
    pub occasion: Occasion,
    /// The `vars` context.
    pub vars: Object,
    /// The `secrets` context; its values never appear in what is shown.
    pub secrets: Vec<(String, String)>,
    /// Variables on top of the workflow's own.
    pub env: Vec<(String, String)>,
    /// Which jobs and steps.
    pub selection: Selection,
    /// Don't run steps again that nothing has changed for since the last replay.
    pub resume: bool,
    /// Open a shell in the workspace when a step fails.
    pub shell_on_failure: bool,
    /// Check out the files as they are, not as they are committed.
    pub dirty: bool,
    /// Let steps install packages of the system.
    pub install: bool,
    /// Commands of `ci.toml` in place of actions.
    pub substitutes: BTreeMap<String, Substitute>,
    /// Stands in for the outputs of jobs that don't run: job, name, value.
    pub job_outputs: Vec<(String, String, String)>,
    /// No job may take longer, whatever the workflow says.
    pub limit: Option<Duration>,
    /// Set by Ctrl-C.
    pub interrupt: Interrupt,
}

/// A local command in place of an action.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Substitute {
    /// The script; the inputs of the action are there as `INPUT_NAME`.
    pub run: String,
    /// Its shell; the system's default if not given.
    pub shell: Option<String>,
}

/// Replays a workflow. `sink` hears of everything as it happens; the report has it all at the end.
/// A step that fails is no error.
pub fn replay(
    workflow: &Workflow,
    options: &Options,
    logs: LogFolder,
    sink: &mut dyn FnMut(Event<'_>),
) -> Result<Report, Error> {
    let session = session::Session::new(options, logs, sink)?;
    session.announce(workflow);
    let jobs = jobs::run(&session, workflow)?;
    let parity = Parity::of(&jobs);
    let report = Report {
        conclusion: if session.is_cancelled() {
            crate::verdict::Outcome::Cancelled
        } else {
            Report::conclude(&jobs)
        },
        parity,
        jobs,
        drift: session.take_drift(),
        traps: session.take_traps(),
        recorded: session.recorded(),
    };
    session.masked(report)
}
