//! What may differ from repository to repository: the prefix, the homes, the levels, the paths.
//! Reading `lints.toml` is the caller's work; this is what it says.

use std::collections::BTreeMap;

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::finding::Level;

/// The largest file that is judged by default, in bytes.
pub const SIZE_CAP_BYTES: u64 = 12 * 1024 * 1024;

/// With what the name of an internal begins by default.
pub const DEFAULT_PREFIX: &str = "_lunet_";

/// The answers of `lints.toml`, with a default for each.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// With what the name of an internal begins.
    pub prefix: String,
    /// Files that may use internals, raw references and raw allocation. A pattern without `/` means the name.
    pub homes: Vec<String>,
    /// Rust files that may name internals.
    pub rust_homes: Vec<String>,
    /// Levels that differ from the rules' own; `allow` silences a rule.
    pub levels: BTreeMap<String, Setting>,
    /// What is judged when no path is given, relative to the configuration file.
    pub paths: Vec<String>,
    /// What is left out unless it is named, relative to the configuration file.
    pub exclude: Vec<String>,
    /// The header that offers the safe wrappers, relative to the configuration file; found by its name otherwise.
    pub wrappers: Option<String>,
    /// Larger files are named and not judged.
    pub size_cap_bytes: u64,
}

/// What a configuration file may say of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    Allow,
    Warning,
    Error,
}

impl Default for Settings {
    fn default() -> Self {
        let owned = |list: &[&str]| list.iter().map(|&item| item.to_owned()).collect();
        Self {
            prefix: DEFAULT_PREFIX.to_owned(),
            homes: owned(&["trace.h", "*_impl.c"]),
            rust_homes: owned(&["**/abi.rs", "**/abi/**"]),
            levels: BTreeMap::new(),
            paths: owned(&["."]),
            exclude: Vec::new(),
            wrappers: None,
            size_cap_bytes: SIZE_CAP_BYTES,
        }
    }
}

/// Patterns that match whole paths, or names where they have no `/`.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    set: GlobSet,
}

impl Patterns {
    pub(crate) fn new(patterns: &[String]) -> Result<Self, globset::Error> {
        let mut builder = GlobSetBuilder::new();
        for pattern in patterns {
            if pattern.contains('/') {
                builder.add(Glob::new(pattern)?);
                builder.add(Glob::new(&format!("**/{pattern}"))?);
            } else {
                builder.add(Glob::new(&format!("**/{pattern}"))?);
            }
        }
        Ok(Self {
            set: builder.build()?,
        })
    }

    pub(crate) fn matches(&self, path: &str) -> bool {
        self.set.is_match(path)
    }
}

impl Setting {
    pub(crate) fn level(self) -> Option<Level> {
        match self {
            Self::Allow => None,
            Self::Warning => Some(Level::Warning),
            Self::Error => Some(Level::Error),
        }
    }
}
