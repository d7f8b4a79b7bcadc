//! Annotated source for people. Long lines are cut around what is marked.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet};
use lunet_lints::{Finding, Level};

use super::Outcome;
use crate::commands::lint::judge::Judged;
use crate::render;

/// A line longer than this is cut.
const LONG_LINE_BYTES: usize = 400;
/// How much of a long line is shown around a mark.
const AROUND_BYTES: usize = 100;

/// The findings, one snippet each.
pub(super) fn text(outcome: &Outcome) -> String {
    let renderer = if render::stdout_has_color() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    for judged in &outcome.judged {
        for finding in &judged.findings {
            if finding.suppressed.is_none() {
                out.push_str(&renderer.render(&snippet(judged, finding)));
                out.push_str("\n\n");
            }
        }
    }
    out
}

fn snippet<'a>(judged: &'a Judged, finding: &'a Finding) -> Vec<Group<'a>> {
    let severity = match finding.level {
        Level::Error => Severity::ERROR,
        Level::Warning => Severity::WARNING,
    };
    let marks =
        std::iter::once(&finding.range).chain(finding.related.iter().map(|related| &related.range));
    let window = window(&judged.text, marks);
    let related = finding.related.iter().map(|related| related.start.line);
    let first_line = related.chain([finding.start.line]).min().unwrap_or(1) as usize;
    let within = |range: &Range<usize>| {
        let clamp = |at: usize| at.clamp(window.start, window.end) - window.start;
        clamp(range.start)..clamp(range.end)
    };
    // A snippet that begins within a line would count its columns from there.
    let is_cut = window.start > 0 && judged.text.as_bytes()[window.start - 1] != b'\n';
    let mut source = Snippet::source(&judged.text[window.clone()])
        .path((!is_cut).then_some(judged.path.as_str()))
        .line_start(first_line)
        .annotation(AnnotationKind::Primary.span(within(&finding.range)));
    for related in &finding.related {
        source = source.annotation(
            AnnotationKind::Context
                .span(within(&related.range))
                .label(&related.message),
        );
    }
    let mut group = Group::with_title(severity.primary_title(&finding.message).id(finding.rule));
    if is_cut {
        group = group.element(
            Origin::path(&judged.path)
                .line(finding.start.line as usize)
                .char_column(finding.start.column as usize),
        );
    }
    group = group.element(source);
    if !finding.help.is_empty() {
        group = group.element(Severity::HELP.message(&finding.help));
    }
    vec![group]
}

/// The lines around the marks; of a single long line only the part around them.
fn window<'r>(text: &str, marks: impl Iterator<Item = &'r Range<usize>>) -> Range<usize> {
    let (mut start, mut end) = (text.len(), 0);
    for mark in marks {
        start = start.min(mark.start);
        end = end.max(mark.end);
    }
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let start = if start - line_start > LONG_LINE_BYTES {
        text.floor_char_boundary(start - AROUND_BYTES)
    } else {
        line_start
    };
    let end = if line_end - end > LONG_LINE_BYTES {
        text.ceil_char_boundary(end + AROUND_BYTES)
    } else {
        line_end
    };
    start..end
}
