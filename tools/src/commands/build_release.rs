//! `tools build-release`: the optimised runtime, with no path of this machine in it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::programs::{Format, Programs, RunArgs};
use crate::{cargo, render};

/// Link-time optimisation of everything on a slow machine.
const LIMIT: Duration = Duration::from_mins(40);

/// Build the optimised runtime.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  cargo tools build-release && target/release/lunet-run --version"
)]
pub struct BuildReleaseArgs {
    #[command(flatten)]
    run: RunArgs,
}

/// Builds `lunet-run` and says where it is.
pub(super) fn run(args: &BuildReleaseArgs) -> anyhow::Result<ExitCode> {
    super::doctor::demand("build-release")?;
    let mut programs = Programs::open(&args.run, LIMIT)?;
    let made = program(&mut programs)?;
    report(programs, "build-release", args.run.format, made.as_deref())
}

/// Builds `lunet-run`; nothing if it does not build.
pub(super) fn program(programs: &mut Programs) -> anyhow::Result<Option<PathBuf>> {
    let arguments = ["build", "--locked", "--release", "--package", "lunet"];
    let mut program = cargo::call("build", &arguments);
    program.environment = cargo::without_paths(programs.root());
    cargo::build(programs, program, "lunet-run")
}

/// Names the program that was made, then says how the build ended.
pub(super) fn report(
    programs: Programs,
    command: &str,
    format: Format,
    made: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let mut more = serde_json::Map::new();
    if let Some(path) = made {
        let size = std::fs::metadata(path)?.len();
        if format == Format::Human {
            render::out(&format!("{} ({size} bytes)\n", path.display()));
        }
        more.insert("program".to_owned(), path.display().to_string().into());
        more.insert("size".to_owned(), size.into());
    }
    programs.finish(command, more)
}
