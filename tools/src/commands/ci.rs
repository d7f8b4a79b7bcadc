//! `tools ci`: the build workflow, planned, judged and replayed on this machine.
//!
//! Not here: GitHub's semantics (`lunet_ci`).

mod diff;
mod hash_files;
mod plan;
mod questions;
mod receipt;
mod run;
mod target;

use std::process::ExitCode;

/// Replay the build workflow on this machine, or say what it would do.
///
/// Without a command: the replay of the jobs for this system.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  cargo tools ci\n  cargo tools ci plan --event pull_request --os all"
)]
pub struct CiArgs {
    /// What to do; `run` if nothing is said.
    #[command(subcommand)]
    command: Option<CiCommand>,
    #[command(flatten)]
    run: run::RunArgs,
}

/// The commands, sorted.
#[derive(clap::Subcommand)]
enum CiCommand {
    Condition(questions::ConditionArgs),
    Diff(diff::DiffArgs),
    Eval(questions::EvalArgs),
    HashFiles(hash_files::HashFilesArgs),
    InstallHook(receipt::InstallHookArgs),
    Interpolate(questions::InterpolateArgs),
    Matrix(questions::MatrixArgs),
    Plan(plan::PlanArgs),
    Receipt(receipt::ReceiptArgs),
    Run(Box<run::RunArgs>),
}

/// Runs the command.
pub(super) fn run(args: &CiArgs) -> anyhow::Result<ExitCode> {
    let Some(command) = &args.command else {
        return run::run(&args.run);
    };
    match command {
        CiCommand::Condition(args) => questions::condition(args),
        CiCommand::Diff(args) => diff::run(args),
        CiCommand::Eval(args) => questions::eval(args),
        CiCommand::HashFiles(args) => hash_files::run(args),
        CiCommand::InstallHook(args) => receipt::install_hook(args),
        CiCommand::Interpolate(args) => questions::interpolate(args),
        CiCommand::Matrix(args) => questions::matrix(args),
        CiCommand::Plan(args) => plan::run(args),
        CiCommand::Receipt(args) => receipt::run(args),
        CiCommand::Run(args) => run::run(args),
    }
}

/// An error of the library as this program tells it: an invalid file with its lines.
fn told(error: lunet_ci::Error) -> anyhow::Error {
    match error {
        lunet_ci::Error::Invalid(invalid) => {
            let problems = invalid.problems.iter().map(|problem| {
                format!(
                    "{}:{problem}\n{}",
                    invalid.file,
                    problem.snippet(&invalid.text)
                )
            });
            anyhow::anyhow!("{}", problems.collect::<Vec<_>>().join("\n\n"))
        }
        error => error.into(),
    }
}
