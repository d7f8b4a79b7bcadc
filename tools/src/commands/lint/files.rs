//! Which files are judged, and reading them. What can't be read is named with the reason.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use ignore::overrides::OverrideBuilder;
use ignore::{WalkBuilder, WalkState};
use lunet_lints::language::Language;
use lunet_release::side_by_side;

use super::configuration::Configuration;

/// A file that could not be judged, and why.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) path: String,
    pub(super) reason: String,
}

impl Failure {
    fn of(path: &Path, reason: String) -> Self {
        Self {
            path: shown(path),
            reason,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", printable(&self.path), self.reason)
    }
}

/// Why a device or a pipe is not read.
const NO_FILE: &str = "not a regular file";

/// The files to judge, each once, sorted by the path that is shown.
#[derive(Default)]
pub(super) struct Files {
    pub(super) list: Vec<PathBuf>,
    pub(super) failures: Vec<Failure>,
}

/// Finds the files under the given paths, or under those of the configuration.
pub(super) fn find(configuration: &Configuration, paths: &[PathBuf]) -> Files {
    let mut files = Files::default();
    if paths.is_empty() {
        for path in &configuration.linter.settings().paths {
            files.add(&configuration.root.join(path), configuration);
        }
    }
    for path in paths {
        files.add(path, configuration);
    }
    let list = std::mem::take(&mut files.list).into_iter();
    let mut named: Vec<_> = list.map(|path| (shown(&path), path)).collect();
    named.sort_unstable();
    named.dedup_by(|one, other| one.0 == other.0);
    files.list = named.into_iter().map(|(_, path)| path).collect();
    files
}

impl Files {
    fn add(&mut self, path: &Path, configuration: &Configuration) {
        match std::fs::metadata(path) {
            Err(error) => self.fail(path, &reason(&error)),
            Ok(metadata) if metadata.is_dir() => self.walk(path, configuration),
            Ok(metadata) if !metadata.is_file() => self.fail(path, NO_FILE),
            Ok(_) if is_named_kind(path) => self.list.push(path.to_owned()),
            Ok(_) => self.fail(path, "no rule knows this kind of file"),
        }
    }

    fn walk(&mut self, root: &Path, configuration: &Configuration) {
        let excluded = match excluded(configuration) {
            Ok(excluded) => excluded,
            Err(error) => return self.fail(root, &error.to_string()),
        };
        // What is named is judged, even below an excluded directory.
        let names_excluded = excluded.matched(normal(root), true).is_ignore();
        let mut walk = WalkBuilder::new(root);
        // What a person ignores everywhere does not change the verdict on a tree.
        walk.hidden(false)
            .require_git(false)
            .git_global(false)
            .filter_entry(|entry| entry.file_name() != ".git");
        if !names_excluded {
            walk.overrides(excluded);
        }
        let (sender, receiver) = std::sync::mpsc::channel();
        walk.threads(side_by_side::cores())
            .build_parallel()
            .run(|| {
                let sender = sender.clone();
                Box::new(move |entry| {
                    let found = match entry {
                        Err(error) => Some(Err(error)),
                        Ok(entry) => {
                            let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
                            let is_found = !is_directory && is_found_kind(entry.path());
                            is_found.then(|| Ok(entry.into_path()))
                        }
                    };
                    match found.map(|found| sender.send(found)) {
                        Some(Err(_)) => WalkState::Quit,
                        _ => WalkState::Continue,
                    }
                })
            });
        drop(sender);
        for found in receiver {
            match found {
                Err(error) => {
                    let (path, reason) = named(root, &error);
                    self.fail(path, &reason);
                }
                Ok(path) => self.list.push(path),
            }
        }
    }

    fn fail(&mut self, path: &Path, reason: &str) {
        self.failures.push(Failure::of(path, reason.to_owned()));
    }
}

/// What a walk could not read, and why.
fn named<'e>(root: &'e Path, error: &'e ignore::Error) -> (&'e Path, String) {
    match error {
        ignore::Error::WithPath { path, err } => named(path, err),
        ignore::Error::WithDepth { err, .. } => named(root, err),
        ignore::Error::Io(error) => (root, reason(error)),
        other => (root, other.to_string()),
    }
}

fn excluded(configuration: &Configuration) -> Result<ignore::overrides::Override, ignore::Error> {
    let mut builder = OverrideBuilder::new(normal(&configuration.root));
    for pattern in &configuration.linter.settings().exclude {
        builder.add(&format!("!{pattern}"))?;
    }
    builder.build()
}

/// Whether a file that was found below a directory is judged. Of YAML only workflows and actions are.
fn is_found_kind(path: &Path) -> bool {
    let shown = shown(path);
    match Language::named(&shown) {
        Some(Language::Workflow) => {
            let name = path.file_name().unwrap_or_default();
            shown.contains(".github/") || name == "action.yml" || name == "action.yaml"
        }
        Some(Language::C) => path
            .extension()
            .is_some_and(|kind| kind == "c" || kind == "h"),
        Some(_) => true,
        None => is_program(path) && first_line(path).is_some(),
    }
}

/// Whether a file may be a script that is started by its name: it has no extension, and may be run where a system
/// tells that of files.
fn is_program(path: &Path) -> bool {
    if path.extension().is_some() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = std::fs::metadata(path).map(|metadata| metadata.permissions().mode());
        mode.is_ok_and(|mode| mode & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        true
    }
}

/// Whether a file that was named is of a kind that rules know: by its extension, or by its first line.
fn is_named_kind(path: &Path) -> bool {
    Language::named(&shown(path)).is_some() || first_line(path).is_some()
}

fn first_line(path: &Path) -> Option<Language> {
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut begin = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(256).read_to_end(&mut begin).ok()?;
    Language::of_first_line(&String::from_utf8_lossy(&begin))
}

/// Reads a file that is a file, is not too large and is UTF-8.
pub(super) fn read(path: &Path, cap_bytes: u64) -> Result<String, Failure> {
    let metadata = std::fs::metadata(path).map_err(|error| Failure::of(path, reason(&error)))?;
    if !metadata.is_file() {
        return Err(Failure::of(path, NO_FILE.to_owned()));
    }
    read_sized(path, metadata.len(), cap_bytes)
}

/// Reads a regular file of which the size is known.
pub(super) fn read_sized(path: &Path, size: u64, cap_bytes: u64) -> Result<String, Failure> {
    if size > cap_bytes {
        let reason = format!(
            "{size} bytes are more than the cap of {cap_bytes}; raise `size-cap-bytes` in lints.toml to judge it",
        );
        return Err(Failure::of(path, reason));
    }
    let bytes = bytes(path, size).map_err(|error| Failure::of(path, reason(&error)))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::of(path, format!("not UTF-8 at byte {at}"))
    })
}

fn bytes(path: &Path, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    let file = std::fs::File::open(path)?;
    // Some systems have files with content that say they are empty.
    let limit = if size == 0 { u64::MAX } else { size };
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why the system refuses, in the same words everywhere where that is possible.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// The path as it is shown: relative to the working directory where it lies below, with `/`.
pub(super) fn shown(path: &Path) -> String {
    // The working directory of the process never changes.
    static HERE: LazyLock<PathBuf> = LazyLock::new(|| std::env::current_dir().unwrap_or_default());
    let path = if is_normal(path) {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(normal(path))
    };
    let is_absolute = path.is_absolute();
    let below = path.strip_prefix(&*HERE).ok().filter(|_| is_absolute);
    let text = below.unwrap_or(&path).to_string_lossy();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}

/// A path for people: what would steer a terminal or break the line is escaped.
pub(super) fn printable(path: &str) -> Cow<'_, str> {
    if !path.contains(char::is_control) {
        return Cow::Borrowed(path);
    }
    let escaped = path.chars().map(|letter| {
        if letter.is_control() {
            letter.escape_default().to_string()
        } else {
            letter.to_string()
        }
    });
    Cow::Owned(escaped.collect())
}

/// Whether a path surely has neither `.` nor `..` as a component; most have not, and need not be put together again.
fn is_normal(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut slashes = memchr::memchr_iter(b'/', bytes);
    let is_plain = |at: usize| {
        bytes
            .get(at + 1)
            .is_some_and(|next| !matches!(next, b'.' | b'/'))
    };
    cfg!(unix) && !bytes.starts_with(b".") && slashes.all(is_plain)
}

/// The path without `.`; `..` is taken with the name before it, where one is.
fn normal(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if result.file_name().is_some() => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}
