//! What a whole run shares: what was asked for, masks, logs, folders, whether it was cancelled.

use std::{
    cell::{Cell, RefCell},
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use super::{Options, mask::Masks, shims};
use crate::{
    Error, drift,
    event::Event,
    logs::{LogFolder, time_stamp},
    process::{Ended, Interrupt},
    traps,
    verdict::{Report, Trap},
    workflow::Workflow,
};

/// A run of a workflow. Everything in it lives until the report is made.
pub(crate) struct Session<'a> {
    pub(crate) options: &'a Options,
    pub(crate) masks: Masks,
    /// `.tmp/ci/runs/YYYYMMDD_HHMMSS`: workspaces and artifacts of this run.
    pub(crate) folder: PathBuf,
    /// Programs that stand before the real ones in every step's search path.
    pub(crate) shims: PathBuf,
    logs: RefCell<LogFolder>,
    sink: RefCell<&'a mut dyn FnMut(Event<'_>)>,
    interrupt: RefCell<Interrupt>,
    cancelled: Cell<bool>,
    traps: RefCell<Vec<Trap>>,
    drift: RefCell<Vec<String>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        options: &'a Options,
        logs: LogFolder,
        sink: &'a mut dyn FnMut(Event<'_>),
    ) -> Result<Self, Error> {
        let masks = Masks::default();
        options
            .secrets
            .iter()
            .for_each(|(_, value)| masks.add(value));
        let folder = new_folder(&options.root.join(".tmp/ci/runs"))?;
        let shims = folder.join("shims");
        shims::write(&shims, options.install)?;
        Ok(Self {
            options,
            masks,
            folder,
            shims,
            logs: RefCell::new(logs),
            sink: RefCell::new(sink),
            interrupt: RefCell::new(options.interrupt.clone()),
            cancelled: Cell::new(false),
            traps: RefCell::default(),
            drift: RefCell::default(),
        })
    }

    /// Tells drift and traps before anything runs.
    pub(crate) fn announce(&self, workflow: &Workflow) {
        for line in drift::find(workflow, &self.options.root) {
            self.tell(Event::Drift(&self.masks.apply(&line)));
            self.drift.borrow_mut().push(line);
        }
        for trap in traps::find(workflow) {
            self.trap(trap);
        }
    }

    pub(crate) fn tell(&self, event: Event<'_>) {
        (self.sink.borrow_mut())(event);
    }

    /// Which other runs this one would wait for.
    pub(crate) fn tell_concurrency(&self, what: &str, group: &str) {
        let note = format!("{what} would wait for others of the concurrency group '{group}'");
        self.tell(Event::Note(&self.masks.apply(&note)));
    }

    /// Tells a trap once.
    pub(crate) fn trap(&self, trap: Trap) {
        if !self.traps.borrow().contains(&trap) {
            self.tell(Event::Trap(&trap));
            self.traps.borrow_mut().push(trap);
        }
    }

    pub(crate) fn interrupt(&self) -> Interrupt {
        self.interrupt.borrow().clone()
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.get()
    }

    /// Looks for Ctrl-C between processes, and from then on only for the next one.
    pub(crate) fn notice_interrupt(&self) {
        let set = self.interrupt.borrow().is_set();
        if set {
            self.cancelled.set(true);
            let dealt_with = self.interrupt.borrow().dealt_with();
            *self.interrupt.borrow_mut() = dealt_with;
        }
    }

    /// A new log of this name.
    pub(crate) fn log(&self, name: &str) -> Result<(PathBuf, File), Error> {
        let path = self.logs.borrow().log(&self.masks.apply(name))?;
        let file = File::options()
            .append(true)
            .open(&path)
            .map_err(Error::file(&path))?;
        Ok((path, file))
    }

    /// The name of a log within its folder.
    pub(crate) fn log_name(path: &Path) -> Option<String> {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    }

    /// Adds a program that ran to the index of the logs, under the name of its log: a step's own name may
    /// hold its script, and scripts hold what must not be kept.
    pub(crate) fn record(
        &self,
        command: &[String],
        log: &Path,
        ended: &Ended,
    ) -> Result<(), Error> {
        let command: Vec<String> = command.iter().map(|word| self.masks.apply(word)).collect();
        let name = log
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        self.logs
            .borrow_mut()
            .record(&name, &command, Some(log), ended)
    }

    /// Appends what a step wrote to `GITHUB_STEP_SUMMARY` to `summary.md` among the logs.
    pub(crate) fn summarize(&self, text: &str) -> Result<(), Error> {
        let path = self.logs.borrow().path().join("summary.md");
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(Error::file(&path))?;
        let text = self.masks.apply(text);
        file.write_all(text.as_bytes()).map_err(Error::file(&path))
    }

    pub(crate) fn take_traps(&self) -> Vec<Trap> {
        self.traps.take()
    }

    pub(crate) fn take_drift(&self) -> Vec<String> {
        self.drift.take()
    }

    /// The release commands that shims and actions have recorded so far.
    pub(crate) fn recorded(&self) -> Vec<String> {
        let text = fs::read_to_string(shims::record(&self.shims)).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }

    /// Records a release command.
    pub(crate) fn add_recorded(&self, line: &str) -> Result<(), Error> {
        let path = shims::record(&self.shims);
        let mut file = File::options()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(Error::file(&path))?;
        writeln!(file, "{}", line.replace('\n', " ")).map_err(Error::file(&path))
    }

    /// The report with every secret hidden, also those that became known late.
    pub(crate) fn masked(&self, report: Report) -> Result<Report, Error> {
        let unreadable =
            |error: serde_json::Error| Error::Usage(format!("the report can't be made: {error}"));
        let mut json = serde_json::to_value(report).map_err(unreadable)?;
        self.masks.apply_json(&mut json);
        serde_json::from_value(json).map_err(unreadable)
    }
}

/// A new folder with the time in its name.
fn new_folder(parent: &Path) -> Result<PathBuf, Error> {
    fs::create_dir_all(parent).map_err(Error::file(parent))?;
    let parent = std::path::absolute(parent).map_err(Error::file(parent))?;
    let stamp = time_stamp();
    for number in 1.. {
        let path = parent.join(if number == 1 {
            stamp.clone()
        } else {
            format!("{stamp}_{number}")
        });
        match fs::create_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::file(path)(error)),
            Ok(()) => return Ok(path),
        }
    }
    Err(Error::Usage("no name is left for a folder".to_owned()))
}
