//! Who may know whom, over `cargo metadata`, and what every package of the workspace says of itself.

use serde_json::Value;

use super::{Complaint, Fault, Rule};

/// Which packages of the workspace a package may depend on.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("lunet", &[]),
    ("lunet-ci", &[]),
    ("lunet-lints", &[]),
    ("lunet-release", &[]),
    ("lunet-tests", &["lunet", "tools"]),
    ("tools", &["lunet-ci", "lunet-lints", "lunet-release"]),
];

/// Libraries that only these packages may depend on.
const ONLY_FOR: &[(&str, &[&str])] = &[
    ("anyhow", &["tools"]),
    ("clap", &["tools"]),
    ("clap_complete", &["tools"]),
    ("clap_mangen", &["tools"]),
    ("mio", &["lunet"]),
    ("mlua", &["lunet"]),
    ("mlua-sys", &["lunet"]),
];

pub(crate) const RULES: &[Rule] = &[Rule {
    name: "package-lints",
    says: "every package of the workspace takes the lints of the workspace",
    check: |tree| {
        let member = |path: &str| path.matches('/').count() == 1;
        let manifests = tree
            .ending(&["/Cargo.toml"])
            .filter(|(path, _)| member(path));
        let bare = manifests.filter(|(_, text)| !text.contains("[lints]\nworkspace = true\n"));
        bare.map(|(path, _)| Complaint::new(path, 1, "no `[lints] workspace = true`"))
            .collect()
    },
    faults: &[Fault {
        files: &[("ci/Cargo.toml", "[package]\n")],
        at: "ci/Cargo.toml:1",
    }],
    sound: &[&[
        ("ci/Cargo.toml", "[lints]\nworkspace = true\n"),
        ("tests/fuzz/Cargo.toml", "[package]\n"),
    ]],
}];

/// The dependencies that break [`MAY_KNOW`] or [`ONLY_FOR`], one sentence each.
fn forbidden(metadata: &Value) -> Vec<String> {
    let empty = Vec::new();
    let list = |value: &Value, key: &str| value[key].as_array().unwrap_or(&empty).clone();
    let mut found = Vec::new();
    for package in list(metadata, "packages") {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, known)) = MAY_KNOW.iter().find(|(known, _)| *known == name) else {
            found.push(format!(
                "{name} is not in the list of packages: architecture.md draws six"
            ));
            continue;
        };
        for dependency in list(&package, "dependencies") {
            let other = dependency["name"].as_str().unwrap_or_default();
            let ours = MAY_KNOW.iter().any(|(package, _)| *package == other);
            let reserved = ONLY_FOR
                .iter()
                .any(|(library, users)| *library == other && !users.contains(&name));
            if (ours && !known.contains(&other)) || reserved {
                found.push(format!("{name} may not know {other}"));
            }
        }
    }
    found
}

#[test]
fn packages_know_only_whom_they_may() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = crate::support::command(cargo.as_ref())
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(forbidden(&metadata), [""; 0]);
}

#[test]
fn a_planted_dependency_is_found() {
    let check = |package: &str, dependency: &str, expected: &[&str]| {
        let metadata = serde_json::json!({
            "packages": [{ "name": package, "dependencies": [{ "name": dependency }] }]
        });
        assert_eq!(forbidden(&metadata), expected);
    };
    check("tools", "lunet", &["tools may not know lunet"]);
    check(
        "lunet-ci",
        "lunet-release",
        &["lunet-ci may not know lunet-release"],
    );
    check("lunet-lints", "clap", &["lunet-lints may not know clap"]);
    check("lunet", "anyhow", &["lunet may not know anyhow"]);
    check(
        "stray",
        "serde",
        &["stray is not in the list of packages: architecture.md draws six"],
    );
    check("tools", "lunet-ci", &[]);
    check("tools", "anyhow", &[]);
}
