//! `tools release-check TAG`: whether a release is whole, from a folder or as it was published.
//!
//! Not here: any judgement. The checks are in the crate `lunet-release`.

pub(super) mod launch;
mod show;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use lunet_release::against::{Comparison, compare};
use lunet_release::report::{Report, Verdict};
use lunet_release::{Deadline, Detail, Evidence, Release, Selection, checks, github};

use crate::{exit, render, repository, workspace};

/// How long to wait before the second try of a request.
const PAUSE: Duration = Duration::from_millis(500);

/// Check whether a release is sound.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo tools release-check v1.2.0\n  cargo tools release-check v1.2.0 --dir dist --run-host"
)]
pub struct ReleaseCheckArgs {
    /// The tag of the release, such as v1.2.0.
    #[arg(required_unless_present_any = ["list_checks", "explain"])]
    tag: Option<OsString>,
    /// Check what lies in this folder: the assets and release-notes.md.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The repository that published the release; that of Cargo.toml if not given.
    #[arg(long, value_name = "OWNER/NAME")]
    repo: Option<String>,
    /// The API that tells of it; the token in `GITHUB_TOKEN` is sent there and nowhere else.
    #[arg(long, value_name = "URL", default_value = github::API)]
    api_url: String,
    /// Tell what changed since another release: a folder, or a tag of the same repository.
    #[arg(long, value_name = "DIR|TAG")]
    against: Option<String>,
    /// Unpack this host's archive into a temporary folder, start it there, and remove it.
    #[arg(long)]
    run_host: bool,
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
    /// Show method, address and status of each request on stderr.
    #[arg(short, long)]
    verbose: bool,
    /// Who reads the result.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// List the checks and what each of them holds.
    #[arg(long)]
    list_checks: bool,
    /// Print the page of a check.
    #[arg(long, value_name = "CHECK")]
    explain: Option<String>,
}

/// Who reads the result.
#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum Format {
    /// People: one line per thing that was looked at, and the verdict.
    #[default]
    Human,
    /// Programs.
    Json,
}

/// Checks a release.
pub(super) fn run(args: &ReleaseCheckArgs) -> anyhow::Result<ExitCode> {
    if args.list_checks {
        render::out(&show::list());
        return Ok(exit::well());
    }
    if let Some(name) = &args.explain {
        render::out(checks::find(name)?.page);
        return Ok(exit::well());
    }
    let token = token();
    let hide = |text: &str| hide(text, token.as_deref());
    // A stranger may have put the token into what was read.
    let mut report =
        check(args, token.as_deref()).map_err(|error| anyhow!(hide(&format!("{error:#}"))))?;
    report.map_texts(hide);
    match args.format {
        Format::Human => render::out(&show::report(&report)),
        Format::Json => render::json(&report)?,
    }
    Ok(match report.verdict {
        Verdict::Sound => exit::well(),
        Verdict::Unsound => exit::bad(),
    })
}

fn check(args: &ReleaseCheckArgs, token: Option<&str>) -> anyhow::Result<Report> {
    let deadline = Deadline::after(Duration::from_secs(args.timeout));
    let list = |names: &[String]| names.to_vec();
    let selection = Selection::new(list(&args.only), list(&args.skip), list(&args.allow_skip))?;
    let tag = args
        .tag
        .as_ref()
        .map(|tag| tag.to_string_lossy())
        .unwrap_or_default();
    let release = match &args.dir {
        Some(dir) => Release::in_folder(&tag, dir)?,
        None => published(args, &tag, token, &selection, &deadline)?,
    };
    let detail = match args.against {
        Some(_) => Detail::Compare,
        None => Detail::Judge,
    };
    let mut evidence = Evidence::read(&release, &selection, detail, &deadline)?;
    if args.run_host {
        evidence = evidence.starting(&launch::launch, deadline);
    }
    let mut report = checks::judge(&evidence, &selection);
    if let Some(before) = &args.against {
        report.against = Some(against(args, before, token, &evidence, &deadline)?);
    }
    deadline.check()?;
    if report.checks.is_empty() {
        bail!("nothing was checked: what --only names applies to another kind of release");
    }
    Ok(report)
}

/// What changed since the release in a folder, or since the published one of a tag.
fn against(
    args: &ReleaseCheckArgs,
    before: &str,
    token: Option<&str>,
    now: &Evidence<'_>,
    deadline: &Deadline,
) -> anyhow::Result<Comparison> {
    let archives = Selection::new(vec!["archive".to_owned()], Vec::new(), Vec::new())?;
    let release = if Path::new(before).is_dir() {
        Release::in_folder(before, Path::new(before))?
    } else {
        let release = published(args, before, token, &archives, deadline)?;
        if release.assets.is_empty() {
            bail!("there is no published release {before} to compare with");
        }
        release
    };
    let before = Evidence::read(&release, &archives, Detail::Compare, deadline)?;
    Ok(compare(&before, now))
}

fn published(
    args: &ReleaseCheckArgs,
    tag: &str,
    token: Option<&str>,
    selection: &Selection,
    deadline: &Deadline,
) -> anyhow::Result<Release> {
    let repository = match &args.repo {
        Some(repository) => repository.clone(),
        None => workspace::repository(&repository::root()?)?
            .context("Cargo.toml names no repository: give --repo OWNER/NAME, or --dir DIR")?,
    };
    let log = |line: &str| {
        if args.verbose {
            render::note(line);
        }
    };
    let request = github::Request {
        api: &args.api_url,
        repository: &repository,
        tag,
        token,
        log: &log,
        variable: &|name| std::env::var(name).ok(),
        pause: PAUSE,
    };
    Ok(github::fetch(&request, selection, deadline)?)
}

/// The token for the API, if there is one.
fn token() -> Option<String> {
    let token = std::env::var("GITHUB_TOKEN").ok()?;
    let token = token.trim();
    (!token.is_empty()).then(|| token.to_owned())
}

/// A text without the token.
fn hide(text: &str, token: Option<&str>) -> String {
    match token {
        Some(token) => text.replace(token, "***"),
        None => text.to_owned(),
    }
}
