//! `--coverage`: how the bytes of each file were judged. `--strict` fails where some were not judged at all.

use std::path::{Path, PathBuf};

use lunet_lints::coverage::{Coverage, of};

use super::configuration::Configuration;
use super::files;
use super::format::Format;
use super::work::{File, Work, side_by_side};
use crate::render;

/// How a text was judged, and its path as it is shown.
pub(super) type Measured = (Coverage, String);

/// Measures one text.
pub(super) fn measured(path: &Path, text: &str) -> Measured {
    let shown = files::shown(path);
    (of(&shown, text), shown)
}

/// Measures the files.
pub(super) fn files(configuration: &Configuration, paths: &[PathBuf]) -> Vec<Measured> {
    let found = files::find(configuration, paths);
    side_by_side(&found.list, &Measuring(configuration), |results| {
        results.flatten().collect()
    })
}

/// Prints a line for each text, and answers whether all of them were judged.
pub(super) fn show(measured: &[Measured], format: Format, prints: bool) -> anyhow::Result<bool> {
    let mut all = Coverage::default();
    for (coverage, _) in measured {
        all += *coverage;
    }
    if prints && format == Format::Json {
        let list: Vec<_> = measured
            .iter()
            .map(|(coverage, path)| value(coverage, path))
            .collect();
        render::json(&list)?;
    } else if prints {
        render::out("  tree macro falls  none  functions not followed stack unknown\n");
        for (coverage, path) in measured {
            render::out(&line(coverage, path));
        }
        render::out(&line(&all, "all"));
    }
    for (coverage, path) in measured
        .iter()
        .filter(|(coverage, _)| coverage.unjudged > 0)
    {
        render::note(&format!(
            "{path}: {} bytes were not judged: a comment never ends",
            coverage.unjudged
        ));
    }
    Ok(all.unjudged == 0)
}

/// Measures files; of those that can't be read nothing is known.
struct Measuring<'a>(&'a Configuration);

impl Work for Measuring<'_> {
    type Result = Option<Measured>;

    fn work(&self, file: File<'_>) -> Self::Result {
        let cap_bytes = self.0.linter.settings().size_cap_bytes;
        let text = files::read(file.path, cap_bytes).ok()?;
        Some(measured(file.path, &text))
    }
}

fn line(coverage: &Coverage, path: &str) -> String {
    let share = |bytes: usize| percent(bytes, coverage.total());
    format!(
        "{:>6}{:>6}{:>6}{:>6} {:>10} {:>12} {:>13}  {path}\n",
        share(coverage.tree),
        share(coverage.macros),
        share(coverage.fallback),
        share(coverage.unjudged),
        coverage.functions,
        coverage.unfollowed,
        coverage.unknown_stacks,
    )
}

/// A share in percent with one decimal; of nothing everything was judged.
fn percent(bytes: usize, total: usize) -> String {
    if total == 0 {
        return "-".to_owned();
    }
    let tenths = bytes * 1000 / total;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn value(coverage: &Coverage, path: &str) -> serde_json::Value {
    serde_json::json!({
        "path": path,
        "bytes": coverage.total(),
        "tree": coverage.tree,
        "macros": coverage.macros,
        "fallback": coverage.fallback,
        "unjudged": coverage.unjudged,
        "functions": coverage.functions,
        "unfollowed": coverage.unfollowed,
        "unknown_stacks": coverage.unknown_stacks,
    })
}
