//! Which `trace.h` speaks for a file: the nearest of the linted files, else one in the directories above.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lunet_lints::facts::{Headers, quoted_includes};
use lunet_lints::{Facts, Settings};
use lunet_release::side_by_side;

use super::configuration::Configuration;
use super::files;

const HEADER: &str = "trace.h";
/// Where a header may lie, seen from a directory above the file.
const PLACES: [&str; 4] = ["", "include", "runtime/include", "lunet/include"];

/// The facts for each directory that holds linted files.
pub(super) struct FactsByDirectory {
    directories: HashMap<OsString, Arc<Facts>>,
    /// The headers that were read for the facts and concern no rule.
    quiet: HashSet<OsString>,
}

impl FactsByDirectory {
    /// Reads the headers that the files need.
    pub(super) fn new(configuration: &Configuration, paths: &[PathBuf]) -> Self {
        let settings = configuration.linter.settings();
        let fixed = settings
            .wrappers
            .as_ref()
            .map(|path| configuration.root.join(path));
        let linted = Linted::among(paths);
        let (tree, quiet) = headers(configuration, paths);
        let tree = Arc::new(tree);
        let mut known = HashMap::new();
        let mut directories = HashMap::new();
        let mut last = None;
        for path in paths {
            // Those of one directory mostly stand together.
            let parent = path.parent();
            if last == Some(parent) {
                continue;
            }
            last = Some(parent);
            let directory = directory_of(path);
            if directories.contains_key(directory.as_os_str()) {
                continue;
            }
            let header = fixed
                .clone()
                .or_else(|| linted.nearest(&directory))
                .or_else(|| above(&directory))
                .or_else(|| above(&configuration.root));
            let facts = known
                .entry(header.clone())
                .or_insert_with(|| Arc::new(read(header.as_deref(), settings, &tree)))
                .clone();
            directories.insert(directory.into_os_string(), facts);
        }
        Self { directories, quiet }
    }

    /// Reads the headers that one file needs: those of the tree that the configuration names.
    pub(super) fn around(configuration: &Configuration, path: &Path) -> Self {
        // The same path as in the tree, however it was given.
        let found = files::find(configuration, &[]).list.into_iter();
        let all = found.chain([path.to_owned()]);
        let paths: Vec<_> = all.map(|path| PathBuf::from(files::shown(&path))).collect();
        Self::new(configuration, &paths)
    }

    /// Whether the facts for a file are among these.
    pub(super) fn knows(&self, path: &Path) -> bool {
        let path = PathBuf::from(files::shown(path));
        self.directories
            .contains_key(directory_of(&path).as_os_str())
    }

    /// Whether a file was read for the facts already, and no rule has anything to say about it.
    pub(super) fn is_quiet(&self, path: &Path) -> bool {
        self.quiet.contains(path.as_os_str())
    }

    /// The facts for a file.
    pub(super) fn of(&self, path: &Path) -> Arc<Facts> {
        let shown = || PathBuf::from(files::shown(path));
        let found = self
            .directories
            .get(directory_of(path).as_os_str())
            .or_else(|| self.directories.get(directory_of(&shown()).as_os_str()));
        match found {
            Some(facts) => facts.clone(),
            None => Arc::new(Facts::default()),
        }
    }
}

fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The linted headers, each by all directories above it.
struct Linted<'a> {
    below: HashMap<&'a Path, (usize, &'a PathBuf)>,
}

impl<'a> Linted<'a> {
    /// Of several headers below a directory the one with the shortest path counts.
    fn among(paths: &'a [PathBuf]) -> Self {
        let mut below: HashMap<&Path, (usize, &PathBuf)> = HashMap::new();
        for path in paths {
            if path.file_name().is_none_or(|name| name != HEADER) {
                continue;
            }
            let length = path.components().count();
            for directory in path.ancestors().skip(1) {
                let best = below.entry(directory).or_insert((length, path));
                if length <= best.0 {
                    *best = (length, path);
                }
            }
        }
        Self { below }
    }

    /// The header that shares most directories with a directory.
    fn nearest(&self, directory: &Path) -> Option<PathBuf> {
        let mut above = directory.ancestors();
        let found = above.find_map(|directory| self.below.get(directory))?;
        Some(found.1.clone())
    }
}

/// The header in a directory or in one above it.
fn above(directory: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(directory).ok()?;
    absolute
        .ancestors()
        .flat_map(|ancestor| PLACES.map(|place| ancestor.join(place).join(HEADER)))
        .find(|header| header.is_file())
}

/// So many files are looked through for headers beside them; more are a whole tree.
const NAMED_CAP: usize = 64;
/// So many headers beside named files are read.
const BESIDE_CAP: usize = 256;
/// So many headers are read at once.
const RUN: usize = 64;

/// What the headers among the files bring, and those beside files that were named; and which of them concern no
/// rule. Without sources nobody asks.
fn headers(configuration: &Configuration, paths: &[PathBuf]) -> (Headers, HashSet<OsString>) {
    let settings = configuration.linter.settings();
    let is = |path: &Path, kind: &str| path.extension().is_some_and(|found| found == kind);
    if !paths.iter().any(|path| is(path, "c")) {
        return (Headers::default(), HashSet::new());
    }
    let beside = if paths.len() <= NAMED_CAP {
        beside(settings, paths)
    } else {
        Vec::new()
    };
    let linted = paths.iter().filter(|path| is(path, "h"));
    let all: Vec<&PathBuf> = linted.chain(&beside).collect();
    let read = side_by_side::map(&all, RUN, |path| {
        let text = files::read(path, settings.size_cap_bytes).ok()?;
        let (header, is_quiet) = configuration.linter.read_header(&files::shown(path), &text);
        Some((header, is_quiet.then(|| path.as_os_str().to_owned())))
    });
    let (headers, quiet): (Vec<_>, Vec<_>) = read.into_iter().flatten().unzip();
    let headers = Headers::new(headers);
    let quiet = if headers.bring_pieces() {
        HashSet::new()
    } else {
        quiet.into_iter().flatten().collect()
    };
    (headers, quiet)
}

/// The headers that files include in quotes, also through one another: beside them, or in a folder `include`.
fn beside(settings: &Settings, paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut seen: BTreeSet<String> = paths.iter().map(|path| files::shown(path)).collect();
    let mut open: Vec<PathBuf> = paths.to_vec();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        let Ok(text) = files::read(&path, settings.size_cap_bytes) else {
            continue;
        };
        let directory = directory_of(&path);
        for include in quoted_includes(&text) {
            let places = ["", "include", "../include"];
            let mut places = places
                .map(|place| directory.join(place).join(&include))
                .into_iter();
            if let Some(header) = places.find(|header| header.is_file())
                && found.len() < BESIDE_CAP
                && seen.insert(files::shown(&header))
            {
                open.push(header.clone());
                found.push(header);
            }
        }
    }
    found
}

fn read(header: Option<&Path>, settings: &Settings, tree: &Arc<Headers>) -> Facts {
    let mut facts = Facts::new(tree.clone());
    if let Some(header) = header
        && let Ok(text) = files::read(header, settings.size_cap_bytes)
    {
        facts.read_wrappers(&files::shown(header), &text, &settings.prefix);
    }
    facts
}
