//! The hash of what a replay is about: the committed tree, or the files as they are.

use std::{fs, path::Path, time::Duration};

use crate::{
    Error, hash_files,
    process::{Interrupt, Process, Stream},
};

const LIMIT: Duration = Duration::from_mins(2);

/// With `as_is` the hash of all files that are not ignored, committed or not; else that of the committed tree.
/// Both are Git's own, so they are equal when there is nothing to commit. Outside of a repository it is the hash
/// of all files.
pub fn hash(root: &Path, as_is: bool) -> Result<String, Error> {
    let committed = git(
        root,
        &[],
        &["rev-parse", "--verify", "--quiet", "HEAD^{tree}"],
    );
    if !as_is && let Some(tree) = committed {
        return Ok(tree);
    }
    match git(root, &[], &["rev-parse", "--absolute-git-dir"]) {
        Some(folder) => of_files(root, Path::new(&folder)),
        None => plain(root),
    }
}

/// As [`hash`], but none outside of a repository, where it would read every file.
pub(crate) fn of_repository(root: &Path, as_is: bool) -> Result<Option<String>, Error> {
    git(root, &[], &["rev-parse", "--absolute-git-dir"])
        .map(|_| hash(root, as_is))
        .transpose()
}

/// The tree of a commit.
pub fn of_commit(root: &Path, commit: &str) -> Option<String> {
    git(
        root,
        &[],
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            &format!("{commit}^{{tree}}"),
        ],
    )
}

/// Writes a tree of the work tree into a scratch index and a scratch object folder: the repository stays as it is.
fn of_files(root: &Path, git_folder: &Path) -> Result<String, Error> {
    let scratch = root
        .join(".tmp/ci/tree")
        .join(std::process::id().to_string());
    fs::create_dir_all(&scratch).map_err(Error::file(&scratch))?;
    let index = scratch.join("index");
    let own_index = git_folder.join("index");
    if own_index.is_file() {
        fs::copy(&own_index, &index).map_err(Error::file(&index))?;
    }
    let objects = git(
        root,
        &[],
        &[
            "rev-parse",
            "--path-format=absolute",
            "--git-path",
            "objects",
        ],
    )
    .unwrap_or_default();
    let scratch_objects = scratch.join("objects");
    fs::create_dir_all(&scratch_objects).map_err(Error::file(&scratch_objects))?;
    let index = index.to_string_lossy().into_owned();
    let scratch_objects = scratch_objects.to_string_lossy().into_owned();
    let variables = [
        ("GIT_INDEX_FILE", index.as_str()),
        ("GIT_OBJECT_DIRECTORY", scratch_objects.as_str()),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.as_str()),
    ];
    // Git refuses to be told of what it ignores already.
    let ignored = git(root, &[], &["check-ignore", "--quiet", ".tmp"]).is_some();
    let all = ["add", "--all", "--", ".", ":(exclude,top).tmp"];
    let added = git(root, &variables, if ignored { &all[..4] } else { &all });
    let tree = added.and_then(|_| git(root, &variables, &["write-tree"]));
    fs::remove_dir_all(&scratch).map_err(Error::file(&scratch))?;
    tree.ok_or_else(|| Error::Usage("git can't hash the files of this repository".to_owned()))
}

/// Without Git: all files but scratch.
fn plain(root: &Path) -> Result<String, Error> {
    let patterns = ["**", "!.tmp/**", "!.git/**", "!target/**"].map(ToOwned::to_owned);
    let hashed = hash_files::hash_files(root, &patterns)?;
    Ok(hash_files::sha256(
        format!("{}\n{}", hashed.hash, hashed.files.join("\n")).as_bytes(),
    ))
}

/// What a hook that runs this program has in its environment, and what would lead git elsewhere.
pub(crate) const GIT_VARIABLES: [&str; 5] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
];

fn git(root: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Option<String> {
    let mut process = Process::new("git")
        .args(arguments)
        .current_dir(root)
        .time_limit(LIMIT);
    for name in GIT_VARIABLES {
        process.command().env_remove(name);
    }
    process.command().envs(variables.iter().copied());
    let mut lines = Vec::new();
    let ended = process.run(&Interrupt::never(), |line| {
        if line.stream == Stream::Stdout {
            lines.push(String::from_utf8_lossy(line.bytes).into_owned());
        }
    });
    ended
        .is_ok_and(|ended| ended.success())
        .then(|| lines.join("\n"))
}
