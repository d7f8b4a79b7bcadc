//! What can't be judged is named, and the rest is judged all the same.

use std::fs;

use super::{BAD, lint, places, plugin};
#[cfg(unix)]
use crate::support;

/// The run goes on, ends with exit 2, and names the file with the reason.
fn check(folder: &std::path::Path, path: &str, reason: &str) {
    let (code, stdout, stderr) = lint(folder, &[".", "--format", "json"]);
    assert_eq!(code, 2, "{stderr}");
    assert_eq!(places(&stdout), ["plugin.c:5:12 internal-call"]);
    assert!(stderr.contains(path) && stderr.contains(reason), "{stderr}");
}

#[test]
fn a_file_that_is_no_utf8_is_named() {
    let folder = plugin(&[("plugin.c", BAD)]);
    fs::write(folder.path().join("latin.c"), b"int caf\xe9;\n").unwrap();
    check(folder.path(), "latin.c", "not UTF-8 at byte 7");
}

/// A program without an extension says in its first line what it is.
#[cfg(unix)]
#[test]
fn programs_are_told_by_their_first_line() {
    let folder = plugin(&[("notes", "#!/bin/sh\nrm -r x\n"), ("list", "rm -r x\n")]);
    support::script(&folder.path().join("hook"), "rm -r x");
    let (code, stdout, _) = lint(folder.path(), &[".", "--format", "json"]);
    assert_eq!(code, 1);
    assert_eq!(places(&stdout), ["hook:2:1 recursive-delete"]);
    let (_, stdout, _) = lint(folder.path(), &["notes", "--format", "json"]);
    assert_eq!(places(&stdout), ["notes:2:1 recursive-delete"]);
}

/// A name that would steer a terminal is shown to people escaped, and to machines as it is.
#[cfg(unix)]
#[test]
fn names_do_not_break_lines() {
    let name = "a\u{1b}[31m\nb.c";
    let folder = plugin(&[(name, BAD), ("c\n.c", "int x;\n")]);
    fs::write(folder.path().join("c\n.c"), b"\xe9").unwrap();
    let (_, stdout, stderr) = lint(folder.path(), &["."]);
    let shown = "--> a\\u{1b}[31m\\nb.c:5:12\n";
    assert!(stdout.contains(shown), "{stdout}");
    assert!(stderr.contains("error: c\\n.c: not UTF-8"), "{stderr}");
    let (_, stdout, _) = lint(folder.path(), &[".", "--format", "json"]);
    assert_eq!(places(&stdout), [format!("{name}:5:12 internal-call")]);
}

#[test]
fn a_file_over_the_cap_is_named() {
    let folder = plugin(&[
        ("plugin.c", BAD),
        ("lints.toml", "size-cap-bytes = 200\n"),
        ("large.c", &"int x;\n".repeat(100)),
    ]);
    check(
        folder.path(),
        "large.c",
        "700 bytes are more than the cap of 200",
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_and_a_broken_link_are_named() {
    let folder = plugin(&[("plugin.c", BAD)]);
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe.c"))
        .status()
        .unwrap();
    assert!(made.success());
    check(folder.path(), "pipe.c", "not a regular file");
    let folder = plugin(&[("plugin.c", BAD)]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("link.c")).unwrap();
    check(folder.path(), "link.c", "no such file or directory");
}

#[test]
fn what_git_ignores_is_left_out_unless_it_is_named() {
    let folder = plugin(&[
        (".gitignore", "/build/\n"),
        ("build/plugin.c", BAD),
        ("clean.c", "int x;\n"),
    ]);
    let (code, stdout, _) = lint(folder.path(), &["--format", "json"]);
    assert_eq!((code, stdout.trim()), (0, "[]"));
    for path in ["build", "build/plugin.c"] {
        let (code, stdout, _) = lint(folder.path(), &[path, "--format", "json"]);
        assert_eq!(code, 1);
        assert_eq!(places(&stdout), ["build/plugin.c:5:12 internal-call"]);
    }
}

#[test]
fn the_configuration_decides_and_its_mistakes_have_a_line() {
    let other = BAD.replace("_lunet_", "_acme_");
    let folder = plugin(&[
        (
            "lints.toml",
            "prefix = \"_acme_\"\nhomes = [\"core_*.c\"]\nexclude = [\"vendor/\"]\n\n[levels]\ninternal-call = \"warning\"\n",
        ),
        ("plugin.c", &other),
        ("core_plugin.c", &other),
        ("vendor/plugin.c", &other),
    ]);
    let (code, stdout, _) = lint(folder.path(), &["--format", "json"]);
    assert_eq!(code, 0);
    assert_eq!(places(&stdout), ["plugin.c:5:12 internal-call"]);
    for (text, complaint) in [
        (
            "prefix = \"_acme_\"\nhome = []\n",
            "lints.toml:2:1: unknown field `home`",
        ),
        ("exclude = 3\n", "lints.toml:1:11: invalid type"),
        (
            "[levels]\ninternal-call = \"loud\"\n",
            "lints.toml:2:17: unknown variant `loud`",
        ),
        (
            "[levels]\nno-such = \"error\"\n",
            "there is no rule `no-such`",
        ),
        (
            "\nexclude = [\"a{\"]\n",
            "lints.toml:2:13: error parsing glob",
        ),
        (
            "homes = [\"#a\", \"[z\"]\n",
            "lints.toml:1:17: error parsing glob",
        ),
        (
            "wrappers = \"nowhere.h\"\n",
            "lints.toml:1:13: there is no file `nowhere.h`",
        ),
    ] {
        fs::write(folder.path().join("lints.toml"), text).unwrap();
        let (code, _, stderr) = lint(folder.path(), &[]);
        assert_eq!(code, 2);
        assert!(stderr.contains(complaint), "{stderr}");
    }
}

/// What is no file is named as that, whatever its name is; so is a full disk.
#[cfg(target_os = "linux")]
#[test]
fn devices_are_neither_read_nor_trusted() {
    let folder = plugin(&[("plugin.c", BAD)]);
    let (code, _, stderr) = lint(folder.path(), &["/dev/zero"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("/dev/zero: not a regular file"), "{stderr}");
    for arguments in [&["--list"][..], &["plugin.c"], &["--coverage", "trace.h"]] {
        let output = std::process::Command::new(support::program("tools"))
            .current_dir(folder.path())
            .arg("lint")
            .args(arguments)
            .stdout(fs::File::create("/dev/full").unwrap())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("error: stdout: "), "{stderr}");
    }
}

/// A file that is named alone is judged with the headers that it includes.
#[test]
fn headers_beside_a_named_file_are_read() {
    let folder = plugin(&[
        (
            "include/sizes.h",
            "static inline int twice(int x) { return 2 * x; }\n",
        ),
        ("src/macros.h", "#include \"more.h\"\n"),
        ("src/more.h", "#define JOIN(a, b) a##b\n"),
        (
            "src/other.c",
            "#include \"sizes.h\"\n#include \"macros.h\"\nint twice(int x) { return x + x; }\nint f(void *L) { return JOIN(_lu, net_x)(L); }\n",
        ),
    ]);
    let (code, stdout, _) = lint(folder.path(), &["--format", "github", "src/other.c"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("line=3,col=5"), "{stdout}");
    assert!(stdout.contains("line=4,col=25"), "{stdout}");
}
