//! Which strings the names of a Lua source hold: those that are set once, to literals and what is put together of them.

use rustc_hash::FxHashMap;

use super::lexer::{Kind, Lexer, Token};
use super::literal::literal;

/// Longer strings are nothing that a rule knows.
const LENGTH_CAP: usize = 4096;

/// The names of a source that are set once, to a string or to a function that a rule knows.
#[derive(Debug, Default)]
pub(super) struct Constants<'t> {
    /// `None` for a name that is set twice, or to something else.
    names: FxHashMap<&'t str, Option<Value<'t>>>,
}

/// What a name holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value<'t> {
    Text(Box<str>),
    /// A string in which `x` stands for what nobody knows.
    Partial(Box<str>),
    /// A function of some library, by its last name.
    Function(&'t str),
}

impl<'t> Constants<'t> {
    /// What the assignments of a source say. Functions are kept if they are known.
    pub(super) fn read(text: &'t str, is_known: fn(&str) -> bool) -> Self {
        let mut reader = Reader {
            constants: Self::default(),
            is_known,
            open: Vec::new(),
            targets: Vec::new(),
            value: None,
            before: None,
            in_attribute: false,
        };
        for token in Lexer::new(text).filter(|token| token.kind != Kind::Comment) {
            reader.read(token);
            reader.before = Some(token);
        }
        reader.end_statement();
        reader.constants
    }

    /// The string that a name holds.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.names.get(name)?.as_ref()? {
            Value::Text(text) => Some(text),
            Value::Partial(_) | Value::Function(_) => None,
        }
    }

    /// The string that a name holds, at least in part.
    pub(super) fn script(&self, name: &str) -> Option<&str> {
        match self.names.get(name)?.as_ref()? {
            Value::Text(text) | Value::Partial(text) => Some(text),
            Value::Function(_) => None,
        }
    }

    /// The function that a name stands for.
    pub(super) fn function(&self, name: &str) -> Option<&'t str> {
        match self.names.get(name)?.as_ref()? {
            Value::Function(name) => Some(name),
            Value::Text(_) | Value::Partial(_) => None,
        }
    }

    fn set(&mut self, name: &'t str, value: Option<Value<'t>>) {
        self.names
            .entry(name)
            .and_modify(|known| {
                if *known != value {
                    *known = None;
                }
            })
            .or_insert(value);
    }
}

/// What is open around a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Statements: a function, a loop, a branch.
    Block,
    /// Parentheses around a value that is being read.
    Value,
    /// What `format` is given: first the text.
    Format,
    Parameters,
    Other,
}

/// A value in the making.
struct Making<'t> {
    text: Option<String>,
    /// Something of the text is not known.
    has_gap: bool,
    wants_operand: bool,
    /// The last name, while the value is nothing but names with dots.
    path: Option<&'t str>,
}

impl Making<'_> {
    fn new() -> Self {
        Self {
            text: Some(String::new()),
            has_gap: false,
            wants_operand: true,
            path: None,
        }
    }

    /// It is nothing that is known.
    fn spoil(&mut self) {
        self.text = None;
        self.path = None;
        self.wants_operand = false;
    }

    fn append(&mut self, more: Option<&str>) {
        self.wants_operand = false;
        self.has_gap |= more.is_none();
        let more = more.unwrap_or(GAP);
        match &mut self.text {
            Some(text) if text.len() + more.len() <= LENGTH_CAP => text.push_str(more),
            _ => self.text = None,
        }
    }

    /// The name that was read is that of a function or a table: what it answers is not known, or what `format` does
    /// in part.
    fn call(&mut self) -> Open {
        let is_format = self.path == Some("format");
        self.path = None;
        self.has_gap = true;
        match &mut self.text {
            Some(text) if is_format && text == GAP => {
                text.clear();
                Open::Format
            }
            _ => Open::Other,
        }
    }
}

/// What nobody knows.
const GAP: &str = "x";

/// Whether a value may end with a token of this kind.
fn ends_value(kind: Option<Kind>) -> bool {
    matches!(
        kind,
        Some(
            Kind::Name
                | Kind::String
                | Kind::Number
                | Kind::Keyword
                | Kind::Sign(b')' | b']' | b'}')
        )
    )
}

struct Reader<'t> {
    constants: Constants<'t>,
    is_known: fn(&str) -> bool,
    open: Vec<Open>,
    /// What the statement sets: names, or something else.
    targets: Vec<Option<&'t str>>,
    /// The value of the first of them.
    value: Option<Making<'t>>,
    before: Option<Token<'t>>,
    /// Within `<const>`.
    in_attribute: bool,
}

impl<'t> Reader<'t> {
    fn read(&mut self, token: Token<'t>) {
        match token.kind {
            Kind::Keyword => self.keyword(token),
            Kind::Sign(sign @ (b'(' | b'{' | b'[')) => self.opening(sign),
            Kind::Sign(b')' | b'}' | b']') => self.closing(),
            _ if self.open.last() == Some(&Open::Parameters) => {
                if token.kind == Kind::Name {
                    self.constants.set(token.text, None);
                }
            }
            Kind::String if self.open.last() == Some(&Open::Format) => {
                let is_first = self.is_behind(b'(');
                if let Some(making) = self.value.as_mut().filter(|_| is_first) {
                    making.append(Some(&literal(token.text)));
                }
            }
            _ if !matches!(self.open.last(), None | Some(Open::Block | Open::Value)) => {}
            _ if self.value.is_some() => self.value(token),
            _ => self.target(token),
        }
    }

    fn keyword(&mut self, token: Token<'t>) {
        let is_level = matches!(self.open.last(), None | Some(Open::Block | Open::Value));
        match token.text {
            "or" if is_level && self.value.is_some() => self.value = Some(Making::new()),
            "and" | "not" | "true" | "false" | "nil" | "or" => {
                if let Some(making) = self.value.as_mut().filter(|_| is_level) {
                    making.spoil();
                }
            }
            "in" => {
                for name in std::mem::take(&mut self.targets).into_iter().flatten() {
                    self.constants.set(name, None);
                }
            }
            "function" | "if" | "do" | "repeat" => {
                if let Some(making) = &mut self.value {
                    making.spoil();
                }
                self.end_statement();
                self.open.push(Open::Block);
            }
            "end" | "until" => {
                self.end_statement();
                if self.open.last() == Some(&Open::Block) {
                    self.open.pop();
                }
            }
            _ if is_level => self.end_statement(),
            _ => {}
        }
    }

    fn opening(&mut self, sign: u8) {
        let is_level = matches!(self.open.last(), None | Some(Open::Block | Open::Value));
        let before = self.before;
        let is_header = before.is_some_and(|token| {
            token.is_keyword("function") || (token.kind == Kind::Name && self.targets.is_empty())
        });
        let open = match &mut self.value {
            Some(making) if is_level && making.wants_operand && sign == b'(' => Open::Value,
            Some(making) if is_level && sign != b'{' && making.path.is_some() => making.call(),
            Some(making) if is_level => {
                making.spoil();
                Open::Other
            }
            _ if sign == b'(' && is_header && self.open.last() == Some(&Open::Block) => {
                Open::Parameters
            }
            _ => Open::Other,
        };
        if is_level
            && self.value.is_none()
            && let Some(last) = self.targets.last_mut()
        {
            *last = None;
        }
        self.open.push(open);
    }

    fn is_behind(&self, sign: u8) -> bool {
        self.before.is_some_and(|token| token.is(sign))
    }

    fn closing(&mut self) {
        if !matches!(self.open.last(), None | Some(Open::Block)) {
            self.open.pop();
        }
    }

    /// A token of what stands before the `=`.
    fn target(&mut self, token: Token<'t>) {
        match token.kind {
            // `<const>`, or a comparison after all.
            Kind::Name if self.in_attribute && self.is_behind(b'<') => {}
            Kind::Sign(b'>') if self.in_attribute => self.in_attribute = false,
            _ if self.in_attribute => {
                self.in_attribute = false;
                self.targets.clear();
                self.target(token);
            }
            Kind::Sign(b'<') if !self.targets.is_empty() => self.in_attribute = true,
            Kind::Sign(b'=') if !self.targets.is_empty() => self.value = Some(Making::new()),
            Kind::Sign(b',') => {}
            Kind::Sign(b'.' | b':') => {
                if let Some(last) = self.targets.last_mut() {
                    *last = None;
                }
            }
            Kind::Name => {
                let is_header = self
                    .before
                    .is_some_and(|token| token.is_keyword("function"));
                if is_header || self.is_behind(b'.') || self.is_behind(b':') {
                    return;
                }
                if !self.is_behind(b',') {
                    self.targets.clear();
                }
                self.targets.push(Some(token.text));
            }
            _ => self.targets.clear(),
        }
    }

    /// A token of what stands behind the `=`.
    fn value(&mut self, token: Token<'t>) {
        let before = self.before.map(|token| token.kind);
        let Some(making) = &mut self.value else {
            return;
        };
        match token.kind {
            Kind::Sign(b',') => {
                self.end_value();
                self.value = Some(Making::new());
            }
            Kind::Sign(b';') => self.end_statement(),
            Kind::String if making.wants_operand => making.append(Some(&literal(token.text))),
            Kind::Concat if !making.wants_operand => {
                making.wants_operand = true;
                making.path = None;
            }
            Kind::Name if making.wants_operand => {
                making.has_gap |= self.constants.text(token.text).is_none();
                making.append(self.constants.script(token.text));
                making.path = Some(token.text);
            }
            Kind::Number if making.wants_operand => making.append(None),
            Kind::Name if matches!(before, Some(Kind::Sign(b'.'))) => {
                making.path = making.path.map(|_| token.text);
            }
            Kind::Name if matches!(before, Some(Kind::Sign(b':'))) => {
                making.path = Some(token.text);
            }
            Kind::Name if ends_value(before) => {
                self.end_statement();
                self.target(token);
            }
            // The operand of an operator.
            Kind::Name => {}
            Kind::Sign(b'.' | b':') => making.has_gap = true,
            _ => making.spoil(),
        }
    }

    /// Gives the first of the targets what was read.
    fn end_value(&mut self) {
        let Some(making) = self.value.take() else {
            return;
        };
        let known = self.is_known;
        let has_gap = making.has_gap;
        let is_known_text = |text: &String| !(making.wants_operand || has_gap && text == GAP);
        let value = match making.text.filter(is_known_text) {
            Some(text) if has_gap => Some(Value::Partial(text.into())),
            Some(text) => Some(Value::Text(text.into())),
            None => making.path.filter(|name| known(name)).map(Value::Function),
        };
        if !self.targets.is_empty()
            && let Some(name) = self.targets.remove(0)
        {
            self.constants.set(name, value);
        }
    }

    fn end_statement(&mut self) {
        if self.value.is_some() {
            self.end_value();
            for name in std::mem::take(&mut self.targets).into_iter().flatten() {
                self.constants.set(name, None);
            }
        }
        self.targets.clear();
        self.in_attribute = false;
    }
}
