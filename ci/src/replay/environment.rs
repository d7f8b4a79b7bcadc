//! The variables of a step: this machine's, the workflow's, and what GitHub's runner sets.

use std::{collections::BTreeMap, env, path::Path};

use crate::{expression::Object, os::Os};

/// Names and values; on Windows names are equal in any case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    values: BTreeMap<String, String>,
}

impl Environment {
    /// This machine's, without what belongs to the program that started us or to another run.
    pub(crate) fn of_machine() -> Self {
        let by_cargo = env::var_os("CARGO_MANIFEST_DIR").is_some();
        let foreign = |name: &str| {
            ["GITHUB_", "RUNNER_", "ACTIONS_", "INPUT_", "STATE_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
                || [
                    "GH_TOKEN",
                    "GIT_DIR",
                    "GIT_INDEX_FILE",
                    "GIT_PREFIX",
                    "GIT_WORK_TREE",
                ]
                .contains(&name)
                || by_cargo && is_cargos(name)
        };
        let mut environment = Self::default();
        // A variable that is no text can't be in a workflow's `env` either.
        let texts = env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        for (name, value) in texts.filter(|(name, _)| !foreign(name)) {
            environment.set(&name, value);
        }
        environment
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(self.key(name), value.into());
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(&self.key(name)).map(String::as_str)
    }

    pub(crate) fn extend<'a>(&mut self, pairs: impl IntoIterator<Item = &'a (String, String)>) {
        for (name, value) in pairs {
            self.set(name, value);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Puts folders before the search path, the first one foremost.
    pub(crate) fn prepend_path(&mut self, folders: &[&str]) {
        let separator = if cfg!(windows) { ";" } else { ":" };
        let old = self.get("PATH").unwrap_or_default().to_owned();
        let mut parts = folders.to_vec();
        parts.extend(Some(old.as_str()).filter(|old| !old.is_empty()));
        self.set("PATH", parts.join(separator));
    }

    /// The spelling that is there already, where case doesn't count.
    fn key(&self, name: &str) -> String {
        let known = || {
            self.values
                .keys()
                .find(|known| known.eq_ignore_ascii_case(name))
                .cloned()
        };
        if cfg!(windows) {
            known().unwrap_or_else(|| name.to_owned())
        } else {
            name.to_owned()
        }
    }
}

/// What `cargo run` sets for the program that it starts.
fn is_cargos(name: &str) -> bool {
    let set = [
        "CARGO",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "RUSTUP_TOOLCHAIN",
        "RUST_RECURSION_COUNT",
        "LD_LIBRARY_PATH",
        "DYLD_FALLBACK_LIBRARY_PATH",
    ];
    set.contains(&name)
        || ["CARGO_PKG_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// The variables `GITHUB_…` that mirror the `github` context, and `RUNNER_…` that mirror `runner`.
pub(crate) fn add_contexts(environment: &mut Environment, github: &Object, runner: &Object) {
    const MIRRORED: [&str; 32] = [
        "action",
        "action_path",
        "action_ref",
        "action_repository",
        "actor",
        "actor_id",
        "api_url",
        "base_ref",
        "event_name",
        "event_path",
        "graphql_url",
        "head_ref",
        "job",
        "ref",
        "ref_name",
        "ref_protected",
        "ref_type",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
        "retention_days",
        "run_attempt",
        "run_id",
        "run_number",
        "server_url",
        "sha",
        "triggering_actor",
        "workflow",
        "workflow_ref",
        "workflow_sha",
        "workspace",
    ];
    for name in MIRRORED {
        let value = github
            .get(name)
            .map(crate::expression::Value::text)
            .unwrap_or_default();
        let in_action = ["action_path", "action_ref", "action_repository"].contains(&name);
        if !(in_action && value.is_empty()) {
            environment.set(&format!("GITHUB_{}", name.to_uppercase()), value);
        }
    }
    for name in [
        "os",
        "arch",
        "name",
        "temp",
        "tool_cache",
        "environment",
        "workspace",
    ] {
        if let Some(value) = runner.get(name) {
            environment.set(&format!("RUNNER_{}", name.to_uppercase()), value.text());
        }
    }
    environment.set("GITHUB_ACTIONS", "true");
    if environment.get("CI").is_none() {
        environment.set("CI", "true");
    }
}

/// The `runner` context on this machine.
pub(crate) fn runner(temp: &Path, tool_cache: &Path, workspace: &Path) -> Object {
    let arch = match env::consts::ARCH {
        "x86_64" => "X64",
        "x86" => "X86",
        "aarch64" => "ARM64",
        other => other,
    };
    let text = |path: &Path| path.to_string_lossy().into_owned();
    [
        ("os", Os::here().runner_name().to_owned()),
        ("arch", arch.to_owned()),
        ("name", "local".to_owned()),
        ("environment", "github-hosted".to_owned()),
        ("temp", text(temp)),
        ("tool_cache", text(tool_cache)),
        ("workspace", text(workspace)),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.into()))
    .collect()
}
