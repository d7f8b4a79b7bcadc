//! Declarations of variables, the names of types, initialisers.

use super::words::Word;
use super::{Read, Reader, Refusal};
use crate::flow::tree::{Id, Made, Sign, Syntax};
use crate::lexer::Kind;

impl Reader<'_> {
    /// Whether a declaration begins here: with a word of declarations, or with two names, stars between them.
    pub(super) fn declaration_follows(&self) -> bool {
        match self.word() {
            Some(
                Word::Static
                | Word::Storage
                | Word::Qualifier
                | Word::Tagged
                | Word::Primitive
                | Word::Sized,
            ) => true,
            Some(Word::Name) => self.declarator_follows(self.at + 1),
            _ => false,
        }
    }

    /// Whether what stands behind a name makes it a type. `a * b;` is a declaration for the grammar, too.
    fn declarator_follows(&self, index: usize) -> bool {
        let mut at = index;
        let mut stars = 0;
        loop {
            match self.body.kind(at) {
                Some(Kind::Star) => stars += 1,
                Some(Kind::Identifier) => match self.word_at(at) {
                    Some(Word::Qualifier) => {}
                    Some(Word::Name) => break,
                    _ => return false,
                },
                _ => return false,
            }
            at += 1;
        }
        stars == 0
            || matches!(
                self.body.kind(at + 1),
                Some(Kind::Semicolon | Kind::Comma | Kind::BracketOpen | Kind::Assign)
            )
    }

    pub(super) fn declaration(&mut self) -> Read<Id> {
        let first = self.at;
        let mark = self.pending.len();
        let is_static = self.specifiers()?;
        if self.body.kind(self.at - 1) == Some(Kind::BraceClose) && self.takes(Kind::Semicolon) {
            return self.close(Syntax::Types, first, mark);
        }
        loop {
            let declarator = self.deeper(Self::declarator)?;
            self.pending.push(declarator);
            if self.takes(Kind::Semicolon) {
                break;
            }
            self.expect(Kind::Comma)?;
        }
        let sign = if is_static { Sign::Static } else { Sign::None };
        self.close_signed(Syntax::Declaration, sign, first, mark)
    }

    /// Storage classes, qualifiers and one type; answers whether `static` is among them.
    fn specifiers(&mut self) -> Read<bool> {
        let first = self.at;
        let mut is_static = false;
        let mut has_type = false;
        loop {
            match self.word() {
                Some(Word::Static) => is_static = true,
                Some(Word::Storage | Word::Qualifier) => {}
                Some(Word::Tagged | Word::Primitive | Word::Sized) if !has_type => {
                    self.type_specifier()?;
                    has_type = true;
                    continue;
                }
                // `auto p = …`: the type is that of the value.
                Some(Word::Name)
                    if !has_type
                        && self.at > first
                        && self.body.kind(self.at + 1) == Some(Kind::Assign) =>
                {
                    return Ok(is_static);
                }
                Some(Word::Name) if !has_type => has_type = true,
                _ if has_type => return Ok(is_static),
                _ => return Err(Refusal::Unsure),
            }
            self.at += 1;
        }
    }

    /// One type: a tagged one, a primitive one, or words like `unsigned long int`.
    fn type_specifier(&mut self) -> Read<()> {
        match self.word() {
            Some(Word::Tagged) => {
                self.at += 1;
                if self.kind() != Some(Kind::BraceOpen) {
                    self.name()?;
                }
                if self.kind() == Some(Kind::BraceOpen) {
                    self.members()?;
                }
            }
            Some(Word::Primitive | Word::Name) => self.at += 1,
            Some(Word::Sized) => {
                let mut primitives = 0;
                loop {
                    match self.word() {
                        Some(Word::Sized) => {}
                        Some(Word::Primitive) => primitives += 1,
                        _ => break,
                    }
                    self.at += 1;
                }
                if primitives > 1 {
                    return Err(Refusal::Unsure);
                }
            }
            _ => return Err(Refusal::Unsure),
        }
        // `long int long` and `int unsigned` are left to the grammar.
        if matches!(self.word(), Some(Word::Sized | Word::Primitive)) {
            return Err(Refusal::Unsure);
        }
        Ok(())
    }

    /// The braces of a type: nothing in them is evaluated.
    fn members(&mut self) -> Read<()> {
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                Some(Kind::BraceOpen) => depth += 1,
                Some(Kind::BraceClose) => depth -= 1,
                None | Some(Kind::Unknown | Kind::Hash | Kind::Paste) => {
                    return Err(Refusal::Unsure);
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Stars, a name, what stands behind it, and perhaps an initialiser.
    fn declarator(&mut self) -> Read<Id> {
        let first = self.at;
        let mut is_pointer = self.stars();
        let name = if self.takes(Kind::ParenOpen) {
            // `(*name)(…)`.
            is_pointer |= self.stars();
            let name = self.name()?;
            self.expect(Kind::ParenClose)?;
            self.parameters()?;
            if !is_pointer {
                return Err(Refusal::Unsure);
            }
            name
        } else {
            let name = self.name()?;
            self.dimensions()?;
            name
        };
        let mark = self.pending.len();
        if self.kind() == Some(Kind::Assign) {
            if self.body.word(self.at) != "=" {
                return Err(Refusal::Unsure);
            }
            self.at += 1;
            let value = self.initializer()?;
            self.pending.push(value);
        }
        let made = Made {
            name,
            sign: if is_pointer {
                Sign::PointerTo
            } else {
                Sign::None
            },
            ..Made::plain(Syntax::Declarator, first..self.at)
        };
        self.close_with(&made, mark)
    }

    /// Stars and qualifiers among them; answers whether there are any.
    fn stars(&mut self) -> bool {
        let first = self.at;
        while self.takes(Kind::Star) {
            while self.takes_word(Word::Qualifier) {}
        }
        self.at > first
    }

    /// `[…][…]`.
    fn dimensions(&mut self) -> Read<()> {
        while self.takes(Kind::BracketOpen) {
            if self.kind() != Some(Kind::BracketClose) {
                self.expression()?;
            }
            self.expect(Kind::BracketClose)?;
        }
        Ok(())
    }

    /// The parameters of a pointer to a function: types, with or without names, none of them with brackets.
    fn parameters(&mut self) -> Read<()> {
        self.expect(Kind::ParenOpen)?;
        if self.takes(Kind::ParenClose) {
            return Ok(());
        }
        loop {
            if !self.takes(Kind::Ellipsis) {
                self.specifiers()?;
                self.stars();
                if self.word() == Some(Word::Name) {
                    self.at += 1;
                }
            }
            if self.takes(Kind::ParenClose) {
                return Ok(());
            }
            self.expect(Kind::Comma)?;
        }
    }

    pub(super) fn initializer(&mut self) -> Read<Id> {
        if self.kind() == Some(Kind::BraceOpen) {
            self.deeper(Self::initializer_list)
        } else {
            self.expression()
        }
    }

    /// `{ a, .b = c, [d] = e }`: its parts are designators with expressions, and values.
    pub(super) fn initializer_list(&mut self) -> Read<Id> {
        let first = self.at;
        let mark = self.pending.len();
        self.expect(Kind::BraceOpen)?;
        while self.kind() != Some(Kind::BraceClose) {
            let item = if matches!(self.kind(), Some(Kind::Dot | Kind::BracketOpen)) {
                self.designated()?
            } else {
                self.initializer()?
            };
            self.pending.push(item);
            if !self.takes(Kind::Comma) {
                break;
            }
        }
        self.expect(Kind::BraceClose)?;
        self.close(Syntax::Parts, first, mark)
    }

    fn designated(&mut self) -> Read<Id> {
        let first = self.at;
        let mark = self.pending.len();
        loop {
            if self.takes(Kind::Dot) {
                self.name()?;
            } else if self.takes(Kind::BracketOpen) {
                let index = self.expression()?;
                self.pending.push(index);
                self.expect(Kind::BracketClose)?;
            } else {
                break;
            }
        }
        if self.kind() != Some(Kind::Assign) || self.body.word(self.at) != "=" {
            return Err(Refusal::Unsure);
        }
        self.at += 1;
        let value = self.initializer()?;
        self.pending.push(value);
        self.close(Syntax::Parts, first, mark)
    }

    /// Whether the parenthesis here holds the name of a type and nothing else; if so, it is read.
    pub(super) fn takes_type_in_parentheses(&mut self) -> Read<bool> {
        let open = self.at;
        self.expect(Kind::ParenOpen)?;
        let begins = matches!(
            self.word(),
            Some(Word::Qualifier | Word::Tagged | Word::Primitive | Word::Sized)
        );
        if begins {
            self.type_name()?;
            self.expect(Kind::ParenClose)?;
            return Ok(true);
        }
        // `(name *)` can be nothing else, `(name)` anything.
        if self.word() == Some(Word::Name) {
            self.at += 1;
            while self.takes_word(Word::Qualifier) {}
            if self.stars() && self.takes(Kind::ParenClose) {
                return Ok(true);
            }
        }
        self.at = open;
        Ok(false)
    }

    /// A type, qualifiers and stars.
    pub(super) fn type_name(&mut self) -> Read<()> {
        while self.takes_word(Word::Qualifier) {}
        self.type_specifier()?;
        while self.takes_word(Word::Qualifier) {}
        self.stars();
        Ok(())
    }
}
