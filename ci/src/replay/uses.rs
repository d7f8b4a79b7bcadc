//! Steps that use an action: a local one, one that the tool performs, one that `ci.toml` replaces.

use std::{path::PathBuf, time::Duration};

use super::{
    console::Console,
    emulated::{self, Call, Failure},
    host::StepHost,
    job::{Frame, JobRun},
    script::Script,
    step::{Performed, Ready},
};
use crate::{
    Error,
    context::Evaluate,
    expression::scope,
    verdict::{Outcome, Verdict},
    workflow::{Action, Pairs, Runs, Step},
};

impl JobRun<'_, '_> {
    /// A step with `uses`.
    #[expect(
        clippy::too_many_arguments,
        reason = "a step comes with its frame, its contexts and its console"
    )]
    pub(crate) fn use_action(
        &mut self,
        frame: &mut Frame,
        step: &Step,
        action: &str,
        with: &Pairs,
        ready: &Ready,
        limit: Option<Duration>,
        console: &mut Console<'_, '_>,
    ) -> Result<Performed, Error> {
        let host = StepHost::new(&self.workspace, self.progress(frame));
        let inputs = Evaluate {
            values: &ready.contexts,
            host: &host,
        }
        .pairs(with, &scope::STEP);
        let inputs = match inputs {
            Ok(inputs) => inputs,
            Err(message) => {
                console.error(&format!("with: {message}"));
                return Ok(Performed::new(Outcome::Failure, Verdict::Ran));
            }
        };
        let name = action.split('@').next().unwrap_or_default().to_lowercase();
        if let Some(substitute) = self.session.options.substitutes.get(&name) {
            let mut ready = Ready {
                contexts: ready.contexts.clone(),
                env: ready.env.clone(),
                name: ready.name.clone(),
            };
            ready.env.extend(
                inputs
                    .into_iter()
                    .map(|(name, value)| (input_variable(&name), value)),
            );
            let script = Script {
                text: &substitute.run,
                shell: substitute.shell.as_deref(),
                folder: None,
                limit,
                verdict: Verdict::Substituted,
            };
            let mut performed = self.run_script(frame, step, &ready, &script, console)?;
            performed
                .reason
                .get_or_insert_with(|| format!("ci.toml has a command for '{name}'"));
            return Ok(performed);
        }
        if let Some(path) = action.strip_prefix("./") {
            return self.use_local(frame, path, inputs, ready, limit, console);
        }
        let Some(emulated) = emulated::find(&name) else {
            return Ok(Performed::not_replayable(not_performed(action, &name)));
        };
        let mut call = Call {
            workspace: &self.workspace,
            name: &name,
            inputs: &inputs,
            console,
        };
        Ok(match (emulated.run)(&mut call) {
            Ok(done) => {
                self.posts.extend(done.post);
                self.env.extend(&done.env);
                Performed {
                    reason: done.note,
                    outputs: done.outputs,
                    ..Performed::new(Outcome::Success, Verdict::Emulated)
                }
            }
            Err(Failure::NotReplayable(reason)) => Performed::not_replayable(reason),
            Err(Failure::Failed(message)) => {
                console.error(&message);
                Performed {
                    reason: Some(message),
                    ..Performed::new(Outcome::Failure, Verdict::Emulated)
                }
            }
        })
    }

    /// An action in a folder of the workspace.
    fn use_local(
        &mut self,
        frame: &mut Frame,
        path: &str,
        inputs: Vec<(String, String)>,
        ready: &Ready,
        limit: Option<Duration>,
        console: &mut Console<'_, '_>,
    ) -> Result<Performed, Error> {
        let folder: PathBuf = self.workspace.join(path);
        let file = ["action.yml", "action.yaml"]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|file| file.is_file());
        let Some(file) = file else {
            let hint = "is actions/checkout missing before it?";
            console.error(&format!(
                "there is no action.yml or action.yaml in '{path}' of the workspace: {hint}"
            ));
            return Ok(Performed::new(Outcome::Failure, Verdict::Ran));
        };
        let shown = format!(
            "{}/{}",
            path.trim_end_matches('/'),
            if file.ends_with("action.yml") {
                "action.yml"
            } else {
                "action.yaml"
            }
        );
        match Action::load(&file, &shown) {
            Ok(Action {
                runs: Runs::Composite(steps),
                inputs: declared,
                outputs,
                ..
            }) => self.composite(
                frame, &folder, &steps, &declared, &outputs, inputs, ready, limit, console,
            ),
            Ok(Action {
                runs: Runs::Other(using),
                ..
            }) => Ok(Performed::not_replayable(format!(
                "'./{path}' runs with '{using}': only composite actions are replayed"
            ))),
            Err(Error::Invalid(invalid)) => {
                console.error(&invalid.to_string());
                Ok(Performed::new(Outcome::Failure, Verdict::Ran))
            }
            Err(error) => Err(error),
        }
    }
}

/// `INPUT_NAME`, as actions see their inputs.
pub(crate) fn input_variable(name: &str) -> String {
    format!("INPUT_{}", name.replace(' ', "_").to_uppercase())
}

fn not_performed(action: &str, name: &str) -> String {
    if action.starts_with("docker://") {
        return format!("'{action}' needs a container");
    }
    format!(
        "'{name}' is not performed here; ci.toml can name a command in its place: [substitute.\"{name}\"] run = \"…\""
    )
}
