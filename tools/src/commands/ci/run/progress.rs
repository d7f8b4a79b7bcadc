//! How people see a replay while it runs: plain lines, or with folded groups on a terminal.

use lunet_ci::{
    event::Event,
    verdict::{Outcome, Report, StepReport, Verdict},
};

use crate::render;

/// Tells events to people: on stdout when they are the readers of the result, else on stderr.
pub(super) struct Progress {
    human: bool,
    /// Fold groups and use colour.
    terminal: bool,
    colour: bool,
    /// The open group: its title and lines, shown only if its step fails.
    group: Option<(String, Vec<String>)>,
    /// Groups of the current step that were folded.
    folded: Vec<String>,
}

impl Progress {
    pub(super) fn new(human: bool) -> Self {
        let terminal = render::on_terminal(human);
        let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            human,
            terminal,
            colour,
            group: None,
            folded: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, event: &Event<'_>) {
        match event {
            Event::Note(text) => self.say(&format!("note: {text}")),
            Event::Drift(text) => self.say(&format!("drift: {text}")),
            Event::Trap(trap) => self.say(&format!(
                "trap: {}:{}:{}: {} [{}]",
                trap.file, trap.line, trap.column, trap.message, trap.trap
            )),
            Event::JobStarted { job, name } => {
                let named = if job == name {
                    String::new()
                } else {
                    format!(" ({name})")
                };
                self.say(&self.paint("1", &format!("job {job}{named}")));
            }
            Event::StepStarted { name } => self.say(&self.paint("36", &format!("> {name}"))),
            Event::Line(line) => self.line(line),
            Event::GroupStarted(title) if self.terminal => {
                self.group = Some(((*title).to_owned(), Vec::new()));
            }
            Event::GroupStarted(title) => self.say(&format!("  {title}:")),
            Event::GroupEnded => self.end_group(),
            Event::StepEnded(step) => self.step_ended(step),
            Event::JobEnded(job) => {
                let reason = job
                    .reason
                    .as_ref()
                    .map(|reason| format!(": {reason}"))
                    .unwrap_or_default();
                self.say(&self.paint(
                    colour_of(job.result),
                    &format!(
                        "job {} ({}): {}{reason}",
                        job.job,
                        job.name,
                        word(job.result)
                    ),
                ));
            }
        }
    }

    /// The receipt, then the one last line: parity and the folder of the logs.
    pub(super) fn end(&self, report: &Report, receipt: Option<&str>, logs: &str) {
        for line in &report.recorded {
            self.say(&format!("recorded, not executed: {line}"));
        }
        if let Some(receipt) = receipt {
            self.say(&format!("receipt: {receipt}"));
        }
        self.say(&self.paint(
            colour_of(report.conclusion),
            &format!("conclusion: {}", word(report.conclusion)),
        ));
        self.say(&format!("{}; logs in {logs}", report.parity.line()));
    }

    fn line(&mut self, line: &str) {
        match &mut self.group {
            Some((_, lines)) => lines.push(line.to_owned()),
            None => self.say(&format!("  {line}")),
        }
    }

    fn end_group(&mut self) {
        if let Some((title, lines)) = self.group.take() {
            self.say(&format!("  {title} ({} lines)", lines.len()));
            self.folded.push(title);
            self.folded.extend(lines);
        }
    }

    fn step_ended(&mut self, step: &StepReport) {
        self.end_group();
        let folded = std::mem::take(&mut self.folded);
        if step.outcome == Outcome::Failure {
            for line in &folded {
                self.say(&format!("  {line}"));
            }
        }
        let reason = step
            .reason
            .as_ref()
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        let text = match (step.verdict, step.outcome) {
            (Verdict::Skipped, _) => format!("- {} skipped{reason}", step.name),
            (Verdict::NotReplayable, _) => format!("? {} not replayable{reason}", step.name),
            (verdict, outcome) => {
                let forgiven = if outcome == step.conclusion {
                    ""
                } else {
                    " (forgiven by continue-on-error)"
                };
                let time = format!(
                    "{}.{:03} s",
                    step.duration_ms / 1000,
                    step.duration_ms % 1000
                );
                format!(
                    "{} {} {}{forgiven}, {}, {time}{reason}",
                    mark(outcome),
                    step.name,
                    word(outcome),
                    verdict_word(verdict)
                )
            }
        };
        self.say(&self.paint(colour_of(step.conclusion), &text));
    }

    fn say(&self, text: &str) {
        if self.human {
            render::out(&format!("{text}\n"));
        } else {
            render::note(text);
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn mark(outcome: Outcome) -> char {
    if outcome == Outcome::Success {
        '+'
    } else {
        '!'
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Failure => "failure",
        Outcome::Cancelled => "cancelled",
        Outcome::Skipped => "skipped",
    }
}

fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ran => "ran",
        Verdict::Emulated => "emulated",
        Verdict::Substituted => "substituted",
        Verdict::Skipped => "skipped",
        Verdict::NotReplayable => "not replayable",
    }
}

fn colour_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "32",
        Outcome::Failure | Outcome::Cancelled => "31",
        Outcome::Skipped => "2",
    }
}
