//! `--watch`: judges again whenever a file has changed, until it is interrupted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use lunet_ci::process::Interrupt;

use super::configuration::{self, Configuration};
use super::{LintArgs, files, finish, judge, show};
use crate::{exit, render};

/// How often the files are looked at.
const PERIOD: Duration = Duration::from_millis(300);

/// What tells that a file has changed.
type Stamp = (SystemTime, u64);
type Stamps = BTreeMap<PathBuf, Option<Stamp>>;

/// Judges, waits for a change, and judges again.
pub(super) fn run(args: &LintArgs, configuration: Configuration) -> anyhow::Result<ExitCode> {
    let interrupt = Interrupt::on_ctrl_c()?;
    let mut configuration = configuration;
    let mut seen = None;
    let mut settings = stamp(&configuration);
    while !interrupt.is_set() {
        let now = stamp(&configuration);
        if now != settings {
            settings = now;
            match configuration::load(args.config.as_deref()) {
                Ok(changed) => (configuration, seen) = (changed, None),
                // It is in the middle of being written, perhaps; what held before holds on.
                Err(error) => render::error(&error),
            }
        }
        let now = stamps(&configuration, args);
        if seen.as_ref() != Some(&now) {
            let outcome = judge::files(
                &configuration,
                &args.paths,
                |stream: &mut judge::Stream<'_>| show(args, stream),
            )?;
            finish(args, &configuration, &outcome)?;
            render::note("watching for changes");
            seen = Some(now);
        }
        std::thread::sleep(PERIOD);
    }
    Ok(exit::well())
}

/// When the file of the settings was changed.
fn stamp(configuration: &Configuration) -> Option<Stamp> {
    configuration.file.as_deref().and_then(stamp_of)
}

fn stamp_of(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn stamps(configuration: &Configuration, args: &LintArgs) -> Stamps {
    let found = files::find(configuration, &args.paths);
    let stamped = |path: PathBuf| {
        let stamp = stamp_of(&path);
        (path, stamp)
    };
    found.list.into_iter().map(stamped).collect()
}
