//! Steps that run a script: shell, folder, variables, the files it talks back through, its end.

use std::{
    fs,
    io::IsTerminal as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use super::{
    console::Console,
    environment::{self, Environment},
    host::StepHost,
    job::{Frame, JobRun},
    shell::Shell,
    shims,
    step::{Performed, Ready},
    talk_back::TalkBack,
};
use crate::{
    Error,
    context::Evaluate,
    expression::{Object, Value, scope},
    os::Os,
    process::{End, Ended, Output, Process},
    verdict::{Outcome, Verdict},
    workflow::{Step, StepWork},
};

/// A script with all that is needed to run it.
pub(crate) struct Script<'t> {
    pub(crate) text: &'t str,
    pub(crate) shell: Option<&'t str>,
    /// Relative to the workspace.
    pub(crate) folder: Option<&'t str>,
    pub(crate) limit: Option<Duration>,
    pub(crate) verdict: Verdict,
}

impl JobRun<'_, '_> {
    /// A step with `run`.
    pub(crate) fn run_step(
        &mut self,
        frame: &mut Frame,
        step: &Step,
        ready: &Ready,
        limit: Option<Duration>,
        console: &mut Console<'_, '_>,
    ) -> Result<Performed, Error> {
        let StepWork::Run {
            script,
            shell,
            working_directory,
        } = &step.work
        else {
            return Ok(Performed::new(Outcome::Skipped, Verdict::Skipped));
        };
        let host = StepHost::new(&self.workspace, self.progress(frame));
        let evaluate = Evaluate {
            values: &ready.contexts,
            host: &host,
        };
        // The defaults of the job are not for the steps of actions.
        let defaults = [&self.job.defaults, &self.workflow.defaults];
        let defaults = if frame.composite {
            &defaults[..0]
        } else {
            &defaults[..]
        };
        let shell = shell
            .as_ref()
            .or_else(|| defaults.iter().find_map(|defaults| defaults.shell.as_ref()));
        let folder = working_directory.as_ref();
        let folder = folder.or_else(|| {
            defaults
                .iter()
                .find_map(|defaults| defaults.working_directory.as_ref())
        });
        let evaluated = [Some(script), shell, folder].map(|text| {
            text.map(|text| evaluate.text(text, &scope::STEP))
                .transpose()
        });
        let [Ok(Some(text)), Ok(shell), Ok(folder)] = &evaluated else {
            let error = evaluated.into_iter().find_map(Result::err);
            console.error(&error.map_or_else(String::new, |error| error.message));
            return Ok(Performed::new(Outcome::Failure, Verdict::Ran));
        };
        let folder = folder.as_deref().filter(|folder| !folder.is_empty());
        let left = frame
            .deadline
            .map(|(deadline, _)| deadline.saturating_duration_since(Instant::now()));
        let limit = limit.into_iter().chain(left).min();
        let script = Script {
            text,
            shell: shell.as_deref(),
            folder,
            limit,
            verdict: Verdict::Ran,
        };
        self.run_script(frame, step, ready, &script, console)
    }

    /// Runs a script and takes in what it says.
    pub(crate) fn run_script(
        &mut self,
        frame: &Frame,
        step: &Step,
        ready: &Ready,
        script: &Script<'_>,
        console: &mut Console<'_, '_>,
    ) -> Result<Performed, Error> {
        let shell = match Shell::new(script.shell, Os::here()) {
            Ok(shell) => shell,
            Err(message) => {
                console.error(&message);
                return Ok(Performed::new(Outcome::Failure, script.verdict));
            }
        };
        if let Some(reason) = shell.missing() {
            return Ok(Performed::not_replayable(reason));
        }
        let folder = self.workspace.join(script.folder.unwrap_or_default());
        if !folder.is_dir() {
            console.error(&format!(
                "the working directory '{}' does not exist",
                folder.display()
            ));
            return Ok(Performed::new(Outcome::Failure, script.verdict));
        }
        self.counter += 1;
        let talk_back = TalkBack::new(&self.temp, self.counter)?;
        let file = self
            .temp
            .join(format!("script-{}{}", self.counter, shell.extension));
        fs::write(&file, shell.script(script.text)).map_err(Error::file(&file))?;
        let environment = self.environment(frame, step, ready, Some(&talk_back));
        console.begin_script();
        let recorded = self.session.recorded().len();
        let ended = self.run_process(&shell, &file, &folder, &environment, script.limit, console);
        fs::remove_file(&file).map_err(Error::file(&file))?;
        let mut performed = self.judge_end(ended?, script, ready, console);
        self.take_in(&talk_back, &mut performed, console)?;
        self.note_shims(recorded, &mut performed);
        if performed.outcome == Outcome::Failure && self.session.options.shell_on_failure {
            open_shell(&folder, &environment, console);
        }
        Ok(performed)
    }

    fn run_process(
        &self,
        shell: &Shell,
        file: &Path,
        folder: &Path,
        environment: &Environment,
        limit: Option<Duration>,
        console: &mut Console<'_, '_>,
    ) -> Result<Ended, Error> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let limit = limit.map_or(left, |limit| limit.min(left));
        let arguments = shell.arguments(file);
        let mut process = Process::new(&shell.program)
            .args(&arguments)
            .current_dir(folder)
            .output(Output::Merged)
            .time_limit(limit)
            .keep_background();
        process.command().env_clear().envs(environment.iter());
        let started = Instant::now();
        let log = console.path().to_owned();
        let ended = match process.run(&self.session.interrupt(), |line| console.line(line.bytes)) {
            Err(Error::Start { program, cause }) => {
                console.error(&format!("{program}: {cause}"));
                Ended {
                    end: End::Exited(127),
                    duration: started.elapsed(),
                }
            }
            ended => ended?,
        };
        let command: Vec<String> = std::iter::once(shell.program.clone())
            .chain(arguments)
            .collect();
        self.session.record(&command, &log, &ended)?;
        Ok(ended)
    }

    fn judge_end(
        &mut self,
        ended: Ended,
        script: &Script<'_>,
        ready: &Ready,
        console: &mut Console<'_, '_>,
    ) -> Performed {
        self.session.notice_interrupt();
        let exit_code = ended.exit_code();
        let (outcome, message) = match ended.end {
            End::Exited(0) => (Outcome::Success, None),
            End::Exited(_) | End::Signalled(_) => {
                let message = format!(
                    "Process completed with exit code {}.",
                    exit_code.unwrap_or(1)
                );
                (Outcome::Failure, Some(message))
            }
            End::Interrupted => (
                Outcome::Cancelled,
                Some("The operation was canceled.".to_owned()),
            ),
            End::TimedOut(limit) => self.timed_out_by(limit, script, ready),
        };
        if let Some(message) = &message {
            console.error(message);
        }
        let reason = message.filter(|_| !matches!(ended.end, End::Exited(_)));
        Performed {
            outcome,
            verdict: script.verdict,
            reason,
            exit_code,
            outputs: Vec::new(),
        }
    }

    /// Whether the limit of the step or that of the job has ended it.
    fn timed_out_by(
        &mut self,
        limit: Duration,
        script: &Script<'_>,
        ready: &Ready,
    ) -> (Outcome, Option<String>) {
        let minutes = |limit: Duration| limit.as_secs_f64() / 60.0;
        if let Some(own) = script.limit.filter(|own| *own <= limit) {
            let message = format!(
                "The step '{}' has timed out after {} minutes.",
                ready.name,
                minutes(own)
            );
            return (Outcome::Failure, Some(message));
        }
        self.time_out();
        let message = format!(
            "The job '{}' has exceeded its limit of {} minutes.",
            self.label,
            minutes(self.limit)
        );
        (Outcome::Cancelled, Some(message))
    }

    /// Every variable of a step's processes.
    pub(crate) fn environment(
        &self,
        frame: &Frame,
        step: &Step,
        ready: &Ready,
        talk_back: Option<&TalkBack>,
    ) -> Environment {
        let mut environment = Environment::of_machine();
        for (name, value) in self.env.iter() {
            environment.set(name, value);
        }
        environment.extend(&frame.env);
        environment.extend(&ready.env);
        let context = |name: &str| match ready.contexts.get(name) {
            Some(Value::Object(object)) => object.as_ref().clone(),
            _ => Object::default(),
        };
        environment::add_contexts(&mut environment, &context("github"), &self.runner);
        environment.set("GITHUB_ACTION", step.id.as_deref().unwrap_or("__run"));
        environment.set("RUNNER_TRACKING_ID", self.tracking.as_str());
        if let Some(talk_back) = talk_back {
            for (name, path) in talk_back.variables() {
                environment.set(name, path.to_string_lossy());
            }
        }
        let shims = self.session.shims.to_string_lossy();
        let mut folders = vec![shims.as_ref()];
        folders.extend(self.path.iter().map(String::as_str));
        environment.prepend_path(&folders);
        environment
    }

    /// A step that called `gh release` or a package manager was performed by the tool in that part.
    fn note_shims(&self, recorded: usize, performed: &mut Performed) {
        if performed.verdict == Verdict::Ran && self.session.recorded().len() > recorded {
            performed.verdict = Verdict::Emulated;
            performed.reason = Some("`gh release` was recorded, not executed".to_owned());
        }
        let installs = shims::installs(&self.session.shims);
        if performed.verdict == Verdict::Ran && installs.exists() {
            performed.verdict = Verdict::Emulated;
            let missing =
                fs::read_to_string(shims::missing(&self.session.shims)).unwrap_or_default();
            let missing = missing.split_whitespace().collect::<Vec<_>>().join(" ");
            performed.reason = Some(if missing.is_empty() {
                "the packages that it installs are there already".to_owned()
            } else {
                format!("nothing is installed unasked; missing here: {missing}")
            });
        }
        for file in [installs, shims::missing(&self.session.shims)] {
            // Each step tells its own packages; a file that is not there has nothing to forget.
            _ = fs::remove_file(file);
        }
    }
}

/// Lets the user look around where a step failed.
fn open_shell(folder: &Path, environment: &Environment, console: &mut Console<'_, '_>) {
    if !std::io::stdin().is_terminal() {
        console.print("no shell is opened: stdin is not a terminal");
        return;
    }
    let program = if cfg!(windows) {
        "cmd".to_owned()
    } else {
        std::env::var("SHELL").unwrap_or_else(|_| "sh".to_owned())
    };
    console.print(&format!(
        "{program} in {}: leave it to go on",
        folder.display()
    ));
    let status = Command::new(&program)
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter())
        .status();
    if let Err(error) = status {
        console.print(&format!("{program}: {error}"));
    }
}
