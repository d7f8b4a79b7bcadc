//! Statements.

use super::words::Word;
use super::{Read, Reader, Refusal};
use crate::flow::tree::{Id, Made, Sign, Syntax};
use crate::lexer::Kind;

impl Reader<'_> {
    /// `{ … }`.
    pub(super) fn block(&mut self) -> Read<Id> {
        let first = self.at;
        let mark = self.pending.len();
        self.expect(Kind::BraceOpen)?;
        while !self.takes(Kind::BraceClose) {
            // There may be very many that are empty.
            if self.takes(Kind::Semicolon) {
                continue;
            }
            let item = match self.word() {
                Some(Word::Case | Word::Default) => self.deeper(Self::case)?,
                _ => self.item()?,
            };
            self.pending.push(item);
        }
        self.close(Syntax::Block, first, mark)
    }

    /// A declaration or a statement.
    fn item(&mut self) -> Read<Id> {
        if self.declaration_follows() {
            self.declaration()
        } else {
            self.statement()
        }
    }

    fn statement(&mut self) -> Read<Id> {
        self.deeper(Self::any_statement)
    }

    fn any_statement(&mut self) -> Read<Id> {
        match self.kind() {
            Some(Kind::BraceOpen) => return self.block(),
            Some(Kind::Identifier) => {}
            _ => return self.expression_statement(),
        }
        match self.word() {
            Some(Word::If) => self.if_statement(),
            Some(Word::While) => self.while_statement(),
            Some(Word::For) => self.for_statement(),
            Some(Word::Do) => self.do_statement(),
            Some(Word::Switch) => self.switch_statement(),
            Some(Word::Return) => self.return_statement(),
            Some(Word::Break) => self.jump(Syntax::Break),
            Some(Word::Continue) => self.jump(Syntax::Continue),
            Some(Word::Goto) => self.goto_statement(),
            Some(Word::Name) if self.body.kind(self.at + 1) == Some(Kind::Colon) => self.labeled(),
            _ => self.expression_statement(),
        }
    }

    fn expression_statement(&mut self) -> Read<Id> {
        let first = self.at;
        let mark = self.pending.len();
        if self.kind() != Some(Kind::Semicolon) {
            let expression = self.list()?;
            // `TYPE(x) *name;` is a declaration: nobody multiplies for nothing.
            if self.nodes.tree(expression).syntax() == Syntax::Binary {
                return Err(Refusal::Unsure);
            }
            self.pending.push(expression);
        }
        self.expect(Kind::Semicolon)?;
        self.close(Syntax::ExpressionStatement, first, mark)
    }

    /// `( … )` behind `if` and its like.
    fn condition(&mut self) -> Read<Id> {
        let first = self.at;
        self.expect(Kind::ParenOpen)?;
        let inner = self.list()?;
        self.expect(Kind::ParenClose)?;
        self.node(Syntax::Parenthesized, Sign::None, first, &[inner])
    }

    fn if_statement(&mut self) -> Read<Id> {
        let first = self.at;
        let mark = self.pending.len();
        self.at += 1;
        let condition = self.condition()?;
        self.pending.push(condition);
        let consequence = self.statement()?;
        self.pending.push(consequence);
        if self.takes_word(Word::Else) {
            let alternative = self.statement()?;
            self.pending.push(alternative);
        }
        self.close(Syntax::If, first, mark)
    }

    fn while_statement(&mut self) -> Read<Id> {
        let first = self.at;
        self.at += 1;
        let condition = self.condition()?;
        let body = self.statement()?;
        self.node(Syntax::While, Sign::None, first, &[condition, body])
    }

    fn for_statement(&mut self) -> Read<Id> {
        let first = self.at;
        self.at += 1;
        self.expect(Kind::ParenOpen)?;
        let initializer = if self.declaration_follows() {
            self.declaration()?
        } else {
            self.list_before(Kind::Semicolon)?
        };
        let condition = self.list_before(Kind::Semicolon)?;
        let update = self.list_before(Kind::ParenClose)?;
        let body = self.statement()?;
        let parts = [initializer, condition, update, body];
        self.node(Syntax::For, Sign::None, first, &parts)
    }

    /// An expression, if one is there, and the token behind it.
    fn list_before(&mut self, end: Kind) -> Read<Id> {
        let list = if self.kind() == Some(end) {
            self.absent()
        } else {
            self.list()?
        };
        self.expect(end)?;
        Ok(list)
    }

    fn do_statement(&mut self) -> Read<Id> {
        let first = self.at;
        self.at += 1;
        let body = self.statement()?;
        if !self.takes_word(Word::While) {
            return Err(Refusal::Unsure);
        }
        let condition = self.condition()?;
        self.expect(Kind::Semicolon)?;
        self.node(Syntax::Do, Sign::None, first, &[body, condition])
    }

    fn switch_statement(&mut self) -> Read<Id> {
        let first = self.at;
        self.at += 1;
        let condition = self.condition()?;
        let body = self.block()?;
        self.node(Syntax::Switch, Sign::None, first, &[condition, body])
    }

    /// `case …:` or `default:` with the statements up to the next one.
    fn case(&mut self) -> Read<Id> {
        let first = self.at;
        let mark = self.pending.len();
        let value = if self.takes_word(Word::Default) {
            self.absent()
        } else {
            self.at += 1;
            self.expression()?
        };
        self.pending.push(value);
        self.expect(Kind::Colon)?;
        loop {
            let ends = match self.kind() {
                Some(Kind::BraceClose) | None => true,
                _ => matches!(self.word(), Some(Word::Case | Word::Default)),
            };
            if ends {
                return self.close(Syntax::Case, first, mark);
            }
            let item = self.item()?;
            self.pending.push(item);
        }
    }

    fn labeled(&mut self) -> Read<Id> {
        let first = self.at;
        self.at += 2;
        let statement = self.item()?;
        self.node(Syntax::Labeled, Sign::None, first, &[statement])
    }

    fn goto_statement(&mut self) -> Read<Id> {
        let first = self.at;
        self.at += 1;
        let name = self.name()?;
        self.expect(Kind::Semicolon)?;
        let made = Made {
            name,
            ..Made::plain(Syntax::Goto, first..self.at)
        };
        self.close_with(&made, self.pending.len())
    }

    fn jump(&mut self, syntax: Syntax) -> Read<Id> {
        let first = self.at;
        self.at += 1;
        self.expect(Kind::Semicolon)?;
        self.close(syntax, first, self.pending.len())
    }

    fn return_statement(&mut self) -> Read<Id> {
        let first = self.at;
        let mark = self.pending.len();
        self.at += 1;
        if self.kind() != Some(Kind::Semicolon) {
            let value = self.list()?;
            self.pending.push(value);
        }
        self.expect(Kind::Semicolon)?;
        self.close(Syntax::Return, first, mark)
    }
}
