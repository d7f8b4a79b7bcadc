//! How cargo is called, and what it says it built.

use std::path::{Path, PathBuf};

use lunet_ci::process::{Line, Output, Stream};

use crate::programs::{Program, Programs};

/// A call of the cargo that runs this process, or of the one in `PATH`.
pub(crate) fn call(name: &'static str, arguments: &[&str]) -> Program {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = arguments.iter().map(|argument| (*argument).to_owned());
    Program {
        name,
        command: std::iter::once(cargo).chain(arguments).collect(),
        environment: Vec::new(),
    }
}

/// Runs `cargo build` and returns the program named `wanted` that it made; none when it failed.
pub(crate) fn build(
    programs: &mut Programs,
    mut program: Program,
    wanted: &str,
) -> anyhow::Result<Option<PathBuf>> {
    let messages = "--message-format=json-render-diagnostics";
    program.command.push(messages.to_owned());
    let mut made = None;
    programs.run_with(program, Output::Separate, |line| {
        let message = line.stream == Stream::Stdout;
        if message && let Some(path) = executable(line, wanted) {
            made = Some(path);
        }
        !message
    })?;
    Ok(made)
}

/// The path in one of cargo's messages, if it tells of the program `wanted`.
fn executable(line: Line<'_>, wanted: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_slice(line.bytes).ok()?;
    let named = message.pointer("/target/name")? == wanted;
    let path = message.get("executable")?.as_str()?;
    named.then(|| PathBuf::from(path))
}

/// The environment in which neither Rust nor C code keeps a path of this machine.
///
/// The flags join those that are set already; where several match, compilers take the last.
pub(crate) fn without_paths(root: &Path) -> Vec<(String, String)> {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let target = root.join(target);
    let places = [
        (Some(root.to_owned()), "lunet"),
        (cargo_home(), "cargo"),
        (Some(target), "made"),
    ];
    let places: Vec<(String, &str)> = places
        .into_iter()
        .filter_map(|(from, to)| Some((from?.display().to_string(), to)))
        .collect();
    let rust = places
        .iter()
        .map(|(from, to)| format!("--remap-path-prefix={from}={to}"));
    let mut environment = vec![rust_flags(rust)];
    if !cfg!(windows) {
        // These flags are split at blanks, and nothing keeps a path together.
        let whole = places
            .iter()
            .filter(|(from, _)| !from.contains(char::is_whitespace));
        let c = whole.map(|(from, to)| format!("-ffile-prefix-map={from}={to}"));
        let flags = std::env::var("CFLAGS").ok().into_iter().chain(c);
        environment.push(("CFLAGS".to_owned(), flags.collect::<Vec<_>>().join(" ")));
    }
    environment
}

/// The variable that adds flags for rustc to those of this environment.
pub(crate) fn rust_flags(more: impl Iterator<Item = String>) -> (String, String) {
    const BETWEEN: &str = "\x1f";
    let set = std::env::var("CARGO_ENCODED_RUSTFLAGS").or_else(|_| {
        let plain = std::env::var("RUSTFLAGS");
        plain.map(|flags| flags.split_whitespace().collect::<Vec<_>>().join(BETWEEN))
    });
    let set = set.ok().filter(|flags| !flags.is_empty());
    let flags: Vec<String> = set.into_iter().chain(more).collect();
    ("CARGO_ENCODED_RUSTFLAGS".to_owned(), flags.join(BETWEEN))
}

/// Where cargo keeps the sources of libraries.
fn cargo_home() -> Option<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}
