//! The ways to run the lint: fixes, changes since a revision, coverage, the self-proof, watching.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{BAD, lint, places, plugin};
use crate::support;

fn git(folder: &Path, args: &[&str]) {
    let done = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=t", "-c", "user.email=t@localhost"])
        .args(args)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(done.success(), "git {args:?}");
}

#[test]
fn fixes_are_shown_or_made() {
    let folder = plugin(&[("plugin.c", BAD)]);
    let file = folder.path().join("plugin.c");
    let (code, stdout, _) = lint(folder.path(), &["--fix", "--diff"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("-    return _lunet_ensure"), "{stdout}");
    assert!(stdout.contains("+    return lunet_ensure"), "{stdout}");
    assert_eq!(fs::read_to_string(&file).unwrap(), BAD);
    let (code, _, stderr) = lint(folder.path(), &["--fix"]);
    assert_eq!(code, 0, "{stderr}");
    let fixed = BAD.replace("_lunet_", "lunet_");
    assert_eq!(fs::read_to_string(&file).unwrap(), fixed);
    let (code, stdout, _) = lint(folder.path(), &["--fix", "--diff"]);
    assert_eq!((code, stdout.as_str()), (0, ""));
}

/// A file is fixed once, whatever names it has, and one that can't be written keeps no other from it.
#[cfg(unix)]
#[test]
fn fixes_reach_every_file_that_can_be_written() {
    let folder = plugin(&[("b/plugin.c", BAD), ("c.c", BAD)]);
    std::os::unix::fs::symlink("b/plugin.c", folder.path().join("a.c")).unwrap();
    let (code, _, stderr) = lint(folder.path(), &["--fix"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.starts_with("applied 2 fixes\n"), "{stderr}");
    assert!(folder.path().join("a.c").is_symlink());
}

#[test]
fn only_changed_lines_count() {
    let folder = plugin(&[("old.c", BAD), ("changed.c", BAD)]);
    // What git shows of it is no UTF-8.
    let latin = folder.path().join("latin.c");
    fs::write(&latin, b"/* \xe4 */\n").unwrap();
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "first"]);
    fs::remove_file(&latin).unwrap();
    let (code, stdout, _) = lint(folder.path(), &["--changed", "--format", "json"]);
    assert_eq!((code, stdout.trim()), (0, "[]"));
    let more = format!("{BAD}int more(lua_State *L) {{\n    return _lunet_x(L);\n}}\n");
    fs::write(folder.path().join("changed.c"), more).unwrap();
    fs::write(folder.path().join("fresh.c"), BAD).unwrap();
    let (code, stdout, _) = lint(folder.path(), &["--changed", "HEAD", "--format", "json"]);
    assert_eq!(code, 1);
    let expected = ["changed.c:8:12 internal-call", "fresh.c:5:12 internal-call"];
    assert_eq!(places(&stdout), expected);
    let (code, _, stderr) = lint(folder.path(), &["--changed", "no-such-revision"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("no-such-revision"), "{stderr}");
}

/// Before the first commit everything is new.
#[test]
fn without_a_commit_all_lines_have_changed() {
    let folder = plugin(&[("staged.c", BAD), ("fresh.c", BAD)]);
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "staged.c"]);
    let (code, stdout, _) = lint(folder.path(), &["--changed", "--format", "json"]);
    assert_eq!(code, 1);
    let expected = ["fresh.c:5:12 internal-call", "staged.c:5:12 internal-call"];
    assert_eq!(places(&stdout), expected);
}

#[test]
fn modes_that_exclude_each_other_are_refused() {
    let folder = plugin(&[("plugin.c", BAD)]);
    for arguments in [
        &["--stdin", "plugin.c", "--changed"][..],
        &["--watch", "--changed"],
        &["--symbols", "plugin.o", "--changed"],
        &["--self-test", "--symbols", "plugin.o"],
    ] {
        let (code, _, stderr) = lint(folder.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(stderr.contains("cannot be used with"), "{stderr}");
    }
}

#[test]
fn coverage_says_how_bytes_were_judged_and_strict_fails_where_none_looked() {
    let folder = plugin(&[("plugin.c", BAD)]);
    let (code, stdout, _) = lint(
        folder.path(),
        &["--coverage", "--strict", "--format", "json", "trace.h"],
    );
    assert_eq!(code, 0);
    let list: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(list[0]["path"], "trace.h");
    let number = |key: &str| list[0][key].as_u64().unwrap();
    assert_eq!(number("bytes"), number("tree") + number("macros"));
    assert!(number("macros") > 0);
    fs::write(
        folder.path().join("open.c"),
        "int x;\n/* never closed\nint y;\n",
    )
    .unwrap();
    let (code, _, stderr) = lint(folder.path(), &["--strict"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("open.c"), "{stderr}");
    fs::write(folder.path().join("open.rs"), "/* /* */ fn f() {}\n").unwrap();
    let (code, _, stderr) = lint(folder.path(), &["--strict", "open.rs"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("open.rs: 13 bytes"), "{stderr}");
}

#[test]
fn the_self_proof_demands_one_finding_for_each_wrapper() {
    let good = BAD.replace("_lunet_", "lunet_");
    let folder = plugin(&[("plugin.c", &good)]);
    let (code, stdout, _) = lint(folder.path(), &["--self-test"]);
    assert_eq!((code, stdout.as_str()), (0, "mutation score 1/1 (100 %)\n"));
    // A suppressed line still shows the finding; a rule that is switched off does not.
    fs::write(
        folder.path().join("lints.toml"),
        "[levels]\ninternal-call = \"allow\"\n",
    )
    .unwrap();
    let (code, stdout, _) = lint(folder.path(), &["--self-test"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("plugin.c:5:12"), "{stdout}");
    assert!(stdout.contains("mutation score 0/1 (0 %)"), "{stdout}");
}

#[test]
fn watching_judges_again_when_a_file_changes() {
    let folder = plugin(&[("plugin.c", "int x;\n"), ("lints.toml", "")]);
    let mut child = Command::new(support::program("tools"))
        .args(["lint", "--watch"])
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert_eq!(next(), "judged 2 files: 0 errors, 0 warnings");
    assert_eq!(next(), "watching for changes");
    fs::write(folder.path().join("plugin.c"), BAD).unwrap();
    assert_eq!(next(), "judged 2 files: 1 error, 0 warnings");
    assert_eq!(next(), "watching for changes");
    // So do the settings.
    let settings = "[levels]\ninternal-call = \"warning\"\n";
    fs::write(folder.path().join("lints.toml"), settings).unwrap();
    assert_eq!(next(), "judged 2 files: 0 errors, 1 warning");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn stdin_is_judged_under_a_name() {
    let folder = plugin(&[]);
    let run = |path: &str, more: &[&str]| {
        let output = support::tools()
            .current_dir(folder.path())
            .args(["lint", "--format", "json", "--stdin", path])
            .args(more)
            .write_stdin(BAD)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let found = places(&run("plugin.c", &[]));
    assert_eq!(found, ["plugin.c:5:12 internal-call"]);
    assert!(places(&run("plugin_impl.c", &[])).is_empty());
    let text = run("plugin.c", &["--coverage"]);
    let measured: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(measured[0]["path"], "plugin.c");
    assert_eq!(measured.as_array().unwrap().len(), 1);
}
