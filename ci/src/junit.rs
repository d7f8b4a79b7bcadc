//! A report as JUnit XML: a job is a suite, a step a case.

use std::fmt::Write as _;

use crate::verdict::{JobReport, Outcome, Report, StepReport};

/// The whole document.
pub fn xml(report: &Report) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let steps = || report.jobs.iter().flat_map(|job| &job.steps);
    _ = writeln!(
        text,
        "<testsuites name=\"ci\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{}\">",
        steps().count(),
        steps().filter(|step| is_bad(step)).count(),
        steps()
            .filter(|step| step.outcome == Outcome::Skipped)
            .count(),
        seconds(steps().map(|step| step.duration_ms).sum()),
    );
    report.jobs.iter().for_each(|job| suite(job, &mut text));
    text.push_str("</testsuites>\n");
    text
}

fn suite(job: &JobReport, text: &mut String) {
    _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{}\">",
        escape(&job.name),
        job.steps.len(),
        job.steps.iter().filter(|step| is_bad(step)).count(),
        job.steps
            .iter()
            .filter(|step| step.outcome == Outcome::Skipped)
            .count(),
        seconds(job.steps.iter().map(|step| step.duration_ms).sum()),
    );
    for step in &job.steps {
        case(job, step, text);
    }
    text.push_str("  </testsuite>\n");
}

fn case(job: &JobReport, step: &StepReport, text: &mut String) {
    let (class, name) = (escape(&job.job), escape(&step.name));
    _ = write!(
        text,
        "    <testcase classname=\"{class}\" name=\"{name}\" time=\"{}\"",
        seconds(step.duration_ms)
    );
    let reason = step.reason.as_deref().unwrap_or_default();
    if is_bad(step) {
        let code = step
            .exit_code
            .map_or_else(|| reason.to_owned(), |code| format!("exit code {code}"));
        let errors: Vec<_> = step
            .annotations
            .iter()
            .map(|annotation| annotation.message.as_str())
            .collect();
        _ = write!(
            text,
            ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
            escape(&code),
            escape(&errors.join("\n"))
        );
    } else if step.outcome == Outcome::Skipped {
        _ = write!(
            text,
            ">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
            escape(reason)
        );
    } else {
        text.push_str("/>\n");
    }
}

fn is_bad(step: &StepReport) -> bool {
    matches!(step.conclusion, Outcome::Failure | Outcome::Cancelled)
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

/// Text for XML; what XML can't hold becomes a question mark.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || c == '\u{fffe}' || c == '\u{ffff}' => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}
