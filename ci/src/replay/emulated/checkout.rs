//! `actions/checkout`: the committed tree of this repository, or with `--dirty` the files as they are.
//!
//! The user's files are only read. Objects are borrowed from the repository, so nothing is copied twice.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Call, Done, Emulated, Failure, files};
use crate::{
    Error,
    process::{Output, Process},
};

pub(super) const ACTION: Emulated = Emulated {
    names: &["actions/checkout"],
    sets_the_scene: true,
    run,
};

const LIMIT: Duration = Duration::from_mins(5);

fn run(call: &mut Call<'_, '_, '_>) -> Result<Done, Failure> {
    let occasion = &call.session().options.occasion;
    if let Some(other) = call
        .input("repository")
        .filter(|name| !name.eq_ignore_ascii_case(&occasion.repository))
    {
        return Err(Failure::NotReplayable(format!(
            "it checks out another repository, '{other}'"
        )));
    }
    let target = call.workspace.join(call.input("path").unwrap_or_default());
    if !target.starts_with(call.workspace)
        || call.input("path").is_some_and(|path| path.contains(".."))
    {
        return Err(Failure::Failed(format!(
            "the path '{}' leads out of the workspace",
            target.display()
        )));
    }
    fs::create_dir_all(&target).map_err(Error::file(&target))?;
    let root = call.session().options.root.clone();
    let wanted = call.input("ref").map(ToOwned::to_owned);
    let commit = commit_of(call, &root, wanted.as_deref());
    let Some(commit) = commit else {
        if let Some(wanted) = wanted {
            return Err(Failure::Failed(format!(
                "there is no reference '{wanted}' in this repository"
            )));
        }
        copy_all(&root, &target)?;
        let note = "all files of the folder, because it has no commit to take them from".to_owned();
        return Ok(Done {
            note: Some(note),
            ..Done::default()
        });
    };
    if call.input("clean") != Some("false") {
        clear(&target)?;
    }
    export(call, &root, &target, &commit)?;
    let dirty = call.session().options.dirty && wanted.is_none();
    if dirty {
        overlay(call, &root, &target)?;
    }
    let reference = call.session().options.occasion.reference.clone();
    let note =
        dirty.then(|| "the files as they are, changes that are not committed included".to_owned());
    let outputs = vec![
        ("ref".to_owned(), wanted.unwrap_or(reference)),
        ("commit".to_owned(), commit),
    ];
    Ok(Done {
        outputs,
        note,
        ..Done::default()
    })
}

/// The commit that was asked for; else the one that the run began with, even if another was made meanwhile.
fn commit_of(call: &mut Call<'_, '_, '_>, root: &Path, wanted: Option<&str>) -> Option<String> {
    let began = call.session().options.occasion.sha.clone();
    let names = wanted.map_or_else(|| vec![began.as_str(), "HEAD"], |wanted| vec![wanted]);
    names.into_iter().find_map(|name| {
        git(
            call,
            root,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                &format!("{name}^{{commit}}"),
            ],
        )
    })
}

/// A repository of its own that borrows the objects of `root`, at `commit`.
fn export(
    call: &mut Call<'_, '_, '_>,
    root: &Path,
    target: &Path,
    commit: &str,
) -> Result<(), Failure> {
    let objects = git(
        call,
        root,
        &[
            "rev-parse",
            "--path-format=absolute",
            "--git-path",
            "objects",
        ],
    )
    .ok_or_else(|| {
        Failure::Failed("git does not say where the objects of the repository are".to_owned())
    })?;
    must(call, target, &["init", "--quiet"])?;
    let alternates = target.join(".git/objects/info/alternates");
    fs::write(&alternates, format!("{objects}\n")).map_err(Error::file(&alternates))?;
    // Only names are fetched: the objects are there already.
    let root_text = root.to_string_lossy().into_owned();
    let shallow =
        git(call, root, &["rev-parse", "--is-shallow-repository"]).as_deref() == Some("true");
    if !shallow {
        let names = [
            "+refs/heads/*:refs/remotes/origin/*",
            "+refs/tags/*:refs/tags/*",
        ];
        must(
            call,
            target,
            &[
                "fetch",
                "--quiet",
                "--no-tags",
                &root_text,
                names[0],
                names[1],
            ],
        )?;
    }
    let origin = git(call, root, &["config", "--get", "remote.origin.url"]);
    must(
        call,
        target,
        &[
            "remote",
            "add",
            "origin",
            origin.as_deref().unwrap_or(&root_text),
        ],
    )?;
    let reference = call.session().options.occasion.reference.clone();
    match reference
        .strip_prefix("refs/heads/")
        .filter(|_| call.input("ref").is_none())
    {
        Some(branch) => must(
            call,
            target,
            &["checkout", "--quiet", "--force", "-B", branch, commit],
        ),
        None => must(
            call,
            target,
            &["checkout", "--quiet", "--force", "--detach", commit],
        ),
    }
}

/// The files of the work tree, those that are not tracked but not ignored included.
fn overlay(call: &mut Call<'_, '_, '_>, root: &Path, target: &Path) -> Result<(), Failure> {
    let list = |call: &mut Call<'_, '_, '_>, arguments: &[&str]| -> Result<Vec<String>, Failure> {
        let text = git(call, root, arguments)
            .ok_or_else(|| Failure::Failed("git can't list the files".to_owned()))?;
        Ok(text
            .split('\0')
            .filter(|name| !name.is_empty() && !name.starts_with(".tmp/"))
            .map(ToOwned::to_owned)
            .collect())
    };
    for name in list(
        call,
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    )? {
        let (from, to) = (root.join(&name), target.join(&name));
        if fs::symlink_metadata(&from).is_ok() {
            files::copy(&from, &to)?;
        } else if fs::symlink_metadata(&to).is_ok_and(|metadata| !metadata.is_dir()) {
            fs::remove_file(&to).map_err(Error::file(&to))?;
        }
    }
    Ok(())
}

fn copy_all(root: &Path, target: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(root).map_err(Error::file(root))? {
        let entry = entry.map_err(Error::file(root))?;
        if entry.file_name() != ".tmp" && entry.file_name() != ".git" {
            files::copy(&entry.path(), &target.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Empties a folder of our own: what a step left there before it checked out.
fn clear(target: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(target).map_err(Error::file(target))? {
        let path = entry.map_err(Error::file(target))?.path();
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        let removed = if is_folder {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.map_err(Error::file(path))?;
    }
    Ok(())
}

fn must(call: &mut Call<'_, '_, '_>, folder: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let failed = || Failure::Failed(format!("`git {}` failed", arguments.join(" ")));
    git(call, folder, arguments).map(|_| ()).ok_or_else(failed)
}

/// What `git` prints, without the line end; none if it fails or is missing.
fn git(call: &mut Call<'_, '_, '_>, folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut process = Process::new("git")
        .args(arguments)
        .current_dir(folder)
        .output(Output::Separate)
        .time_limit(LIMIT);
    for name in crate::tree::GIT_VARIABLES {
        process.command().env_remove(name);
    }
    let hooks: PathBuf = call.session().folder.join("no-hooks");
    process
        .command()
        .env("GIT_CONFIG_COUNT", "3")
        .env("GIT_CONFIG_KEY_0", "safe.directory")
        .env("GIT_CONFIG_VALUE_0", "*")
        .env("GIT_CONFIG_KEY_1", "core.hooksPath")
        .env("GIT_CONFIG_VALUE_1", hooks)
        .env("GIT_CONFIG_KEY_2", "advice.detachedHead")
        .env("GIT_CONFIG_VALUE_2", "false");
    let mut lines = Vec::new();
    let mut errors = Vec::new();
    let ended = process.run(&call.session().interrupt(), |line| {
        let text = String::from_utf8_lossy(line.bytes).into_owned();
        if line.stream == crate::process::Stream::Stdout {
            lines.push(text);
        } else {
            errors.push(text);
        }
    });
    let well = ended.is_ok_and(|ended| ended.success());
    if !well {
        for line in &errors {
            call.console.print(line);
        }
    }
    well.then(|| lines.join("\n"))
}
