//! `--watch`: judges again whenever a file has changed, until it is interrupted.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use lunet_ci::process::Interrupt;

use super::configuration::Configuration;
use super::{LintArgs, files, finish, judge, show};
use crate::{exit, render};

/// How often the files are looked at.
const PERIOD: Duration = Duration::from_millis(300);

/// What tells that a file has changed.
type Stamps = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Judges, waits for a change, and judges again.
pub(super) fn run(args: &LintArgs, configuration: &Configuration) -> anyhow::Result<ExitCode> {
    let interrupt = Interrupt::on_ctrl_c()?;
    let mut seen = None;
    while !interrupt.is_set() {
        let now = stamps(configuration, args);
        if seen.as_ref() != Some(&now) {
            let outcome = judge::files(
                configuration,
                &args.paths,
                |stream: &mut judge::Stream<'_>| show(args, stream),
            )?;
            finish(args, configuration, &outcome)?;
            render::note("watching for changes");
            seen = Some(now);
        }
        std::thread::sleep(PERIOD);
    }
    Ok(exit::well())
}

fn stamps(configuration: &Configuration, args: &LintArgs) -> Stamps {
    let found = files::find(configuration, &args.paths);
    found
        .list
        .into_iter()
        .map(|path| {
            let metadata = std::fs::metadata(&path);
            let stamp = metadata.and_then(|metadata| Ok((metadata.modified()?, metadata.len())));
            (path, stamp.ok())
        })
        .collect()
}
