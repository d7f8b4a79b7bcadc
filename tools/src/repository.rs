//! Where the repository is that a command works on.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// What the root of the repository has and no other folder.
const MARKS: &[&str] = &["Cargo.toml", "runtime/Cargo.toml", "tools/Cargo.toml"];

/// The root of the repository that the working directory is in.
pub(crate) fn root() -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir().context("the working directory is gone")?;
    root_above(&here).map(Path::to_path_buf).with_context(|| {
        let here = here.display();
        format!(
            "{here} is not inside the Lunet repository: no folder above it has runtime/ and tools/"
        )
    })
}

fn root_above(folder: &Path) -> Option<&Path> {
    let is_root = |folder: &&Path| MARKS.iter().all(|mark| folder.join(mark).is_file());
    folder.ancestors().find(is_root)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{MARKS, root_above};

    #[test]
    fn the_root_is_found_from_any_depth() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for below in ["tools/src", "runtime"] {
            fs::create_dir_all(root.join(below)).unwrap();
        }
        assert_eq!(root_above(root), None);
        for mark in MARKS {
            fs::write(root.join(mark), "").unwrap();
        }
        for below in ["", "tools", "tools/src"] {
            assert_eq!(root_above(&root.join(below)), Some(root), "{below}");
        }
    }
}
