//! `tools ci hash-files`: what `hashFiles(…)` gives in the current folder.

use std::{env, process::ExitCode};

use super::told;
use crate::{exit, programs::Format, render};

/// Print what `hashFiles(…)` gives in the current folder.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools ci hash-files '**/Cargo.lock' '!target/**'")]
pub(super) struct HashFilesArgs {
    /// Patterns as a workflow has them; `!` takes away again.
    #[arg(required = true, value_name = "PATTERN", allow_hyphen_values = true)]
    patterns: Vec<String>,
    /// Who reads the result.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &HashFilesArgs) -> anyhow::Result<ExitCode> {
    let hashed =
        lunet_ci::hash_files::hash_files(&env::current_dir()?, &args.patterns).map_err(told)?;
    match args.format {
        Format::Json => render::json(&hashed)?,
        Format::Human => render::out(&format!("{}\n", hashed.hash)),
    }
    Ok(exit::well())
}
