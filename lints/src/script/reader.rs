//! Reads a script from its first byte to its last, once and without recursion: commands, words, quotes, expansions,
//! here-documents and compound commands, as the shell's grammar has them. Nothing is refused: what makes no sense is
//! passed over as the shell would on the next line, and what was taken for text that never ends is read as plain lines.
//! Source of the grammar: POSIX.1-2017, Shell Command Language, and bash(1).

mod document;
mod frame;
mod list;
mod run;
mod text;
mod word;

use std::collections::VecDeque;
use std::ops::Range;

use super::Script;
use super::quote::FILL;
use crate::source::to_u32;
use document::{Document, Limit};
pub(super) use frame::Span;
use frame::{Frame, Kind, NONE, Place, Redirect};
use run::Fed;

/// Where a text stands: how deep in other scripts, and under what.
#[derive(Clone, Copy, Default)]
pub(super) struct Context {
    /// The offset of the text in its file.
    pub(super) shift: usize,
    /// A time limit holds for all of it.
    pub(super) is_bounded: bool,
    /// It runs later than what stands behind it: `trap`.
    pub(super) is_deferred: bool,
    /// Scripts around it.
    pub(super) depth: usize,
    /// Blanks before each line that belong to the file and not to the script.
    pub(super) indent: usize,
}

/// More than this is never open at once in what a person writes. The rest is read as plain lines.
const OPEN_CAP: usize = 1 << 17;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Line,
    /// The next command reads what this one writes.
    Pipe,
    Other,
}

/// A script that is being read.
pub(super) struct Reader<'s, 't> {
    script: &'s mut Script,
    text: &'t str,
    bytes: &'t [u8],
    context: Context,
    at: usize,
    /// The end of the here-document that is read, or of the text.
    limit: usize,
    /// What was around the here-documents that are read.
    limits: Vec<Limit>,
    /// What is open, the script itself first.
    frames: Vec<Frame>,
    /// The words of the commands that are being read.
    words: Vec<Span>,
    /// Here-documents whose bodies stand behind the next newline.
    documents: VecDeque<Document>,
    /// The document that the command reads that is being read, and how much is open there.
    own_document: Option<(usize, usize)>,
    /// The same for what stands behind `<<<`.
    own_string: Option<(usize, Span)>,
    /// What the next command of the pipeline reads.
    fed: Option<Fed>,
    /// Commands in backticks that are open.
    backticks: usize,
    /// What is opened next is the body of a function.
    is_body_next: bool,
    /// The name of the function that was met last.
    function: Range<usize>,
    /// The names of those of which the bodies are open.
    bodies: Vec<Range<usize>>,
    /// Up to here `((` was looked at already, and is none of arithmetic.
    no_arithmetic_until: usize,
    /// A here-document had no end: there are none behind it.
    has_lost_document: bool,
    /// From here on the text is read as plain lines.
    lost: Option<usize>,
}

impl<'s, 't> Reader<'s, 't> {
    pub(super) fn new(script: &'s mut Script, text: &'t str, context: Context) -> Self {
        let frame = Frame {
            kind: Kind::Script,
            place: Place::Command,
            redirect: Redirect::No,
            is_bounded: context.is_bounded,
            is_deferred: context.is_deferred,
            is_body: false,
            has_commands: false,
            opened: 0,
            words: 0,
            word: NONE,
            depth: 0,
        };
        Self {
            script,
            text,
            bytes: text.as_bytes(),
            context,
            at: 0,
            limit: text.len(),
            limits: Vec::new(),
            frames: vec![frame],
            words: Vec::new(),
            documents: VecDeque::new(),
            own_document: None,
            own_string: None,
            fed: None,
            backticks: 0,
            is_body_next: false,
            function: 0..0,
            bodies: Vec::new(),
            no_arithmetic_until: 0,
            has_lost_document: false,
            lost: None,
        }
    }

    /// Adds what the text runs to the script.
    pub(super) fn read(mut self) {
        loop {
            if self.at >= self.limit {
                if self.end_limit() {
                    continue;
                }
                return;
            }
            if self.top().kind.is_list() {
                self.list_step();
            } else {
                self.text_step();
            }
        }
    }

    fn top(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// The byte so many behind this one.
    fn ahead(&self, distance: usize) -> Option<u8> {
        let at = self.at + distance;
        (at < self.limit).then(|| self.bytes[at])
    }

    fn push(&mut self, kind: Kind) {
        let words = to_u32(self.words.len());
        let opened = to_u32(self.at);
        let is_body = (kind.is_compound() || kind == Kind::Subshell)
            && std::mem::take(&mut self.is_body_next);
        let place = if kind == Kind::Case {
            Place::Pattern
        } else {
            Place::Command
        };
        let top = *self.top();
        self.frames.push(Frame {
            kind,
            place,
            redirect: Redirect::No,
            is_deferred: top.is_deferred || is_body,
            is_body,
            has_commands: false,
            opened,
            words,
            word: NONE,
            depth: 0,
            ..top
        });
        if is_body {
            let place = to_u32(self.at + self.context.shift);
            self.script.variables.open(place);
            self.bodies.push(self.function.clone());
        }
        self.backticks += usize::from(kind == Kind::Backtick);
        if self.frames.len() > OPEN_CAP {
            self.lose(self.at);
        }
    }

    fn pop(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if frame.is_body {
            let place = to_u32(self.at + self.context.shift);
            self.script.variables.close(place);
            self.bodies.pop();
        }
        self.words.truncate(frame.words as usize);
        self.backticks -= usize::from(frame.kind == Kind::Backtick);
        let runs = frame.kind.is_list() || frame.has_commands;
        self.top().has_commands |= runs;
    }

    /// The frame of the here-document or the script in which everything else has to end.
    fn owner(&self) -> usize {
        self.limits.last().map_or(0, |limit| limit.frame)
    }

    /// From a place on, the text is read as plain lines.
    fn lose(&mut self, from: usize) {
        self.lost = Some(self.lost.map_or(from, |lost| lost.min(from)));
        self.at = self.limit;
    }

    /// Ends all that is open where the text around it ends. False at the end of the script.
    fn end_limit(&mut self) -> bool {
        self.at = self.limit;
        let owner = self.owner();
        let opaque = self.frames[owner + 1..]
            .iter()
            .find(|frame| frame.kind.is_opaque())
            .map(|frame| frame.opened as usize);
        while self.frames.len() > owner + 1 {
            if self.top().kind.is_list() {
                self.end_command(End::Line);
            }
            // A last word may have closed it.
            if self.frames.len() > owner + 1 {
                self.pop();
            }
        }
        let is_list = self.top().kind.is_list();
        if is_list {
            self.end_command(End::Line);
        }
        // A last word may have opened something.
        while self.frames.len() > owner + 1 {
            self.pop();
        }
        let lost = self.lost.take().into_iter().chain(opaque).min();
        if let Some(from) = lost.filter(|_| is_list) {
            self.lines(from);
        }
        let Some(limit) = self.limits.pop() else {
            return false;
        };
        self.pop();
        self.at = limit.resume;
        self.limit = limit.outer;
        self.backticks = limit.backticks;
        self.read_documents();
        true
    }

    /// Passes over a comment and keeps it if it may be a suppression.
    fn comment(&mut self) {
        let rest = &self.bytes[self.at..self.limit];
        let end = if self.backticks > 0 {
            memchr::memchr2(b'\n', b'`', rest)
        } else {
            memchr::memchr(b'\n', rest)
        };
        let end = self.at + end.unwrap_or(rest.len());
        let range = self.at + self.context.shift..end + self.context.shift;
        self.script.comment(&self.text[self.at..end], range);
        self.at = end;
    }

    /// Passes over a string in single quotes. Where it ends nowhere, what follows is read as plain lines.
    fn single_quotes(&mut self) {
        let rest = &self.bytes[self.at + 1..self.limit];
        match memchr::memchr(b'\'', rest) {
            Some(length) => self.at += length + 2,
            None => self.lose(self.at),
        }
    }

    /// Passes over `'…'` behind a `$`.
    fn escaped_quotes(&mut self) {
        let mut at = self.at + 1;
        while at < self.limit {
            match self.bytes[at] {
                b'\'' => {
                    self.at = at + 1;
                    return;
                }
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.lose(self.at);
    }

    /// Behind what a backslash quotes. What was taken away between them does not count.
    fn quoted_by_backslash(&self) -> usize {
        let rest = &self.bytes[self.at + 1..self.limit];
        let fill = rest.iter().take_while(|byte| **byte == FILL).count();
        self.at + 1 + fill
    }
}
