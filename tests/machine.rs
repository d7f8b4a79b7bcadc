//! `tools doctor` and `tools init` on machines that lack things: a `PATH` of stand-ins. Unix only, since
//! the stand-ins are shell scripts.

use crate::support;

/// Every program that is needed, but for bash.
const REST: &[&str] = &[
    "cargo-clippy",
    "cc",
    "clang",
    "git",
    "make",
    "pwsh",
    "python3",
    "rustfmt",
];

/// Runs `tools` where these programs exist, each a script: exit code and all it says.
fn check(programs: &[(&str, &str)], arguments: &[&str], code: i32, expected: &[&str]) {
    let folder = support::folder();
    for file in ["Cargo.toml", "runtime/Cargo.toml", "tools/Cargo.toml"] {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    for (name, script) in programs {
        let path = bin.join(name);
        support::script(&path, script);
    }
    let output = support::tools()
        .env_clear()
        .env("PATH", &bin)
        .current_dir(folder.path())
        .args(arguments)
        .output()
        .unwrap();
    let all = [output.stdout, output.stderr].concat();
    let all = String::from_utf8_lossy(&all);
    assert_eq!(output.status.code(), Some(code), "{all}");
    for part in expected {
        assert!(all.contains(part), "no `{part}` in:\n{all}");
    }
}

/// The programs of [`REST`] and more.
fn with_rest<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let rest = REST.iter().map(|name| (*name, "echo version 1"));
    rest.chain(more.iter().copied()).collect()
}

#[test]
fn a_bare_machine_lacks_everything() {
    check(&[], &["doctor"], 1, &["LACKS  git ", "lacks  clang "]);
    check(
        &[],
        &["init"],
        2,
        &["by hand: make", "to run:  rustup component add clippy"],
    );
    check(
        &[("cargo-clippy", "")],
        &["init"],
        2,
        &["no package manager"],
    );
    check(&[], &["test"], 2, &["`test` needs", "`cc` (", "tools init"]);
}

#[test]
fn a_complete_machine_lacks_nothing() {
    let programs = with_rest(&[("bash", "echo version 5")]);
    check(
        &programs,
        &["doctor"],
        0,
        &["has    bash          version 5"],
    );
    check(&programs, &["init"], 0, &["nothing is missing"]);
}

#[test]
fn a_program_that_fails_has_no_version() {
    let programs = with_rest(&[("bash", "exit 1")]);
    check(
        &programs,
        &["doctor"],
        0,
        &["has    bash          does not say its version"],
    );
}

#[test]
fn machines_read_what_is_missing() {
    let expected = [
        "\"program\": \"bash\"",
        "\"found\": false",
        "\"get\": \"brew install bash\"",
    ];
    let programs = with_rest(&[("brew", "")]);
    check(&programs, &["doctor", "--format", "json"], 1, &expected);
}

#[test]
fn nothing_is_installed_unasked() {
    let programs = with_rest(&[("brew", "echo installing")]);
    check(
        &programs,
        &["init"],
        2,
        &["to run:  brew install bash", "nobody to ask"],
    );
}

#[test]
fn what_was_agreed_is_installed_and_looked_for_again() {
    let makes = "printf '#!/bin/sh\\n' > \"$PATH/bash\"; /bin/chmod +x \"$PATH/bash\"";
    check(
        &with_rest(&[("brew", makes)]),
        &["init", "--yes"],
        0,
        &["$ brew install bash"],
    );
    check(
        &with_rest(&[("brew", "exit 0")]),
        &["init", "--yes"],
        1,
        &["still missing: bash"],
    );
    check(
        &with_rest(&[("brew", "exit 7")]),
        &["init", "--yes"],
        1,
        &["exited with 7"],
    );
}
