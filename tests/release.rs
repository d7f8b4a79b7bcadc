//! A release from end to end in a small repository: packaged, noted, checked, started.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support;

/// A second after which every archive is dated.
const TIME: &str = "1767225600";

/// What the repository holds, besides the marks by which `tools` finds its root.
const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[workspace.package]\nversion = \"1.2.0\"\nrepository = \"https://example.org/o/lunet\"\n",
    ),
    ("runtime/Cargo.toml", ""),
    ("tools/Cargo.toml", ""),
    (".gitignore", "/dist*\n/.tmp\n"),
    ("LICENSE", "MIT\n"),
    ("README.md", "# Lunet\n"),
    (
        "CHANGELOG.md",
        "# Changelog\n\n## [1.2.0]\n\n- Files can wait.\n\n## [1.1.0]\n\n- Old.\n",
    ),
    ("docs/guide.md", "A guide.\n"),
    ("runtime/include/co.h", "/* co */\n"),
    ("runtime/include/lunet.h", "/* lunet */\n"),
    ("runtime/include/lunet_mem.h", "/* mem */\n"),
    ("runtime/include/trace.h", "/* trace */\n"),
    ("runtime/lua/http.lua", "return {}\n"),
    ("runtime/types/lunet.lua", "---@meta\n"),
];

/// A runtime that prints what the real one would, and nothing else.
const STAND_IN: &str = r#"
#include <stdio.h>
#include <string.h>
int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "--version") == 0) { puts("lunet-run 1.2.0"); return 0; }
  puts(strstr(arguments[1], "hello") ? "hello from a coroutine" : "probe: one request was served");
  return 0;
}
"#;

/// A repository in a folder of its own: a tag v1.1.0, and one commit since.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(support::folder());
        for (path, text) in FILES {
            repository.write(path, text);
        }
        repository.git(&["init", "--quiet"]);
        repository.commit("Begin");
        repository.git(&["tag", "v1.1.0"]);
        repository.write("docs/more.md", "More.\n");
        repository.commit("docs: a <second> page");
        repository
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self, title: &str) {
        self.git(&["add", "--all"]);
        self.git(&[
            "-c",
            "user.name=n",
            "-c",
            "user.email=e",
            "commit",
            "--quiet",
            "--message",
            title,
        ]);
    }

    fn git(&self, arguments: &[&str]) {
        let git = support::command(Path::new("git"))
            .current_dir(self.0.path())
            .args(arguments)
            .assert();
        git.success();
    }

    fn tools(&self, arguments: &[&str]) -> assert_cmd::assert::Assert {
        let mut tools = support::tools();
        tools
            .current_dir(self.0.path())
            .env("SOURCE_DATE_EPOCH", TIME);
        tools.args(arguments).assert()
    }

    /// Packs the three archives into a folder, with stand-ins for the runtimes.
    fn package(&self, out: &str) {
        for (target, name, program) in programs(&self.path("")) {
            fs::write(self.path(&format!(".tmp/{name}")), program).unwrap();
            let binary = format!(".tmp/{name}");
            self.tools(&[
                "package", "--target", target, "--binary", &binary, "--out", out,
            ])
            .success();
        }
    }
}

/// Target, file name and bytes of each runtime. This host's can be started, the others are headers.
fn programs(scratch: &Path) -> [(&'static str, &'static str, Vec<u8>); 3] {
    let words =
        |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_le_bytes()).collect() };
    let macho = words(&[0xfeed_facf, 0x0100_000c, 0, 2, 0, 0, 0, 0]);
    let mut pe = b"MZ".to_vec();
    pe.resize(60, 0);
    pe.extend(words(&[
        64,
        0x0000_4550,
        0x8664,
        0,
        0,
        0,
        0x0022_00f0,
        0x020b,
    ]));
    pe.resize(400, 0);
    let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
    elf.resize(16, 0);
    elf.extend(words(&[62 << 16 | 2, 1]));
    elf.resize(64, 0);
    let mut programs = [
        ("linux-amd64", "linux", elf),
        ("macos", "macos", macho),
        ("windows-amd64", "windows", pe),
    ];
    if let (Some(host), Some(built)) = (host(), build(scratch)) {
        programs
            .iter_mut()
            .find(|(target, ..)| *target == host)
            .unwrap()
            .2 = built;
    }
    programs
}

/// The target of this host, where a test can make a program for it.
fn host() -> Option<&'static str> {
    cfg!(all(target_os = "linux", target_arch = "x86_64")).then_some("linux-amd64")
}

/// The stand-in as a program of this host, without debug information.
fn build(scratch: &Path) -> Option<Vec<u8>> {
    host()?;
    let folder = scratch.join(".tmp");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("stand-in.c"), STAND_IN).unwrap();
    let mut compiler = support::command(Path::new("cc"));
    compiler
        .current_dir(&folder)
        .args(["-O1", "-s", "-o", "stand-in", "stand-in.c"]);
    compiler.assert().success();
    Some(fs::read(folder.join("stand-in")).unwrap())
}

fn text(assert: &assert_cmd::assert::Assert) -> String {
    let output = assert.get_output();
    String::from_utf8([&output.stdout[..], &output.stderr].concat()).unwrap()
}

#[test]
fn the_same_tree_makes_the_same_bytes() {
    let (one, other) = (Repository::new(), Repository::new());
    fs::create_dir(one.path(".tmp")).unwrap();
    one.package("dist");
    other.package("dist-elsewhere");
    let sums = |repository: &Repository, folder: &str| {
        fs::read_to_string(repository.path(folder).join("SHA256SUMS")).unwrap()
    };
    let (first, second) = (sums(&one, "dist"), sums(&other, "dist-elsewhere"));
    assert_eq!(first, second);
    assert_eq!(first.lines().count(), 3);
    // A second run finds the same archive and moves nothing aside.
    one.package("dist");
    let aside = fs::read_dir(one.path(".tmp"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert!(
        aside
            .into_iter()
            .all(|name| !name.to_string_lossy().contains("lunet-"))
    );
}

#[test]
fn a_release_is_packaged_noted_and_sound() {
    let repository = Repository::new();
    repository.package("dist");
    if host().is_none() {
        return;
    }
    let notes = repository.tools(&["release-notes", "v1.2.0"]).success();
    assert!(text(&notes).contains("release-notes.md"));
    let notes = fs::read_to_string(repository.path("dist/release-notes.md")).unwrap();
    for part in [
        "# Lunet v1.2.0\n",
        "- Files can wait.\n",
        "$ ./lunet-run hello.lua\nhello from a coroutine\n",
        "## Changes since v1.1.0\n\n- docs: a \\<second\\> page\n",
    ] {
        assert!(notes.contains(part), "{part:?} in\n{notes}");
    }
    let check = repository.tools(&["release-check", "v1.2.0", "--dir", "dist", "--run-host"]);
    let told = text(&check);
    check.success();
    assert!(told.ends_with("v1.2.0 is sound\n"), "{told}");
    assert!(told.contains("pass  runs"), "{told}");
}

#[test]
fn notes_are_not_invented() {
    let repository = Repository::new();
    let refused = |arguments: &[&str], part: &str| {
        let told = repository.tools(arguments).code(1);
        assert!(text(&told).contains(part), "{}", text(&told));
    };
    fs::create_dir_all(repository.path("dist")).unwrap();
    refused(
        &["release-notes", "v1.3.0"],
        "CHANGELOG.md has no section `## [1.3.0]`",
    );
    refused(
        &["release-notes", "v1.2.0"],
        "lunet-macos.tar.gz is not in ",
    );
    refused(&["release-notes", "1.2.0"], "is no tag of a release");
    assert!(!repository.path("dist/release-notes.md").exists());
}

#[test]
fn trees_and_programs_that_must_not_be_released_are_refused() {
    let repository = Repository::new();
    let [(_, _, linux), ..] = programs(&repository.path(""));
    fs::create_dir_all(repository.path(".tmp")).unwrap();
    let pack = |bytes: &[u8], more: &[&str]| {
        fs::write(repository.path(".tmp/run"), bytes).unwrap();
        let arguments = ["package", "--target", "linux-amd64", "--binary", ".tmp/run"];
        repository.tools(&[&arguments, more].concat())
    };
    let refused = |bytes: &[u8], part: &str| {
        let told = pack(bytes, &[]).code(1);
        assert!(text(&told).contains(part), "{}", text(&told));
        assert!(!repository.path("dist/lunet-linux-amd64.tar.gz").exists());
    };
    let with = |mark: &str| [&linux[..], mark.as_bytes()].concat();
    refused(&with("[TRACE] spawn"), "the mark of a trace build");
    refused(&with("__asan_init"), "the mark of a build with a sanitizer");
    refused(
        &with("/home/me/lunet/src"),
        "a path of the machine that built it",
    );
    refused(b"#!/bin/sh\n", "expected ELF x86-64, found a script");
    pack(&linux, &["--tag", "v1.3.0"]).code(1);
    repository.write("docs/more.md", "Changed.\n");
    refused(&linux, "the tree differs from its commit");
    let dirty = pack(&linux, &["--allow-dirty", "--format", "json"]).success();
    assert!(
        text(&dirty).contains("\"version\": \"1.2.0-dirty\""),
        "{}",
        text(&dirty)
    );
    let left = fs::read_dir(repository.path("dist")).unwrap().count();
    assert_eq!(left, 2, "the archive and its checksums, no unfinished file");
}

#[test]
fn the_gate_stops_at_the_first_red() {
    let repository = Repository::new();
    let red = |tag: &str, part: &str| {
        let told = repository.tools(&["release", tag]).code(1);
        assert!(text(&told).contains(part), "{}", text(&told));
    };
    red("v1.2", "tag is red");
    red("v1.3.0", "Cargo.toml has version 1.2.0");
    repository.write("README.md", "# Changed\n");
    red("v1.2.0", "clean-tree is red");
}

#[test]
fn what_changed_since_another_release_is_told() {
    let repository = Repository::new();
    repository.package("dist-before");
    repository.write(
        "runtime/types/lunet.lua",
        "---@meta\nfunction lunet.spawn(fn) end\n",
    );
    repository.write("docs/third.md", "Third.\n");
    repository.commit("More");
    repository.package("dist");
    let arguments = [
        "release-check",
        "v1.2.0",
        "--dir",
        "dist",
        "--only",
        "archive",
    ];
    let told = repository
        .tools(&[&arguments[..], &["--against", "dist-before"]].concat())
        .success();
    let told = text(&told);
    for part in [
        "lunet-macos.tar.gz: new: docs/third.md",
        "lua     lunet-macos.tar.gz: new: lunet.spawn(fn)",
        "types/lunet.lua: 9 -> ",
    ] {
        assert!(told.contains(part), "{part:?} in\n{told}");
    }
    let same = repository.tools(&[&arguments[..], &["--against", "dist"]].concat());
    assert!(text(&same).contains("nothing changed since dist"));
}
