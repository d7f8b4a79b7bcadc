//! The files that the rules judge: path to text, read once from the repository or planted by a test.
//!
//! Files that git ignores are left out; of binary files and fixtures only the paths are known: a fixture
//! is wrong on purpose.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::tokens::{self, Token};

/// Folders whose files are inputs of tests, written to be wrong.
const FIXTURES: &[&str] = &["tests/fixtures/", "tests/cli/", "tests/data/"];

/// Files by their path from the root, with `/`.
pub(crate) struct Tree {
    paths: BTreeSet<String>,
    texts: BTreeMap<String, String>,
    /// The Rust files as tokens, made when first asked for; none for a file that is no Rust.
    tokens: OnceCell<BTreeMap<String, Vec<Token>>>,
}

impl Tree {
    /// The working tree under `root`.
    pub(crate) fn read(root: &Path) -> Self {
        let (mut paths, mut texts) = (BTreeSet::new(), BTreeMap::new());
        let walk = ignore::WalkBuilder::new(root)
            .hidden(false)
            .parents(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .require_git(false)
            .build();
        for entry in walk {
            let entry = entry.expect("the working tree can be read");
            let relative = entry.path().strip_prefix(root);
            let path = relative.expect("the walk stays below its root");
            let path = path.to_string_lossy().replace('\\', "/");
            if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                continue;
            }
            paths.insert(path.clone());
            let fixture = FIXTURES.iter().any(|folder| path.contains(folder));
            if let (false, Ok(text)) = (fixture, std::fs::read_to_string(entry.path())) {
                texts.insert(path, text);
            }
        }
        assert!(
            paths.contains("Cargo.toml"),
            "no tree at {}",
            root.display()
        );
        Self {
            paths,
            texts,
            tokens: OnceCell::new(),
        }
    }

    /// A small tree made by a test.
    pub(crate) fn planted(files: &[(&str, &str)]) -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        let texts: BTreeMap<_, _> = files.iter().map(owned).collect();
        let paths = texts.keys().cloned().collect();
        Self {
            paths,
            texts,
            tokens: OnceCell::new(),
        }
    }

    /// The files with one of these endings, sorted by path.
    pub(crate) fn ending<'a>(
        &'a self,
        endings: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .filter(|(path, _)| endings.iter().any(|ending| path.ends_with(ending)))
    }

    /// The Rust files that parse, as tokens, sorted by path.
    pub(crate) fn tokens(&self) -> &BTreeMap<String, Vec<Token>> {
        self.tokens.get_or_init(|| {
            self.ending(&[".rs"])
                .filter_map(|(path, text)| Some((path.to_owned(), tokens::tokens(text).ok()?)))
                .collect()
        })
    }

    /// Every path, sorted.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Whether a file or a folder is at `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.paths.contains(path) || self.paths.iter().any(|file| file.starts_with(&folder))
    }
}
