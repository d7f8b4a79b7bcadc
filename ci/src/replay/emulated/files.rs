//! Copying trees, and finding files by the patterns of artifact actions.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use crate::{Error, hash_files};

/// Copies a file or a folder with all below it; symbolic links stay links.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(from).map_err(Error::file(from))?;
    if metadata.is_dir() {
        fs::create_dir_all(to).map_err(Error::file(to))?;
        for entry in fs::read_dir(from).map_err(Error::file(from))? {
            let entry = entry.map_err(Error::file(from))?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(Error::file(parent))?;
    }
    if metadata.is_symlink() {
        return copy_link(from, to).map_err(Error::file(to));
    }
    if metadata.is_file() {
        fs::copy(from, to).map_err(Error::file(to))?;
    }
    Ok(())
}

#[cfg(unix)]
fn copy_link(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        fs::remove_file(to)?;
    }
    std::os::unix::fs::symlink(fs::read_link(from)?, to)
}

#[cfg(not(unix))]
fn copy_link(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to).map(|_| ())
}

/// Files that patterns selected, with the folder that their names are relative to.
pub(super) struct Found {
    pub(super) root: PathBuf,
    /// Relative to the root.
    pub(super) files: Vec<PathBuf>,
}

/// Finds files by patterns that are relative to the workspace or absolute.
/// The root is the deepest folder above all that was searched.
pub(super) fn find(workspace: &Path, patterns: &[String], hidden: bool) -> Result<Found, Error> {
    let outside = |pattern: &str| {
        let path = Path::new(pattern.trim_start_matches('!'));
        path.is_absolute() && !path.starts_with(workspace)
    };
    let base = if patterns.iter().any(|pattern| outside(pattern)) {
        root_of(workspace)
    } else {
        workspace.to_owned()
    };
    let absolute: Vec<String> = patterns
        .iter()
        .map(|pattern| {
            let (negation, path) = pattern
                .strip_prefix('!')
                .map_or(("", pattern.as_str()), |path| ("!", path));
            let path = workspace.join(path.strip_prefix("./").unwrap_or(path));
            format!("{negation}{}", path.to_string_lossy())
        })
        .collect();
    let mut files: Vec<PathBuf> = hash_files::matching(&base, &absolute)?
        .into_iter()
        .map(|file| base.join(file))
        .collect();
    files.retain(|file| hidden || !is_hidden(file.strip_prefix(workspace).unwrap_or(file)));
    let starts = absolute
        .iter()
        .filter(|pattern| !pattern.starts_with('!'))
        .map(|pattern| literal_start(pattern));
    let root = starts
        .reduce(|left, right| common(&left, &right))
        .unwrap_or_else(|| workspace.to_owned());
    let root = if root.is_dir() {
        root
    } else {
        root.parent().unwrap_or(&root).to_owned()
    };
    let files = files
        .iter()
        .filter_map(|file| file.strip_prefix(&root).ok().map(Path::to_owned))
        .collect();
    Ok(Found { root, files })
}

fn root_of(path: &Path) -> PathBuf {
    path.components()
        .take_while(|part| matches!(part, Component::Prefix(_) | Component::RootDir))
        .collect()
}

fn is_hidden(path: &Path) -> bool {
    path.components()
        .any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
}

fn literal_start(pattern: &str) -> PathBuf {
    let is_literal =
        |part: &Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    Path::new(pattern)
        .components()
        .take_while(is_literal)
        .collect()
}

fn common(left: &Path, right: &Path) -> PathBuf {
    left.components()
        .zip(right.components())
        .take_while(|(left, right)| left == right)
        .map(|(part, _)| part)
        .collect()
}
