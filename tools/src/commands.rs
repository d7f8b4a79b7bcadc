//! The commands, one file each. A command is `struct XArgs` and `fn run(args) -> anyhow::Result<ExitCode>`.

mod completions;

use std::process::ExitCode;

use crate::exit;

/// The maintainer's program of Lunet.
#[derive(clap::Parser)]
#[command(name = "tools", version, after_help = exit::HELP, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// One variant per command, sorted.
#[derive(clap::Subcommand)]
pub enum Command {
    Completions(completions::CompletionsArgs),
}

impl Command {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Completions(args) => completions::run(&args),
        }
    }
}
