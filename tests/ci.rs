//! The replay from outside: each folder of `tests/ci/` is a repository with a workflow that says what must come of it.
//!
//! The comments at the top of its `workflow.yml` are the test:
//! `args` and `exit` of `tools ci run`, its `conclusion`, all `jobs` with their results, the `steps` of a job as
//! `verdict`, `verdict:outcome` or `verdict:outcome/conclusion`, job `output`s, texts that must be in a `log`,
//! texts that must be `nowhere` (not in logs, not in the report, not in what was printed) or only `unlogged`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use serde_json::Value;

use crate::support;

#[test]
fn workflows_come_out_as_they_say() {
    let folder = support::root().join("tests/ci");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let taken = || cases.get(next.fetch_add(1, Ordering::Relaxed));
        std::iter::from_fn(taken)
            .flat_map(|case| Case::read(case).judge())
            .collect::<Vec<_>>()
    };
    let failures: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        let found = workers.into_iter().map(|worker| worker.join().unwrap());
        found.flatten().collect()
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// A workflow with what must come of it.
struct Case {
    name: String,
    folder: tempfile::TempDir,
    /// Key and text of each expectation.
    lines: Vec<(String, String)>,
}

impl Case {
    /// Copies the case to a folder of its own.
    fn read(source: &Path) -> Self {
        let folder = support::folder();
        copy(source, folder.path());
        let text = fs::read_to_string(source.join("workflow.yml")).unwrap();
        let comments = text.lines().map_while(|line| line.strip_prefix("# "));
        let lines = comments.filter_map(|line| line.split_once(':'));
        let lines = lines
            .map(|(key, text)| (key.to_owned(), text.trim().to_owned()))
            .collect();
        Self {
            name: source.file_name().unwrap().to_string_lossy().into_owned(),
            folder,
            lines,
        }
    }

    fn expected(&self, key: &str) -> impl Iterator<Item = &str> {
        self.lines
            .iter()
            .filter(move |(name, _)| name == key)
            .map(|(_, text)| text.as_str())
    }

    /// What differs from what is expected.
    fn judge(&self) -> Vec<String> {
        let mut arguments = vec![
            "ci",
            "run",
            "--workflow",
            "workflow.yml",
            "--format",
            "json",
            "--log-dir",
            "logs",
        ];
        let own: Vec<&str> = self
            .expected("args")
            .flat_map(str::split_whitespace)
            .collect();
        arguments.extend(own);
        let output = support::tools()
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let logs = all_text(&self.folder.path().join("logs"));
        let mut found: Vec<(&str, String)> =
            vec![("exit", output.status.code().unwrap_or(-1).to_string())];
        found.push((
            "conclusion",
            report["conclusion"].as_str().unwrap_or("none").to_owned(),
        ));
        found.push(("jobs", jobs(&report)));
        let mut failures = Vec::new();
        for (key, text) in &self.lines {
            let fits = match key.as_str() {
                "args" => true,
                "steps" | "output" => described(&report, key).iter().any(|found| found == text),
                "log" => logs.contains(text.as_str()),
                "said" => printed.contains(text.as_str()),
                "unlogged" => !logs.contains(text.as_str()),
                "nowhere" => !logs.contains(text.as_str()) && !printed.contains(text.as_str()),
                key => found
                    .iter()
                    .any(|(name, found)| *name == key && found == text),
            };
            if !fits {
                let seen = match key.as_str() {
                    "steps" | "output" => described(&report, key).join("\n    "),
                    "log" | "nowhere" | "unlogged" => logs.clone(),
                    _ => found
                        .iter()
                        .map(|(key, text)| format!("{key}: {text}"))
                        .collect::<Vec<_>>()
                        .join("\n    "),
                };
                failures.push(format!(
                    "{}: expected `{key}: {text}`, found\n    {seen}\n{printed}",
                    self.name
                ));
            }
        }
        failures
    }
}

/// `a=success b=skipped`, in order; the entries of a matrix by their names.
fn jobs(report: &Value) -> String {
    let jobs = report["jobs"].as_array().into_iter().flatten();
    let each = jobs.map(|job| {
        format!(
            "{}={}",
            label(job),
            job["result"].as_str().unwrap_or_default()
        )
    });
    each.collect::<Vec<_>>().join(", ")
}

fn label(job: &Value) -> &str {
    let key = if job["matrix"] == serde_json::json!({}) {
        "job"
    } else {
        "name"
    };
    job[key].as_str().unwrap_or_default()
}

/// Lines such as `a ran skipped ran:failure/success` or `a name=value`, one per job or output.
fn described(report: &Value, key: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for job in report["jobs"].as_array().into_iter().flatten() {
        let label = label(job);
        if key == "output" {
            for (name, value) in job["outputs"].as_object().into_iter().flatten() {
                lines.push(format!(
                    "{label} {name}={}",
                    value.as_str().unwrap_or_default()
                ));
            }
            continue;
        }
        let steps = job["steps"].as_array().into_iter().flatten().map(|step| {
            let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
            let (verdict, outcome, conclusion) =
                (text("verdict"), text("outcome"), text("conclusion"));
            match (outcome.as_str(), outcome == conclusion) {
                ("success" | "skipped", true) => verdict,
                (_, true) => format!("{verdict}:{outcome}"),
                (_, false) => format!("{verdict}:{outcome}/{conclusion}"),
            }
        });
        lines.push(format!("{label} {}", steps.collect::<Vec<_>>().join(" ")));
    }
    lines
}

/// The text of all files below a folder.
fn all_text(folder: &Path) -> String {
    let Ok(entries) = fs::read_dir(folder) else {
        return String::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| {
        if path.is_dir() {
            all_text(path)
        } else {
            String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
        }
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            _ = fs::copy(&path, &target).unwrap();
        }
    }
}
