//! `tools ci receipt` and `tools ci install-hook`: no push of a tree that was not replayed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use lunet_ci::{receipt::Receipt, repository, tree, workflow::Workflow};

use super::told;
use crate::{exit, programs::Format, render};

/// Show the receipt of this tree, or check that it has one.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools ci receipt --check")]
pub(super) struct ReceiptArgs {
    /// Exit with 1 unless this very tree was replayed and was green.
    #[arg(long)]
    check: bool,
    /// The tree of this commit instead of the files as they are.
    #[arg(long)]
    commit: Option<String>,
    /// The workflow that must be the one that was replayed.
    #[arg(long, value_name = "FILE")]
    workflow: Option<PathBuf>,
    /// Who reads the result.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Have Git check for a receipt before each push.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools ci install-hook")]
pub(super) struct InstallHookArgs {}

/// The line that tells our hook from others.
const MARK: &str = "# Written by `tools ci install-hook`";

pub(super) fn run(args: &ReceiptArgs) -> anyhow::Result<ExitCode> {
    let root = repository::root(&env::current_dir()?);
    let tree = match &args.commit {
        Some(commit) => tree::of_commit(&root, commit)
            .with_context(|| format!("there is no commit '{commit}' here"))?,
        None => tree::hash(&root, true).map_err(told)?,
    };
    let receipt = Receipt::find(&root, &tree);
    let current = receipt
        .as_ref()
        .map(|receipt| is_current(args, &root, receipt))
        .transpose()?;
    match (&receipt, args.format) {
        (Some(receipt), Format::Json) => render::json(receipt)?,
        (None, Format::Json) => render::json(&serde_json::Value::Null)?,
        (Some(receipt), Format::Human) => {
            render::out(&format!(
                "tree {tree} was replayed on {}: {}\n",
                receipt.created,
                receipt.parity.line()
            ));
        }
        (None, Format::Human) => render::note(&format!(
            "tree {tree} was not replayed: run `cargo tools ci`"
        )),
    }
    if current == Some(false) {
        render::note("the workflow has changed since: run `cargo tools ci`");
    }
    Ok(if current == Some(true) {
        exit::well()
    } else {
        exit::bad()
    })
}

/// Whether the receipt is about the workflow as it is; one that is gone can't be told.
fn is_current(args: &ReceiptArgs, root: &Path, receipt: &Receipt) -> anyhow::Result<bool> {
    let path = match &args.workflow {
        Some(path) => path.clone(),
        None => root.join(&receipt.workflow),
    };
    if !path.exists() {
        return Ok(args.workflow.is_none());
    }
    let workflow = Workflow::load(&path, &path.display().to_string()).map_err(told)?;
    Ok(args.commit.is_some() || receipt.is_about(&workflow))
}

pub(super) fn install_hook(_: &InstallHookArgs) -> anyhow::Result<ExitCode> {
    let root = repository::root(&env::current_dir()?);
    let folder = repository::hooks(&root).context("this is no Git repository")?;
    fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let path = folder.join("pre-push");
    if let Ok(old) = fs::read_to_string(&path)
        && !old.contains(MARK)
    {
        bail!(
            "{} is there already and stays as it is: call `tools ci receipt --check` in it",
            path.display()
        );
    }
    fs::write(&path, hook()?).with_context(|| format!("can't write {}", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    render::out(&format!("{}\n", path.display()));
    Ok(exit::well())
}

/// Git gives the pushed references on stdin: local name, local commit, remote name, remote commit.
fn hook() -> anyhow::Result<String> {
    let program = env::current_exe()?
        .to_string_lossy()
        .replace('\\', "/")
        .replace('\'', r"'\''");
    Ok(format!(
        "#!/bin/sh\n{MARK}: no push of a tree that was not replayed.\n\
         tools='{program}'\n\
         while read -r _ commit _ _; do\n\
         \x20 case \"$commit\" in *[!0]*) ;; *) continue ;; esac\n\
         \x20 if [ -x \"$tools\" ]; then\n\
         \x20   \"$tools\" ci receipt --check --commit \"$commit\" < /dev/null || exit 1\n\
         \x20 else\n\
         \x20   cargo tools ci receipt --check --commit \"$commit\" < /dev/null || exit 1\n\
         \x20 fi\n\
         done\n"
    ))
}
