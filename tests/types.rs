//! The annotations under `runtime/types/` describe exactly what each module exports.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support;

/// The annotation files below a folder, with the names of their modules.
fn annotated(folder: &Path, prefix: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_stem().unwrap().to_string_lossy());
        if path.is_dir() {
            found.extend(annotated(&path, &format!("{name}.")));
        } else {
            found.push((name, path));
        }
    }
    found.sort();
    found
}

/// The functions of a module that a file annotates: `function module.name(`.
fn functions(text: &str, module: &str) -> BTreeSet<String> {
    let table = module.rsplit('.').next().unwrap();
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("function "));
    let names = lines.filter_map(|line| {
        line.split_once('(')?
            .0
            .strip_prefix(table)?
            .strip_prefix('.')
    });
    names.map(ToOwned::to_owned).collect()
}

#[test]
fn annotations_equal_exports() {
    let modules = annotated(&support::root().join("runtime/types"), "");
    let names: Vec<&str> = modules.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        preloaded(),
        "each module that is preloaded is annotated"
    );
    for (name, path) in &modules {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.starts_with(&format!("---@meta {name}\n")), "{name}");
        let script = format!(
            "for name, value in pairs(require('{name}')) do if type(value) == 'function' then print(name) end end"
        );
        let exports = run(&script).lines().map(ToOwned::to_owned).collect();
        assert_eq!(functions(&text, name), exports, "{name}");
        // The file itself is Lua.
        run(&format!("assert(loadfile([[{}]]))()", path.display()));
    }
}

/// The modules of ours that need no file.
fn preloaded() -> Vec<String> {
    let script =
        "for name in pairs(package.preload) do if name:find('^lunet') then print(name) end end";
    let mut names: Vec<String> = run(script).lines().map(ToOwned::to_owned).collect();
    names.sort();
    names
}

fn run(script: &str) -> String {
    let folder = support::folder();
    let path = folder.path().join("script.lua");
    std::fs::write(&path, script).unwrap();
    let output = support::lunet_run().arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n")
}
