//! What a Git repository says about itself, read from its files without starting `git`.
//!
//! Not here: anything that changes it, and hashes of its content (`tree`).

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::occasion::Repository;

const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// The root of the work tree that `folder` is in; `folder` itself outside of any.
pub fn root(folder: &Path) -> PathBuf {
    folder
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .unwrap_or(folder)
        .to_owned()
}

/// Branch, commit and names; made-up but stable values where there is no repository.
pub fn describe(root: &Path) -> Repository {
    let own = own_folder(root);
    let shared = own.as_deref().map(shared_folder);
    let head = own
        .as_deref()
        .and_then(|own| fs::read_to_string(own.join("HEAD")).ok())
        .unwrap_or_default();
    let (branch, commit) = match head.trim().strip_prefix("ref: ") {
        Some(reference) => {
            let branch = reference.strip_prefix("refs/heads/").unwrap_or(reference);
            (
                branch.to_owned(),
                shared
                    .as_deref()
                    .and_then(|shared| commit_of(shared, reference)),
            )
        }
        None if head.trim().is_empty() => ("main".to_owned(), None),
        None => ("HEAD".to_owned(), Some(head.trim().to_owned())),
    };
    let folder_name = root.file_name().map_or_else(
        || "repository".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    Repository {
        branch,
        default_branch: shared
            .as_deref()
            .and_then(default_branch)
            .unwrap_or_else(|| "main".to_owned()),
        sha: commit.unwrap_or_else(|| NO_COMMIT.to_owned()),
        name: shared
            .as_deref()
            .and_then(remote_name)
            .unwrap_or_else(|| format!("local/{folder_name}")),
        actor: ["GITHUB_ACTOR", "USER", "USERNAME"]
            .iter()
            .find_map(|name| env::var(name).ok().filter(|actor| !actor.is_empty()))
            .unwrap_or_else(|| "local".to_owned()),
    }
}

/// The folder of the repository's hooks; none where there is no repository.
pub fn hooks(root: &Path) -> Option<PathBuf> {
    let shared = shared_folder(&own_folder(root)?);
    let config = fs::read_to_string(shared.join("config")).unwrap_or_default();
    let own = config.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case("hooksPath")
            .then(|| root.join(value.trim()))
    });
    Some(own.unwrap_or_else(|| shared.join("hooks")))
}

/// `.git`, or what the file `.git` of a linked work tree points to.
fn own_folder(root: &Path) -> Option<PathBuf> {
    let path = root.join(".git");
    if path.is_dir() {
        return Some(path);
    }
    let text = fs::read_to_string(path).ok()?;
    Some(root.join(text.trim().strip_prefix("gitdir: ")?))
}

/// The folder that all work trees of a repository share.
fn shared_folder(own: &Path) -> PathBuf {
    match fs::read_to_string(own.join("commondir")) {
        Ok(path) => own.join(path.trim()),
        Err(_) => own.to_owned(),
    }
}

fn commit_of(shared: &Path, reference: &str) -> Option<String> {
    if let Ok(commit) = fs::read_to_string(shared.join(reference)) {
        return Some(commit.trim().to_owned());
    }
    let packed = fs::read_to_string(shared.join("packed-refs")).ok()?;
    let line = packed.lines().find(|line| {
        line.split_once(' ')
            .is_some_and(|(_, name)| name == reference)
    })?;
    line.split(' ').next().map(ToOwned::to_owned)
}

fn default_branch(shared: &Path) -> Option<String> {
    let head = fs::read_to_string(shared.join("refs/remotes/origin/HEAD")).ok()?;
    Some(
        head.trim()
            .strip_prefix("ref: refs/remotes/origin/")?
            .to_owned(),
    )
}

/// `owner/name` of the remote `origin`.
fn remote_name(shared: &Path) -> Option<String> {
    let config = fs::read_to_string(shared.join("config")).ok()?;
    let mut lines = config
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != r#"[remote "origin"]"#)
        .skip(1);
    let url = lines
        .by_ref()
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == "url").then(|| value.trim().to_owned())
        })?;
    let url = url.strip_suffix(".git").unwrap_or(&url);
    let mut parts = url.rsplit(['/', ':']);
    let (name, owner) = (parts.next()?, parts.next()?);
    (!name.is_empty() && !owner.is_empty()).then(|| format!("{owner}/{name}"))
}
