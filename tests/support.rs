//! What every end-to-end test stands on: the two programs, built once per test run, commands with a
//! scrubbed environment and a time limit, temporary folders, and ports that nobody else has.
//!
//! Not here: anything that knows one command or one module.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

/// The limit of every command started here. A command that needs longer sets its own.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// What a scrubbed environment keeps: enough to find programs and to start at all on Windows.
const KEPT: &[&str] = &[
    "PATH",
    "HOME",
    "USERPROFILE",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "SystemRoot",
    "SystemDrive",
    "ComSpec",
    "PATHEXT",
    "TEMP",
    "TMP",
    "TMPDIR",
];

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests are a folder of the repository")
}

/// `tools`, from the root of the repository.
pub(crate) fn tools() -> assert_cmd::Command {
    command(&program("tools"))
}

/// `lunet-run`, from the root of the repository.
pub(crate) fn lunet_run() -> assert_cmd::Command {
    command(&program("lunet-run"))
}

/// Any program, from the root of the repository, with a scrubbed environment and [`LIMIT`].
pub(crate) fn command(program: &Path) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(program);
    command
        .env_clear()
        .envs(environment())
        .current_dir(root())
        .timeout(LIMIT);
    command
}

/// The scrubbed environment: what [`KEPT`] names, and no colour.
pub(crate) fn environment() -> BTreeMap<String, String> {
    let kept = KEPT
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
    kept.chain([("NO_COLOR".to_owned(), "1".to_owned())])
        .collect()
}

/// A folder that goes away with the returned guard.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("the system has a temporary folder that can be written")
}

/// A shell script at `path` that can be executed at once.
///
/// Another process writes it: children that this one starts meanwhile would hold the file open, and
/// Linux executes no file that is open for writing.
#[cfg(unix)]
pub(crate) fn script(path: &Path, text: &str) {
    let mut command = assert_cmd::Command::new("sh");
    command
        .args(["-c", "cat > \"$0\" && chmod +x \"$0\""])
        .arg(path)
        .write_stdin(format!("#!/bin/sh\n{text}\n"))
        .assert()
        .success();
}

/// A listener on a loopback port that the system chose. Keep it as long as the port must be taken.
pub(crate) fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port")
}

/// Where a program of this workspace is, after building both of them once for this test run.
///
/// They are built here and not by `cargo test`, because cargo builds the programs of a package only
/// for that package's own tests.
pub(crate) fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(build);
    let Some(path) = built.get(name) else {
        panic!("no program named {name} among {:?}", built.keys());
    };
    path.clone()
}

/// Builds the programs with the profile of this test run; cargo's own messages go to stderr.
fn build() -> BTreeMap<String, PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = std::process::Command::new(cargo);
    build
        .args(["build", "--package", "lunet", "--package", "tools"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(root())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let output = build.output().expect("cargo can be started");
    assert!(
        output.status.success(),
        "`cargo build -p lunet -p tools` failed ({}): no end-to-end test can run, see its errors above",
        output.status
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(executable)
        .collect()
}

/// The name and path of the program that one line of cargo's messages tells of.
fn executable(line: &str) -> Option<(String, PathBuf)> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let path = message.get("executable")?.as_str()?;
    let name = message.pointer("/target/name")?.as_str()?;
    Some((name.to_owned(), PathBuf::from(path)))
}

#[test]
fn both_programs_start() {
    tools().arg("--version").assert().success();
    lunet_run().arg("--version").assert().success();
}

#[test]
fn two_listeners_never_share_a_port() {
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    let (one, other) = (listener(), listener());
    assert_ne!(port(&one), port(&other));
}

#[test]
fn a_folder_goes_away_with_its_guard() {
    let folder = folder();
    let path = folder.path().to_owned();
    assert!(path.is_dir());
    drop(folder);
    assert!(!path.exists());
}

#[test]
fn the_environment_is_scrubbed() {
    assert!(
        environment()
            .keys()
            .all(|name| name == "NO_COLOR" || KEPT.contains(&name.as_str()))
    );
}
