//! What became of a replay: results, verdicts, the report. Plain data.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// How something ended, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Well.
    Success,
    /// Badly.
    Failure,
    /// By Ctrl-C, a limit, or because a sibling failed.
    Cancelled,
    /// It never began.
    Skipped,
}

/// How faithfully a step was replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Its own script ran.
    Ran,
    /// The tool performed the action itself.
    Emulated,
    /// A command of `ci.toml` ran in its place.
    Substituted,
    /// Its condition was false, or it was not asked for.
    Skipped,
    /// This machine can't do it.
    NotReplayable,
}

/// A message that a step attached to the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// `error`, `warning` or `notice`.
    pub level: String,
    /// The text.
    pub message: String,
    /// A heading.
    pub title: Option<String>,
    /// A file of the repository.
    pub file: Option<String>,
    /// First line.
    pub line: Option<u64>,
    /// Last line.
    pub end_line: Option<u64>,
    /// First column.
    pub column: Option<u64>,
    /// Last column.
    pub end_column: Option<u64>,
}

/// A step of the report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepReport {
    /// `id`.
    pub id: Option<String>,
    /// For people.
    pub name: String,
    /// Before `continue-on-error`.
    pub outcome: Outcome,
    /// After it.
    pub conclusion: Outcome,
    /// How faithfully it was replayed.
    pub verdict: Verdict,
    /// Why, where there is something to say.
    pub reason: Option<String>,
    /// Of its script.
    pub exit_code: Option<i32>,
    /// From start to end.
    pub duration_ms: u64,
    /// By name.
    pub outputs: Map<String, Json>,
    /// In order.
    pub annotations: Vec<Annotation>,
    /// The file of what it printed, in the folder of logs.
    pub log: Option<String>,
}

/// A job of the report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobReport {
    /// The id; `CALLER/JOB` in a called workflow.
    pub job: String,
    /// For people.
    pub name: String,
    /// The matrix entry.
    pub matrix: Json,
    /// How it ended.
    pub result: Outcome,
    /// Why it did not run, where it did not.
    pub reason: Option<String>,
    /// By name.
    pub outputs: Map<String, Json>,
    /// In order.
    pub steps: Vec<StepReport>,
    /// It belongs to another system.
    #[serde(skip)]
    pub foreign: bool,
}

/// Something about the workflow that will bite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trap {
    /// Its name.
    pub trap: String,
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// The job.
    pub job: String,
    /// The step, if it is about one.
    pub step: Option<String>,
    /// What, and what to do.
    pub message: String,
}

/// How many steps were replayed how.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Parity {
    /// Ran, emulated or substituted.
    pub replayed: usize,
    /// Those, and those of this system that can't be replayed.
    pub total: usize,
    /// Its own script ran.
    pub ran: usize,
    /// Performed by the tool.
    pub emulated: usize,
    /// A command of `ci.toml` ran instead.
    pub substituted: usize,
    /// Condition false, or not asked for.
    pub skipped: usize,
    /// This machine can't do it.
    pub not_replayable: usize,
    /// Those of them that belong to jobs of other systems.
    pub other_systems: usize,
    /// Why, for those of this system.
    pub reasons: Vec<String>,
}

/// The whole replay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// How it ended.
    pub conclusion: Outcome,
    /// Every matrix entry of every job, in order.
    pub jobs: Vec<JobReport>,
    /// How faithful it was.
    pub parity: Parity,
    /// Where this machine differs from what the workflow pins.
    pub drift: Vec<String>,
    /// What will bite.
    pub traps: Vec<Trap>,
    /// Release commands that were recorded and not executed.
    pub recorded: Vec<String>,
}

impl StepReport {
    /// A step that did not run.
    pub(crate) fn not_run(
        id: Option<String>,
        name: String,
        verdict: Verdict,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            id,
            name,
            outcome: Outcome::Skipped,
            conclusion: Outcome::Skipped,
            verdict,
            reason: Some(reason.into()),
            exit_code: None,
            duration_ms: 0,
            outputs: Map::new(),
            annotations: Vec::new(),
            log: None,
        }
    }
}

impl Parity {
    /// Counts the steps of all jobs.
    pub(crate) fn of(jobs: &[JobReport]) -> Self {
        let mut parity = Self::default();
        for job in jobs {
            for step in &job.steps {
                match step.verdict {
                    Verdict::Ran => parity.ran += 1,
                    Verdict::Emulated => parity.emulated += 1,
                    Verdict::Substituted => parity.substituted += 1,
                    Verdict::Skipped => parity.skipped += 1,
                    Verdict::NotReplayable => {
                        parity.not_replayable += 1;
                        parity.other_systems += usize::from(job.foreign);
                        let reason = step.reason.as_deref().unwrap_or("no reason");
                        let reason = format!("{}: {reason}", step.name);
                        if !job.foreign && !parity.reasons.contains(&reason) {
                            parity.reasons.push(reason);
                        }
                    }
                }
            }
        }
        parity.replayed = parity.ran + parity.emulated + parity.substituted;
        parity.total = parity.replayed + parity.not_replayable - parity.other_systems;
        parity
    }

    /// `parity 23/24 steps; 1 not replayable: …`
    pub fn line(&self) -> String {
        let mut line = format!("parity {}/{} steps", self.replayed, self.total);
        let own = self.not_replayable - self.other_systems;
        if own > 0 {
            _ = write!(line, "; {own} not replayable: {}", self.reasons.join("; "));
        }
        if self.other_systems > 0 {
            _ = write!(line, "; {} of jobs for other systems", self.other_systems);
        }
        line
    }
}

impl Report {
    /// Of the whole run, from its jobs.
    pub(crate) fn conclude(jobs: &[JobReport]) -> Outcome {
        let any = |outcome: Outcome| jobs.iter().any(|job| job.result == outcome);
        [Outcome::Failure, Outcome::Cancelled, Outcome::Success]
            .into_iter()
            .find(|outcome| any(*outcome))
            .unwrap_or(Outcome::Skipped)
    }
}
