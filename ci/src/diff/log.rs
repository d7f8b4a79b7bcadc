//! GitHub's logs: an archive with a folder per job and a file per step, or the text of one job.
//!
//! An archive is foreign input: its size is bounded whatever it says of itself.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

use crate::Error;

/// A job of a real run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RealJob {
    /// As the archive has it; empty in a text.
    pub name: String,
    /// In order, those that ran.
    pub steps: Vec<RealStep>,
}

/// A step of a real run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RealStep {
    /// As the archive has it; `Run …` in a text.
    pub name: String,
    /// What it printed, without time stamps and without the header that GitHub writes.
    pub lines: Vec<String>,
    /// Whether an error ended it.
    pub failed: bool,
    /// Of its script, if it says so.
    pub exit_code: Option<i32>,
}

const LARGEST_TEXT: u64 = 256 << 20;
const MOST_FILES: usize = 10_000;

/// Reads an archive or a text.
pub fn read(path: &Path) -> Result<Vec<RealJob>, Error> {
    let mut file = File::open(path).map_err(Error::file(path))?;
    let mut start = [0; 4];
    let count = file.read(&mut start).map_err(Error::file(path))?;
    if &start[..count] == b"PK\x03\x04" {
        return archive(path);
    }
    let size = fs::metadata(path).map_err(Error::file(path))?.len();
    if size > LARGEST_TEXT {
        return Err(too_large(path));
    }
    let bytes = fs::read(path).map_err(Error::file(path))?;
    let job = RealJob {
        name: String::new(),
        steps: steps_of_text(&String::from_utf8_lossy(&bytes)),
    };
    if job.steps.is_empty() {
        return Err(Error::Usage(format!(
            "{}: this is no log of a run: no line begins a step",
            path.display()
        )));
    }
    Ok(vec![job])
}

fn archive(path: &Path) -> Result<Vec<RealJob>, Error> {
    let bad = |error: zip::result::ZipError| Error::Usage(format!("{}: {error}", path.display()));
    let mut archive =
        zip::ZipArchive::new(File::open(path).map_err(Error::file(path))?).map_err(bad)?;
    if archive.len() > MOST_FILES {
        return Err(too_large(path));
    }
    let mut numbered: Vec<(String, usize, RealStep)> = Vec::new();
    let mut whole: Vec<RealJob> = Vec::new();
    let mut left = LARGEST_TEXT;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(bad)?;
        let name = entry.name().map_err(bad)?.replace('\\', "/");
        let Some(base) = name.strip_suffix(".txt").map(ToOwned::to_owned) else {
            continue;
        };
        let mut bytes = Vec::new();
        entry
            .by_ref()
            .take(left + 1)
            .read_to_end(&mut bytes)
            .map_err(Error::file(path))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| too_large(path))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((job, step)) = base.split_once('/') else {
            let name = base
                .split_once('_')
                .map_or(base.as_str(), |(_, job)| job)
                .to_owned();
            whole.push(RealJob {
                name,
                steps: steps_of_text(&text),
            });
            continue;
        };
        let numbers = step
            .split_once('_')
            .and_then(|(number, name)| Some((number.parse().ok()?, name)));
        if let Some((number, step)) = numbers {
            numbered.push((job.to_owned(), number, step_of(step, &text)));
        }
    }
    numbered.sort_by(|left, right| (&left.0, left.1).cmp(&(&right.0, right.1)));
    let mut jobs: Vec<RealJob> = Vec::new();
    for (job, _, step) in numbered {
        match jobs.last_mut().filter(|last| last.name == job) {
            Some(last) => last.steps.push(step),
            None => jobs.push(RealJob {
                name: job,
                steps: vec![step],
            }),
        }
    }
    // An archive without folders has the whole text of each job.
    let jobs = if jobs.is_empty() { whole } else { jobs };
    if jobs.is_empty() {
        return Err(Error::Usage(format!(
            "{}: the archive has no log of a job",
            path.display()
        )));
    }
    Ok(jobs)
}

fn too_large(path: &Path) -> Error {
    Error::Usage(format!("{}: larger than any log of a run", path.display()))
}

/// The steps in the text of a whole job: each begins with the group of its header.
fn steps_of_text(text: &str) -> Vec<RealStep> {
    let mut steps: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let bare = without_time(line);
        if let Some(title) = bare
            .strip_prefix("##[group]")
            .filter(|title| title.starts_with("Run "))
        {
            steps.push((title.to_owned(), String::new()));
        }
        if let Some((_, text)) = steps.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    steps
        .into_iter()
        .map(|(name, text)| step_of(&name, &text))
        .collect()
}

fn step_of(name: &str, text: &str) -> RealStep {
    let all: Vec<&str> = text.lines().map(without_time).collect();
    let has_header = all
        .first()
        .is_some_and(|line| line.starts_with("##[group]Run "));
    let header = if has_header {
        all.iter()
            .position(|line| *line == "##[endgroup]")
            .map_or(0, |at| at + 1)
    } else {
        0
    };
    let lines: Vec<String> = all[header..].iter().map(|line| plain(line)).collect();
    let code = all.iter().rev().find_map(|line| {
        let rest = line.split_once("Process completed with exit code ")?.1;
        rest.trim_end_matches('.').parse().ok()
    });
    let failed = code.is_some_and(|code| code != 0)
        || (code.is_none() && all.iter().any(|line| line.starts_with("##[error]")));
    RealStep {
        name: name.to_owned(),
        lines,
        failed,
        exit_code: code,
    }
}

/// A line without `2026-01-31T12:34:56.1234567Z `.
fn without_time(line: &str) -> &str {
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    match line.split_once(' ') {
        Some((time, rest))
            if time.ends_with('Z') && time.len() >= 20 && time.as_bytes()[10] == b'T' =>
        {
            rest
        }
        None if line.ends_with('Z') && line.len() >= 20 && line.as_bytes()[10] == b'T' => "",
        _ => line,
    }
}

/// A line without colour and without blanks at its end.
pub(super) fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' && chars.next_if_eq(&'[').is_some() {
            while chars.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
        } else {
            text.push(c);
        }
    }
    text.trim_end().to_owned()
}
