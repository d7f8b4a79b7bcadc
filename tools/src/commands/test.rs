//! `tools test`: everything that proves behaviour, in one run.
//!
//! Not here: the tests. What is not a test (formatting, spelling, licences) is a step of the workflow.

use std::process::ExitCode;
use std::time::Duration;

use lunet_ci::process::{Line, Output};

use super::doctor;
use crate::programs::{Format, Programs, RunArgs};
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
    let mut tests = Counts::default();
    for (name, call) in args.steps() {
        let call: Vec<&str> = call.iter().map(String::as_str).collect();
        let well = programs.run_with(cargo::call(name, &call), Output::Merged, |line| {
            tests.read(line);
            true
        })?;
        if !well {
            break;
        }
    }
    if args.run.format == Format::Human {
        render::out(&format!(
            "{} passed, {} failed\n",
            tests.passed, tests.failed
        ));
    }
    let more = [
        ("tests", tests.announced),
        ("passed", tests.passed),
        ("failed", tests.failed),
    ];
    let more = more.map(|(name, count)| (name.to_owned(), count.into()));
    let code = programs.finish("test", serde_json::Map::from_iter(more))?;
    if code == exit::well() && tests.announced == 0 {
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

/// What the test programs say of how many tests there were.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    announced: u64,
    passed: u64,
    failed: u64,
}

impl Counts {
    /// Adds what a line says: "running 12 tests", or
    /// "test result: FAILED. 11 passed; 1 failed; 0 ignored; …".
    fn read(&mut self, line: Line<'_>) {
        let Ok(line) = str::from_utf8(line.bytes) else {
            return;
        };
        let line = line.trim_end();
        if let Some((count, "test" | "tests")) = line
            .strip_prefix("running ")
            .and_then(|rest| rest.split_once(' '))
        {
            self.announced += count.parse().unwrap_or(0);
        }
        let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for part in counts.split("; ") {
            match part.split_once(' ') {
                Some((count, "passed")) => self.passed += count.parse().unwrap_or(0),
                Some((count, "failed")) => self.failed += count.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lunet_ci::process::{Line, Stream};

    use super::Counts;

    fn check(text: &str, announced: u64, passed: u64, failed: u64) {
        let mut counts = Counts::default();
        counts.read(Line {
            stream: Stream::Stdout,
            bytes: text.as_bytes(),
        });
        let expected = Counts {
            announced,
            passed,
            failed,
        };
        assert_eq!(counts, expected, "{text}");
    }

    #[test]
    fn tests_are_counted() {
        check("running 12 tests", 12, 0, 0);
        check("running 1 test", 1, 0, 0);
        check("running 3 targets", 0, 0, 0);
        check("running x tests", 0, 0, 0);
        check("test a ... ok", 0, 0, 0);
        let rest = "0 ignored; 0 measured; 4 filtered out; finished in 0.51s";
        check(
            &format!("test result: ok. 18 passed; 0 failed; {rest}"),
            0,
            18,
            0,
        );
        check(
            &format!("test result: FAILED. 1 passed; 2 failed; {rest}\r\n"),
            0,
            1,
            2,
        );
    }
}
