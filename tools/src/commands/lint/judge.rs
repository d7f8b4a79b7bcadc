//! Judging files side by side, or one text from stdin. What comes out is taken while the rest is still judged.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lunet_lints::finding::List;
use lunet_lints::{Finding, Level};

use super::changed::Changes;
use super::configuration::Configuration;
use super::coverage::{self, Measured};
use super::facts::FactsByDirectory;
use super::files::{self, Failure, Files};
use super::work::{File, Work, side_by_side};

/// A text that was judged.
pub(super) struct Judged {
    /// The path as it is shown.
    pub(super) path: String,
    pub(super) file: PathBuf,
    pub(super) text: String,
    pub(super) findings: List,
}

impl Judged {
    /// The findings that count, in order.
    pub(super) fn into_findings(self) -> impl Iterator<Item = Finding> {
        let findings = self.findings.into_iter();
        findings.filter(|finding| finding.suppressed.is_none())
    }
}

/// What came out of all files.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) failures: Vec<Failure>,
    /// How stdin was judged, if that was asked.
    pub(super) measured: Option<Measured>,
    file_count: usize,
    errors: usize,
    warnings: usize,
}

/// The texts with findings, sorted by path, as far as nobody has taken them; and what came out so far.
pub(super) struct Stream<'a> {
    results: &'a mut dyn Iterator<Item = Result<Option<Judged>, Failure>>,
    pub(super) outcome: Outcome,
}

impl Iterator for Stream<'_> {
    type Item = Judged;

    fn next(&mut self) -> Option<Judged> {
        loop {
            match self.results.next()? {
                Ok(None) => self.outcome.file_count += 1,
                Ok(Some(judged)) => {
                    self.outcome.add(&judged);
                    return Some(judged);
                }
                Err(failure) => self.outcome.failures.push(failure),
            }
        }
    }
}

/// Who takes what comes out, and may end it with an error.
pub(super) trait Take: FnOnce(&mut Stream<'_>) -> anyhow::Result<()> {}

impl<F: FnOnce(&mut Stream<'_>) -> anyhow::Result<()>> Take for F {}

/// Judges the files under the paths.
pub(super) fn files(
    configuration: &Configuration,
    paths: &[PathBuf],
    take: impl Take,
) -> anyhow::Result<Outcome> {
    let files = files::find(configuration, paths);
    let facts = FactsByDirectory::new(configuration, &files.list);
    found(configuration, files, &facts, None, take)
}

/// Judges the lines under the paths that differ from a revision.
pub(super) fn changed(
    configuration: &Configuration,
    paths: &[PathBuf],
    base: &str,
    take: impl Take,
) -> anyhow::Result<Outcome> {
    let changes = Changes::since(base)?;
    let mut files = files::find(configuration, paths);
    // The headers of the whole tree tell the facts, whether they have changed or not.
    let facts = FactsByDirectory::new(configuration, &files.list);
    files.list.retain(|path| changes.has_file(path));
    found(configuration, files, &facts, Some(&changes), take)
}

fn found(
    configuration: &Configuration,
    mut files: Files,
    facts: &FactsByDirectory,
    changes: Option<&Changes>,
    take: impl Take,
) -> anyhow::Result<Outcome> {
    let file_count = files.list.len();
    files.list.retain(|path| !facts.is_quiet(path));
    let outcome = Outcome {
        failures: files.failures,
        file_count: file_count - files.list.len(),
        ..Outcome::default()
    };
    let judging = Judging {
        configuration,
        facts,
        changes,
    };
    side_by_side(&files.list, &judging, |results| {
        taken(Stream { results, outcome }, take)
    })
}

/// What came out in the end: what is not taken counts, too.
fn taken(mut stream: Stream<'_>, take: impl Take) -> anyhow::Result<Outcome> {
    take(&mut stream)?;
    stream.by_ref().for_each(drop);
    Ok(stream.outcome)
}

/// All that it takes to judge a file.
struct Judging<'a> {
    configuration: &'a Configuration,
    facts: &'a FactsByDirectory,
    changes: Option<&'a Changes>,
}

impl Work for Judging<'_> {
    type Result = Result<Option<Judged>, Failure>;

    /// Whether a file can be read and a search finds nothing in it that any rule looks for.
    fn glance(&self, file: File<'_>) -> Option<Self::Result> {
        let linter = &self.configuration.linter;
        let text = files::read_sized(file.path, file.size?, linter.settings().size_cap_bytes);
        let facts = self.facts.of(file.path);
        let is_quiet =
            text.is_ok_and(|text| !linter.may_judge(&files::shown(file.path), &text, &facts));
        is_quiet.then_some(Ok(None))
    }

    /// What came out of a file, if it has findings.
    fn work(&self, file: File<'_>) -> Self::Result {
        let cap_bytes = self.configuration.linter.settings().size_cap_bytes;
        let text = match file.size {
            Some(size) => files::read_sized(file.path, size, cap_bytes)?,
            None => files::read(file.path, cap_bytes)?,
        };
        let mut judged = self::text(self.configuration, self.facts, file.path, text);
        if let Some(changes) = self.changes {
            let path = &judged.path;
            judged
                .findings
                .retain_lines(|line| changes.has_line(path, line));
        }
        Ok((!judged.findings.is_empty()).then_some(judged))
    }

    fn bytes(result: &Self::Result) -> usize {
        match result {
            Ok(Some(judged)) => judged.text.capacity() + judged.findings.bytes(),
            _ => 0,
        }
    }
}

/// Judges one text as the file at a path, of which the facts are known.
pub(super) fn text(
    configuration: &Configuration,
    facts: &FactsByDirectory,
    path: &Path,
    text: String,
) -> Judged {
    let shown = files::shown(path);
    let report = configuration.linter.judge(&shown, &text, &facts.of(path));
    Judged {
        path: shown,
        file: path.to_owned(),
        text,
        findings: report.findings,
    }
}

/// Judges stdin under a name.
pub(super) fn stdin(
    configuration: &Configuration,
    path: &Path,
    with_coverage: bool,
    take: impl Take,
) -> anyhow::Result<Outcome> {
    let cap_bytes = configuration.linter.settings().size_cap_bytes;
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(cap_bytes + 1)
        .read_to_end(&mut bytes)
        .context("stdin")?;
    anyhow::ensure!(
        bytes.len() as u64 <= cap_bytes,
        "stdin has more than the cap of {cap_bytes} bytes"
    );
    let text = String::from_utf8(bytes).context("stdin is not UTF-8")?;
    let measured = with_coverage.then(|| coverage::measured(path, &text));
    let facts = FactsByDirectory::around(configuration, path);
    let judged = self::text(configuration, &facts, path, text);
    let results = &mut std::iter::once(Ok(Some(judged)));
    let outcome = Outcome {
        measured,
        ..Outcome::default()
    };
    taken(Stream { results, outcome }, take)
}

impl Outcome {
    fn add(&mut self, judged: &Judged) {
        self.file_count += 1;
        for level in judged.findings.levels() {
            match level {
                Level::Error => self.errors += 1,
                Level::Warning => self.warnings += 1,
            }
        }
    }

    /// Whether the run fails.
    pub(super) fn is_bad(&self, deny_warnings: bool) -> bool {
        self.errors > 0 || (deny_warnings && self.warnings > 0)
    }

    /// The last line for a person.
    pub(super) fn summary(&self) -> String {
        format!(
            "judged {}: {}, {}",
            counted(self.file_count, "file"),
            counted(self.errors, "error"),
            counted(self.warnings, "warning"),
        )
    }
}

/// A number with its noun.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = match (count, noun.ends_with('x')) {
        (1, _) => "",
        (_, true) => "es",
        _ => "s",
    };
    format!("{count} {noun}{plural}")
}
