//! What is wrong with a file, and where.
//!
//! Not here: how it is drawn; the rim does that from [`Problem::snippet`].

use std::fmt;

/// A place in a file: from a character up to another one. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Span {
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// The column behind the last.
    pub end_column: usize,
}

/// One thing that is wrong, or worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub message: String,
    /// What was expected instead, if that helps.
    pub expected: Option<String>,
}

/// A workflow or action file that is not one.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", .problems.iter().map(|problem| format!("{file}:{problem}")).collect::<Vec<_>>().join("\n"))]
pub struct Invalid {
    /// The file as it was named.
    pub file: String,
    /// Its text, as far as it is text.
    pub text: String,
    /// At least one.
    pub problems: Vec<Problem>,
}

impl Problem {
    /// A problem without a word on what was expected.
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            expected: None,
        }
    }

    /// Says what was expected.
    pub(crate) fn expected(self, expected: impl Into<String>) -> Self {
        Self {
            expected: Some(expected.into()),
            ..self
        }
    }

    /// The first line it is about, with marks below, as in
    /// ```text
    ///   |
    /// 3 |   stepz: []
    ///   |   ^^^^^ expected one of: …
    /// ```
    pub fn snippet(&self, text: &str) -> String {
        const WIDEST: usize = 160;
        let line: String = text
            .lines()
            .nth(self.span.line.saturating_sub(1))
            .unwrap_or("")
            .chars()
            .take(WIDEST)
            .collect();
        let line: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let width = line.chars().count();
        let start = self.span.column.saturating_sub(1).min(width);
        let end = if self.span.end_line == self.span.line {
            self.span.end_column.saturating_sub(1)
        } else {
            width
        };
        let marks = "^".repeat(
            end.clamp(start, width.max(start))
                .saturating_sub(start)
                .max(1),
        );
        let margin = " ".repeat(self.span.line.to_string().len());
        let expected = self
            .expected
            .as_deref()
            .map(|expected| format!(" expected {expected}"))
            .unwrap_or_default();
        let number = self.span.line;
        let indent = " ".repeat(start);
        format!("{margin} |\n{number} | {line}\n{margin} | {indent}{marks}{expected}")
    }
}

impl fmt::Display for Problem {
    /// `LINE:COLUMN: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}",
            self.span.line, self.span.column, self.message
        )
    }
}
