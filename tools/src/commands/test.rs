//! `tools test`: everything that proves behaviour, in one run.
//!
//! Not here: the tests. What is not a test (formatting, spelling, licences) is a step of the workflow.

use std::process::ExitCode;
use std::time::Duration;

use lunet_ci::process::{Line, Output};

use super::doctor;
use crate::programs::{Programs, RunArgs};
use crate::{cargo, exit, render};

/// A fresh machine compiles everything in this time, with room to spare.
const LIMIT: Duration = Duration::from_mins(40);

/// Test everything: lints of the Rust code, Rust tests, Lua tests, the C SDK, the programs end to end.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo tools test\n  cargo tools test tidy         only tests with `tidy` in their name\n  cargo tools test -p lunet-ci  only the tests of one package"
)]
pub struct TestArgs {
    /// Run only tests whose name contains one of these words, and leave clippy out.
    filter: Vec<String>,
    /// Test only this package (repeatable).
    #[arg(short, long, value_name = "NAME")]
    package: Vec<String>,
    /// Leave clippy out.
    #[arg(long)]
    quick: bool,
    /// Run all tests even when some fail.
    #[arg(long)]
    no_fail_fast: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs clippy, then the tests; stops at the first that fails.
pub(super) fn run(args: &TestArgs) -> anyhow::Result<ExitCode> {
    doctor::demand("test")?;
    let mut programs = Programs::open(&args.run, LIMIT)?;
    let well = args.leaves_clippy_out() || programs.run(cargo::call("clippy", &args.clippy()))?;
    let mut tests = 0;
    if well {
        let program = cargo::call("test", &args.tests());
        programs.run_with(program, Output::Merged, |line| {
            tests += announced(line);
            true
        })?;
    }
    let code = programs.finish(
        "test",
        serde_json::Map::from_iter([("tests".to_owned(), tests.into())]),
    )?;
    if code == exit::well() && tests == 0 {
        render::note("error: no test was run: nothing has such a name");
        return Ok(exit::could_not_run());
    }
    Ok(code)
}

impl TestArgs {
    fn leaves_clippy_out(&self) -> bool {
        self.quick || !self.filter.is_empty()
    }

    fn clippy(&self) -> Vec<&str> {
        let mut call = vec!["clippy", "--locked", "--all-targets"];
        call.extend(self.packages());
        call.extend(["--", "--deny", "warnings"]);
        call
    }

    fn tests(&self) -> Vec<&str> {
        let mut call = vec!["test", "--locked"];
        if self.no_fail_fast {
            call.push("--no-fail-fast");
        }
        call.extend(self.packages());
        call.push("--");
        call.extend(self.filter.iter().map(String::as_str));
        call
    }

    fn packages(&self) -> Vec<&str> {
        if self.package.is_empty() {
            return vec!["--workspace"];
        }
        let packages = self.package.iter();
        packages.flat_map(|name| ["--package", name]).collect()
    }
}

/// How many tests a line of a test program announces: "running 12 tests".
fn announced(line: Line<'_>) -> u64 {
    let count = str::from_utf8(line.bytes).ok().and_then(|line| {
        let rest = line.strip_prefix("running ")?;
        let (count, unit) = rest.split_once(' ')?;
        matches!(unit, "test" | "tests").then(|| count.parse().ok())?
    });
    count.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use lunet_ci::process::{Line, Stream};

    #[test]
    fn announced_tests_are_counted() {
        for (text, expected) in [
            ("running 12 tests", 12),
            ("running 1 test", 1),
            ("running 3 targets", 0),
            ("test a ... ok", 0),
            ("running x tests", 0),
        ] {
            let line = Line {
                stream: Stream::Stdout,
                bytes: text.as_bytes(),
            };
            assert_eq!(super::announced(line), expected, "{text}");
        }
    }
}
