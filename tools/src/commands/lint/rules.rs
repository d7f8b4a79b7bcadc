//! `--list` and `--explain`: the rules about themselves.

use std::process::ExitCode;

use lunet_lints::rules;

use super::format::Format;
use crate::{exit, render};

/// Prints the page of a rule.
pub(super) fn explain(name: &str) -> anyhow::Result<ExitCode> {
    let Some(rule) = rules::find(name) else {
        anyhow::bail!("there is no rule `{name}`; --list shows them all");
    };
    render::out(&rule.markdown());
    Ok(exit::well())
}

/// Prints the rules with their levels and what they fire on.
pub(super) fn list(format: Format) -> anyhow::Result<ExitCode> {
    if format == Format::Json {
        let list: Vec<_> = rules::ALL
            .iter()
            .map(|rule| serde_json::json!({"rule": rule.name, "level": rule.level, "what": rule.page.what}))
            .collect();
        render::json(&list)?;
        return Ok(exit::well());
    }
    for rule in rules::ALL {
        render::out(&format!(
            "{:<25} {:<8} {}\n",
            rule.name,
            rule.level.name(),
            rule.summary()
        ));
    }
    Ok(exit::well())
}
