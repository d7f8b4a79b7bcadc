//! The calls of a Lua source that a rule knows, and what they are given.

use std::iter::Peekable;
use std::ops::Range;

use super::constants::Constants;
use super::lexer::{Kind, Lexer, Token};
use super::literal::literal;
use super::making::{Callee, Given, Making, is_known};
use crate::piece::Judge;

/// Numbers below are those of parameters of statements, numbers from here on those of ports.
const PORTS: u32 = 80;

/// What is open around a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// A call that is of interest: its strings are kept.
    Call,
    /// Another call.
    Other,
    /// Parentheses, a table, an index, a call that puts strings together: what is within is what is around.
    Group,
    Block,
}

/// What is open, and whether strings in it belong to the last of the calls.
#[derive(Clone, Copy)]
struct Frame {
    open: Open,
    is_in_call: bool,
}

/// Literals and names that are put together.
struct Run {
    value: String,
    range: Range<usize>,
    awaits_more: bool,
}

/// What is open that deep nobody wrote.
const OPEN_CAP: usize = 1 << 18;

struct Reader<'t, 'j> {
    text: &'t str,
    judge: Judge<'j>,
    constants: Constants<'t>,
    frames: Vec<Frame>,
    /// Calls that are open.
    making: Vec<Making>,
    given: Given,
    run: Option<Run>,
    /// The last three tokens, the last one first.
    before: [Option<Token<'t>>; 3],
}

/// Reads a source; answers the comments that may be suppressions.
pub(super) fn read(text: &str, judge: Judge<'_>) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut reader = Reader {
        text,
        judge,
        constants: Constants::read(text, is_known),
        frames: Vec::new(),
        making: Vec::new(),
        given: Given::default(),
        run: None,
        before: [None; 3],
    };
    let mut tokens = Lexer::new(text).peekable();
    while let Some(token) = tokens.next() {
        if token.kind == Kind::Comment {
            if crate::suppress::mentions_marker(token.text) {
                comments.push(token.start..token.end());
            }
            continue;
        }
        reader.read(token, &mut tokens);
        reader.before = [Some(token), reader.before[0], reader.before[1]];
    }
    while !reader.making.is_empty() {
        reader.finish();
    }
    comments
}

impl<'t> Reader<'t, '_> {
    fn read(&mut self, token: Token<'t>, tokens: &mut Peekable<Lexer<'t>>) {
        match token.kind {
            Kind::String => self.string(token),
            Kind::Name => self.name(token, tokens.peek()),
            Kind::Concat => {
                if let Some(run) = &mut self.run {
                    run.awaits_more = true;
                }
            }
            Kind::Sign(b'(') => self.opening(true),
            Kind::Sign(b'{') => self.opening(self.follows_callee()),
            Kind::Sign(b'[') => self.push(Open::Group),
            Kind::Sign(b')' | b'}' | b']') => self.closing(),
            Kind::Sign(b',') => self.comma(),
            Kind::Keyword => self.keyword(token),
            Kind::Number => self.number(token),
            _ => self.end_run(),
        }
    }

    fn is_in_call(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.is_in_call)
    }

    fn push(&mut self, open: Open) {
        let is_in_call = match open {
            Open::Call => true,
            Open::Group => self.is_in_call(),
            Open::Other | Open::Block => false,
        };
        if self.frames.len() < OPEN_CAP {
            self.frames.push(Frame { open, is_in_call });
        } else if open == Open::Call {
            self.finish();
        }
    }

    /// Whether a value stands before that can be called.
    fn follows_callee(&self) -> bool {
        self.before[0]
            .is_some_and(|token| matches!(token.kind, Kind::Name | Kind::Sign(b')' | b']')))
    }

    /// The name of the function that stands before: `listen` of `socket.listen` and `socket["listen"]`.
    fn callee(&self) -> Option<Token<'t>> {
        let [last, middle, first] = self.before;
        match last?.kind {
            Kind::Name => last,
            Kind::Sign(b']') if first?.is(b'[') => {
                middle.filter(|token| token.kind == Kind::String)
            }
            _ => None,
        }
    }

    /// The last name of a function, through the name that it may have here.
    fn function(&self, token: Token<'t>) -> &'t str {
        if token.kind == Kind::String {
            return token.text.trim_matches(['"', '\'', '[', ']', '=']);
        }
        self.constants.function(token.text).unwrap_or(token.text)
    }

    fn opening(&mut self, may_call: bool) {
        let is_header = self.before[1].is_some_and(|token| token.is_keyword("function"));
        let name = self.callee().map(|token| self.function(token));
        if !may_call || !self.follows_callee() {
            self.push(Open::Group);
        } else if let Some(name) = name
            .filter(|name| !is_header && (is_known(name) || matches!(*name, "pcall" | "xpcall")))
        {
            self.end_run();
            self.making.push(Making::new(name, &self.given));
            self.push(Open::Call);
        } else if name == Some("format") {
            self.push(Open::Group);
        } else {
            self.end_run();
            self.push(Open::Other);
        }
    }

    fn closing(&mut self) {
        match self.frames.last().map(|frame| frame.open) {
            Some(Open::Group) => {}
            Some(Open::Call) => {
                self.end_run();
                self.name_protected();
                self.finish();
            }
            Some(Open::Other) => self.end_run(),
            Some(Open::Block) | None => return,
        }
        self.frames.pop();
    }

    fn comma(&mut self) {
        self.end_run();
        if self
            .frames
            .last()
            .is_some_and(|frame| frame.open == Open::Call)
        {
            self.name_protected();
            if let Some(making) = self.making.last_mut() {
                making.arguments += 1;
            }
        }
    }

    /// Of `pcall(socket.listen, …)` the first argument is the function.
    fn name_protected(&mut self) {
        let name = self.callee().map(|token| self.function(token));
        if let Some(making) = self.making.last_mut()
            && making.is_protected
            && making.arguments == 0
        {
            making.callee = Callee::of(name.unwrap_or_default());
        }
    }

    fn keyword(&mut self, token: Token<'t>) {
        self.end_run();
        match token.text {
            "function" | "if" | "do" | "repeat" => self.push(Open::Block),
            "end" | "until" if self.is_within(Open::Block) => {
                self.frames.pop();
            }
            _ => {}
        }
    }

    fn is_within(&self, open: Open) -> bool {
        self.frames.last().is_some_and(|frame| frame.open == open)
    }

    fn number(&mut self, token: Token<'t>) {
        self.end_run();
        let is_first = self.before[0].is_some_and(|token| token.is(b'('));
        if is_first
            && self
                .frames
                .last()
                .is_some_and(|frame| frame.open == Open::Call)
            && let Some(making) = self.making.last_mut()
        {
            let number = token.text.parse::<u32>();
            making.is_parameter =
                making.callee == Callee::Bind && number.is_ok_and(|number| number < PORTS);
        }
    }

    fn string(&mut self, token: Token<'t>) {
        let is_argument = self.follows_callee();
        if !is_argument {
            self.operand(&literal(token.text), token, true);
            return;
        }
        // `listen "…"`
        let name = self.callee().map(|token| self.function(token));
        self.end_run();
        if let Some(name) = name.filter(|name| is_known(name)) {
            self.making.push(Making::new(name, &self.given));
            self.push(Open::Call);
            self.operand(&literal(token.text), token, true);
            self.closing();
        }
    }

    fn name(&mut self, token: Token<'t>, next: Option<&Token<'t>>) {
        let is_field = self.before[0].is_some_and(|token| token.is(b'.') || token.is(b':'));
        let goes_on = next.is_some_and(|next| {
            next.kind == Kind::String
                || matches!(
                    next.kind,
                    Kind::Sign(b'.' | b':' | b'(' | b'[' | b'{' | b'=')
                )
        });
        if is_field || goes_on || !self.is_in_call() {
            self.end_run();
            return;
        }
        let names_script = self.making.last().is_some_and(Making::may_run_shell);
        let value = if names_script {
            self.constants.script(token.text)
        } else {
            self.constants.text(token.text)
        };
        match value.map(str::to_owned) {
            Some(value) => self.operand(&value, token, false),
            None => self.end_run(),
        }
    }

    /// A string among what a call is given.
    fn operand(&mut self, value: &str, token: Token<'t>, is_literal: bool) {
        if !self.is_in_call() {
            self.end_run();
            return;
        }
        let Some(making) = self.making.last_mut() else {
            return;
        };
        let range = token.start..token.end();
        if making.arguments == u32::from(making.is_protected) {
            self.given.add_part(value, &range, is_literal);
        }
        match &mut self.run {
            Some(run) if run.awaits_more => {
                run.value.push_str(value);
                run.range.end = range.end;
                run.awaits_more = false;
            }
            _ => {
                self.end_run();
                self.run = Some(Run {
                    value: value.to_owned(),
                    range,
                    awaits_more: false,
                });
            }
        }
    }

    fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            self.given.strings.push(&run.value, &run.range);
        }
    }

    /// Ends the last of the calls.
    fn finish(&mut self) {
        if let Some(making) = self.making.pop() {
            making.judge(&mut self.given, self.text, self.judge);
        }
    }
}
