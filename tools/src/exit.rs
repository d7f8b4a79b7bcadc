//! The exit codes of every command.

use std::process::ExitCode;

/// What `--help` says about exit codes.
pub const HELP: &str = "Exit codes:\n  0  all is well\n  1  what was examined is bad: findings, a failing step, an unsound release\n  2  could not run: usage, a missing program, unreadable input, network";

/// All is well.
pub fn well() -> ExitCode {
    ExitCode::SUCCESS
}

/// What was examined is bad.
pub fn bad() -> ExitCode {
    ExitCode::from(1)
}

/// The command could not do its work.
pub fn could_not_run() -> ExitCode {
    ExitCode::from(2)
}
