//! Expressions, by precedence.

use super::words::Word;
use super::{Read, Reader, Refusal};
use crate::flow::tree::{Id, Made, Sign, Syntax};
use crate::lexer::Kind;

impl Reader<'_> {
    /// Expressions with commas between them.
    pub(super) fn list(&mut self) -> Read<Id> {
        let first = self.at;
        let expression = self.expression()?;
        if self.kind() != Some(Kind::Comma) {
            return Ok(expression);
        }
        let mark = self.pending.len();
        self.pending.push(expression);
        while self.takes(Kind::Comma) {
            let next = self.expression()?;
            self.pending.push(next);
        }
        self.close(Syntax::Comma, first, mark)
    }

    /// One expression: an assignment or anything that binds closer.
    pub(super) fn expression(&mut self) -> Read<Id> {
        self.deeper(Self::assignment)
    }

    fn assignment(&mut self) -> Read<Id> {
        let first = self.at;
        let left = self.conditional()?;
        if self.kind() != Some(Kind::Assign) {
            return Ok(left);
        }
        let may_be_assigned = matches!(
            self.nodes.tree(left).syntax(),
            Syntax::Identifier
                | Syntax::Call
                | Syntax::Member
                | Syntax::Pointer
                | Syntax::Subscript
                | Syntax::Parenthesized
        );
        if !may_be_assigned {
            return Err(Refusal::Unsure);
        }
        let sign = if self.body.word(self.at) == "=" {
            Sign::Assign
        } else {
            Sign::None
        };
        self.at += 1;
        let right = self.expression()?;
        self.node(Syntax::Assignment, sign, first, &[left, right])
    }

    fn conditional(&mut self) -> Read<Id> {
        let first = self.at;
        let condition = self.binary(1)?;
        if !self.takes(Kind::Question) {
            return Ok(condition);
        }
        let yes = if self.kind() == Some(Kind::Colon) {
            self.absent()
        } else {
            self.deeper(Self::list)?
        };
        self.expect(Kind::Colon)?;
        let no = self.expression()?;
        self.node(
            Syntax::Conditional,
            Sign::None,
            first,
            &[condition, yes, no],
        )
    }

    /// Binary operators that bind at least so close.
    fn binary(&mut self, least: u8) -> Read<Id> {
        let first = self.at;
        let mut left = self.unary()?;
        while let Some((precedence, sign)) = self.binary_operator() {
            if precedence < least {
                break;
            }
            self.at += 1;
            let right = self.deeper(|reader| reader.binary(precedence + 1))?;
            left = self.node(Syntax::Binary, sign, first, &[left, right])?;
        }
        Ok(left)
    }

    fn binary_operator(&self) -> Option<(u8, Sign)> {
        match self.kind()? {
            Kind::Star => return Some((10, Sign::None)),
            Kind::Ampersand => return Some((5, Sign::None)),
            Kind::Operator => {}
            _ => return None,
        }
        Some(match self.body.word(self.at) {
            "||" => (1, Sign::Or),
            "&&" => (2, Sign::And),
            "|" => (3, Sign::None),
            "^" => (4, Sign::None),
            "==" => (6, Sign::Equal),
            "!=" => (6, Sign::NotEqual),
            "<" => (7, Sign::Less),
            "<=" => (7, Sign::LessEqual),
            ">" => (7, Sign::Greater),
            ">=" => (7, Sign::GreaterEqual),
            "<<" | ">>" => (8, Sign::None),
            "+" | "-" => (9, Sign::None),
            "/" | "%" => (10, Sign::None),
            _ => return None,
        })
    }

    fn unary(&mut self) -> Read<Id> {
        let first = self.at;
        let (syntax, sign) = match self.kind() {
            Some(Kind::Star) => (Syntax::Pointer, Sign::None),
            Some(Kind::Ampersand) => (Syntax::Pointer, Sign::Address),
            Some(Kind::Operator) => match self.body.word(first) {
                "!" => (Syntax::Unary, Sign::Not),
                "-" => (Syntax::Unary, Sign::Minus),
                "~" | "+" => (Syntax::Unary, Sign::None),
                "++" | "--" => (Syntax::Update, Sign::None),
                _ => return Err(Refusal::Unsure),
            },
            Some(Kind::ParenOpen) => return self.parenthesis(),
            _ => {
                let primary = self.primary()?;
                return self.postfix(first, primary);
            }
        };
        self.at += 1;
        let operand = self.deeper(Self::unary)?;
        self.node(syntax, sign, first, &[operand])
    }

    /// A cast, a compound literal or an expression in parentheses.
    fn parenthesis(&mut self) -> Read<Id> {
        let first = self.at;
        if self.takes_type_in_parentheses()? {
            return self.behind_type(first);
        }
        let is_name = self.word_at(first + 1) == Some(Word::Name)
            && self.body.kind(first + 2) == Some(Kind::ParenClose);
        if is_name && self.operand_begins(first + 3) {
            self.at += 3;
            return self.behind_type(first);
        }
        self.at += 1;
        if self.kind() == Some(Kind::BraceOpen) {
            return Err(Refusal::Unsure);
        }
        let inner = self.deeper(Self::list)?;
        self.expect(Kind::ParenClose)?;
        let node = self.node(Syntax::Parenthesized, Sign::None, first, &[inner])?;
        self.postfix(first, node)
    }

    /// Whether a token begins an operand and nothing else: a name in parentheses before it is a type. Of what
    /// could be an operator, too, the grammar says as well that it is one.
    fn operand_begins(&self, index: usize) -> bool {
        match self.body.kind(index) {
            Some(
                Kind::Identifier | Kind::Number | Kind::String | Kind::Character | Kind::BraceOpen,
            ) => true,
            Some(Kind::Operator) => matches!(self.body.word(index), "!" | "~"),
            _ => false,
        }
    }

    /// What stands behind a type in parentheses: a compound literal, or the operand of a cast.
    fn behind_type(&mut self, first: usize) -> Read<Id> {
        if self.kind() == Some(Kind::BraceOpen) {
            let list = self.deeper(Self::initializer_list)?;
            let literal = self.node(Syntax::Parts, Sign::None, first, &[list])?;
            return self.postfix(first, literal);
        }
        let value = self.deeper(Self::unary)?;
        self.node(Syntax::Cast, Sign::None, first, &[value])
    }

    fn primary(&mut self) -> Read<Id> {
        let first = self.at;
        let syntax = match self.kind() {
            Some(Kind::Number) => Syntax::Number,
            Some(Kind::String) => return self.strings(),
            Some(Kind::Character) if self.is_closed(first, b'\'') => Syntax::Parts,
            Some(Kind::Identifier) => match Word::of(self.body.word(first)) {
                Word::Name if self.body.kind(first + 1) == Some(Kind::String) => {
                    return self.strings();
                }
                Word::Name => Syntax::Identifier,
                Word::Null => Syntax::Null,
                Word::True => Syntax::True,
                Word::False => Syntax::False,
                Word::Sizeof => return self.size_of(),
                Word::Offsetof => return self.offset_of(),
                _ => return Err(Refusal::Unsure),
            },
            _ => return Err(Refusal::Unsure),
        };
        self.at += 1;
        self.node(syntax, Sign::None, first, &[])
    }

    /// A string, or several pieces, some of which may be macros.
    fn strings(&mut self) -> Read<Id> {
        let first = self.at;
        loop {
            match self.kind() {
                Some(Kind::String) if self.is_closed(self.at, b'"') => {}
                Some(Kind::Identifier) if self.word() == Some(Word::Name) => {}
                Some(Kind::String | Kind::Identifier) => return Err(Refusal::Unsure),
                _ => break,
            }
            self.at += 1;
        }
        let syntax = if self.at == first + 1 {
            Syntax::String
        } else {
            Syntax::Parts
        };
        self.node(syntax, Sign::None, first, &[])
    }

    /// Whether a literal is one that the grammar knows: with both quotes, and not raw.
    fn is_closed(&self, index: usize, quote: u8) -> bool {
        let word = self.body.word(index);
        let bytes = word.as_bytes();
        let open = bytes.iter().position(|&byte| byte == quote);
        let begins = open.is_some_and(|open| matches!(&word[..open], "" | "L" | "u" | "U" | "u8"));
        // An empty character is none, an empty string is one.
        let least = open.unwrap_or(0) + 2 + usize::from(quote == b'\'');
        begins && bytes.len() >= least && bytes.ends_with(&[quote])
    }

    /// `sizeof` of a type or an expression: it is read, but nothing of it is evaluated.
    fn size_of(&mut self) -> Read<Id> {
        let first = self.at;
        self.at += 1;
        if self.kind() != Some(Kind::ParenOpen) {
            self.deeper(Self::unary)?;
        } else if !self.takes_type_in_parentheses()? {
            self.at += 1;
            self.deeper(Self::list)?;
            self.expect(Kind::ParenClose)?;
        }
        // What could belong to the operand as well is left to the grammar.
        let is_open = matches!(
            self.kind(),
            Some(Kind::Dot | Kind::Arrow | Kind::BracketOpen | Kind::ParenOpen | Kind::BraceOpen)
        );
        if is_open {
            return Err(Refusal::Unsure);
        }
        self.node(Syntax::Unevaluated, Sign::None, first, &[])
    }

    /// `offsetof(type, member)`.
    fn offset_of(&mut self) -> Read<Id> {
        let first = self.at;
        self.at += 1;
        self.expect(Kind::ParenOpen)?;
        self.type_name()?;
        self.expect(Kind::Comma)?;
        self.name()?;
        self.expect(Kind::ParenClose)?;
        self.node(Syntax::Unevaluated, Sign::None, first, &[])
    }

    /// Calls, indices, members and `++` behind an expression.
    fn postfix(&mut self, first: usize, expression: Id) -> Read<Id> {
        let mut left = expression;
        loop {
            left = match self.kind() {
                Some(Kind::ParenOpen) => self.call(first, left)?,
                Some(Kind::BracketOpen) => {
                    self.at += 1;
                    let index = self.expression()?;
                    self.expect(Kind::BracketClose)?;
                    self.node(Syntax::Subscript, Sign::None, first, &[left, index])?
                }
                Some(kind @ (Kind::Dot | Kind::Arrow)) => {
                    self.at += 1;
                    let name = self.name()?;
                    let made = Made {
                        name,
                        sign: if kind == Kind::Arrow {
                            Sign::Arrow
                        } else {
                            Sign::None
                        },
                        ..Made::plain(Syntax::Member, first..self.at)
                    };
                    let mark = self.pending.len();
                    self.pending.push(left);
                    self.close_with(&made, mark)?
                }
                Some(Kind::Operator) if matches!(self.body.word(self.at), "++" | "--") => {
                    self.at += 1;
                    self.node(Syntax::Update, Sign::None, first, &[left])?
                }
                _ => return Ok(left),
            };
        }
    }

    fn call(&mut self, first: usize, function: Id) -> Read<Id> {
        let mark = self.pending.len();
        self.pending.push(function);
        self.at += 1;
        if !self.takes(Kind::ParenClose) {
            loop {
                let argument = self.expression()?;
                self.pending.push(argument);
                if self.takes(Kind::ParenClose) {
                    break;
                }
                self.expect(Kind::Comma)?;
            }
        }
        self.close(Syntax::Call, first, mark)
    }
}
