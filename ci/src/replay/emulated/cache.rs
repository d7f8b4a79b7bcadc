//! `actions/cache`: keeps paths of the workspace below `.tmp/ci/cache` from one replay to the next.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Call, Done, Emulated, Failure, Post, files};
use crate::Error;

pub(super) const ACTION: Emulated = Emulated {
    names: &[
        "actions/cache",
        "actions/cache/restore",
        "actions/cache/save",
    ],
    sets_the_scene: true,
    run,
};

/// The file that says which key a folder keeps.
const KEY: &str = "key.txt";

fn run(call: &mut Call<'_, '_, '_>) -> Result<Done, Failure> {
    let required = |name: &str| Failure::Failed(format!("the input '{name}' is required"));
    let key = call.input("key").ok_or_else(|| required("key"))?.to_owned();
    let paths = call.lines("path");
    if paths.is_empty() {
        return Err(required("path"));
    }
    let all = call.session().options.root.join(".tmp/ci/cache");
    let store = all.join(crate::hash_files::sha256(
        format!("{key}\n{}", paths.join("\n")).as_bytes(),
    ));
    if call.name.ends_with("/save") {
        write_key(&store, &key)?;
        save(call.workspace, &store, &paths)?;
        return Ok(Done::default());
    }
    let matched = if store.join("files").is_dir() {
        Some((key.clone(), store.clone()))
    } else {
        by_prefix(call, &all)
    };
    let hit = matched.as_ref().is_some_and(|(matched, _)| *matched == key);
    if matched.is_none() && call.flag("fail-on-cache-miss") {
        return Err(Failure::Failed(format!(
            "there is no cache for the key '{key}'"
        )));
    }
    let mut outputs = vec![("cache-primary-key".to_owned(), key.clone())];
    if let Some((matched, folder)) = &matched {
        outputs.push(("cache-hit".to_owned(), hit.to_string()));
        outputs.push(("cache-matched-key".to_owned(), matched.clone()));
        if !call.flag("lookup-only") {
            files::copy(&folder.join("files"), call.workspace)?;
        }
        call.console
            .print(&format!("cache restored from key: {matched}"));
    } else {
        call.console
            .print(&format!("cache not found for key: {key}"));
    }
    let keeps = !hit && !call.name.ends_with("/restore");
    if keeps {
        write_key(&store, &key)?;
    }
    Ok(Done {
        outputs,
        post: keeps.then_some(Post::SaveCache { store, paths }),
        ..Done::default()
    })
}

/// Keeps the paths of the workspace in a folder that has none yet.
pub(super) fn save(workspace: &Path, store: &Path, paths: &[String]) -> Result<(), Error> {
    let target = store.join("files");
    if target.exists() {
        return Ok(());
    }
    let found = files::find(workspace, paths, true)?;
    for file in found.files {
        let path = found.root.join(file);
        // What lies outside of the workspace belongs to the user, and is there next time anyway.
        if let Ok(relative) = path.strip_prefix(workspace) {
            files::copy(&path, &target.join(relative))?;
        }
    }
    Ok(())
}

fn write_key(store: &Path, key: &str) -> Result<(), Error> {
    fs::create_dir_all(store).map_err(Error::file(store))?;
    let path = store.join(KEY);
    fs::write(&path, key).map_err(Error::file(path))
}

/// The newest cache whose key begins with one of `restore-keys`, which are tried in order.
fn by_prefix(call: &Call<'_, '_, '_>, all: &Path) -> Option<(String, PathBuf)> {
    let kept: Vec<(String, PathBuf)> = fs::read_dir(all)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join("files").is_dir())
        .filter_map(|path| Some((fs::read_to_string(path.join(KEY)).ok()?, path)))
        .collect();
    call.lines("restore-keys").iter().find_map(|prefix| {
        let matching = kept
            .iter()
            .filter(|(key, _)| key.starts_with(prefix.as_str()));
        matching
            .max_by_key(|(_, path)| {
                fs::metadata(path.join("files"))
                    .and_then(|data| data.modified())
                    .ok()
            })
            .cloned()
    })
}
