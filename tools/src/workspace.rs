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

/// The names of the benchmarks of the runtime.
pub(crate) fn benchmarks(root: &Path) -> anyhow::Result<Vec<String>> {
    let value = table(&root.join("runtime/Cargo.toml"))?;
    let entries = value.get("bench").and_then(toml::Value::as_array);
    let names = entries.into_iter().flatten().filter_map(|bench| {
        let name = bench.get("name").and_then(toml::Value::as_str);
        name.map(str::to_owned)
    });
    Ok(names.collect())
}

fn table(path: &Path) -> anyhow::Result<toml::Table> {
    let read = || anyhow::Ok(toml::from_str(&std::fs::read_to_string(path)?)?);
    read().with_context(|| format!("cannot read {}", path.display()))
}

fn text(root: &Path, key: &str) -> anyhow::Result<Option<String>> {
    let value = table(&root.join("Cargo.toml"))?;
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

    #[test]
    fn every_benchmark_of_the_runtime_has_a_name() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let names = benchmarks(root).unwrap();
        assert!(!names.is_empty());
        for name in names {
            let file = root.join(format!("runtime/benches/{name}.rs"));
            assert!(file.is_file(), "{}", file.display());
        }
    }
}
