//! `--self-test`: every call of a safe wrapper, turned raw in memory, must become exactly one finding.

use std::path::PathBuf;
use std::process::ExitCode;

use lunet_lints::language::Language;
use lunet_lints::mutation::{Mutation, mutations};
use rayon::prelude::*;

use super::configuration::Configuration;
use super::facts::FactsByDirectory;
use super::files;
use super::format::Format;
use crate::{exit, render};

/// Mutates the files under the paths and prints the score.
pub(super) fn run(
    configuration: &Configuration,
    paths: &[PathBuf],
    format: Format,
) -> anyhow::Result<ExitCode> {
    let cap_bytes = configuration.linter.settings().size_cap_bytes;
    let found = files::find(configuration, paths);
    let facts = FactsByDirectory::new(configuration, &found.list);
    let all: Vec<(String, Mutation)> = found
        .list
        .par_iter()
        .filter_map(|path| {
            let text = files::read(path, cap_bytes).ok()?;
            let shown = files::shown(path);
            let is_c = Language::of(&shown, &text) == Language::C;
            is_c.then(|| {
                (
                    mutations(&configuration.linter, &shown, &text, &facts.of(path)),
                    shown,
                )
            })
        })
        .flat_map_iter(|(list, path)| {
            list.into_iter()
                .map(move |mutation| (path.clone(), mutation))
        })
        .collect();
    for failure in &found.failures {
        render::note(&format!("error: {failure}"));
    }
    let caught = all
        .iter()
        .filter(|(_, mutation)| mutation.is_caught())
        .count();
    if format == Format::Json {
        let list: Vec<_> = all
            .iter()
            .map(|(path, mutation)| value(path, mutation))
            .collect();
        render::json(&serde_json::json!({"caught": caught, "mutations": list}))?;
    } else {
        print(&all, caught);
    }
    anyhow::ensure!(found.failures.is_empty(), "not every file could be read");
    anyhow::ensure!(!all.is_empty(), "there is no wrapper call to mutate");
    Ok(if caught == all.len() {
        exit::well()
    } else {
        exit::bad()
    })
}

fn print(all: &[(String, Mutation)], caught: usize) {
    for (path, mutation) in all.iter().filter(|(_, mutation)| !mutation.is_caught()) {
        let Mutation {
            line,
            column,
            wrapper,
            raw,
            rule,
            found,
        } = mutation;
        let found = if found.is_empty() {
            "nothing".to_owned()
        } else {
            found.join(", ")
        };
        render::out(&format!(
            "{path}:{line}:{column}: `{wrapper}` as `{raw}` must be one {rule}, but gives {found}\n"
        ));
    }
    let total = all.len();
    let percent = caught * 100 / total.max(1);
    render::out(&format!("mutation score {caught}/{total} ({percent} %)\n"));
}

fn value(path: &str, mutation: &Mutation) -> serde_json::Value {
    serde_json::json!({
        "path": path,
        "line": mutation.line,
        "column": mutation.column,
        "wrapper": mutation.wrapper,
        "raw": mutation.raw,
        "rule": mutation.rule,
        "found": mutation.found,
        "caught": mutation.is_caught(),
    })
}
