//! What the benchmarks share: the runners that are compared, children whose use of the machine is
//! known exactly, and the lines that are printed.
//!
//! Every benchmark prints figures and asserts nothing; a target beside a figure is for the reader.

#![expect(dead_code, reason = "each benchmark uses its part of this")]
#![expect(
    clippy::print_stdout,
    reason = "the figures are what a benchmark is for"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that runs scripts.
pub(crate) struct Runner {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
}

/// This build of `lunet-run`, and the one that `LUNET_BENCH_AGAINST` names.
pub(crate) fn runners() -> Vec<Runner> {
    let own = Runner {
        name: "lunet-run".to_owned(),
        program: env!("CARGO_BIN_EXE_lunet-run").into(),
    };
    let other = std::env::var_os("LUNET_BENCH_AGAINST").map(|program| Runner {
        name: "against".to_owned(),
        program: program.into(),
    });
    [Some(own), other].into_iter().flatten().collect()
}

/// A script of the benchmarks.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches/scripts")
        .join(name)
}

/// What a child has used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) wall: Duration,
    /// User and system time together.
    pub(crate) cpu: Duration,
    pub(crate) peak_rss_bytes: u64,
}

/// A child that is ended and reaped with its guard.
pub(crate) struct Server {
    child: Child,
    started: Instant,
}

impl Server {
    /// Starts a program and waits for its first line.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Self {
        let started = Instant::now();
        let mut child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let stdout = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the child says that it is ready");
        assert_eq!(line, "ready\n", "{}", program.display());
        Self { child, started }
    }

    /// A figure of `/proc/<pid>/status` in bytes.
    pub(crate) fn status_bytes(&self, field: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(path).expect("the child runs, on Linux");
        let line = text.lines().find_map(|line| line.strip_prefix(field));
        let number = line.and_then(|rest| rest.trim_start_matches(':').split_whitespace().next());
        number.map_or(0, |kibibytes| kibibytes.parse::<u64>().unwrap_or(0) * 1024)
    }

    /// Ends the child and tells what it has used.
    pub(crate) fn end(mut self) -> Usage {
        self.child.kill().expect("the child runs");
        reap(&mut self.child, self.started)
    }
}

/// Runs a program to its end.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> Usage {
    let started = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .spawn();
    reap(&mut child.expect("the program can be started"), started)
}

/// Waits for a child and takes its figures from the kernel (wait4(2)).
#[cfg(unix)]
fn reap(child: &mut Child, started: Instant) -> Usage {
    let pid = libc::pid_t::try_from(child.id()).expect("a pid is small");
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    let mut status = 0;
    // SAFETY: the child is ours and not reaped yet; both pointers are to memory of the right type.
    let reaped = unsafe { libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) };
    let wall = started.elapsed();
    assert_eq!(reaped, pid, "the child can be waited for");
    // SAFETY: wait4 has filled it, and all zeroes is a value of it, too.
    let usage = unsafe { usage.assume_init() };
    let time = |value: libc::timeval| {
        let part = |number| Duration::from_micros(number);
        let (whole, rest) = (u64::try_from(value.tv_sec), u64::try_from(value.tv_usec));
        part(whole.unwrap_or(0) * 1_000_000) + part(rest.unwrap_or(0))
    };
    // The unit is a kibibyte, but on macOS a byte (getrusage(2)).
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Usage {
        wall,
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        peak_rss_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0) * unit,
    }
}

/// Waits for a child; only the time is known here.
#[cfg(not(unix))]
fn reap(child: &mut Child, started: Instant) -> Usage {
    child.wait().expect("the child can be waited for");
    Usage {
        wall: started.elapsed(),
        cpu: Duration::ZERO,
        peak_rss_bytes: 0,
    }
}

/// A loopback port that was free a moment ago, for runners that can't choose one themselves.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}

/// The middle of some figures.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The smallest of some figures: what the machine does when nobody else uses it.
pub(crate) fn least(figures: &[f64]) -> f64 {
    figures.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Prints one figure.
pub(crate) fn tell(what: &str, who: &str, figure: f64, unit: &str, note: &str) {
    println!("{what:<34} {who:<10} {figure:>10.3} {unit:<14} {note}");
}
