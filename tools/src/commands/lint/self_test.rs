//! `--self-test`: every call of a safe wrapper, turned raw in memory, must become exactly one finding.

use std::path::PathBuf;
use std::process::ExitCode;

use lunet_lints::language::Language;
use lunet_lints::mutation::{Mutation, mutations};
use lunet_release::side_by_side;

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
    let of_files = side_by_side::map(&found.list, 1, |path| {
        let text = files::read(path, cap_bytes).ok()?;
        let shown = files::shown(path);
        let is_c = Language::of(&shown, &text) == Language::C;
        let list = is_c.then(|| mutations(&configuration.linter, &shown, &text, &facts.of(path)));
        Some((shown, list?))
    });
    let all: Vec<(String, Mutation)> = of_files
        .into_iter()
        .flatten()
        .flat_map(|(path, list)| list.into_iter().map(move |it| (path.clone(), it)))
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
