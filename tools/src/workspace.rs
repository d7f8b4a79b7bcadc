//! What the `Cargo.toml` of the repository says of the project.

use std::path::Path;

use anyhow::Context as _;

/// The version of all packages.
pub(crate) fn version(root: &Path) -> anyhow::Result<String> {
    text(root, "version")?.context("Cargo.toml gives no version in [workspace.package]")
}

/// OWNER/NAME of the repository on its host, from its address.
pub(crate) fn repository(root: &Path) -> anyhow::Result<Option<String>> {
    Ok(text(root, "repository")?
        .as_deref()
        .and_then(owner_and_name))
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

/// The last two parts of an address.
fn owner_and_name(address: &str) -> Option<String> {
    let address = address.trim_end_matches('/').trim_end_matches(".git");
    let (rest, name) = address.rsplit_once('/')?;
    let owner = rest.rsplit(['/', ':']).next()?;
    let named = !owner.is_empty() && !name.is_empty();
    named.then(|| format!("{owner}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_in_owner_and_name() {
        let check = |address, expected| assert_eq!(owner_and_name(address).as_deref(), expected);
        check("https://example.org/owner/name", Some("owner/name"));
        check("https://example.org/owner/name.git", Some("owner/name"));
        check("git@example.org:owner/name", Some("owner/name"));
        check("https://example.org/owner/name/", Some("owner/name"));
        check("name", None);
    }

    #[test]
    fn the_workspace_has_a_version() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(version(root).unwrap(), env!("CARGO_PKG_VERSION"));
    }
}
