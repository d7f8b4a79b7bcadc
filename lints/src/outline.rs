//! The shape of lexed C: which bracket encloses a token, where its statement begins, which braces are functions.
//!
//! Works on any text. Each branch of a conditional starts from the brackets that were open at its `#if`,
//! so that `#if A … { #else … { #endif` counts one brace. No expression is understood here.

mod attribute;
mod conditional;
mod head;
mod near;
mod old_style;

pub(crate) use attribute::is_attribute_word;
pub(crate) use conditional::Conditionals;
use head::Head;
use near::{Numbers, OTHER};

use crate::lexer::{Kind, Lexed, Token, spelling};
use crate::source::to_u32;

/// No token.
pub(crate) const NONE: u32 = u32::MAX;

/// The shape of one stream of tokens.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// What is open around each token; for a closing bracket its partner tells.
    parents: Numbers<false>,
    begins: Numbers<false>,
    /// For each bracket the other one of its pair.
    partners: Numbers<true>,
    /// The function definitions in order.
    pub(crate) functions: Vec<Function>,
}

/// A function definition, all fields are token indices.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// The first token of the definition.
    pub(crate) begin: u32,
    pub(crate) name: u32,
    /// The braces of the body.
    pub(crate) open: u32,
    pub(crate) close: u32,
}

/// The outline of the code of a text.
pub(crate) fn outline(lexed: &Lexed<'_>) -> (Outline, Conditionals) {
    let mut builder = Builder::new(lexed.text, &lexed.code);
    let mut conditionals = Conditionals::default();
    let mut directives = lexed.directives.iter().peekable();
    for index in 0..lexed.code.len() {
        while let Some(directive) = directives.next_if(|next| next.at as usize <= index) {
            conditionals.step(lexed, directive, &mut builder.state);
        }
        builder.token(index);
    }
    for directive in directives {
        conditionals.step(lexed, directive, &mut builder.state);
    }
    conditionals.finish(to_u32(lexed.text.len()));
    (builder.finish(), conditionals)
}

/// The outline of tokens without directives: the body of a macro.
pub(crate) fn outline_of(text: &str, tokens: &[Token]) -> Outline {
    let mut builder = Builder::new(text, tokens);
    for index in 0..tokens.len() {
        builder.token(index);
    }
    builder.finish()
}

impl Outline {
    /// The innermost bracket that is open around a token; for a closing bracket its opening one.
    pub(crate) fn parent(&self, index: usize) -> u32 {
        match self.parents.get(index) {
            OTHER => self.partners.get(index),
            parent => parent,
        }
    }

    /// The first token of the statement, declaration or bracket content of a token.
    pub(crate) fn begin(&self, index: usize) -> u32 {
        // A closing bracket belongs to the statement of its opening one.
        match self.begins.get(index) {
            OTHER => self.begins.get(self.partners.get(index) as usize),
            begin => begin,
        }
    }

    /// The closing bracket of an opening one.
    pub(crate) fn close(&self, index: usize) -> u32 {
        if self.parents.get(index) == OTHER {
            NONE
        } else {
            self.partners.get(index)
        }
    }

    /// The function whose body or head holds a token.
    pub(crate) fn function_at(&self, index: usize) -> Option<&Function> {
        self.function_number_at(index)
            .map(|number| &self.functions[number])
    }

    /// The number of that function.
    pub(crate) fn function_number_at(&self, index: usize) -> Option<usize> {
        let after = self
            .functions
            .partition_point(|function| function.begin as usize <= index);
        let number = after.checked_sub(1)?;
        (index <= self.functions[number].close as usize).then_some(number)
    }
}

/// What is open at a point of the text. Cheap to copy: the brackets themselves are linked through `parent`.
#[derive(Clone, Copy, Debug)]
struct State {
    /// The innermost open bracket.
    top: u32,
    /// The innermost open brace.
    brace: u32,
    /// Open braces of `extern "C"`, which are no scope.
    linkage: u32,
    /// The first token of the current statement; [`NONE`] when the next token begins one.
    begin: u32,
}

struct Builder<'a> {
    text: &'a str,
    tokens: &'a [Token],
    state: State,
    outline: Outline,
    /// For each brace the one around it.
    braces: Numbers<false>,
    head: Head,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self {
            text,
            tokens,
            state: State {
                top: NONE,
                brace: NONE,
                linkage: 0,
                begin: NONE,
            },
            outline: Outline {
                parents: Numbers::new(tokens.len()),
                begins: Numbers::new(tokens.len()),
                partners: Numbers::new(tokens.len()),
                functions: Vec::new(),
            },
            braces: Numbers::new(tokens.len()),
            head: Head::default(),
        }
    }

    fn token(&mut self, index: usize) {
        let kind = self.tokens[index].kind;
        let at = to_u32(index);
        if kind.closes() {
            return self.closing(index);
        }
        if self.state.begin == NONE {
            self.state.begin = at;
        }
        self.outline.parents.push(self.state.top);
        self.outline.begins.push(self.state.begin);
        match kind {
            Kind::Semicolon => self.state.begin = NONE,
            Kind::BraceOpen if self.opens_linkage(index) => {
                self.state.linkage += 1;
                self.state.begin = NONE;
            }
            _ if kind.opens() => self.opening(index),
            _ => {}
        }
    }

    fn opening(&mut self, index: usize) {
        if self.tokens[index].kind == Kind::BraceOpen {
            self.braces.set(index, self.state.brace);
            self.state.brace = to_u32(index);
            if self.state.top == NONE
                && let Some(function) = self.function_head(index)
            {
                self.outline.functions.push(function);
            }
        }
        self.state.top = to_u32(index);
        self.state.begin = NONE;
    }

    fn closing(&mut self, index: usize) {
        let opener = self.opener(self.tokens[index].kind);
        if opener == NONE {
            self.stray(index);
            return;
        }
        let open = opener as usize;
        self.outline.parents.push(OTHER);
        self.outline.begins.push(OTHER);
        self.outline.partners.set(index, opener);
        // Each branch of a conditional may close it.
        if self.outline.partners.get(open) == NONE {
            self.outline.partners.set(open, to_u32(index));
        }
        self.state.top = self.outline.parent(open);
        self.state.begin = self.outline.begin(open);
        if self.tokens[index].kind == Kind::BraceClose
            && (self.closes_function(opener, index) || self.is_block(open))
        {
            self.state.begin = NONE;
        }
    }

    /// The innermost open bracket that fits a closing one; what is open within it never closes.
    fn opener(&mut self, kind: Kind) -> u32 {
        let wanted = match kind {
            Kind::ParenClose => Kind::ParenOpen,
            Kind::BracketClose => Kind::BracketOpen,
            _ => return self.innermost_brace(),
        };
        let mut top = self.state.top;
        // A few brackets of the wrong kind are looked past, a brace never is.
        for _ in 0..16 {
            match self.tokens.get(top as usize).map(|token| token.kind) {
                Some(found) if found == wanted => return top,
                None | Some(Kind::BraceOpen) => return NONE,
                Some(_) => top = self.outline.parent(top as usize),
            }
        }
        NONE
    }

    /// A closing brace closes whatever is open in it.
    fn innermost_brace(&mut self) -> u32 {
        let around = self.braces.get(self.state.brace as usize);
        std::mem::replace(&mut self.state.brace, around)
    }

    /// A closing bracket that nothing opened.
    fn stray(&mut self, index: usize) {
        let begin = match self.state.begin {
            NONE => to_u32(index),
            begin => begin,
        };
        self.outline.parents.push(self.state.top);
        self.outline.begins.push(begin);
        if self.tokens[index].kind == Kind::BraceClose {
            self.state.linkage = self.state.linkage.saturating_sub(1);
            self.state.begin = NONE;
        }
    }

    fn closes_function(&mut self, opener: u32, index: usize) -> bool {
        match self.outline.functions.last_mut() {
            Some(function) if function.open == opener => {
                function.close = to_u32(index);
                true
            }
            _ => false,
        }
    }

    /// Whether a brace opens a block of statements, not a type or an initialiser.
    fn is_block(&self, open: usize) -> bool {
        let Some(before) = open.checked_sub(1) else {
            return true;
        };
        let token = self.tokens[before];
        match token.kind {
            Kind::ParenClose
            | Kind::BraceOpen
            | Kind::BraceClose
            | Kind::Semicolon
            | Kind::Colon
            | Kind::ParenOpen => true,
            Kind::Identifier => matches!(&*spelling(self.text, token), "else" | "do"),
            _ => false,
        }
    }

    /// Whether a brace is that of `extern "C" {`.
    fn opens_linkage(&self, index: usize) -> bool {
        index >= 2
            && self.state.top == NONE
            && self.tokens[index - 1].kind == Kind::String
            && spelling(self.text, self.tokens[index - 2]) == "extern"
    }

    fn finish(mut self) -> Outline {
        self.outline.parents.finish();
        self.outline.begins.finish();
        self.outline.partners.finish();
        self.outline
    }
}
