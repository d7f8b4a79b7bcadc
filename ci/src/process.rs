//! Runs a child program in a process group of its own: time limit, output line by line, end of the whole group.
//!
//! Not here: where logs lie ([`crate::logs`]), and what a workflow step means by its output.
//!
//! ```no_run
//! use std::time::Duration;
//! use lunet_ci::process::{End, Interrupt, Process};
//!
//! let interrupt = Interrupt::on_ctrl_c()?;
//! let ended = Process::new("cargo")
//!     .args(["test", "--workspace"])
//!     .time_limit(Duration::from_secs(600))
//!     .log(".tmp/logs/20260101_000000/test.log")
//!     .run(&interrupt, |line| assert!(!line.bytes.is_empty()))?;
//! assert_eq!(ended.end, End::Exited(0));
//! # Ok::<(), lunet_ci::Error>(())
//! ```

mod group;
mod interrupt;
mod reader;
mod supervise;

use std::{
    ffi::OsStr,
    fmt,
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

pub use group::end_tracked;
pub use interrupt::Interrupt;

use crate::Error;

/// A child program that has not been started yet.
#[derive(Debug)]
pub struct Process {
    command: Command,
    output: Output,
    limit: Option<Duration>,
    grace: Duration,
    keep_background: bool,
    log: Option<PathBuf>,
}

/// What becomes of the child's stdout and stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Two pipes: each line tells its stream, the order between the streams is approximate.
    Separate,
    /// One pipe for both, like `2>&1`: the order is exact, each line counts as stdout.
    Merged,
    /// The child writes to this process's own stdout and stderr; neither sink nor log see anything.
    Inherited,
}

/// One of the two streams of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One line that the child printed.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Where it was printed.
    pub stream: Stream,
    /// The line without its end (`\n` or `\r\n`); not necessarily UTF-8.
    pub bytes: &'a [u8],
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with this exit code.
    Exited(i32),
    /// By a signal (number) that we did not send.
    Signalled(i32),
    /// We ended its group because this limit had passed.
    TimedOut(Duration),
    /// We ended its group because of Ctrl-C.
    Interrupted,
}

/// What is known about a child that has ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// How it ended.
    pub end: End,
    /// From start to end.
    pub duration: Duration,
}

impl Ended {
    /// Whether it exited with 0.
    pub fn success(&self) -> bool {
        self.end == End::Exited(0)
    }

    /// The exit code as a shell would tell it: 128 + n for signal n; none when we ended it.
    pub fn exit_code(&self) -> Option<i32> {
        match self.end {
            End::Exited(code) => Some(code),
            End::Signalled(signal) => Some(128 + signal),
            End::TimedOut(_) | End::Interrupted => None,
        }
    }
}

impl fmt::Display for End {
    /// A fragment that follows the name of a step or program, as in "`cargo test` exited with 1".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exited with {code}"),
            Self::Signalled(signal) => write!(f, "was ended by signal {signal}"),
            Self::TimedOut(limit) => {
                write!(f, "was ended after its limit of {} s", limit.as_secs_f64())
            }
            Self::Interrupted => f.write_str("was interrupted"),
        }
    }
}

impl Process {
    /// A child that runs `program` with no arguments, no stdin, separate output and no limit.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        Self {
            command,
            output: Output::Separate,
            limit: None,
            grace: Duration::from_secs(2),
            keep_background: false,
            log: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets one variable of the environment, which is inherited otherwise.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets what becomes of the output; [`Output::Separate`] if never called.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// Ends the group when this much time has passed since the start; never if not called.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// How long the group may take to end by itself before it is killed; 2 s if never called.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Leaves processes of the group alone that are still there when the child has ended by itself.
    /// Without this they are ended too.
    #[must_use]
    pub fn keep_background(mut self) -> Self {
        self.keep_background = true;
        self
    }

    /// Writes every line to this file as well, which is made anew.
    #[must_use]
    pub fn log(mut self, path: impl Into<PathBuf>) -> Self {
        self.log = Some(path.into());
        self
    }

    /// The command underneath, for what this type has no word for (stdin, a cleared environment).
    /// Its stdout, stderr and process group are set by [`Process::run`].
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Starts the child and waits for its end; `sink` sees each line on the calling thread, in order.
    /// A child that fails or is ended is not an error; one that can't be started is.
    pub fn run(
        self,
        interrupt: &Interrupt,
        mut sink: impl FnMut(Line<'_>),
    ) -> Result<Ended, Error> {
        let mut log = self.log.as_deref().map(Log::create).transpose()?;
        let mut failed = None;
        let ended = supervise::run(self, interrupt, &mut |line| {
            sink(line);
            if let Some(log) = &mut log
                && let Err(error) = log.line(line.bytes)
            {
                failed.get_or_insert(error);
            }
        })?;
        failed.map_or(Ok(ended), Err)
    }
}

/// The file that keeps what a child printed.
struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    fn create(path: &Path) -> Result<Self, Error> {
        let file = File::create(path).map_err(Error::file(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    fn line(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let line = [bytes, b"\n"].concat();
        self.file.write_all(&line).map_err(Error::file(&self.path))
    }
}

#[cfg(test)]
mod tests;
