//! `tools release-check TAG`: whether a release is whole, from a folder or as it was published.
//!
//! Not here: any judgement. The checks are in the crate `lunet-release`.

mod show;

use std::{ffi::OsString, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context as _;
use lunet_release::{
    Deadline, Evidence, Release, Selection, checks,
    report::{Report, Verdict},
};

use crate::{exit, render};

/// Check whether a release is sound.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools release-check v1.2.0 --dir dist")]
pub struct ReleaseCheckArgs {
    /// The tag of the release, such as v1.2.0.
    #[arg(required_unless_present_any = ["list_checks", "explain"])]
    tag: Option<OsString>,
    /// The folder with the assets and release-notes.md.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Make only these checks; give it several times or with commas.
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave these checks out; the verdict names them.
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    skip: Vec<String>,
    /// Let these checks be impossible without making the release unsound.
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    allow_skip: Vec<String>,
    /// End the whole command after this time, with exit code 2.
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// List the checks and what each of them holds.
    #[arg(long)]
    list_checks: bool,
    /// Print the page of a check.
    #[arg(long, value_name = "CHECK")]
    explain: Option<String>,
}

/// How to print the result.
#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum Format {
    /// One line per check, for people.
    #[default]
    Human,
    /// One object, for machines.
    Json,
}

/// Checks a release.
pub(super) fn run(args: ReleaseCheckArgs) -> anyhow::Result<ExitCode> {
    if args.list_checks {
        render::out(&show::list());
        return Ok(exit::well());
    }
    if let Some(name) = &args.explain {
        render::out(checks::find(name)?.page);
        return Ok(exit::well());
    }
    let format = args.format;
    let report = check(args)?;
    match format {
        Format::Human => render::out(&show::report(&report)),
        Format::Json => render::json(&report)?,
    }
    Ok(match report.verdict {
        Verdict::Sound => exit::well(),
        Verdict::Unsound => exit::bad(),
    })
}

fn check(args: ReleaseCheckArgs) -> anyhow::Result<Report> {
    let deadline = Deadline::after(Duration::from_secs(args.timeout));
    let selection = Selection::new(args.only, args.skip, args.allow_skip)?;
    let tag = args.tag.unwrap_or_default().to_string_lossy().into_owned();
    let dir = args
        .dir
        .context("give the folder of the release: --dir DIR")?;
    let release = Release::in_folder(&tag, &dir)?;
    let evidence = Evidence::read(&release, &selection, &deadline)?;
    Ok(checks::judge(&evidence, &selection))
}
