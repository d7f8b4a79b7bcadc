//! Runs other programs for a command: one after another, each under a time limit, its output shown as it
//! comes and kept in the log folder of this run.
//!
//! Not here: what starts, watches and ends one process (`lunet_ci::process`).

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use lunet_ci::logs::LogFolder;
use lunet_ci::process::{End, Ended, Interrupt, Line, Output, Process, Stream};
use serde::Serialize;

use crate::{exit, render, repository};

/// The options of every command that runs other programs.
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// End a program that runs for longer than this, with all that it started.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout: Option<u64>,
    /// Keep logs in this folder instead of a new one below .tmp/logs.
    #[arg(long, value_name = "DIR")]
    pub(crate) log_dir: Option<PathBuf>,
    /// Who reads the result. With json, what the programs print goes to stderr.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Who reads a result.
#[derive(clap::ValueEnum, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// People.
    #[default]
    Human,
    /// Programs.
    Json,
}

/// One program to run.
pub(crate) struct Program {
    /// What it is run for; names its log.
    pub(crate) name: &'static str,
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
    /// Set on top of the environment of this process.
    pub(crate) environment: Vec<(String, String)>,
}

/// What became of one program.
#[derive(Serialize)]
struct Outcome {
    name: &'static str,
    command: Vec<String>,
    result: &'static str,
    exit_code: Option<i32>,
    duration_ms: u64,
    log: String,
    #[serde(skip)]
    end: End,
}

/// What became of a command, as `--format json` prints it.
#[derive(Serialize)]
struct Report<'a> {
    command: &'a str,
    conclusion: &'static str,
    logs: String,
    steps: Vec<Outcome>,
    #[serde(flatten)]
    more: serde_json::Map<String, serde_json::Value>,
}

/// The programs of one command.
pub(crate) struct Programs {
    root: PathBuf,
    logs: LogFolder,
    interrupt: Interrupt,
    limit: Duration,
    format: Format,
    outcomes: Vec<Outcome>,
}

impl Programs {
    /// Opens the log folder. `limit` is for each program and gives way to `--timeout`.
    pub(crate) fn open(args: &RunArgs, limit: Duration) -> anyhow::Result<Self> {
        let root = repository::root()?;
        Ok(Self {
            logs: LogFolder::open(&root, args.log_dir.as_deref())?,
            interrupt: Interrupt::on_ctrl_c()?,
            limit: args.timeout.map_or(limit, Duration::from_secs),
            format: args.format,
            outcomes: Vec::new(),
            root,
        })
    }

    /// The root of the repository, where the programs run.
    pub(crate) fn root(&self) -> &std::path::Path {
        &self.root
    }

    /// Runs a program and shows all that it prints; tells whether it went well.
    pub(crate) fn run(&mut self, program: Program) -> anyhow::Result<bool> {
        self.run_with(program, Output::Merged, |_| true)
    }

    /// Runs a program; `sink` gets each line and tells whether to show it.
    pub(crate) fn run_with(
        &mut self,
        program: Program,
        output: Output,
        mut sink: impl FnMut(Line<'_>) -> bool,
    ) -> anyhow::Result<bool> {
        let log = self.logs.log(program.name)?;
        let format = self.format;
        render::note(&format!("$ {}", program.command.join(" ")));
        let mut process = Process::new(&program.command[0])
            .args(&program.command[1..])
            .current_dir(&self.root)
            .output(output)
            .time_limit(self.limit)
            .log(&log);
        for (name, value) in &program.environment {
            process = process.env(name, value);
        }
        let ended = process.run(&self.interrupt, |line| {
            if sink(line) {
                show(format, line);
            }
        })?;
        self.logs
            .record(program.name, &program.command, Some(&log), &ended)?;
        let well = ended.success();
        self.outcomes.push(outcome(program, &ended, &log));
        Ok(well)
    }

    /// Says how each program ended and where the logs are; `more` are further keys of the JSON answer.
    pub(crate) fn finish(
        self,
        command: &str,
        more: serde_json::Map<String, serde_json::Value>,
    ) -> anyhow::Result<ExitCode> {
        let well = self.outcomes.iter().all(|o| o.end == End::Exited(0));
        let interrupted = self.outcomes.iter().any(|o| o.end == End::Interrupted);
        let logs = self.logs.path().display().to_string();
        match self.format {
            Format::Human => {
                for outcome in &self.outcomes {
                    render::out(&format!("{}\n", sentence(outcome)));
                }
                render::out(&format!("logs in {logs}\n"));
            }
            Format::Json => render::json(&Report {
                command,
                conclusion: if well { "success" } else { "failure" },
                logs,
                steps: self.outcomes,
                more,
            })?,
        }
        Ok(match (well, interrupted) {
            (true, _) => exit::well(),
            (false, false) => exit::bad(),
            (false, true) => exit::could_not_run(),
        })
    }
}

/// Writes a line of a program where it belongs: machines read stdout alone.
fn show(format: Format, line: Line<'_>) {
    if format == Format::Json || line.stream == Stream::Stderr {
        render::line_to_stderr(line.bytes);
    } else {
        render::line_to_stdout(line.bytes);
    }
}

fn outcome(program: Program, ended: &Ended, log: &std::path::Path) -> Outcome {
    Outcome {
        name: program.name,
        command: program.command,
        result: match ended.end {
            End::Exited(0) => "success",
            End::Exited(_) | End::Signalled(_) => "failure",
            End::TimedOut(_) => "timed-out",
            End::Interrupted => "interrupted",
        },
        exit_code: ended.exit_code(),
        duration_ms: u64::try_from(ended.duration.as_millis()).unwrap_or(u64::MAX),
        log: log.display().to_string(),
        end: ended.end,
    }
}

/// "clippy: well after 3.2 s".
fn sentence(outcome: &Outcome) -> String {
    let seconds = Duration::from_millis(outcome.duration_ms).as_secs_f64();
    let name = outcome.name;
    match outcome.end {
        End::Exited(0) => format!("{name}: well, {seconds:.1} s"),
        end => format!("{name}: {end}, after {seconds:.1} s"),
    }
}
