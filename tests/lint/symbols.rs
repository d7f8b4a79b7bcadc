//! Object files against their sources: what a plugin needs and its sources do not show.

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
