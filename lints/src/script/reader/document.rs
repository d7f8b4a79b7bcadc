//! Here-documents: where their bodies begin and end, and what is read in them.

use super::{Kind, Reader};
use crate::script::quote;

/// A here-document that was announced.
pub(super) struct Document {
    /// The line that ends it.
    end: Box<str>,
    /// Commands within it are run.
    expands: bool,
    /// Tabs may stand before its end.
    tabs: bool,
    /// A shell reads it; whether under a time limit.
    pub(super) script: Option<bool>,
}

/// What was around a here-document.
pub(super) struct Limit {
    /// The frame of the document.
    pub(super) frame: usize,
    /// Behind its end.
    pub(super) resume: usize,
    /// The end of what is around it.
    pub(super) outer: usize,
    pub(super) backticks: usize,
}

impl Reader<'_, '_> {
    /// Notes a here-document by the word behind `<<`.
    pub(super) fn announce_document(&mut self, word: &str, tabs: bool) {
        let (end, _) = quote::plain(word);
        self.own_document = Some((self.frames.len(), self.documents.len()));
        self.documents.push_back(Document {
            end: end.into(),
            expands: !word.bytes().any(quote::is_quoting),
            tabs,
            script: None,
        });
    }

    /// Reads the next body that was announced, behind a newline.
    pub(super) fn read_documents(&mut self) {
        while let Some(document) = self.documents.pop_front() {
            self.own_document = None;
            let Some((end, resume)) = self.end_of(&document) else {
                self.has_lost_document = true;
                self.documents.clear();
                self.script
                    .lost
                    .push(self.at + self.context.shift..self.limit + self.context.shift);
                return;
            };
            if document.script.is_none() && !document.expands {
                self.at = resume;
                continue;
            }
            self.limits.push(Limit {
                frame: self.frames.len(),
                resume,
                outer: self.limit,
                backticks: std::mem::take(&mut self.backticks),
            });
            let kind = match document.script {
                Some(_) => Kind::HereScript,
                None => Kind::HereText,
            };
            self.push(kind);
            self.top().is_bounded |= document.script == Some(true);
            self.limit = end;
            return;
        }
    }

    /// Where a body ends that begins here, and where its last line does.
    fn end_of(&self, document: &Document) -> Option<(usize, usize)> {
        let mut start = self.at;
        while start < self.limit {
            let rest = &self.bytes[start..self.limit];
            let length = memchr::memchr(b'\n', rest);
            let mut line = &rest[..length.unwrap_or(rest.len())];
            let next = length.map_or(self.limit, |length| start + length + 1);
            line = line.strip_suffix(b"\r").unwrap_or(line);
            for _ in 0..self.context.indent {
                line = line.strip_prefix(b" ").unwrap_or(line);
            }
            while let Some(rest) = line.strip_prefix(b"\t").filter(|_| document.tabs) {
                line = rest;
            }
            if line == document.end.as_bytes() {
                return Some((start, next));
            }
            start = next;
        }
        None
    }
}
