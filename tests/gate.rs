//! `tools test` and the builds over a stand-in for cargo: what is run, what is shown, where logs go, and
//! which exit code follows. Unix only, since the stand-in is a shell script.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support;

/// A folder that looks like the repository, and a cargo that does what `script` says.
fn repository(script: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = support::folder();
    for (file, text) in [
        ("Cargo.toml", ""),
        ("runtime/Cargo.toml", "[[bench]]\nname = \"spawn\"\n"),
        ("tools/Cargo.toml", ""),
    ] {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let cargo = folder.path().join("cargo");
    support::script(&cargo, script);
    (folder, cargo)
}

/// Runs `tools` with `arguments` over that cargo: exit code, stdout, stderr.
fn run(folder: &Path, cargo: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = support::tools()
        .current_dir(folder)
        .env("CARGO", cargo)
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn check(script: &str, arguments: &[&str], code: i32, expected: &[&str]) {
    let (folder, cargo) = repository(script);
    let (found, stdout, stderr) = run(folder.path(), &cargo, arguments);
    assert_eq!(found, Some(code), "{stdout}\n{stderr}");
    for part in expected {
        let shown = stdout.contains(part) || stderr.contains(part);
        assert!(shown, "no `{part}` in:\n{stdout}\n{stderr}");
    }
}

#[test]
fn a_gate_that_passes() {
    check(
        "echo running 2 tests; echo \"did: $*\"",
        &["test"],
        0,
        &[
            "did: clippy --locked --all-targets --workspace -- --deny warnings",
            "did: test --locked --package lunet --features trace-verbose,system-heap",
            "did: test --locked --workspace --",
            "clippy: well",
            "clippy-traced: well",
            "test-traced: well",
            "test: well",
            "logs in ",
        ],
    );
}

#[test]
fn a_filter_leaves_clippy_out() {
    let script = "echo running 2 tests; [ $1 = test ] && echo \"did: $*\"";
    check(
        script,
        &["test", "-p", "tools", "tidy"],
        0,
        &["did: test --locked --package tools -- tidy"],
    );
}

#[test]
fn a_failing_step_stops_the_gate() {
    let script = "[ $1 = clippy ] && exit 101; echo not reached; exit 3";
    check(script, &["test"], 1, &["clippy: exited with 101"]);
    check(
        "[ $1 = test ] && exit 101; exit 0",
        &["test"],
        1,
        &["test-traced: exited with 101"],
    );
    check(
        "kill -9 $$",
        &["test"],
        1,
        &["clippy: was ended by signal 9"],
    );
}

#[test]
fn no_test_at_all_is_no_success() {
    check(
        "echo running 0 tests",
        &["test", "nonsense"],
        2,
        &["no test was run"],
    );
}

#[test]
fn a_hanging_step_is_ended_with_all_it_started() {
    let script = "echo begun; (exec tail -f /dev/null) & exec tail -f /dev/null";
    let expected = ["begun", "clippy: was ended after its limit of 1 s"];
    check(script, &["test", "--timeout", "1"], 1, &expected);
}

#[test]
fn ctrl_c_ends_the_step_and_says_so() {
    let (folder, cargo) = repository("echo begun; exec tail -f /dev/null");
    let mut tools = Command::new(support::program("tools"))
        .args(["test", "--timeout", "50"])
        .current_dir(folder.path())
        .env("CARGO", cargo)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(tools.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    assert_eq!(first, "begun\n");
    let kill = Command::new("kill")
        .args(["-INT", &tools.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("clippy: was interrupted, after "), "{rest}");
    assert_eq!(tools.wait().unwrap().code(), Some(2));
}

#[test]
fn machines_read_one_value_on_stdout() {
    let (folder, cargo) = repository("echo running 1 test; echo noise");
    let arguments = ["test", "--format", "json", "--log-dir", "my logs"];
    let (code, stdout, stderr) = run(folder.path(), &cargo, &arguments);
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(report["conclusion"], "success");
    assert_eq!(report["tests"], 4);
    assert_eq!(report["steps"][3]["name"], "test");
    assert!(stderr.contains("noise"));
    let logs = folder.path().join("my logs");
    let log = std::fs::read_to_string(logs.join("test.log")).unwrap();
    assert_eq!(log, "running 1 test\nnoise\n");
    assert!(logs.join("index.json").is_file());
}

#[test]
fn a_cargo_that_is_missing_is_named() {
    let (folder, _) = repository("");
    let gone = folder.path().join("gone");
    let (code, _, stderr) = run(folder.path(), &gone, &["test"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("can't start") && stderr.contains("gone"),
        "{stderr}"
    );
}

#[test]
fn outside_of_the_repository_nothing_runs() {
    let folder = support::folder();
    let (code, stdout, stderr) = run(folder.path(), Path::new("cargo"), &["test"]);
    assert_eq!(code, Some(2));
    assert!(
        stdout.is_empty() && stderr.contains("not inside the Lunet repository"),
        "{stderr}"
    );
}

#[test]
fn a_build_names_its_program() {
    let script = r#"
        printf program > lunet-run
        echo "{\"target\":{\"name\":\"lunet-run\"},\"executable\":\"$PWD/lunet-run\"}"
        echo "flags: $CARGO_ENCODED_RUSTFLAGS" >&2"#;
    let expected = [
        "lunet-run (7 bytes)",
        "build: well",
        "flags: --remap-path-prefix=",
    ];
    check(script, &["build-release"], 0, &expected);
    check(
        "exit 101",
        &["build-release"],
        1,
        &["build: exited with 101"],
    );
}

#[test]
fn benchmarks_are_told_what_to_compare_with() {
    let script = "echo \"did: $* against $(basename \"$LUNET_BENCH_AGAINST\")\"";
    let expected = [
        "did: bench --locked --package lunet --bench * against cargo",
        "bench: well",
    ];
    check(script, &["bench", "--against", "cargo"], 0, &expected);
    check(
        script,
        &["bench", "spawn"],
        0,
        &["--package lunet --bench spawn against"],
    );
    check("exit 101", &["bench"], 1, &["bench: exited with 101"]);
}
