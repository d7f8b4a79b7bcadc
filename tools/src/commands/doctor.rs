//! `tools doctor`: what this machine has and lacks for each command.
//!
//! Not here: installing anything (`tools init`).

mod needs;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use lunet_ci::process::{Interrupt, Process};
use serde::Serialize;

#[cfg(test)]
pub(super) use needs::need;
pub(super) use needs::{Need, Source};

use super::init;
use crate::programs::Format;
use crate::{exit, render};

/// A program that does not say its version in this time counts as broken.
const LIMIT: Duration = Duration::from_secs(10);

/// Show what this machine has and lacks for each command.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  cargo tools doctor --format json\n\nExits with 1 when a command lacks a program that it can't work without."
)]
pub struct DoctorArgs {
    /// Who reads the result.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What is known about one program.
#[derive(Serialize)]
struct Answer {
    program: &'static str,
    found: bool,
    path: Option<PathBuf>,
    /// The first line of what it says.
    version: Option<String>,
    needed_by: &'static [&'static str],
    helps: Vec<String>,
    /// How to get it here.
    get: String,
}

/// Looks for every program and says what was found.
pub(super) fn run(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let answers: Vec<Answer> = needs::ALL
        .iter()
        .filter(|need| need.matters_here())
        .map(look_for)
        .collect::<anyhow::Result<_>>()?;
    match args.format {
        Format::Human => render::out(&table(&answers)),
        Format::Json => render::json(&answers)?,
    }
    let lacking = |found: &Answer| !found.found && !found.needed_by.is_empty();
    Ok(if answers.iter().any(lacking) {
        exit::bad()
    } else {
        exit::well()
    })
}

/// Fails unless this machine has every program that a command can't work without.
pub(super) fn demand(command: &str) -> anyhow::Result<()> {
    let missing = missing(|need| need.needed_by.contains(&command));
    if missing.is_empty() {
        return Ok(());
    }
    let each = missing
        .iter()
        .map(|need| format!("`{}` ({})", need.program, init::how_to_get(need)));
    let each = each.collect::<Vec<_>>().join(", ");
    bail!("`{command}` needs what this machine lacks: {each}; `cargo tools init` installs it");
}

/// The programs that are not here, of those that matter here and that `wanted` picks.
pub(super) fn missing(wanted: impl Fn(&Need) -> bool) -> Vec<&'static Need> {
    let here = needs::ALL.iter().filter(|need| need.matters_here());
    here.filter(|need| wanted(need) && which::which(need.program).is_err())
        .collect()
}

fn look_for(need: &Need) -> anyhow::Result<Answer> {
    let path = which::which(need.program).ok();
    let version = path.as_ref().map(|path| ask_version(path, need.version));
    let version = version.transpose()?.flatten();
    let helps = need.helps.iter();
    Ok(Answer {
        program: need.program,
        found: path.is_some(),
        path,
        version,
        needed_by: need.needed_by,
        helps: helps
            .map(|(command, what)| format!("{command} ({what})"))
            .collect(),
        get: init::how_to_get(need),
    })
}

/// The first line that a program prints when it is asked for its version.
fn ask_version(program: &std::path::Path, arguments: &[&str]) -> anyhow::Result<Option<String>> {
    let mut first = None;
    let process = Process::new(program).args(arguments).time_limit(LIMIT);
    let ended = process.run(&Interrupt::on_ctrl_c()?, |line| {
        let text = String::from_utf8_lossy(line.bytes).trim().to_owned();
        if !text.is_empty() {
            first.get_or_insert(text);
        }
    });
    Ok(ended
        .is_ok_and(|ended| ended.success())
        .then_some(first)
        .flatten())
}

fn table(answers: &[Answer]) -> String {
    let line = |found: &Answer| {
        let state = match (found.found, found.needed_by.is_empty()) {
            (true, _) => "has  ",
            (false, false) => "LACKS",
            (false, true) => "lacks",
        };
        let users: Vec<String> = found
            .needed_by
            .iter()
            .map(|command| (*command).to_owned())
            .chain(found.helps.iter().cloned())
            .collect();
        let about = match (&found.version, found.found) {
            (Some(version), _) => version.clone(),
            (None, true) => "does not say its version".to_owned(),
            (None, false) => format!("get it: {}", found.get),
        };
        let users = users.join(", ");
        format!(
            "{state}  {:<13} {about}\n{:21}for {users}\n",
            found.program, ""
        )
    };
    answers.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::needs::{ALL, Source};
    use crate::commands::init::MANAGERS;

    #[test]
    fn needs_are_sorted_and_used() {
        assert!(ALL.is_sorted_by_key(|need| need.program));
        for need in ALL {
            let used = !need.needed_by.is_empty() || !need.helps.is_empty();
            assert!(used, "{} is for nothing", need.program);
        }
    }

    #[test]
    fn needs_name_commands_and_managers_that_exist() {
        let commands = crate::commands::command();
        let exists = |name: &str| commands.find_subcommand(name).is_some();
        for need in ALL {
            let helped = need.helps.iter().map(|(command, _)| command);
            for command in need.needed_by.iter().chain(helped) {
                assert!(exists(command), "{}: no command {command}", need.program);
            }
            if let Source::Packages(packages) = need.source {
                for (manager, _) in packages {
                    let known = MANAGERS.iter().any(|known| known.program == *manager);
                    assert!(known, "{}: no manager {manager}", need.program);
                }
            }
        }
    }
}
