//! `tools lint`: judges C sources, scripts and workflows. The rules live in `lunet_lints`; here are files and formats.

mod configuration;
mod facts;
mod files;
mod format;
mod judge;
mod rules;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::{exit, render};

/// Judge C sources against the rules of the plugin SDK.
///
/// Example: tools lint runtime/plugins --format json
#[derive(clap::Args)]
pub struct LintArgs {
    /// Files and directories; default: the repository, respecting .gitignore.
    paths: Vec<PathBuf>,
    /// How findings are printed.
    #[arg(long, value_enum, default_value_t = format::Format::Human)]
    format: format::Format,
    /// Show the page of a rule.
    #[arg(long, value_name = "RULE", conflicts_with_all = ["list", "paths"])]
    explain: Option<String>,
    /// List the rules.
    #[arg(long, conflicts_with = "paths")]
    list: bool,
    /// Warnings fail the run, too.
    #[arg(long)]
    deny_warnings: bool,
    /// Judge stdin as if it were the file PATH.
    #[arg(long, value_name = "PATH", conflicts_with = "paths")]
    stdin: Option<PathBuf>,
    /// The configuration; default: lints.toml here or in a directory above.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &LintArgs) -> anyhow::Result<ExitCode> {
    if let Some(name) = &args.explain {
        return rules::explain(name);
    }
    if args.list {
        return rules::list(args.format);
    }
    let configuration = configuration::load(args.config.as_deref())?;
    let outcome = match &args.stdin {
        Some(path) => judge::stdin(&configuration, path)?,
        None => judge::files(&configuration, &args.paths),
    };
    render::out(&format::findings(&outcome, args.format)?);
    for failure in &outcome.failures {
        render::note(&format!("error: {failure}"));
    }
    if args.format == format::Format::Human {
        render::note(&outcome.summary());
    }
    Ok(if !outcome.failures.is_empty() {
        exit::could_not_run()
    } else if outcome.is_bad(args.deny_warnings) {
        exit::bad()
    } else {
        exit::well()
    })
}
