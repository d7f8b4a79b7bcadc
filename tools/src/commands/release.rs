//! `tools release TAG`: every gate that has to be green before a version is tagged, in order.
//!
//! Not here: tagging, pushing, uploading. That is a person's, with the command printed at the end.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use lunet_release::tag;

use crate::programs::{Format, Program, Programs, RunArgs};
use crate::{exit, git, render, repository, workspace};

/// Building and testing everything on a slow machine.
const LIMIT: Duration = Duration::from_hours(2);

/// Prove that this very tree can become a release; tags, pushes and uploads nothing.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools release v1.2.0")]
pub struct ReleaseArgs {
    /// The tag that is to be made.
    tag: String,
    #[command(flatten)]
    run: RunArgs,
}

/// One gate: a command of this program, and what to do when it is red.
struct Gate {
    name: &'static str,
    /// `TAG` and `OUT` stand for the tag and the folder of the package.
    command: &'static str,
    remedy: &'static str,
}

/// Where the package is made. It is not `dist`, where archives of other systems may lie.
const OUT: &str = "target/release-gate";

/// Checks of one archive. The archives of the other systems are made and checked by the workflow.
const HERE: &str = "archive,binary,contents,hygiene,manifest,modes,names,version";

/// The gates in their order. A new one is a line here.
const GATES: &[Gate] = &[
    Gate {
        name: "lint",
        command: "lint --deny-warnings",
        remedy: "fix what lint found; `cargo tools lint --explain RULE` tells why",
    },
    Gate {
        name: "test",
        command: "test",
        remedy: "fix the tests",
    },
    Gate {
        name: "receipt",
        command: "ci receipt --check",
        remedy: "replay the workflow on this tree: `cargo tools ci`",
    },
    Gate {
        name: "build",
        command: "build-release",
        remedy: "fix the build",
    },
    Gate {
        name: "package",
        command: "package --tag TAG --out OUT",
        remedy: "fix what the packager refused",
    },
    Gate {
        name: "release-check",
        command: "release-check TAG --dir OUT --run-host --only tag,runs,HERE --allow-skip HERE",
        remedy: "fix what the checks found; `cargo tools release-check --explain CHECK` tells why",
    },
];

/// Goes through the gates and stops at the first that is red.
pub(super) fn run(args: &ReleaseArgs) -> anyhow::Result<ExitCode> {
    let root = repository::root()?;
    let version = workspace::version(&root)?;
    if let Err(why) = tag::version(&args.tag) {
        return Ok(stop(
            "tag",
            &format!("{:?} is no tag of a release: {why}", args.tag),
        ));
    }
    if args.tag != format!("v{version}") {
        return Ok(stop(
            "tag",
            &format!(
                "Cargo.toml has version {version}: make it that of {} first",
                args.tag
            ),
        ));
    }
    let changes = git::changes(&root)?;
    if !changes.is_empty() {
        return Ok(stop(
            "clean-tree",
            &format!(
                "commit first; the tree differs from its commit:\n{}",
                changes.join("\n")
            ),
        ));
    }
    render::note("clean-tree: well");
    // Asked once: the tests build this program anew, and then the system no longer knows the name of
    // the file that runs.
    let own = std::env::current_exe().context("this program does not know where it is")?;
    let mut programs = Programs::open(&args.run, LIMIT)?;
    let mut red = None;
    for gate in GATES {
        if !programs.run(gate.program(&own, &root, &args.tag))? {
            red = Some(gate);
            break;
        }
    }
    let format = args.run.format;
    let next = format!(
        "git tag --annotate {tag} --message 'Lunet {tag}' && git push origin {tag}",
        tag = args.tag
    );
    let mut more = serde_json::Map::new();
    more.insert("tag".to_owned(), args.tag.clone().into());
    match red {
        Some(gate) => {
            more.insert("red".to_owned(), gate.name.into());
            more.insert("remedy".to_owned(), gate.remedy.into());
        }
        None => _ = more.insert("next".to_owned(), next.clone().into()),
    }
    let code = programs.finish("release", more)?;
    match (red, format) {
        (Some(gate), _) => render::note(&format!("{} is red: {}", gate.name, gate.remedy)),
        (None, Format::Human) => {
            render::out(&format!("every gate is green; to release:\n  {next}\n"));
        }
        (None, Format::Json) => {}
    }
    Ok(code)
}

fn stop(gate: &str, why: &str) -> ExitCode {
    render::note(&format!("{gate} is red: {why}"));
    exit::bad()
}

impl Gate {
    /// This very program, which is `own`, with the arguments of the gate.
    fn program(&self, own: &Path, root: &Path, tag: &str) -> Program {
        let argument = |word: &str| match word {
            "TAG" => tag.to_owned(),
            "OUT" => root.join(OUT).display().to_string(),
            word => word.replace("HERE", HERE),
        };
        let own = own.to_string_lossy().into_owned();
        Program {
            name: self.name,
            command: std::iter::once(own)
                .chain(self.command.split(' ').map(argument))
                .collect(),
            environment: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;
    use crate::commands;

    #[test]
    fn every_gate_is_a_command_that_there_is() {
        for gate in GATES {
            let program = gate.program(Path::new("tools"), Path::new("."), "v1.2.0");
            let matches = commands::command().try_get_matches_from(&program.command);
            let parsed =
                matches.and_then(|matches| commands::Arguments::from_arg_matches(&matches));
            assert!(parsed.is_ok(), "{}: {:?}", gate.name, parsed.err());
        }
    }
}
