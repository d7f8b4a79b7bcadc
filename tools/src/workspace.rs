//! What the `Cargo.toml` of the repository says of the project.

use std::path::Path;

use anyhow::Context as _;

/// The version of all packages.
pub(crate) fn version(root: &Path) -> anyhow::Result<String> {
    text(root, "version")?.context("Cargo.toml gives no version in [workspace.package]")
}

fn text(root: &Path, key: &str) -> anyhow::Result<Option<String>> {
    let path = root.join("Cargo.toml");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let value: toml::Table =
        toml::from_str(&text).with_context(|| format!("cannot read {}", path.display()))?;
    let package = value
        .get("workspace")
        .and_then(|workspace| workspace.get("package"));
    let text = package
        .and_then(|package| package.get(key))
        .and_then(toml::Value::as_str);
    Ok(text.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_has_a_version() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(version(root).unwrap(), env!("CARGO_PKG_VERSION"));
    }
}
