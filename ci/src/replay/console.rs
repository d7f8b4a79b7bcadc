//! What one step prints: commands are obeyed, the rest is masked, shown and kept.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

use super::{
    command::{self, Command},
    session::Session,
};
use crate::{Error, event::Event, verdict::Annotation};

/// The console of one step; a composite action's steps share that of the action.
pub(crate) struct Console<'s, 'a> {
    pub(crate) session: &'s Session<'a>,
    path: PathBuf,
    log: File,
    /// The token that ends a stop of commands.
    stopped: Option<String>,
    echo: bool,
    in_group: bool,
    pub(crate) annotations: Vec<Annotation>,
    /// By `set-output`.
    pub(crate) outputs: Vec<(String, String)>,
    /// Why a command makes the step fail.
    pub(crate) refused: Option<String>,
    /// The first error of writing the log.
    failed: Option<Error>,
}

impl<'s, 'a> Console<'s, 'a> {
    pub(crate) fn new(session: &'s Session<'a>, name: &str) -> Result<Self, Error> {
        let (path, log) = session.log(name)?;
        Ok(Self {
            session,
            path,
            log,
            stopped: None,
            echo: false,
            in_group: false,
            annotations: Vec::new(),
            outputs: Vec::new(),
            refused: None,
            failed: None,
        })
    }

    /// The file of the log.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A line that the step printed.
    pub(crate) fn line(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        if let Some(token) = &self.stopped {
            if command::is_resume(&text, token) {
                self.stopped = None;
            } else {
                self.print(&text);
            }
            return;
        }
        match command::parse(&text) {
            Some(command) => self.obey(&command, &text),
            None => self.print(&text),
        }
    }

    /// A line of the tool itself, such as the error that ends a step.
    pub(crate) fn print(&mut self, text: &str) {
        for line in self.session.masks.apply(text).split('\n') {
            self.keep(line);
            self.session.tell(Event::Line(line));
        }
    }

    /// An error of the tool itself, as an annotation too.
    pub(crate) fn error(&mut self, message: &str) {
        self.annotate(
            "error",
            &Command {
                name: String::new(),
                properties: Vec::new(),
                data: message.to_owned(),
            },
        );
    }

    /// A new script begins: what the last one stopped or echoed is over.
    pub(crate) fn begin_script(&mut self) {
        self.stopped = None;
        self.echo = false;
    }

    /// The step is over.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        self.end_group();
        self.failed.take().map_or(Ok(()), Err)
    }

    fn keep(&mut self, line: &str) {
        if let Err(error) = writeln!(self.log, "{line}") {
            self.failed.get_or_insert(Error::file(&self.path)(error));
        }
    }

    fn obey(&mut self, command: &Command, text: &str) {
        if self.echo && command.name != "add-mask" {
            self.print(text);
        }
        match command.name.as_str() {
            "group" => self.begin_group(&command.data),
            "endgroup" => self.end_group(),
            "error" | "warning" | "notice" => self.annotate(&command.name, command),
            "add-mask" => self.session.masks.add(&command.data),
            "echo" => self.echo = command.data.trim().eq_ignore_ascii_case("on"),
            "stop-commands" if command::is_bad_token(&command.data) => {
                self.refuse(format!(
                    "invalid token '{}' of `stop-commands`",
                    command.data
                ));
            }
            "stop-commands" => self.stopped = Some(command.data.clone()),
            "set-output" => match command.property("name") {
                Some(name) => self.outputs.push((name.to_owned(), command.data.clone())),
                None => self.refuse("the command `set-output` needs a name".to_owned()),
            },
            "set-env" | "add-path" => {
                let file = if command.name == "set-env" {
                    "GITHUB_ENV"
                } else {
                    "GITHUB_PATH"
                };
                self.refuse(format!(
                    "the command `{}` is disabled: write to the file {file}",
                    command.name
                ));
            }
            _ => {}
        }
    }

    fn refuse(&mut self, message: String) {
        self.error(&message);
        self.refused.get_or_insert(message);
    }

    fn begin_group(&mut self, title: &str) {
        self.end_group();
        self.in_group = true;
        let title = self.session.masks.apply(title);
        self.keep(&format!("##[group]{title}"));
        self.session.tell(Event::GroupStarted(&title));
    }

    fn end_group(&mut self) {
        if std::mem::take(&mut self.in_group) {
            self.keep("##[endgroup]");
            self.session.tell(Event::GroupEnded);
        }
    }

    fn annotate(&mut self, level: &str, command: &Command) {
        let text = |name: &str| command.property(name).map(ToOwned::to_owned);
        let number = |name: &str| {
            command
                .property(name)
                .and_then(|value| value.trim().parse().ok())
        };
        let line = number("line");
        let column = number("col").or_else(|| number("column"));
        self.annotations.push(Annotation {
            level: level.to_owned(),
            message: command.data.clone(),
            title: text("title"),
            file: text("file"),
            line,
            end_line: number("endLine").or_else(|| number("end_line")),
            column,
            end_column: number("endColumn").or_else(|| number("end_column")),
        });
        self.print(&format!("##[{level}]{}", command.data));
    }
}
