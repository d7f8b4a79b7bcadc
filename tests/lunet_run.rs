//! `lunet-run` as a process: its command line, what it prints, its exit code, its files and children.
//!
//! Not here: what a script can see of itself, which is `lua`.

mod arguments;
#[cfg(unix)]
mod descriptors;
mod errors;
mod exit;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod streams;

use std::path::Path;
use std::process::ExitStatus;

use crate::support;

/// What a script begins with here.
const HEAD: &str = "local lunet, socket = require('lunet'), require('lunet.socket')\n";

/// What a run came to.
struct Ran {
    status: ExitStatus,
    stdout: String,
    stderr: String,
}

/// Runs `script.lua` with this text in a folder, with options before it and arguments after it.
fn run_in(folder: &Path, options: &[&str], script: &str, arguments: &[&str]) -> Ran {
    std::fs::write(folder.join("script.lua"), script).expect("the folder can be written");
    start_in(folder, &[options, &["script.lua"], arguments].concat())
}

/// Runs `lunet-run` with these arguments in a folder.
fn start_in(folder: &Path, arguments: &[&str]) -> Ran {
    let output = support::lunet_run()
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("lunet-run can be started");
    Ran::new(output.status, &output.stdout, &output.stderr)
}

/// Runs a script that has the modules at hand, in a folder of its own.
fn run(script: &str) -> Ran {
    let folder = support::folder();
    run_in(folder.path(), &[], &format!("{HEAD}{script}"), &[])
}

impl Ran {
    fn new(status: ExitStatus, stdout: &[u8], stderr: &[u8]) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        Self {
            status,
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// Demands an exit code and both outputs. An expected line that ends in `…` is a beginning.
    #[track_caller]
    fn gives(&self, code: i32, stdout: &str, stderr: &str) {
        let Self { status, .. } = self;
        let all = format!("{status}\n{}---\n{}", self.stdout, self.stderr);
        assert_eq!(status.code(), Some(code), "{all}");
        assert!(reads(&self.stdout, stdout), "expected:\n{stdout}\n{all}");
        assert!(reads(&self.stderr, stderr), "expected:\n{stderr}\n{all}");
    }
}

/// Whether a text has the expected lines.
fn reads(found: &str, expected: &str) -> bool {
    let (mut found, mut expected) = (found.lines(), expected.lines());
    loop {
        let holds = match (found.next(), expected.next()) {
            (None, None) => return true,
            (Some(found), Some(expected)) => match expected.strip_suffix('…') {
                Some(beginning) => found.starts_with(beginning),
                None => found == expected,
            },
            _ => false,
        };
        if !holds {
            return false;
        }
    }
}

#[test]
fn outputs_are_compared_line_by_line() {
    assert!(reads("a\nbc\n", "a\nb…\n"));
    assert!(!reads("a\n", ""));
    assert!(!reads("", "a"));
    assert!(!reads("ab\n", "a"));
}
