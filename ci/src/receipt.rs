//! Receipts: proof that this very tree was replayed and was green.
//!
//! Not here: the hook that asks for one before a push (the command line writes it).

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    Error, hash_files,
    process::{Interrupt, Process},
    replay::find_program,
    verdict::{Outcome, Parity, Report, Verdict},
    workflow::Workflow,
};

/// What a green replay leaves behind. Its steps' outputs are not in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Receipt {
    /// The hash of the tree that was replayed.
    pub tree: String,
    /// The workflow file.
    pub workflow: String,
    /// SHA-256 of its text.
    pub workflow_hash: String,
    /// The event.
    pub event: String,
    /// When: RFC 3339, UTC.
    pub created: String,
    /// `linux`, `macos` or `windows`, and the architecture.
    pub host: String,
    /// Versions of the tools that steps commonly use.
    pub tools: Vec<(String, String)>,
    /// Each matrix entry.
    pub jobs: Vec<ReceiptJob>,
    /// How faithful the replay was.
    pub parity: Parity,
}

/// One matrix entry of a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiptJob {
    /// Its id.
    pub job: String,
    /// The entry.
    pub matrix: Json,
    /// How it ended.
    pub result: Outcome,
    /// In order.
    pub steps: Vec<ReceiptStep>,
}

/// One step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiptStep {
    /// For people.
    pub name: String,
    /// How faithfully it was replayed.
    pub verdict: Verdict,
    /// How it ended.
    pub conclusion: Outcome,
    /// From start to end.
    pub duration_ms: u64,
}

/// The tools whose versions a receipt names where they are installed.
const TOOLS: [(&str, &str); 6] = [
    ("bash", "--version"),
    ("cargo", "--version"),
    ("cc", "--version"),
    ("git", "--version"),
    ("python3", "--version"),
    ("rustc", "--version"),
];

impl Receipt {
    /// The receipt of a report.
    pub fn new(tree: String, workflow: &Workflow, event: &str, report: &Report) -> Self {
        let jobs = report.jobs.iter().map(|job| ReceiptJob {
            job: job.job.clone(),
            matrix: job.matrix.clone(),
            result: job.result,
            steps: job
                .steps
                .iter()
                .map(|step| ReceiptStep {
                    name: step.name.clone(),
                    verdict: step.verdict,
                    conclusion: step.conclusion,
                    duration_ms: step.duration_ms,
                })
                .collect(),
        });
        Self {
            tree,
            workflow: workflow.file.clone(),
            workflow_hash: hash_of(workflow),
            event: event.to_owned(),
            created: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            host: format!("{}-{}", crate::os::Os::here(), std::env::consts::ARCH),
            tools: TOOLS
                .iter()
                .filter_map(|(tool, ask)| Some(((*tool).to_owned(), version(tool, ask)?)))
                .collect(),
            jobs: jobs.collect(),
            parity: report.parity.clone(),
        }
    }

    /// Writes it below `root`/.tmp/ci/receipts.
    pub fn write(&self, root: &Path) -> Result<PathBuf, Error> {
        let path = path(root, &self.tree);
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let text = serde_json::to_string_pretty(self)
            .map_err(std::io::Error::other)
            .map_err(Error::file(&path))?;
        fs::write(&path, text + "\n").map_err(Error::file(&path))?;
        Ok(path)
    }

    /// The receipt of a tree, if there is one that can be read and is about it.
    pub fn find(root: &Path, tree: &str) -> Option<Self> {
        let text = fs::read_to_string(path(root, tree)).ok()?;
        serde_json::from_str::<Self>(&text)
            .ok()
            .filter(|receipt| receipt.tree == tree)
    }

    /// Whether it is about this workflow as it is now.
    pub fn is_about(&self, workflow: &Workflow) -> bool {
        self.workflow_hash == hash_of(workflow)
    }
}

fn path(root: &Path, tree: &str) -> PathBuf {
    root.join(".tmp/ci/receipts").join(format!("{tree}.json"))
}

fn hash_of(workflow: &Workflow) -> String {
    hash_files::sha256(workflow.source.as_bytes())
}

fn version(tool: &str, ask: &str) -> Option<String> {
    find_program(tool)?;
    let mut first = None;
    let process = Process::new(tool)
        .args([ask])
        .time_limit(Duration::from_secs(10));
    let ended = process.run(&Interrupt::never(), |line| {
        first.get_or_insert_with(|| String::from_utf8_lossy(line.bytes).into_owned());
    });
    first.filter(|_| ended.is_ok_and(|ended| ended.success()))
}
