//! The loop that watches one child: output, time limit, interruption, end of the group.

use std::{
    io::{self, pipe},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    End, Ended, Interrupt, Line, Output, Process, Stream,
    group::{self, Urgency},
    reader::{self, Event},
};
use crate::Error;

/// How often the interrupt is looked at while nothing else happens.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a background process may hold the output open after the end of the child.
const LINGER: Duration = Duration::from_secs(1);

/// Starts the child and watches it until it and its output have ended.
pub(super) fn run(
    process: Process,
    interrupt: &Interrupt,
    sink: &mut dyn FnMut(Line<'_>),
) -> Result<Ended, Error> {
    let Process {
        mut command,
        output,
        limit,
        grace,
        keep_background,
        ..
    } = process;
    let started = Instant::now();
    let (child, events, streams) = start(&mut command, output).map_err(|cause| Error::Start {
        program: command.get_program().to_string_lossy().into_owned(),
        cause,
    })?;
    drop(command);
    let mut watch = Watch {
        leader: child.leader,
        events,
        streams,
        exited: None,
        ending: None,
        killed: false,
        deadline: limit.and_then(|limit| Some((started.checked_add(limit)?, limit))),
        grace,
        keep_background,
    };
    watch.until_end(interrupt, sink);
    let duration = started.elapsed();
    if !keep_background || watch.ending.is_some() {
        group::end(watch.leader, Urgency::Now);
    }
    let status = child.reap().map_err(|cause| Error::Start {
        program: "wait".to_owned(),
        cause,
    })?;
    let end = watch
        .ending
        .map_or_else(|| own_end(status), |ending| ending.why);
    Ok(Ended { end, duration })
}

/// A started child whose end a thread waits for.
struct Started {
    leader: u32,
    waiter: JoinHandle<Child>,
}

impl Started {
    fn reap(self) -> io::Result<ExitStatus> {
        match self.waiter.join() {
            Ok(mut child) => child.wait(),
            Err(_) => Err(io::Error::other(
                "the thread that waited for the child panicked",
            )),
        }
    }
}

fn start(command: &mut Command, output: Output) -> io::Result<(Started, Receiver<Event>, usize)> {
    group::lead(command);
    let (sender, events) = mpsc::sync_channel(256);
    let mut merged = None;
    match output {
        Output::Separate => {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        Output::Merged => {
            let (reader, writer) = pipe()?;
            command.stdout(writer.try_clone()?).stderr(writer);
            merged = Some(reader);
        }
        Output::Inherited => {
            command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
        }
    }
    let mut child = command.spawn()?;
    // The command keeps our copies of the pipe's writing end: without this the pipe would never close.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut streams = 0;
    let mut watch = |stream| {
        streams += 1;
        (stream, sender.clone())
    };
    if let Some(pipe) = merged {
        let (stream, sender) = watch(Stream::Stdout);
        reader::read(pipe, stream, sender);
    }
    if let Some(pipe) = child.stdout.take() {
        let (stream, sender) = watch(Stream::Stdout);
        reader::read(pipe, stream, sender);
    }
    if let Some(pipe) = child.stderr.take() {
        let (stream, sender) = watch(Stream::Stderr);
        reader::read(pipe, stream, sender);
    }
    Ok((await_exit(child, sender), events, streams))
}

fn await_exit(mut child: Child, events: SyncSender<Event>) -> Started {
    let leader = child.id();
    let waiter = thread::spawn(move || {
        group::wait_unreaped(&mut child);
        _ = events.send(Event::Exited);
        child
    });
    Started { leader, waiter }
}

/// What is known about the running child.
struct Watch {
    leader: u32,
    events: Receiver<Event>,
    /// Pipes that are still open.
    streams: usize,
    exited: Option<Instant>,
    ending: Option<Ending>,
    killed: bool,
    deadline: Option<(Instant, Duration)>,
    grace: Duration,
    keep_background: bool,
}

/// We have told the group to end.
struct Ending {
    why: End,
    kill_at: Instant,
}

impl Watch {
    fn until_end(&mut self, interrupt: &Interrupt, sink: &mut dyn FnMut(Line<'_>)) {
        while !self.over() {
            self.intervene(interrupt);
            match self.events.recv_timeout(self.patience()) {
                Ok(Event::Line(stream, bytes)) => sink(Line {
                    stream,
                    bytes: &bytes,
                }),
                Ok(Event::Closed) => self.streams -= 1,
                Ok(Event::Exited) => self.leader_exited(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    fn over(&self) -> bool {
        self.exited
            .is_some_and(|at| self.streams == 0 || at.elapsed() > self.last_words())
    }

    /// How long others may hold the output open after the end of the child.
    fn last_words(&self) -> Duration {
        let asked_to_end = !self.keep_background && self.ending.is_none();
        if asked_to_end {
            self.grace + LINGER
        } else {
            LINGER
        }
    }

    fn leader_exited(&mut self) {
        self.exited = Some(Instant::now());
        if !self.keep_background {
            group::end(self.leader, Urgency::Please);
        }
    }

    /// Ends the group when the limit has passed or Ctrl-C was pressed; kills it when it doesn't end.
    fn intervene(&mut self, interrupt: &Interrupt) {
        let now = Instant::now();
        if let Some(ending) = &self.ending {
            if !self.killed && (now >= ending.kill_at || interrupt.pending() > 1) {
                group::end(self.leader, Urgency::Now);
                self.killed = true;
            }
            return;
        }
        if let Some(exited) = self.exited {
            // What the child left behind holds its output open and did not end when asked.
            if !self.keep_background && !self.killed && now >= exited + self.grace {
                group::end(self.leader, Urgency::Now);
                self.killed = true;
            }
            return;
        }
        let why = match self.deadline {
            _ if interrupt.is_set() => End::Interrupted,
            Some((deadline, limit)) if now >= deadline => End::TimedOut(limit),
            _ => return,
        };
        group::end(self.leader, Urgency::Please);
        self.ending = Some(Ending {
            why,
            kill_at: now + self.grace,
        });
    }

    /// How long to wait for the next event at most.
    fn patience(&self) -> Duration {
        let now = Instant::now();
        let next = match (&self.ending, self.deadline) {
            (Some(ending), _) if !self.killed => ending.kill_at,
            (None, Some((deadline, _))) => deadline,
            _ => now + GLANCE,
        };
        next.saturating_duration_since(now)
            .clamp(Duration::from_millis(1), GLANCE)
    }
}

#[cfg(unix)]
fn own_end(status: ExitStatus) -> End {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, Some(signal)) => End::Signalled(signal),
        (None, None) => End::Exited(-1),
    }
}

#[cfg(not(unix))]
fn own_end(status: ExitStatus) -> End {
    End::Exited(status.code().unwrap_or(-1))
}
