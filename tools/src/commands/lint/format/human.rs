//! Annotated source for people. Long lines are cut around what is marked.

use std::io;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet};
use lunet_lints::{Finding, Level};

use super::Outcome;
use crate::render;

/// A line longer than this is cut.
const LONG_LINE_BYTES: usize = 400;
/// How much of a long line is shown around a mark.
const AROUND_BYTES: usize = 100;

/// Writes the findings, one snippet each.
pub(super) fn write(outcome: &Outcome, out: &mut dyn io::Write) -> io::Result<()> {
    let renderer = if render::stdout_has_color() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    for judged in &outcome.judged {
        let text = judged.text();
        let counts = |finding: &&Finding| finding.suppressed.is_none();
        for finding in judged.findings.iter().filter(counts) {
            let group = match &text {
                Some(text) => snippet(&judged.path, text, finding),
                None => place(title(finding), &judged.path, finding),
            };
            let group = match &*finding.help {
                "" => group,
                help => group.element(Severity::HELP.message(help)),
            };
            writeln!(out, "{}\n", renderer.render(&[group]))?;
        }
    }
    Ok(())
}

fn title(finding: &Finding) -> Group<'_> {
    let severity = match finding.level {
        Level::Error => Severity::ERROR,
        Level::Warning => Severity::WARNING,
    };
    Group::with_title(severity.primary_title(&*finding.message).id(finding.rule))
}

/// Adds where a finding is, without its source.
fn place<'a>(group: Group<'a>, path: &'a str, finding: &Finding) -> Group<'a> {
    group.element(
        Origin::path(path)
            .line(finding.start.line as usize)
            .char_column(finding.start.column as usize),
    )
}

fn snippet<'a>(path: &'a str, text: &'a str, finding: &'a Finding) -> Group<'a> {
    let marks =
        std::iter::once(&finding.range).chain(finding.related.iter().map(|related| &related.range));
    let window = window(text, marks);
    let related = finding.related.iter().map(|related| related.start.line);
    let first_line = related.chain([finding.start.line]).min().unwrap_or(1) as usize;
    let within = |range: &Range<usize>| {
        let clamp = |at: usize| at.clamp(window.start, window.end) - window.start;
        clamp(range.start)..clamp(range.end)
    };
    // A snippet that begins within a line would count its columns from there.
    let is_cut = window.start > 0 && text.as_bytes()[window.start - 1] != b'\n';
    let mut source = Snippet::source(&text[window.clone()])
        .path((!is_cut).then_some(path))
        .line_start(first_line)
        .annotation(AnnotationKind::Primary.span(within(&finding.range)));
    for related in &finding.related {
        source = source.annotation(
            AnnotationKind::Context
                .span(within(&related.range))
                .label(&*related.message),
        );
    }
    let mut group = title(finding);
    if is_cut {
        group = place(group, path, finding);
    }
    group.element(source)
}

/// The lines around the marks; of a single long line only the part around them.
fn window<'r>(text: &str, marks: impl Iterator<Item = &'r Range<usize>>) -> Range<usize> {
    let (mut start, mut end) = (text.len(), 0);
    for mark in marks {
        start = start.min(mark.start);
        end = end.max(mark.end);
    }
    // Nobody looks for the begin or the end of a line further away than it may be shown.
    let bytes = text.as_bytes();
    let before = &bytes[start.saturating_sub(LONG_LINE_BYTES + 1)..start];
    let behind = &bytes[end..text.len().min(end + LONG_LINE_BYTES + 1)];
    let start = match before.iter().rposition(|&byte| byte == b'\n') {
        Some(at) => start - before.len() + at + 1,
        None if before.len() == start && start <= LONG_LINE_BYTES => 0,
        None => text.floor_char_boundary(start - AROUND_BYTES),
    };
    let end = match behind.iter().position(|&byte| byte == b'\n') {
        Some(at) => end + at,
        None if end + behind.len() == text.len() && behind.len() <= LONG_LINE_BYTES => text.len(),
        None => text.ceil_char_boundary(end + AROUND_BYTES),
    };
    start..end
}
