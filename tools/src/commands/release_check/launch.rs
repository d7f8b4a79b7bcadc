//! Starts programs of a release that was judged, in a process group of their own.

use lunet_ci::process::{Interrupt, Process, Stream};
use lunet_release::host::{Launch, Launched};

/// More of a program's output than anybody reads.
const KEPT: usize = 64 * 1024;

/// Starts a program and waits for its end, at most as long as it may take.
pub(crate) fn launch(launch: &Launch) -> Result<Launched, String> {
    let mut process = Process::new(&launch.program)
        .args(&launch.arguments)
        .current_dir(&launch.folder)
        .time_limit(launch.limit);
    let environment = launch.environment.iter().map(|(name, value)| (name, value));
    process.command().env_clear().envs(environment);
    let mut launched = Launched::default();
    let interrupt = Interrupt::on_ctrl_c().map_err(|error| error.to_string())?;
    let ended = process.run(&interrupt, |line| {
        let kept = match line.stream {
            Stream::Stdout => &mut launched.stdout,
            Stream::Stderr => &mut launched.stderr,
        };
        if kept.len() + line.bytes.len() < KEPT {
            kept.extend_from_slice(line.bytes);
            kept.push(b'\n');
        }
    });
    let ended = ended.map_err(|error| error.to_string())?;
    launched.success = ended.success();
    launched.end = ended.end.to_string();
    Ok(launched)
}
