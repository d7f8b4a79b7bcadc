//! `tools init`: installs what this machine lacks, by its own package manager, after showing how.
//!
//! Not here: what is needed (`doctor`).

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;

use super::doctor::{self, Need, Source};
use crate::programs::{Program, Programs, RunArgs};
use crate::{exit, render};

/// A package manager on a slow line.
const LIMIT: Duration = Duration::from_mins(20);

/// Install what this machine lacks, after showing the exact commands.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools init --yes")]
pub struct InitArgs {
    /// Run the commands without asking.
    #[arg(long)]
    yes: bool,
    /// Also what no command needs but some do more with.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// A package manager.
pub(super) struct Manager {
    pub(super) program: &'static str,
    /// What must run before the first package is installed.
    update: Option<&'static [&'static str]>,
    install: &'static [&'static str],
    /// Whether it changes the system, so that only root may.
    root: bool,
}

/// In the order in which they are looked for: that of the system before one that a person added.
pub(super) const MANAGERS: &[Manager] = &[
    Manager {
        program: "apt-get",
        update: Some(&["apt-get", "update"]),
        install: &["apt-get", "install", "--yes"],
        root: true,
    },
    Manager {
        program: "dnf",
        update: None,
        install: &["dnf", "install", "--assumeyes"],
        root: true,
    },
    Manager {
        program: "pacman",
        update: None,
        install: &["pacman", "-S", "--needed", "--noconfirm"],
        root: true,
    },
    Manager {
        program: "zypper",
        update: None,
        install: &["zypper", "--non-interactive", "install"],
        root: true,
    },
    Manager {
        program: "apk",
        update: None,
        install: &["apk", "add"],
        root: true,
    },
    Manager {
        program: "brew",
        update: None,
        install: &["brew", "install"],
        root: false,
    },
    Manager {
        program: "winget",
        update: None,
        install: &["winget", "install", "--exact", "--id"],
        root: false,
    },
];

/// Shows the commands, asks, runs them, and looks again.
pub(super) fn run(args: &InitArgs) -> anyhow::Result<ExitCode> {
    let wanted = |need: &Need| args.all || !need.needed_by.is_empty();
    let missing = doctor::missing(wanted);
    if missing.is_empty() {
        render::note("nothing is missing");
        return Ok(exit::well());
    }
    let (commands, by_hand) = plan(&missing, manager(), prefix());
    for need in &by_hand {
        render::note(&format!("by hand: {} ({})", need.program, how_to_get(need)));
    }
    for command in &commands {
        render::note(&format!("to run:  {}", command.join(" ")));
    }
    if commands.is_empty() {
        bail!("no package manager that is known here has what is missing");
    }
    if !args.yes && !agreed()? {
        render::note("nothing was installed");
        return Ok(exit::could_not_run());
    }
    install(args, commands, wanted)
}

fn install(
    args: &InitArgs,
    commands: Vec<Vec<String>>,
    wanted: impl Fn(&Need) -> bool,
) -> anyhow::Result<ExitCode> {
    let mut programs = Programs::open(&args.run, LIMIT)?;
    for command in commands {
        let program = Program {
            name: "install",
            command,
            environment: Vec::new(),
        };
        if !programs.run(program)? {
            break;
        }
    }
    let code = programs.finish("init", serde_json::Map::new())?;
    let missing = doctor::missing(wanted);
    for need in &missing {
        render::note(&format!("still missing: {}", need.program));
    }
    Ok(if missing.is_empty() {
        code
    } else {
        exit::bad()
    })
}

/// How a program can be got on this machine, for a person.
pub(super) fn how_to_get(need: &Need) -> String {
    match (&need.source, manager()) {
        (Source::Rustup(component), _) => format!("rustup component add {component}"),
        (Source::Packages(packages), Some(manager)) => match package(packages, manager) {
            Some(package) => format!("{} {package}", manager.install.join(" ")),
            None => format!("{} has no package of it", manager.program),
        },
        (Source::Packages(_), None) => format!("the package of {} of your system", need.program),
    }
}

/// The commands that install what is missing, and what they can't install.
fn plan<'a>(
    missing: &[&'a Need],
    manager: Option<&Manager>,
    prefix: &[&str],
) -> (Vec<Vec<String>>, Vec<&'a Need>) {
    let (mut packages, mut components, mut by_hand) = (Vec::new(), Vec::new(), Vec::new());
    for need in missing {
        let found = manager.and_then(|manager| match &need.source {
            Source::Packages(packages) => package(packages, manager),
            Source::Rustup(_) => None,
        });
        match (&need.source, found) {
            (Source::Rustup(component), _) => components.push(*component),
            (_, Some(package)) if packages.contains(&package) => {}
            (_, Some(package)) => packages.push(package),
            (_, None) => by_hand.push(*need),
        }
    }
    let mut commands = Vec::new();
    if let Some(manager) = manager.filter(|_| !packages.is_empty()) {
        let prefix = if manager.root { prefix } else { &[] };
        let update = manager.update.map(|update| [prefix, update].concat());
        commands.extend(update);
        commands.push([prefix, manager.install, &packages].concat());
    }
    if !components.is_empty() {
        commands.push([&["rustup", "component", "add"], &components[..]].concat());
    }
    let owned = |command: Vec<&str>| command.into_iter().map(str::to_owned).collect();
    (commands.into_iter().map(owned).collect(), by_hand)
}

fn package(packages: &[(&str, &'static str)], manager: &Manager) -> Option<&'static str> {
    let found = packages.iter().find(|(name, _)| *name == manager.program);
    found.map(|(_, package)| *package)
}

/// The package manager of this machine.
fn manager() -> Option<&'static Manager> {
    MANAGERS
        .iter()
        .find(|manager| which::which(manager.program).is_ok())
}

/// What makes a command run as root: nothing for root.
fn prefix() -> &'static [&'static str] {
    #[cfg(unix)]
    let root = rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    let root = true;
    if root { &[] } else { &["sudo"] }
}

/// Asks the person at the terminal; there must be one.
fn agreed() -> anyhow::Result<bool> {
    let mut answer = String::new();
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("nobody to ask: stdin is not a terminal; `--yes` runs the commands without asking");
    }
    render::note("run them? [y/N]");
    stdin.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::{MANAGERS, plan};
    use crate::commands::doctor::{Need, Source, need};

    fn check(
        manager: Option<&str>,
        prefix: &[&str],
        sources: Vec<Source>,
        expected: &[&str],
        hand: usize,
    ) {
        let manager = manager.map(|name| MANAGERS.iter().find(|m| m.program == name).unwrap());
        let needs: Vec<Need> = sources.into_iter().map(need).collect();
        let (commands, by_hand) = plan(&needs.iter().collect::<Vec<_>>(), manager, prefix);
        let commands: Vec<String> = commands.iter().map(|command| command.join(" ")).collect();
        assert_eq!(commands, expected);
        assert_eq!(by_hand.len(), hand);
    }

    #[test]
    fn the_plan_names_exact_commands() {
        let gcc = || Source::Packages(&[("apt-get", "gcc"), ("brew", "gcc")]);
        let make = || Source::Packages(&[("apt-get", "make")]);
        let clippy = || Source::Rustup("clippy");
        check(
            Some("apt-get"),
            &["sudo"],
            vec![gcc(), make(), clippy()],
            &[
                "sudo apt-get update",
                "sudo apt-get install --yes gcc make",
                "rustup component add clippy",
            ],
            0,
        );
        check(
            Some("apt-get"),
            &[],
            vec![gcc(), gcc()],
            &["apt-get update", "apt-get install --yes gcc"],
            0,
        );
        check(
            Some("brew"),
            &["sudo"],
            vec![gcc(), make()],
            &["brew install gcc"],
            1,
        );
        check(None, &["sudo"], vec![gcc()], &[], 1);
    }
}
