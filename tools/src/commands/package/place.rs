//! Puts a finished archive where it belongs: whole or not at all, and nothing is lost that lay there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lunet_release::contract::contract;
use lunet_release::{Deadline, Release, checksum};
use tempfile::{NamedTempFile, TempPath};

/// An archive at its place.
pub(super) struct Placed {
    pub(super) size: u64,
    pub(super) sha256: String,
    /// Where another archive of that name went, which lay there.
    pub(super) aside: Option<PathBuf>,
}

/// A file in the folder that goes away unless it is placed.
pub(super) fn partial(folder: &Path, asset: &str) -> anyhow::Result<NamedTempFile> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let prefix = format!(".{asset}.");
    let file = tempfile::Builder::new().prefix(&prefix).tempfile_in(folder);
    file.with_context(|| format!("cannot write in {}", folder.display()))
}

/// Moves the file to its place; another archive that lies there moves below `.tmp`.
pub(super) fn place(root: &Path, partial: NamedTempFile, path: &Path) -> anyhow::Result<Placed> {
    let partial = partial.into_temp_path();
    let deadline = Deadline::after(std::time::Duration::from_mins(10));
    let sum = checksum::of_file(&partial, &deadline)?;
    let mut aside = None;
    if path.exists() && checksum::of_file(path, &deadline)? != sum {
        aside = Some(move_aside(root, path)?);
    }
    let size = fs::metadata(&partial)?.len();
    persist(partial, path)?;
    Ok(Placed {
        size,
        sha256: checksum::hex(&sum),
        aside,
    })
}

/// Temporary files are private; an archive is for everybody.
fn persist(partial: TempPath, path: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&partial, fs::Permissions::from_mode(0o644))?;
    }
    partial
        .persist(path)
        .with_context(|| format!("cannot write {}", path.display()))
}

fn move_aside(root: &Path, path: &Path) -> anyhow::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = root.join(".tmp");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let stamp = lunet_ci::logs::time_stamp();
    let aside = (1..=u16::MAX)
        .map(|number| match number {
            1 => folder.join(format!("{name}.{stamp}")),
            _ => folder.join(format!("{name}.{stamp}-{number}")),
        })
        .find(|aside| !aside.exists())
        .context("no name is free below .tmp")?;
    fs::rename(path, &aside).with_context(|| format!("cannot move {} aside", path.display()))?;
    Ok(aside)
}

/// Writes SHA256SUMS over every other asset of the folder.
pub(crate) fn write_sums(folder: &Path, deadline: &Deadline) -> anyhow::Result<()> {
    let sums_file = contract().sums_file.as_str();
    let release = Release::in_folder("", folder)?;
    let mut sums = Vec::new();
    for asset in release
        .assets
        .iter()
        .filter(|asset| asset.name != sums_file)
    {
        sums.push((
            asset.name.clone(),
            checksum::of_file(&asset.path, deadline)?,
        ));
    }
    let path = folder.join(sums_file);
    fs::write(&path, checksum::text(sums))
        .with_context(|| format!("cannot write {}", path.display()))
}
