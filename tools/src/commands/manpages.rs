//! `tools manpages DIR`: man pages made from the same definitions as the help.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::{exit, render};

/// Write a man page for each command.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools manpages ~/.local/share/man/man1")]
pub struct ManpagesArgs {
    /// The folder to write them to; it is made if missing.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Writes `tools.1`, `tools-lint.1` and so on.
pub(super) fn run(args: &ManpagesArgs) -> anyhow::Result<ExitCode> {
    let folder = args.folder.display();
    std::fs::create_dir_all(&args.folder)
        .with_context(|| format!("can't make the folder {folder}"))?;
    clap_mangen::generate_to(super::command(), &args.folder)
        .with_context(|| format!("can't write man pages to {folder}"))?;
    render::note(&format!("man pages are in {folder}"));
    Ok(exit::well())
}
