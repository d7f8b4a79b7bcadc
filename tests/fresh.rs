//! `.ci/run` on machines that lack things: a `PATH` of stand-ins. Unix only, since it is for Debian.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support;

/// What the script uses and every Debian machine has.
const BASE: &[&str] = &["bash", "dirname", "env", "id", "chmod"];

/// Runs `.ci/run` where these programs exist, each a script: exit code and all it says.
fn check(programs: &[(&str, &str)], code: i32, expected: &[&str]) {
    let bin = support::folder();
    for program in BASE {
        let found = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(program));
        let found = found.iter().find(|path| path.exists()).unwrap();
        symlink(found, bin.path().join(program)).unwrap();
    }
    for (name, script) in programs {
        let path = bin.path().join(name);
        support::script(&path, script);
    }
    let output = support::command(&bin.path().join("bash"))
        .env_clear()
        .env("PATH", bin.path())
        .env("HOME", bin.path())
        .arg(support::root().join(".ci/run"))
        .output()
        .unwrap();
    let all = [output.stdout, output.stderr].concat();
    let all = String::from_utf8_lossy(&all);
    assert_eq!(output.status.code(), Some(code), "{all}");
    for part in expected {
        assert!(all.contains(part), "no `{part}` in:\n{all}");
    }
}

/// A machine with all that is needed, and a cargo that does this.
fn with_cargo(script: &'static str) -> [(&'static str, &'static str); 4] {
    [("cargo", script), ("cc", ""), ("git", ""), ("make", "")]
}

#[test]
fn it_runs_the_test_command_and_fails_with_it() {
    check(&with_cargo("echo \"did: $*\""), 0, &["did: tools test"]);
    check(&with_cargo("exit 1"), 1, &[]);
    check(&with_cargo("exit 101"), 101, &[]);
}

#[test]
fn it_installs_what_is_missing() {
    let cargo = ("cargo", "echo \"did: $*\"");
    let packages = ("apt-get", "echo \"apt-get $*\"");
    let as_root = ("sudo", "exec \"$@\"");
    let expected = [
        "apt-get update",
        "apt-get install --yes --no-install-recommends gcc libc6-dev make git",
        "did: tools test",
    ];
    check(&[cargo, packages, as_root], 0, &expected);
    check(
        &[cargo, ("apt-get", "exit 100"), as_root],
        100,
        &["installing: gcc"],
    );
}

#[test]
fn without_rust_it_says_where_to_get_it() {
    check(&[], 2, &["no cargo", "rustup.rs"]);
}
