//! Where this machine differs from what the workflow pins: versions of tools, packages that it would install.
//!
//! Only looks: nothing is installed or changed.

use std::{fs, path::Path, time::Duration};

use crate::{
    os::Os,
    process::{Interrupt, Process},
    replay::find_program,
    workflow::{Step, StepWork, Work, Workflow},
};

/// A tool that an action sets up: the action, its input for the version, the program here and how it is asked.
const SETUPS: [(&str, &str, &str, &str); 8] = [
    (
        "actions/setup-dotnet",
        "dotnet-version",
        "dotnet",
        "--version",
    ),
    ("actions/setup-go", "go-version", "go", "version"),
    ("actions/setup-java", "java-version", "java", "-version"),
    ("actions/setup-node", "node-version", "node", "--version"),
    (
        "actions/setup-python",
        "python-version",
        "python3",
        "--version",
    ),
    (
        "actions-rust-lang/setup-rust-toolchain",
        "toolchain",
        "rustc",
        "--version",
    ),
    ("dtolnay/rust-toolchain", "toolchain", "rustc", "--version"),
    ("ruby/setup-ruby", "ruby-version", "ruby", "--version"),
];

/// One line per difference, for the steps that run on this system.
pub(crate) fn find(workflow: &Workflow, root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(rust_toolchain(root));
    for job in &workflow.jobs {
        let Work::Steps { steps, runs_on, .. } = &job.work else {
            continue;
        };
        let labels: Vec<String> = runs_on.iter().map(|label| label.value.clone()).collect();
        let dynamic = labels.iter().any(|label| label.contains("${{"));
        if !dynamic && Os::of_labels(&labels) != Os::here() {
            continue;
        }
        for line in steps.iter().flat_map(step) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

/// `rust-toolchain.toml` against the compiler that runs in this folder.
fn rust_toolchain(root: &Path) -> Option<String> {
    let text = ["rust-toolchain.toml", "rust-toolchain"]
        .iter()
        .find_map(|name| fs::read_to_string(root.join(name)).ok())?;
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("channel"));
    let pinned = line.map_or(text.trim(), |line| {
        line.trim_start_matches([' ', '=']).trim().trim_matches('"')
    });
    differs(
        "rustc",
        "--version",
        pinned,
        "rust-toolchain.toml",
        Some(root),
    )
}

fn step(step: &Step) -> Vec<String> {
    match &step.work {
        StepWork::Uses { action, with } => {
            let (name, version) = action.value.split_once('@').unwrap_or((&action.value, ""));
            let Some((_, input, program, ask)) = SETUPS
                .iter()
                .find(|(setup, ..)| setup.eq_ignore_ascii_case(name))
            else {
                return Vec::new();
            };
            let given = with
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(input))
                .map(|(_, text)| text.value.as_str());
            let pinned = given
                .or_else(|| name.ends_with("rust-toolchain").then_some(version))
                .unwrap_or_default();
            differs(program, ask, pinned, name, None)
                .into_iter()
                .collect()
        }
        StepWork::Run { script, .. } => missing_packages(&script.value).into_iter().collect(),
    }
}

/// A line when the program is missing, or its version is not the pinned one as far as that is given.
fn differs(
    program: &str,
    ask: &str,
    pinned: &str,
    by: &str,
    folder: Option<&Path>,
) -> Option<String> {
    if find_program(program).is_none() {
        return Some(format!("{program} is missing here; {by} pins {pinned}"));
    }
    let pinned_version = pinned
        .trim_start_matches(['v', '=', '^', '~'])
        .trim_end_matches(".x");
    if !pinned_version.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut process = Process::new(program)
        .args([ask])
        .time_limit(Duration::from_secs(10));
    if let Some(folder) = folder {
        process = process.current_dir(folder);
    }
    process.command().env_remove("RUSTUP_TOOLCHAIN");
    let mut output = String::new();
    let ended = process.run(&Interrupt::never(), |line| {
        output.push_str(&String::from_utf8_lossy(line.bytes));
    });
    if !ended.is_ok_and(|ended| ended.success()) {
        return Some(format!(
            "{program} does not say its version here; {by} pins {pinned}"
        ));
    }
    let found = version_in(&output)?;
    let same = found == pinned_version || found.starts_with(&format!("{pinned_version}."));
    (!same).then(|| format!("{program} is {found} here; {by} pins {pinned}"))
}

/// The first `1.2.3` in what a program says of itself.
fn version_in(text: &str) -> Option<String> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let end = text[start..]
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map_or(text.len(), |end| start + end);
    Some(text[start..end].trim_end_matches('.').to_owned())
}

/// Packages of `apt-get install` in a script that are not installed here.
fn missing_packages(script: &str) -> Option<String> {
    find_program("dpkg-query")?;
    let joined = script.replace("\\\n", " ");
    let mut packages: Vec<&str> = Vec::new();
    for line in joined
        .lines()
        .flat_map(|line| line.split(&['&', ';', '|'][..]))
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(at) = words.iter().position(|word| *word == "install") else {
            continue;
        };
        if words[..at]
            .iter()
            .any(|word| matches!(*word, "apt-get" | "apt"))
        {
            packages.extend(
                words[at + 1..]
                    .iter()
                    .filter(|word| is_package(word))
                    .map(|word| word.split('=').next().unwrap_or(word)),
            );
        }
    }
    if packages.is_empty() {
        return None;
    }
    let mut installed = Vec::new();
    let process = Process::new("dpkg-query")
        .args(["-W", "-f", "${Package} ${Status}\n"])
        .args(&packages);
    let ended = process
        .time_limit(Duration::from_secs(10))
        .run(&Interrupt::never(), |line| {
            let text = String::from_utf8_lossy(line.bytes).into_owned();
            if let Some((name, status)) = text.split_once(' ')
                && status == "install ok installed"
            {
                installed.push(name.to_owned());
            }
        });
    if ended.is_err() {
        return None;
    }
    packages.retain(|package| !installed.iter().any(|known| known == package));
    (!packages.is_empty()).then(|| {
        format!(
            "packages that a step would install are missing here: {}",
            packages.join(" ")
        )
    })
}

fn is_package(word: &str) -> bool {
    !word.starts_with('-')
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !word.contains('$')
}
