//! `tools completions SHELL`: a completion script made from the same definitions as the help.

use std::process::ExitCode;

use crate::{exit, render};

/// Print a completion script for a shell.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  cargo tools completions bash > ~/.local/share/bash-completion/completions/tools"
)]
pub struct CompletionsArgs {
    /// The shell to complete for.
    shell: clap_complete::Shell,
}

/// Prints the completion script to stdout.
pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "tools", &mut script);
    render::out(&String::from_utf8(script)?);
    Ok(exit::well())
}
