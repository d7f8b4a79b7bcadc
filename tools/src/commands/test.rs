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
    /// Run only tests whose name contains one of these words; clippy and the traced build are left out.
    filter: Vec<String>,
    /// Test only this package (repeatable).
    #[arg(short, long, value_name = "NAME")]
    package: Vec<String>,
    /// Leave clippy and the traced build out.
    #[arg(long)]
    quick: bool,
    /// Run all tests even when some fail.
    #[arg(long)]
    no_fail_fast: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the steps; stops at the first that fails.
pub(super) fn run(args: &TestArgs) -> anyhow::Result<ExitCode> {
    doctor::demand("test")?;
    let mut programs = Programs::open(&args.run, LIMIT)?;
    let mut tests = 0;
    for (name, call) in args.steps() {
        let call: Vec<&str> = call.iter().map(String::as_str).collect();
        let well = programs.run_with(cargo::call(name, &call), Output::Merged, |line| {
            tests += announced(line);
            true
        })?;
        if !well {
            break;
        }
    }
    let more = serde_json::Map::from_iter([("tests".to_owned(), tests.into())]);
    let code = programs.finish("test", more)?;
    if code == exit::well() && tests == 0 {
        render::note("error: no test was run: nothing has such a name");
        return Ok(exit::could_not_run());
    }
    Ok(code)
}

impl TestArgs {
    /// The names of the steps and what cargo gets; the tests of the workspace come last, so that their
    /// closing lines are the last thing that a person sees.
    fn steps(&self) -> Vec<(&'static str, Vec<String>)> {
        let packages = self.packages();
        let narrow = self.quick || !self.filter.is_empty();
        let runtime = self.package.is_empty() || self.package.iter().any(|name| name == "lunet");
        let clippy = "clippy --locked --all-targets";
        let traced = "--package lunet --features trace-verbose,system-heap";
        let mut steps = Vec::new();
        if !narrow {
            steps.push(("clippy", format!("{clippy} {packages} -- --deny warnings")));
        }
        if !narrow && runtime {
            steps.push((
                "clippy-traced",
                format!("{clippy} {traced} -- --deny warnings"),
            ));
            steps.push(("test-traced", format!("test --locked {traced}")));
        }
        let all = if self.no_fail_fast {
            "--no-fail-fast "
        } else {
            ""
        };
        steps.push(("test", format!("test --locked {all}{packages} --")));
        let words = |call: String| call.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut steps: Vec<_> = steps
            .into_iter()
            .map(|(name, call)| (name, words(call)))
            .collect();
        if let Some((_, call)) = steps.last_mut() {
            call.extend(self.filter.iter().cloned());
        }
        steps
    }

    fn packages(&self) -> String {
        if self.package.is_empty() {
            return "--workspace".to_owned();
        }
        let each = self.package.iter().map(|name| format!("--package {name}"));
        each.collect::<Vec<_>>().join(" ")
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
