//! One matrix entry of one job: its folders, its variables, its steps in order, its outputs.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Map, Value as Json, json};

use super::{
    console::Console,
    emulated::{self, Post},
    environment::{self, Environment},
    host::{Progress, StepHost},
    resume::Resume,
    session::Session,
};
use crate::{
    Error,
    context::{Entry, Evaluate, set_member},
    expression::{NoHost, Object, Value, scope},
    process::end_tracked,
    verdict::{JobReport, Outcome, StepReport, Verdict},
    workflow::{Job, Step, Work, Workflow},
};

/// GitHub's limit for jobs that set none.
const DEFAULT_MINUTES: f64 = 360.0;

/// How long GitHub lets the steps of a cancelled job clean up.
const CLEAN_UP: Duration = Duration::from_mins(5);

/// A job that runs. Its folders stay when it ends; its processes do not.
pub(crate) struct JobRun<'s, 'a> {
    pub(crate) session: &'s Session<'a>,
    pub(crate) workflow: &'s Workflow,
    pub(crate) job: &'s Job,
    /// Its id with those of the calls above it.
    pub(crate) label: String,
    pub(crate) workspace: PathBuf,
    pub(crate) temp: PathBuf,
    /// All contexts but `env`, `steps` and `job`.
    pub(crate) base: Object,
    pub(crate) runner: Object,
    /// Of the workflow, the job, and what steps have added.
    pub(crate) env: Environment,
    /// What steps have added to the search path, the latest first.
    pub(crate) path: Vec<String>,
    /// The moment it must have ended; moves when it has timed out, for the steps that clean up.
    pub(crate) deadline: Instant,
    pub(crate) limit: Duration,
    pub(crate) timed_out: bool,
    /// Work for the end of the job.
    pub(crate) posts: Vec<Post>,
    pub(crate) resume: Resume,
    /// Marks its processes, so that none is left behind.
    pub(crate) tracking: String,
    /// Numbers the files that its steps get.
    pub(crate) counter: usize,
}

/// The steps that see each other: those of a job, or of one use of a composite action.
#[derive(Default)]
pub(crate) struct Frame {
    pub(crate) composite: bool,
    /// Of the action.
    pub(crate) inputs: Option<Value>,
    /// The `steps` context.
    pub(crate) steps: Object,
    /// One of them has failed for good.
    pub(crate) failed: bool,
    /// Of the step that uses the action.
    pub(crate) env: Vec<(String, String)>,
    /// The folder of the action.
    pub(crate) action_path: Option<PathBuf>,
    pub(crate) depth: usize,
    /// When the step that uses the action must have ended, and its limit.
    pub(crate) deadline: Option<(Instant, Duration)>,
    /// Why a step of an action could not be replayed.
    pub(crate) not_replayable: Option<String>,
}

impl<'s, 'a> JobRun<'s, 'a> {
    /// Prepares folders and contexts. `base` has `github`, `inputs`, `vars`, `secrets`, `needs`, `strategy`, `matrix`.
    pub(crate) fn new(
        session: &'s Session<'a>,
        workflow: &'s Workflow,
        job: &'s Job,
        entry: &Entry,
        prefix: &str,
    ) -> Result<Self, Error> {
        let label = format!("{prefix}{}", job.id);
        let key = format!("{label} {}", Value::object(entry.matrix.clone()).to_json());
        let resume = Resume::open(session, &workflow.file, &key)?;
        let folder = session.folder.join(folder_name(&label, &entry.name));
        let workspace = resume
            .workspace()
            .unwrap_or_else(|| folder.join("workspace"));
        let temp = folder.join("temp");
        let tools = session.options.root.join(".tmp/ci/tool-cache");
        for folder in [&workspace, &temp, &tools] {
            fs::create_dir_all(folder).map_err(Error::file(folder))?;
        }
        let runner = environment::runner(&temp, &tools, &folder);
        let mut base = entry.contexts.clone();
        set_member(
            &mut base,
            "github",
            "workspace",
            workspace.to_string_lossy().into_owned().into(),
        );
        set_member(&mut base, "github", "job", job.id.as_str().into());
        base.set("runner", Value::object(runner.clone()));
        let event_path = folder.join("event.json");
        let payload = base
            .get("github")
            .map(|github| github.get("event").to_json())
            .unwrap_or_default();
        fs::write(&event_path, payload.to_string()).map_err(Error::file(&event_path))?;
        set_member(
            &mut base,
            "github",
            "event_path",
            event_path.to_string_lossy().into_owned().into(),
        );
        let tracking = format!("lunet-ci {}", folder.display());
        let limit = Duration::from_secs_f64(DEFAULT_MINUTES * 60.0);
        Ok(Self {
            session,
            workflow,
            job,
            label,
            workspace,
            temp,
            base,
            runner,
            env: Environment::default(),
            path: Vec::new(),
            deadline: Instant::now() + limit,
            limit,
            timed_out: false,
            posts: Vec::new(),
            resume,
            tracking,
            counter: 0,
        })
    }

    /// Runs all steps and reports.
    pub(crate) fn run(mut self, entry: &Entry) -> Result<JobReport, Error> {
        let Work::Steps { steps, .. } = &self.job.work else {
            return Err(Error::Usage(format!(
                "the job '{}' has no steps",
                self.label
            )));
        };
        let mut frame = Frame::default();
        let mut reports = Vec::new();
        match self.begin() {
            Ok(()) => {
                for (index, step) in steps.iter().enumerate() {
                    reports.push(self.top_step(&mut frame, index, step)?);
                }
            }
            Err(message) => {
                frame.failed = true;
                reports = self.failed_to_begin(steps, &message)?;
            }
        }
        self.finish(&frame)?;
        let outputs = self.outputs(&frame);
        let result = self.result(&frame, reports.as_slice());
        Ok(JobReport {
            job: self.label.clone(),
            name: entry.name.clone(),
            matrix: Value::object(entry.matrix.clone()).to_json(),
            result,
            reason: self.timed_out.then(|| {
                format!(
                    "it was ended after its limit of {} minutes",
                    self.limit.as_secs_f64() / 60.0
                )
            }),
            outputs,
            steps: reports,
            foreign: false,
        })
    }

    /// From now on only steps that clean up run, and not for long.
    pub(crate) fn time_out(&mut self) {
        self.timed_out = true;
        self.deadline = Instant::now() + CLEAN_UP;
    }

    /// How things have gone so far, as conditions see it.
    pub(crate) fn progress(&self, frame: &Frame) -> Progress {
        let cancelled = self.session.is_cancelled() || self.timed_out;
        Progress {
            success: !frame.failed && !cancelled,
            failure: frame.failed && !cancelled,
            cancelled,
        }
    }

    /// The contexts of a step: the job's and what has grown since.
    pub(crate) fn contexts(&self, frame: &Frame) -> Object {
        let mut contexts = self.base.clone();
        let progress = self.progress(frame);
        let status = match progress {
            Progress {
                cancelled: true, ..
            } => "cancelled",
            Progress { failure: true, .. } => "failure",
            _ => "success",
        };
        contexts.set("job", Value::from(&json!({"status": status})));
        contexts.set("steps", Value::object(frame.steps.clone()));
        let env = self.env.iter().chain(
            frame
                .env
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let mut context = Object::default();
        env.for_each(|(name, value)| context.set(name, value.into()));
        contexts.set("env", Value::object(context));
        if let Some(inputs) = &frame.inputs {
            contexts.set("inputs", inputs.clone());
        }
        if let Some(path) = &frame.action_path {
            set_member(
                &mut contexts,
                "github",
                "action_path",
                path.to_string_lossy().into_owned().into(),
            );
        }
        if frame.composite {
            set_member(&mut contexts, "github", "action_status", status.into());
        }
        contexts
    }

    /// Limit and variables.
    fn begin(&mut self) -> Result<(), String> {
        let evaluate = Evaluate {
            values: &self.base,
            host: &NoHost,
        };
        if let Some(text) = &self.job.timeout_minutes {
            let minutes = evaluate
                .number(text, &scope::JOB)
                .map_err(|message| format!("timeout-minutes: {message}"))?;
            // Zero means no limit of its own.
            let minutes = if minutes > 0.0 {
                minutes
            } else {
                DEFAULT_MINUTES
            };
            let limit = Duration::from_secs_f64(minutes.min(DEFAULT_MINUTES * 100.0) * 60.0);
            self.deadline = Instant::now() + limit;
            self.limit = limit;
        }
        if let Some(limit) = self
            .session
            .options
            .limit
            .filter(|limit| *limit < self.limit)
        {
            self.deadline = Instant::now() + limit;
            self.limit = limit;
        }
        let workflow_env = evaluate.pairs(&self.workflow.env, &scope::WORKFLOW_ENV)?;
        let job_env = evaluate.pairs(&self.job.env, &scope::JOB_ENV)?;
        self.env.extend(&workflow_env);
        self.env.extend(&job_env);
        self.env.extend(&self.session.options.env);
        Ok(())
    }

    fn failed_to_begin(&self, steps: &[Step], message: &str) -> Result<Vec<StepReport>, Error> {
        let mut console = Console::new(self.session, &format!("{}-begin", self.label))?;
        console.error(message);
        console.finish()?;
        let evaluate = Evaluate {
            values: &self.base,
            host: &NoHost,
        };
        let reason = format!("its job can't begin: {message}");
        let report = |step: &Step| {
            let name = crate::plan::step_name(step, &evaluate);
            StepReport::not_run(step.id.clone(), name, Verdict::Skipped, reason.clone())
        };
        Ok(steps.iter().map(report).collect())
    }

    /// What actions left for the end, and processes that are still there.
    fn finish(&mut self, frame: &Frame) -> Result<(), Error> {
        let succeeded = self.progress(frame).success;
        for post in std::mem::take(&mut self.posts)
            .into_iter()
            .rev()
            .filter(|_| succeeded)
        {
            emulated::run_post(&self.workspace, &post)?;
        }
        end_tracked("RUNNER_TRACKING_ID", &self.tracking);
        Ok(())
    }

    fn result(&self, frame: &Frame, steps: &[StepReport]) -> Outcome {
        let forgiven = self.job.continue_on_error.as_ref().is_some_and(|text| {
            Evaluate {
                values: &self.base,
                host: &NoHost,
            }
            .boolean(text, &scope::JOB)
            .unwrap_or(false)
        });
        let cancelled = steps.iter().any(|step| step.outcome == Outcome::Cancelled);
        if self.timed_out || cancelled || self.session.is_cancelled() {
            Outcome::Cancelled
        } else if frame.failed && !forgiven {
            Outcome::Failure
        } else {
            Outcome::Success
        }
    }

    /// The outputs of the job; one that holds a secret is left out, as on GitHub.
    fn outputs(&self, frame: &Frame) -> Map<String, Json> {
        let contexts = self.contexts(frame);
        let host = StepHost::new(&self.workspace, self.progress(frame));
        let evaluate = Evaluate {
            values: &contexts,
            host: &host,
        };
        let mut outputs = Map::new();
        for (name, text) in &self.job.outputs {
            match evaluate.text(text, &scope::JOB_OUTPUTS) {
                Ok(value) if self.session.masks.touches(&value) => {
                    let note = format!(
                        "the output '{name}' of '{}' holds a secret and is left out",
                        self.label
                    );
                    self.session.tell(crate::event::Event::Note(&note));
                }
                Ok(value) => _ = outputs.insert(name.clone(), value.into()),
                Err(error) => {
                    let note = format!(
                        "the output '{name}' of '{}' can't be evaluated: {error}",
                        self.label
                    );
                    self.session.tell(crate::event::Event::Note(&note));
                }
            }
        }
        outputs
    }
}

/// A short name of a folder: jobs of a matrix differ in their names, and what makes them differ may be long.
fn folder_name(label: &str, name: &str) -> String {
    let hash = crate::hash_files::sha256(format!("{label}\n{name}").as_bytes());
    let safe: String = label
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .take(24)
        .collect();
    format!("{safe}-{}", &hash[..8])
}
