//! The commands, one file each. A command is `struct XArgs` and `fn run(args) -> anyhow::Result<ExitCode>`.

mod bench;
mod build_debug;
mod build_release;
mod ci;
mod completions;
mod doctor;
mod init;
mod lint;
mod manpages;
mod package;
mod release;
mod release_check;
mod release_notes;
mod test;

use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::exit;

/// The maintainer's program of Lunet.
#[derive(clap::Parser)]
#[command(name = "tools", version, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// One variant per command, sorted.
#[derive(clap::Subcommand)]
pub enum Command {
    Bench(bench::BenchArgs),
    BuildDebug(build_debug::BuildDebugArgs),
    BuildRelease(build_release::BuildReleaseArgs),
    Ci(Box<ci::CiArgs>),
    Completions(completions::CompletionsArgs),
    Doctor(doctor::DoctorArgs),
    Init(init::InitArgs),
    Lint(lint::LintArgs),
    Manpages(manpages::ManpagesArgs),
    Package(package::PackageArgs),
    Release(release::ReleaseArgs),
    ReleaseCheck(release_check::ReleaseCheckArgs),
    ReleaseNotes(release_notes::ReleaseNotesArgs),
    Test(test::TestArgs),
}

impl Command {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Bench(args) => bench::run(&args),
            Self::BuildDebug(args) => build_debug::run(&args),
            Self::BuildRelease(args) => build_release::run(&args),
            Self::Ci(args) => ci::run(&args),
            Self::Completions(args) => completions::run(&args),
            Self::Doctor(args) => doctor::run(&args),
            Self::Init(args) => init::run(&args),
            Self::Lint(args) => lint::run(&args),
            Self::Manpages(args) => manpages::run(&args),
            Self::Package(args) => package::run(&args),
            Self::Release(args) => release::run(&args),
            Self::ReleaseCheck(args) => release_check::run(&args),
            Self::ReleaseNotes(args) => release_notes::run(&args),
            Self::Test(args) => test::run(&args),
        }
    }
}

/// The definition that parsing, help, completions and man pages share: each command lists the exit codes
/// after its example.
pub(crate) fn command() -> clap::Command {
    let with_codes = |command: clap::Command| {
        let example = command.get_after_help().map(ToString::to_string);
        let parts = example.into_iter().chain([exit::HELP.to_owned()]);
        command.after_help(parts.collect::<Vec<_>>().join("\n\n"))
    };
    with_codes(Arguments::command()).mut_subcommands(with_codes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_definition_is_sound() {
        super::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example_and_the_exit_codes() {
        for command in super::command().get_subcommands_mut() {
            let name = command.get_name().to_owned();
            let help = command.render_long_help().to_string();
            let example = help.contains("Example") && help.contains(&format!("tools {name}"));
            assert!(
                example,
                "no example in the help of {name}: give it `after_help = \"Example:\\n  cargo tools {name} …\"`"
            );
            assert!(help.contains("Exit codes:"), "{name}");
        }
    }
}
