//! `tools lint` beyond what cases as data can say: files that can't be read, git, editors, object files, schemas.

mod files;
mod language_server;
mod modes;
mod sarif;
#[cfg(target_os = "linux")]
mod symbols;

use std::fs;
use std::path::Path;

use crate::support;

const TRACE_H: &str = "int _lunet_ensure_coroutine(lua_State *L, const char *name);\n#define lunet_ensure_coroutine(L, name) _lunet_ensure_coroutine(L, name)\n";
const BAD: &str = "#include \"co.h\"\n#include \"trace.h\"\n\nint plugin_open(lua_State *L) {\n    return _lunet_ensure_coroutine(L, \"plugin.open\");\n}\n";

/// A folder with a header and the given files.
fn plugin(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = support::folder();
    fs::write(folder.path().join("trace.h"), TRACE_H).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What a run of the lint says: exit code, stdout, stderr.
fn lint(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = support::tools()
        .current_dir(folder)
        .arg("lint")
        .args(args)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The findings of a run as `path:line:column rule`.
fn places(json: &str) -> Vec<String> {
    let list: Vec<serde_json::Value> = serde_json::from_str(json).unwrap();
    list.iter()
        .map(|finding| {
            format!(
                "{}:{}:{} {}",
                finding["path"].as_str().unwrap(),
                finding["line"],
                finding["column"],
                finding["rule"].as_str().unwrap()
            )
        })
        .collect()
}
