//! What git says of the working tree. Nothing here changes it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use lunet_ci::process::{Interrupt, Process, Stream};

/// Git answers from local files at once, unless something is wrong.
const LIMIT: Duration = Duration::from_mins(1);

/// What git prints on stdout for some arguments; its failure is an error with what it said.
pub(crate) fn git(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let (mut answer, mut said) = (Vec::new(), Vec::new());
    let ended = Process::new("git")
        .args(arguments)
        .current_dir(root)
        .time_limit(LIMIT)
        .run(&Interrupt::on_ctrl_c()?, |line| {
            let stream = match line.stream {
                Stream::Stdout => &mut answer,
                Stream::Stderr => &mut said,
            };
            stream.extend_from_slice(line.bytes);
            stream.push(b'\n');
        })?;
    if !ended.success() {
        let said = String::from_utf8_lossy(&said);
        bail!(
            "`git {}` {}: {}",
            arguments.join(" "),
            ended.end,
            said.trim()
        );
    }
    String::from_utf8(answer).context("git told of a name that is not UTF-8")
}

/// Paths of the files that git tracks, and of new ones that it does not ignore if `untracked`.
pub(crate) fn files(root: &Path, untracked: bool) -> anyhow::Result<Vec<String>> {
    let mut arguments = vec!["ls-files", "-z", "--cached"];
    if untracked {
        arguments.extend(["--others", "--exclude-standard"]);
    }
    let answer = git(root, &arguments)?;
    let names = answer.split(['\0', '\n']).filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}

/// What differs from the last commit, one line each; nothing if the tree is clean.
pub(crate) fn changes(root: &Path) -> anyhow::Result<Vec<String>> {
    let answer = git(root, &["status", "--porcelain", "--untracked-files=normal"])?;
    Ok(answer.lines().map(str::to_owned).collect())
}

/// When the last commit was made, in seconds since 1970.
pub(crate) fn commit_time(root: &Path) -> anyhow::Result<u64> {
    let answer = git(root, &["log", "-1", "--format=%ct"])?;
    let seconds = answer.trim();
    seconds
        .parse()
        .with_context(|| format!("git gives {seconds:?} as the time of the last commit"))
}
