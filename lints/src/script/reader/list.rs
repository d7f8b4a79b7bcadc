//! Lists of commands: what separates them and what may stand between their words.

use super::{End, Kind, NONE, Place, Reader, Redirect};
use crate::script::quote::FILL;

/// Bytes that stand for themselves in a word.
const ORDINARY: [bool; 256] = {
    let mut table = [true; 256];
    let bytes = b" \t\r\n\\'\"`$#;&|()<>\x7f";
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = false;
        index += 1;
    }
    table
};

impl Reader<'_, '_> {
    pub(super) fn list_step(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b' ' | b'\t' | b'\r' => {
                self.end_word();
                self.at += 1;
            }
            b'\n' => {
                self.end_command(End::Line);
                self.at += 1;
                self.read_documents();
            }
            b'\\' => self.backslash(),
            b'\'' => {
                self.begin_word();
                self.single_quotes();
            }
            b'"' => {
                self.begin_word();
                self.push(Kind::Quote);
                self.at += 1;
            }
            b'`' => self.backtick(),
            b'$' => {
                self.begin_word();
                self.expansion();
            }
            b'#' if self.begins_comment() => self.comment(),
            b';' => self.semicolon(),
            b'&' => self.ampersand(),
            b'|' => self.bar(),
            b'(' => self.open(),
            b')' => self.close(),
            b'<' | b'>' => self.redirection(byte),
            FILL => self.at += 1,
            _ => {
                self.begin_word();
                self.at += 1;
                let rest = &self.bytes[self.at..self.limit];
                let length = rest.iter().position(|byte| !ORDINARY[usize::from(*byte)]);
                self.at += length.unwrap_or(rest.len());
            }
        }
    }

    pub(super) fn begin_word(&mut self) {
        let at = crate::source::to_u32(self.at);
        let top = self.top();
        if top.word == NONE {
            top.word = at;
        }
    }

    fn backslash(&mut self) {
        let next = self.quoted_by_backslash();
        let rest = &self.bytes[next.min(self.limit)..self.limit];
        if let Some(b'\n') = rest.first() {
            self.at = next + 1;
        } else if rest.starts_with(b"\r\n") {
            self.at = next + 2;
        } else if self.backticks > 0 && rest.first() == Some(&b'`') {
            self.inner_backtick();
            self.at = next + 1;
        } else {
            self.begin_word();
            self.at = (next + 1).min(self.limit);
        }
    }

    /// `` \` `` within backticks.
    fn inner_backtick(&mut self) {
        let is_open = self
            .frames
            .iter()
            .rev()
            .find(|frame| !frame.kind.is_compound())
            .is_some_and(|frame| frame.kind == Kind::InnerBacktick);
        if is_open {
            self.close_to(Kind::InnerBacktick);
        } else {
            self.begin_word();
            self.push(Kind::InnerBacktick);
        }
    }

    fn begins_comment(&mut self) -> bool {
        let is_line_begin = self.at == 0 || self.bytes[self.at - 1] == b'\n';
        let top = self.top();
        top.word == NONE && (top.place != Place::Test || is_line_begin)
    }

    /// Ends the command that is being read, if what follows does not belong to it.
    pub(super) fn end_command(&mut self, end: End) {
        self.end_word();
        let is_open_test =
            self.top().place == Place::Test && end == End::Line && self.test_goes_on();
        let top = self.top();
        top.redirect = Redirect::No;
        match top.place {
            // No pattern ends with its line: what stands there makes no sense, unless as a command.
            Place::Pattern => {
                self.command(end);
                return;
            }
            Place::ForIn | Place::CaseWord | Place::CaseIn if end == End::Line => return,
            Place::Test if is_open_test => return,
            Place::ForWords => self.loop_variable(),
            Place::Command | Place::Arguments => self.command(end),
            _ => self.drop_words(),
        }
        self.top().place = Place::Command;
    }

    /// Forgets what was read of a command that is none.
    fn drop_words(&mut self) {
        let words = self.top().words as usize;
        self.words.truncate(words);
    }

    /// Whether `[[ … ]]` may go on in the next line: behind an operator only.
    fn test_goes_on(&self) -> bool {
        let mut before = self.bytes[..self.at.min(self.limit)].iter().rev();
        let last = before.find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        matches!(last, Some(b'&' | b'|' | b'(' | b'!' | b'[' | b'\n'))
    }

    fn semicolon(&mut self) {
        self.end_command(End::Other);
        match self.ahead(1) {
            Some(b';' | b'&') => {
                let is_three = self.ahead(1) == Some(b';') && self.ahead(2) == Some(b'&');
                self.at += 2 + usize::from(is_three);
                self.next_pattern();
            }
            _ => self.at += 1,
        }
    }

    /// Whether signs between words are no operators here.
    fn passes_operator(&mut self) -> bool {
        let passes = matches!(self.top().place, Place::Test | Place::Pattern);
        if passes {
            self.end_word();
            self.at += 1;
        }
        passes
    }

    fn ampersand(&mut self) {
        if self.passes_operator() {
            return;
        }
        match self.ahead(1) {
            Some(b'>') => {
                self.end_word();
                self.at += 2 + usize::from(self.ahead(2) == Some(b'>'));
                self.top().redirect = Redirect::Target;
            }
            next => {
                self.end_command(End::Other);
                self.at += 1 + usize::from(next == Some(b'&'));
            }
        }
    }

    fn bar(&mut self) {
        if self.passes_operator() {
            return;
        }
        let next = self.ahead(1);
        let end = if next == Some(b'|') {
            End::Other
        } else {
            End::Pipe
        };
        self.end_command(end);
        self.at += 1 + usize::from(matches!(next, Some(b'|' | b'&')));
    }

    fn open(&mut self) {
        let (place, word) = (self.top().place, self.top().word);
        let before = self.bytes[self.at.saturating_sub(1)];
        let is_pattern = word != NONE && matches!(before, b'?' | b'*' | b'+' | b'@' | b'!');
        let is_negation = before == b'!' && word as usize + 1 == self.at && place == Place::Command;
        if is_pattern && !is_negation {
            self.push(Kind::Group);
            self.at += 1;
            return;
        }
        if self.passes_operator() {
            return;
        }
        if word != NONE && before == b'=' {
            self.push(Kind::Array);
            self.at += 1;
        } else if let Some(behind) = self.behind_empty_parentheses() {
            self.define_function();
            self.at = behind;
        } else {
            self.end_command(End::Other);
            if self.ahead(1) == Some(b'(') && self.is_arithmetic(self.at + 2) {
                self.push(Kind::Arithmetic);
                self.at += 2;
            } else {
                self.push(Kind::Subshell);
                self.at += 1;
            }
        }
    }

    /// Behind the `()` of a function, if these stand here.
    fn behind_empty_parentheses(&mut self) -> Option<usize> {
        let top = *self.top();
        let words = self.words.len() - top.words as usize + usize::from(top.word != NONE);
        if words > 1 {
            return None;
        }
        let rest = &self.bytes[self.at + 1..self.limit];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
        let blanks = blanks.count();
        (rest.get(blanks) == Some(&b')')).then_some(self.at + blanks + 2)
    }

    fn close(&mut self) {
        let top = self.top();
        if top.kind == Kind::Case && top.place == Place::Pattern {
            self.end_word();
            self.at += 1;
            self.drop_words();
            // `esac` may have been one.
            self.top().place = Place::Command;
            return;
        }
        if top.place == Place::Test {
            self.end_word();
            self.at += 1;
            return;
        }
        self.end_command(End::Other);
        while self.top().kind.is_compound() {
            self.pop();
        }
        self.at += 1;
        if matches!(self.top().kind, Kind::Subshell | Kind::Substitution) {
            self.pop();
        }
    }

    fn redirection(&mut self, byte: u8) {
        if self.ahead(1) == Some(b'(') && self.top().place != Place::Test {
            self.begin_word();
            self.push(Kind::Substitution);
            self.at += 2;
            return;
        }
        if self.passes_operator() {
            return;
        }
        self.end_word_before_redirection();
        let rest = &self.bytes[self.at..self.limit];
        let (length, redirect) = if rest.starts_with(b"<<<") {
            (3, Redirect::String)
        } else if rest.starts_with(b"<<") && !self.has_lost_document {
            let tabs = rest.get(2) == Some(&b'-');
            (2 + usize::from(tabs), Redirect::Document { tabs })
        } else {
            let second = rest.get(1);
            let is_double = match byte {
                b'<' => matches!(second, Some(b'<' | b'>' | b'&')),
                _ => matches!(second, Some(b'>' | b'|' | b'&')),
            };
            (1 + usize::from(is_double), Redirect::Target)
        };
        self.top().redirect = redirect;
        self.at += length;
    }

    /// A number before a redirection, or a variable in braces, belongs to it.
    fn end_word_before_redirection(&mut self) {
        let word = self.top().word;
        if word == NONE {
            return;
        }
        let raw = &self.bytes[word as usize..self.at];
        let is_number = raw.iter().all(u8::is_ascii_digit);
        let is_variable = raw.starts_with(b"{") && raw.ends_with(b"}") && raw.len() > 2;
        if is_number || is_variable {
            self.top().word = NONE;
        } else {
            self.end_word();
        }
    }
}
