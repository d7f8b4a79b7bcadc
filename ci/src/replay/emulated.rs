//! Actions that the tool performs itself. One file each; `ALL` is the registry.
//!
//! Not here: local actions and substitutes (`uses`).

mod cache;
mod checkout;
mod download_artifact;
mod files;
mod gh_release;
mod rust_cache;
mod upload_artifact;

use std::path::{Path, PathBuf};

use super::{console::Console, session::Session};
use crate::Error;

/// An action that is performed here.
pub(crate) struct Emulated {
    /// Without its version, lower case.
    names: &'static [&'static str],
    /// It brings files that later steps need whatever was asked for.
    sets_the_scene: bool,
    pub(crate) run: fn(&mut Call<'_, '_, '_>) -> Result<Done, Failure>,
}

const ALL: &[&Emulated] = &[
    &cache::ACTION,
    &checkout::ACTION,
    &download_artifact::ACTION,
    &gh_release::ACTION,
    &rust_cache::ACTION,
    &upload_artifact::ACTION,
];

/// One use of such an action.
pub(crate) struct Call<'c, 's, 'a> {
    pub(crate) workspace: &'c Path,
    /// The name that was used, without its version, lower case.
    pub(crate) name: &'c str,
    pub(crate) inputs: &'c [(String, String)],
    pub(crate) console: &'c mut Console<'s, 'a>,
}

/// What it gave.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) outputs: Vec<(String, String)>,
    /// Variables for later steps.
    pub(crate) env: Vec<(String, String)>,
    pub(crate) note: Option<String>,
    pub(crate) post: Option<Post>,
}

/// Why it gave nothing.
pub(crate) enum Failure {
    /// It would fail on GitHub, too.
    Failed(String),
    /// Only this machine can't do it.
    NotReplayable(String),
}

/// Work for the end of a job that succeeded.
pub(crate) enum Post {
    /// Keep these paths of the workspace under a key.
    SaveCache {
        /// The folder that keeps them.
        store: PathBuf,
        /// Patterns.
        paths: Vec<String>,
    },
}

impl<'s, 'a> Call<'_, 's, 'a> {
    pub(crate) fn session(&self) -> &'s Session<'a> {
        self.console.session
    }

    /// An input, if it was given and isn't empty.
    pub(crate) fn input(&self, name: &str) -> Option<&str> {
        let found = self
            .inputs
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Whether an input is `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.input(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The lines of an input.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.input(name).unwrap_or_default().lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The action of this name.
pub(crate) fn find(name: &str) -> Option<&'static Emulated> {
    ALL.iter()
        .copied()
        .find(|action| action.names.contains(&name))
}

/// Whether the action in `uses` brings files that later steps need.
pub(crate) fn sets_the_scene(uses: &str) -> bool {
    let name = uses.split('@').next().unwrap_or_default().to_lowercase();
    find(&name).is_some_and(|action| action.sets_the_scene)
}

/// Does what an action left for the end of its job.
pub(crate) fn run_post(workspace: &Path, post: &Post) -> Result<(), Error> {
    match post {
        Post::SaveCache { store, paths } => cache::save(workspace, store, paths),
    }
}
