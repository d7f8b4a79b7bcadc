//! `tools ci diff`: where a real run came out differently than the last replay.

use std::{env, path::PathBuf, process::ExitCode};

use lunet_ci::{diff, repository};

use super::told;
use crate::{exit, programs::Format, render};

/// Compare the downloaded log of a real run with the last replay, and name the first step that differs.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools ci diff logs_12345.zip")]
pub(super) struct DiffArgs {
    /// The log archive of the run, or the text of one of its jobs.
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// Who reads the result.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<ExitCode> {
    let root = repository::root(&env::current_dir()?);
    let compared = diff::of_file(&root, &args.log).map_err(told)?;
    let first = diff::first(&compared);
    match (args.format, first) {
        (Format::Json, first) => {
            render::json(&serde_json::json!({"first": first, "steps": compared}))?;
        }
        (Format::Human, None) => {
            render::out(&format!("{} steps came out the same\n", compared.len()));
        }
        (Format::Human, Some(first)) => render::out(&format!(
            "the first step that differs: {} / {} ({})\n  here:  {}\n  there: {}\n",
            first.job, first.step, first.difference, first.here, first.there
        )),
    }
    Ok(if first.is_some() {
        exit::bad()
    } else {
        exit::well()
    })
}
