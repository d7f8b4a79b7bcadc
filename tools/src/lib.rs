//! The maintainer's program: arguments, rendering and exit codes over the libraries that do the work.
//!
//! Reading order: [`commands`] lists what can be asked, each file below it is one command,
//! [`render`] is the only place that prints, [`exit`] holds the exit codes, `programs` runs other programs
//! under limits, `repository` finds the tree to work on.

#![forbid(unsafe_code)]

mod cargo;
pub mod commands;
pub mod exit;
mod git;
mod programs;
pub mod render;
mod repository;
mod workspace;

use std::process::ExitCode;

use clap::FromArgMatches as _;
use clap::error::ErrorKind;

/// Parses the arguments of this process and runs the command they name.
pub fn main() -> ExitCode {
    let matches = commands::command().try_get_matches();
    let parsed = matches.and_then(|matches| commands::Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let lost = || render::lost().map_or(Ok(()), |reason| Err(anyhow::anyhow!("stdout: {reason}")));
    match arguments
        .command
        .run()
        .and_then(|code| lost().map(|()| code))
    {
        Ok(code) => code,
        Err(error) => {
            render::error(&error);
            exit::could_not_run()
        }
    }
}

/// Prints what clap has to say: help and version are answers, everything else is a usage error.
fn usage(error: &clap::Error) -> ExitCode {
    render::clap(error);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => exit::well(),
        _ => exit::could_not_run(),
    }
}
