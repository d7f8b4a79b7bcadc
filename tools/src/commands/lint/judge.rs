//! Judging files side by side, or one text from stdin.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use lunet_lints::finding::List;
use lunet_lints::source::fingerprint;
use lunet_lints::{Finding, Level};

use super::changed::Changes;
use super::configuration::Configuration;
use super::facts::FactsByDirectory;
use super::files::{self, Failure, Files};
use super::work::side_by_side;

/// A text that was judged.
pub(super) struct Judged {
    /// The path as it is shown.
    pub(super) path: String,
    pub(super) file: PathBuf,
    text: Text,
    pub(super) findings: List,
}

/// The text that was judged.
enum Text {
    /// Nobody asks for it: there are no findings.
    Unneeded,
    Kept(String),
    /// It is read once more, and must have this hash.
    InFile(u64),
}

/// So many bytes of texts with findings are kept for those who show them.
const KEPT_BYTES: usize = 2 << 20;

impl Judged {
    /// The text that was judged, unless its file has changed since.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        match &self.text {
            Text::Unneeded => None,
            Text::Kept(text) => Some(Cow::Borrowed(text)),
            Text::InFile(hash) => {
                let text = std::fs::read_to_string(&self.file).ok()?;
                (fingerprint(&text) == *hash).then_some(Cow::Owned(text))
            }
        }
    }
}

/// What came out of all files.
#[derive(Default)]
pub(super) struct Outcome {
    /// Texts with findings, sorted by path.
    pub(super) judged: Vec<Judged>,
    pub(super) failures: Vec<Failure>,
    pub(super) file_count: usize,
}

/// Judges the files under the paths.
pub(super) fn files(configuration: &Configuration, paths: &[PathBuf]) -> Outcome {
    let files = files::find(configuration, paths);
    let facts = FactsByDirectory::new(configuration, &files.list);
    found(configuration, files, &facts)
}

/// Judges the lines under the paths that differ from a revision.
pub(super) fn changed(
    configuration: &Configuration,
    paths: &[PathBuf],
    base: &str,
) -> anyhow::Result<Outcome> {
    let changes = Changes::since(base)?;
    let mut files = files::find(configuration, paths);
    // The headers of the whole tree tell the facts, whether they have changed or not.
    let facts = FactsByDirectory::new(configuration, &files.list);
    files.list.retain(|path| changes.has_file(path));
    let mut outcome = found(configuration, files, &facts);
    for judged in &mut outcome.judged {
        let path = &judged.path;
        judged
            .findings
            .retain_lines(|line| changes.has_line(path, line));
    }
    Ok(outcome)
}

fn found(configuration: &Configuration, mut files: Files, facts: &FactsByDirectory) -> Outcome {
    let kept_bytes = AtomicUsize::new(0);
    let file_count = files.list.len();
    files.list.retain(|path| !facts.is_quiet(path));
    let judge = |path: &Path, size| judge_file(configuration, path, size, facts, &kept_bytes);
    let glance =
        |path: &Path, size| is_quiet(configuration, path, size?, facts).then_some(Ok(None));
    let results = side_by_side(&files.list, glance, judge);
    let mut outcome = Outcome {
        failures: files.failures,
        file_count: file_count - files.list.len(),
        ..Outcome::default()
    };
    for result in results {
        outcome.file_count += usize::from(result.is_ok());
        match result {
            Ok(None) => {}
            Ok(Some(judged)) => outcome.judged.push(judged),
            Err(failure) => outcome.failures.push(failure),
        }
    }
    outcome
}

/// Whether a file can be read and a search finds nothing in it that any rule looks for.
fn is_quiet(
    configuration: &Configuration,
    path: &Path,
    size: u64,
    facts: &FactsByDirectory,
) -> bool {
    let linter = &configuration.linter;
    let text = files::read_sized(path, size, linter.settings().size_cap_bytes);
    text.is_ok_and(|text| !linter.may_judge(&files::shown(path), &text, &facts.of(path)))
}

/// What came out of a file, if it has findings.
fn judge_file(
    configuration: &Configuration,
    path: &Path,
    size: Option<u64>,
    facts: &FactsByDirectory,
    kept_bytes: &AtomicUsize,
) -> Result<Option<Judged>, Failure> {
    let cap_bytes = configuration.linter.settings().size_cap_bytes;
    let text = match size {
        Some(size) => files::read_sized(path, size, cap_bytes)?,
        None => files::read(path, cap_bytes)?,
    };
    let mut judged = judge_text(configuration, path, text, &facts.of(path));
    if let Text::Kept(text) = &judged.text
        && kept_bytes.fetch_add(text.len(), Ordering::Relaxed) > KEPT_BYTES
    {
        judged.text = Text::InFile(fingerprint(text));
    }
    Ok((!judged.findings.is_empty()).then_some(judged))
}

fn judge_text(
    configuration: &Configuration,
    path: &Path,
    text: String,
    facts: &lunet_lints::Facts,
) -> Judged {
    let shown = files::shown(path);
    let report = configuration.linter.judge(&shown, &text, facts);
    Judged {
        path: shown,
        file: path.to_owned(),
        text: if report.findings.is_empty() {
            Text::Unneeded
        } else {
            Text::Kept(text)
        },
        findings: report.findings,
    }
}

/// Judges one text as the file at a path, of which the facts are known.
pub(super) fn text(
    configuration: &Configuration,
    facts: &FactsByDirectory,
    path: &Path,
    text: String,
) -> Judged {
    judge_text(configuration, path, text, &facts.of(path))
}

/// Judges stdin under a name.
pub(super) fn stdin(configuration: &Configuration, path: &Path) -> anyhow::Result<Outcome> {
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
    let facts = FactsByDirectory::around(configuration, path);
    Ok(Outcome {
        judged: vec![self::text(configuration, &facts, path, text)],
        failures: Vec::new(),
        file_count: 1,
    })
}

impl Outcome {
    /// The findings that count, in order.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        self.judged
            .iter()
            .flat_map(|judged| &judged.findings)
            .filter(|finding| finding.suppressed.is_none())
    }

    /// The levels of the findings that count.
    fn levels(&self) -> impl Iterator<Item = Level> {
        self.judged
            .iter()
            .flat_map(|judged| judged.findings.levels())
    }

    /// Whether the run fails.
    pub(super) fn is_bad(&self, deny_warnings: bool) -> bool {
        self.levels()
            .any(|level| deny_warnings || level == Level::Error)
    }

    /// The last line for a person.
    pub(super) fn summary(&self) -> String {
        let count = |wanted| self.levels().filter(|level| *level == wanted).count();
        format!(
            "judged {}: {}, {}",
            counted(self.file_count, "file"),
            counted(count(Level::Error), "error"),
            counted(count(Level::Warning), "warning"),
        )
    }
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
