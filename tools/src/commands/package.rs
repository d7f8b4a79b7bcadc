//! `tools package`: the release archive of one target, the same bytes from the same commit everywhere.
//!
//! Not here: what an archive has and how it is written; that is the crate `lunet-release`.

mod place;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use lunet_release::contract::{Archive, contract};
use lunet_release::package::{Content, Package, sources, verify};
use lunet_release::{Deadline, target};

pub(super) use place::write_sums;

use super::build_release;
use crate::programs::{Format, Programs, RunArgs};
use crate::{exit, git, render, repository, workspace};

/// The optimised build, where one is needed, on a slow machine.
const LIMIT: Duration = Duration::from_mins(40);

/// Where a release is put together, in the repository.
pub(super) const DIST: &str = "dist";

/// Where the sources of plugins lie, a folder each.
const PLUGINS: &str = "runtime/plugins/";

/// Write the release archive of this host's target, and SHA256SUMS.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo tools package\n  cargo tools package --target windows-amd64 --binary lunet-run.exe"
)]
pub struct PackageArgs {
    /// Pack for this target instead of the host's; needs --binary.
    #[arg(long, value_name = "TARGET", requires = "binary")]
    target: Option<String>,
    /// Pack this runtime instead of building one.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Pack this native module into lunet/ (repeatable).
    #[arg(long, value_name = "FILE")]
    module: Vec<PathBuf>,
    /// The tag that is being made; refused when Cargo.toml has another version.
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// Pack a tree that differs from its commit; the version says `dirty` then.
    #[arg(long)]
    allow_dirty: bool,
    /// Where to put the archive; dist in the repository if not given.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    run: RunArgs,
}

/// Packs, and refuses to leave an archive behind that no check of a release would pass.
pub(super) fn run(args: &PackageArgs) -> anyhow::Result<ExitCode> {
    let root = repository::root()?;
    let archive = archive(args)?;
    let tree = match Tree::read(&root, args)? {
        Ok(tree) => tree,
        Err(refusal) => return Ok(refuse(&refusal)),
    };
    let mut modules = args.module.clone();
    let binary = match &args.binary {
        Some(binary) => binary.clone(),
        None => match build(args)? {
            Some(binary) => {
                modules.extend(plugins(archive, &tree, &binary));
                binary
            }
            None => return Ok(refuse(&["the runtime could not be built".to_owned()])),
        },
    };
    let mut files = tree.files;
    files.push((archive.program.clone(), content(binary)?));
    for module in &modules {
        files.push((native(archive, module)?, content(module.clone())?));
    }
    let package = Package {
        archive,
        version: &tree.version,
        time: tree.time,
        files,
    };
    let out = args.out.clone().unwrap_or_else(|| root.join(DIST));
    let partial = place::partial(&out, &archive.asset)?;
    package.write(partial.path())?;
    let deadline = Deadline::after(args.run.timeout.map_or(LIMIT, Duration::from_secs));
    let findings = verify(archive, partial.path(), &tree.version, &deadline)?;
    if !findings.is_empty() {
        let told = findings.iter().map(|finding| {
            format!(
                "{}: {}: {}",
                finding.check, finding.subject, finding.message
            )
        });
        return Ok(refuse(&told.collect::<Vec<_>>()));
    }
    let placed = place::place(&root, partial, &out.join(&archive.asset))?;
    write_sums(&out, &deadline)?;
    report(
        args,
        &out.join(&archive.asset),
        archive,
        &tree.version,
        &placed,
    )
}

/// The archive to write: that of `--target`, else the host's.
fn archive(args: &PackageArgs) -> anyhow::Result<&'static Archive> {
    let Some(name) = &args.target else {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        return target::host().with_context(|| {
            format!(
                "there is no release for this host ({os} on {arch}): give --target and --binary"
            )
        });
    };
    contract().target(name).with_context(|| {
        let known: Vec<&str> = contract()
            .archives
            .iter()
            .map(|archive| archive.target.as_str())
            .collect();
        format!(
            "there is no target {name:?}; known are {}",
            known.join(", ")
        )
    })
}

/// What the working tree gives to every archive.
struct Tree {
    version: String,
    time: u64,
    /// Names of the plugins, sorted.
    plugins: BTreeSet<String>,
    files: Vec<(String, Content)>,
}

impl Tree {
    /// Reads the tree; the inner error is a refusal.
    fn read(root: &Path, args: &PackageArgs) -> anyhow::Result<Result<Self, Vec<String>>> {
        let mut version = workspace::version(root)?;
        if let Some(tag) = args
            .tag
            .as_ref()
            .filter(|tag| **tag != format!("v{version}"))
        {
            return Ok(Err(vec![format!(
                "Cargo.toml has version {version}, which the tag {tag} does not name"
            )]));
        }
        let changes = git::changes(root)?;
        if !changes.is_empty() {
            if !args.allow_dirty {
                let hint = "the tree differs from its commit; commit first, or mark the version with --allow-dirty:";
                return Ok(Err([vec![hint.to_owned()], changes].concat()));
            }
            version.push_str(if version.contains('-') {
                ".dirty"
            } else {
                "-dirty"
            });
        }
        let tracked = git::files(root, args.allow_dirty)?;
        let mut files = Vec::new();
        for (place, path) in sources(tracked.iter().map(String::as_str)) {
            // A file that was deleted but not committed so is no part of a dirty tree.
            if args.allow_dirty && !root.join(path).exists() {
                continue;
            }
            files.push((place, content(root.join(path))?));
        }
        let plugin =
            |path: &String| Some(path.strip_prefix(PLUGINS)?.split_once('/')?.0.to_owned());
        let plugins = tracked.iter().filter_map(plugin).collect();
        let time = time(root)?;
        Ok(Ok(Self {
            version,
            time,
            plugins,
            files,
        }))
    }
}

/// The native modules that the build made of the plugins, beside the runtime.
fn plugins(archive: &Archive, tree: &Tree, binary: &Path) -> Vec<PathBuf> {
    let folder = binary.with_file_name(contract().contents.natives_folder.trim_end_matches('/'));
    let mut found = Vec::new();
    for plugin in &tree.plugins {
        let endings = archive.natives.iter();
        let mut made = endings.map(|ending| folder.join(format!("{plugin}{ending}")));
        match made.find(|module| module.is_file()) {
            Some(module) => found.push(module),
            None => render::note(&format!(
                "the plugin {plugin} was not built for this target: packed without it"
            )),
        }
    }
    found
}

/// `SOURCE_DATE_EPOCH` if set, else when the last commit was made.
/// See <https://reproducible-builds.org/specs/source-date-epoch/>.
fn time(root: &Path) -> anyhow::Result<u64> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => seconds.parse().with_context(|| {
            format!("SOURCE_DATE_EPOCH is {seconds:?}, which is no number of seconds")
        }),
        Err(std::env::VarError::NotPresent) => git::commit_time(root),
        Err(error) => Err(error).context("SOURCE_DATE_EPOCH can't be read"),
    }
}

/// A regular file's bytes. A link would pack what lies elsewhere.
fn content(path: PathBuf) -> anyhow::Result<Content> {
    let metadata = std::fs::symlink_metadata(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    if !metadata.is_file() {
        bail!("{} is no regular file", path.display());
    }
    Ok(Content::File(path))
}

/// Where a native module goes.
fn native(archive: &Archive, module: &Path) -> anyhow::Result<String> {
    let name = module.file_name().and_then(|name| name.to_str());
    let fits = |name: &&str| {
        archive
            .natives
            .iter()
            .any(|ending| name.ends_with(ending.as_str()))
    };
    let name = name.filter(fits).with_context(|| {
        let endings = archive.natives.join(" or ");
        format!(
            "{} is no native module of {}: it does not end in {endings}",
            module.display(),
            archive.target
        )
    })?;
    Ok(format!("{}{name}", contract().contents.natives_folder))
}

/// Builds the optimised runtime; nothing if it did not build.
fn build(args: &PackageArgs) -> anyhow::Result<Option<PathBuf>> {
    super::doctor::demand("build-release")?;
    build_release::program(&mut Programs::open(&args.run, LIMIT)?)
}

fn refuse(why: &[String]) -> ExitCode {
    for line in why {
        render::note(&format!("refused: {line}"));
    }
    exit::bad()
}

fn report(
    args: &PackageArgs,
    path: &Path,
    archive: &Archive,
    version: &str,
    placed: &place::Placed,
) -> anyhow::Result<ExitCode> {
    match args.run.format {
        Format::Human => {
            if let Some(aside) = &placed.aside {
                render::out(&format!(
                    "the archive before it is now {}\n",
                    aside.display()
                ));
            }
            render::out(&format!(
                "{} ({} bytes)\nsha256 {}\n",
                path.display(),
                placed.size,
                placed.sha256
            ));
        }
        Format::Json => render::json(&serde_json::json!({
            "archive": path.display().to_string(),
            "target": archive.target,
            "version": version,
            "size": placed.size,
            "sha256": placed.sha256,
        }))?,
    }
    Ok(exit::well())
}
