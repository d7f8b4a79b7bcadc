//! Object files against their sources: what a plugin needs and its sources do not show.

use std::fs;
use std::process::Command;

use super::{lint, plugin};

/// Compiles a source that needs no header into an object file.
fn compile(folder: &std::path::Path, source: &str) -> bool {
    let done = Command::new("cc")
        .current_dir(folder)
        .args(["-c", source, "-o", "plugin.o"])
        .status()
        .unwrap();
    done.success()
}

#[test]
fn an_internal_that_the_sources_hide_is_named() {
    let shown = "int _lunet_a(void);\nint open_plugin(void) { return _lunet_a(); }\n";
    let hidden = "int b(void) __asm__(\"_lunet_b\");\nint open_plugin(void) { return b(); }\n";
    for (source, expected) in [(shown, 0), (hidden, 1)] {
        let folder = plugin(&[("plugin.c", source)]);
        assert!(compile(folder.path(), "plugin.c"));
        let (code, stdout, _) = lint(folder.path(), &[".", "--symbols", "plugin.o"]);
        assert_eq!(code, expected, "{stdout}");
        let is_named = stdout.contains("plugin.o: needs `_lunet_b`");
        assert_eq!(is_named, expected == 1, "{stdout}");
    }
    let folder = plugin(&[("plugin.c", shown)]);
    let (code, _, stderr) = lint(folder.path(), &[".", "--symbols", "no-such.o"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("no-such.o"), "{stderr}");
}

/// An archive that has only the names of its members is followed to them; one without any member says nothing.
#[test]
fn archives_are_never_passed_over() {
    let source = "int b(void) __asm__(\"_lunet_b\");\nint a(void) { return b(); }\n";
    let folder = plugin(&[("plugin.c", source)]);
    assert!(compile(folder.path(), "plugin.c"));
    for kind in ["rcs", "rcsT"] {
        let archive = format!("{kind}.a");
        let made = Command::new("ar")
            .current_dir(folder.path())
            .args([kind, &archive, "plugin.o"])
            .status()
            .unwrap();
        assert!(made.success());
        let (code, stdout, _) = lint(folder.path(), &[".", "--symbols", &archive]);
        assert_eq!(code, 1, "{archive}: {stdout}");
    }
    fs::write(folder.path().join("empty.a"), "!<arch>\n").unwrap();
    let (code, _, stderr) = lint(folder.path(), &[".", "--symbols", "empty.a"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("empty.a: an archive without"), "{stderr}");
}

#[test]
fn objects_without_machine_code_are_named() {
    let folder = plugin(&[("plugin.c", "char __gnu_lto_slim;\n")]);
    assert!(compile(folder.path(), "plugin.c"));
    let (code, _, stderr) = lint(folder.path(), &[".", "--symbols", "plugin.o"]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("plugin.o: only code for the linker"),
        "{stderr}"
    );
}
