//! The files through which a step talks back to the replay, and what becomes of what it says.
//!
//! Not here: their format (`files`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{console::Console, files, job::JobRun, step::Performed};
use crate::{Error, verdict::Outcome};

/// The files through which a step talks back.
pub(crate) struct TalkBack {
    env: PathBuf,
    output: PathBuf,
    path: PathBuf,
    state: PathBuf,
    summary: PathBuf,
}

impl TalkBack {
    pub(crate) fn new(temp: &Path, number: usize) -> Result<Self, Error> {
        let file = |name: &str| -> Result<PathBuf, Error> {
            let path = temp.join(format!("{name}-{number}"));
            fs::write(&path, "").map_err(Error::file(&path))?;
            Ok(path)
        };
        Ok(Self {
            env: file("set-env")?,
            output: file("set-output")?,
            path: file("add-path")?,
            state: file("save-state")?,
            summary: file("step-summary")?,
        })
    }

    pub(crate) fn variables(&self) -> [(&'static str, &Path); 5] {
        [
            ("GITHUB_ENV", &self.env),
            ("GITHUB_OUTPUT", &self.output),
            ("GITHUB_PATH", &self.path),
            ("GITHUB_STATE", &self.state),
            ("GITHUB_STEP_SUMMARY", &self.summary),
        ]
    }

    /// A step may have removed one itself.
    fn remove(&self) -> Result<(), Error> {
        for (_, path) in self.variables() {
            match fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::file(path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl JobRun<'_, '_> {
    /// What the step wrote into its files. A file that is malformed fails the step.
    pub(crate) fn take_in(
        &mut self,
        talk_back: &TalkBack,
        performed: &mut Performed,
        console: &mut Console<'_, '_>,
    ) -> Result<(), Error> {
        let read = |path: &Path| {
            fs::read(path)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default()
        };
        let mut problems = Vec::new();
        match files::parse_pairs(&read(&talk_back.env)) {
            Ok(pairs) => {
                for (name, value) in pairs {
                    if name.eq_ignore_ascii_case("NODE_OPTIONS") {
                        problems.push("can't store NODE_OPTIONS through GITHUB_ENV".to_owned());
                    } else {
                        self.env.set(&name, value);
                    }
                }
            }
            Err(message) => problems.push(format!("GITHUB_ENV: {message}")),
        }
        match files::parse_pairs(&read(&talk_back.output)) {
            Ok(pairs) => performed.outputs.extend(pairs),
            Err(message) => problems.push(format!("GITHUB_OUTPUT: {message}")),
        }
        if let Err(message) = files::parse_pairs(&read(&talk_back.state)) {
            problems.push(format!("GITHUB_STATE: {message}"));
        }
        for line in files::parse_lines(&read(&talk_back.path)) {
            self.path.retain(|known| *known != line);
            self.path.insert(0, line);
        }
        let summary = read(&talk_back.summary);
        if !summary.is_empty() {
            self.session.summarize(&summary)?;
        }
        for problem in problems {
            console.error(&problem);
            performed.outcome = Outcome::Failure;
            performed.reason = Some(problem);
        }
        talk_back.remove()
    }
}
