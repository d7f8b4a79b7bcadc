//! `tools release-notes TAG`: checksums and drafted notes for the assets in a folder.
//!
//! Not here: what notes say; that is the crate `lunet-release`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use lunet_release::Deadline;
use lunet_release::contract::contract;
use lunet_release::draft::{Draft, Refusal};

use super::package::{DIST, write_sums};
use super::release_check::launch;
use crate::{exit, git, render, repository};

/// Draft the notes of a release, and write SHA256SUMS over its assets.
///
/// Highlights come from the section of the version in CHANGELOG.md, changes from the commits since the
/// tag before, and the Quick Start is run with this host's archive.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools release-notes v1.2.0 --dir dist")]
pub struct ReleaseNotesArgs {
    /// The tag of the release.
    tag: String,
    /// The folder of the three archives; dist in the repository if not given.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Where to write the notes; release-notes.md in the folder if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// End the whole command after this time, with exit code 2.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
}

/// Writes checksums and notes, or says what is missing.
pub(super) fn run(args: &ReleaseNotesArgs) -> anyhow::Result<ExitCode> {
    let deadline = Deadline::after(Duration::from_secs(args.timeout));
    let root = repository::root()?;
    let path = root.join("CHANGELOG.md");
    let changelog =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let previous = previous(&root, &args.tag)?;
    let commits = match &previous {
        Some(previous) => commits(&root, previous)?,
        None => Vec::new(),
    };
    let dir = args.dir.clone().unwrap_or_else(|| root.join(DIST));
    write_sums(&dir, &deadline)?;
    let draft = Draft {
        tag: &args.tag,
        changelog: &changelog,
        previous: previous.as_deref(),
        commits: &commits,
        folder: &dir,
        launcher: &launch::launch,
    };
    let notes = match draft.write(&deadline) {
        Ok(notes) => notes,
        Err(Refusal::Failed(error)) => return Err(error.into()),
        Err(Refusal::Because(why)) => {
            deadline.check()?;
            for line in why {
                render::note(&format!("refused: {line}"));
            }
            return Ok(exit::bad());
        }
    };
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| dir.join(&contract().notes_file));
    fs::write(&out, notes).with_context(|| format!("cannot write {}", out.display()))?;
    render::out(&format!("{}\n", out.display()));
    Ok(exit::well())
}

/// The newest tag of a release that the last commit comes after, besides the one that is being made.
fn previous(root: &Path, tag: &str) -> anyhow::Result<Option<String>> {
    let listed = git::git(
        root,
        &[
            "tag",
            "--merged",
            "HEAD",
            "--sort=-creatordate",
            "--list",
            "v*",
        ],
    )?;
    let known = |name: &&str| *name != tag && lunet_release::tag::version(name).is_ok();
    Ok(listed.lines().find(known).map(str::to_owned))
}

/// Titles of the commits since a tag, newest first.
fn commits(root: &Path, since: &str) -> anyhow::Result<Vec<String>> {
    let range = format!("{since}..HEAD");
    let listed = git::git(root, &["log", "--no-merges", "--format=%s", &range])?;
    Ok(listed.lines().map(str::to_owned).collect())
}
