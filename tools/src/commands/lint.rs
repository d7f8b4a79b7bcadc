//! `tools lint`: judges C sources, scripts and workflows. The rules live in `lunet_lints`; here are files and formats.

mod changed;
mod configuration;
mod coverage;
mod facts;
mod files;
mod fix;
mod format;
mod judge;
mod lsp;
mod rules;
mod self_test;
mod symbols;
mod watch;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::{exit, render};

/// Judge C sources against the rules of the plugin SDK.
///
/// Example: tools lint runtime/plugins --format json
#[derive(clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each flag that a user may give"
)]
pub struct LintArgs {
    /// Files and directories; default: the repository, respecting .gitignore.
    paths: Vec<PathBuf>,
    /// How findings are printed.
    #[arg(long, value_enum, default_value_t = format::Format::Human)]
    format: format::Format,
    /// Show the page of a rule.
    #[arg(long, value_name = "RULE", conflicts_with_all = ["list", "paths"])]
    explain: Option<String>,
    /// List the rules.
    #[arg(long, conflicts_with = "paths")]
    list: bool,
    /// Warnings fail the run, too.
    #[arg(long)]
    deny_warnings: bool,
    /// Judge stdin as if it were the file PATH.
    #[arg(long, value_name = "PATH", conflicts_with = "paths")]
    stdin: Option<PathBuf>,
    /// The configuration; default: lints.toml here or in a directory above.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Apply the fixes that are safe.
    #[arg(long, conflicts_with_all = ["stdin", "changed", "watch"])]
    fix: bool,
    /// With --fix: show what would change, and change nothing.
    #[arg(long, requires = "fix")]
    diff: bool,
    /// Only lines that differ from a revision.
    #[arg(long, value_name = "BASE", num_args = 0..=1, default_missing_value = "HEAD", conflicts_with_all = ["stdin", "watch"])]
    changed: Option<String>,
    /// Show how the bytes of each file were judged.
    #[arg(long)]
    coverage: bool,
    /// Fail where bytes were not judged at all.
    #[arg(long)]
    strict: bool,
    /// Turn every safe wrapper call raw, in memory, and demand one finding for each.
    #[arg(long, conflicts_with_all = ["stdin", "fix", "changed", "symbols"])]
    self_test: bool,
    /// Compare the internals that object files need with what the sources show.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["stdin", "fix", "changed"])]
    symbols: Vec<PathBuf>,
    /// Serve an editor: the language server protocol on stdin and stdout.
    #[arg(long, conflicts_with_all = ["paths", "stdin", "fix", "changed", "watch", "self_test", "symbols"])]
    lsp: bool,
    /// Judge again whenever a file changes.
    #[arg(long, conflicts_with_all = ["stdin", "self_test", "symbols"])]
    watch: bool,
}

/// Runs the command.
pub(super) fn run(args: &LintArgs) -> anyhow::Result<ExitCode> {
    if let Some(name) = &args.explain {
        return rules::explain(name);
    }
    if args.list {
        return rules::list(args.format);
    }
    let configuration = configuration::load(args.config.as_deref())?;
    if args.lsp {
        return lsp::run(&configuration);
    }
    if args.self_test {
        return self_test::run(&configuration, &args.paths, args.format);
    }
    if !args.symbols.is_empty() {
        return symbols::run(&configuration, &args.paths, &args.symbols, args.format);
    }
    if args.watch {
        return watch::run(args, configuration);
    }
    if args.fix {
        return fix::run(args, &configuration);
    }
    let take = |stream: &mut judge::Stream<'_>| show(args, stream);
    let outcome = match (&args.stdin, &args.changed) {
        (Some(path), _) => judge::stdin(&configuration, path, measures(args), take)?,
        (None, Some(base)) => judge::changed(&configuration, &args.paths, base, take)?,
        (None, None) => judge::files(&configuration, &args.paths, take)?,
    };
    finish(args, &configuration, &outcome)
}

/// Whether it is asked how the bytes were judged.
fn measures(args: &LintArgs) -> bool {
    args.coverage || args.strict
}

/// Prints findings as they come.
fn show(args: &LintArgs, stream: &mut judge::Stream<'_>) -> anyhow::Result<()> {
    // Machines get one document: the coverage, if it is asked.
    if args.coverage && args.format != format::Format::Human {
        return Ok(());
    }
    render::stream(|out| format::write(stream, args.format, out))
}

/// Prints what came out of all files, and says how the command ends.
fn finish(
    args: &LintArgs,
    configuration: &configuration::Configuration,
    outcome: &judge::Outcome,
) -> anyhow::Result<ExitCode> {
    for failure in &outcome.failures {
        render::note(&format!("error: {failure}"));
    }
    let mut is_bad = outcome.is_bad(args.deny_warnings);
    if measures(args) {
        let measured = match &outcome.measured {
            Some(of_stdin) => vec![of_stdin.clone()],
            None => coverage::files(configuration, &args.paths),
        };
        let complete = coverage::show(&measured, args.format, args.coverage)?;
        is_bad |= args.strict && !complete;
    }
    if args.format == format::Format::Human {
        render::note(&outcome.summary());
    }
    Ok(if !outcome.failures.is_empty() {
        exit::could_not_run()
    } else if is_bad {
        exit::bad()
    } else {
        exit::well()
    })
}
