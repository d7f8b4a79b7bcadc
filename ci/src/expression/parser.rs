//! Tokens to a tree, by recursive descent. Depth is limited as on GitHub, so the process stack is safe too.

use std::cmp::Ordering;

use super::{
    ErrorKind, ExpressionError,
    lexer::{Kind, Token, located, unexpected_symbol},
    scope::Scope,
    tree::{Comparison, Index, Node},
    value::Value,
};

/// GitHub's limit on nesting.
const DEEPEST: usize = 50;

type Result<T> = std::result::Result<T, ExpressionError>;

/// Parses all tokens of `text`; nothing for no tokens.
pub(super) fn parse<'a>(
    text: &'a str,
    tokens: &'a [Token<'a>],
    scope: &'a Scope<'a>,
) -> Result<Option<Node>> {
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser {
        text,
        tokens,
        next: 0,
        depth: 0,
        scope,
    };
    let node = parser.expression()?;
    if parser.next < tokens.len() {
        Err(parser.unexpected())
    } else {
        Ok(Some(node))
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token<'a>],
    next: usize,
    depth: usize,
    scope: &'a Scope<'a>,
}

impl<'a> Parser<'a> {
    fn expression(&mut self) -> Result<Node> {
        self.deeper(Self::or)
    }

    fn or(&mut self) -> Result<Node> {
        self.chain(&Kind::Or, Self::and, Node::Or)
    }

    fn and(&mut self) -> Result<Node> {
        self.chain(&Kind::And, Self::equality, Node::And)
    }

    /// One operand, or several with `operator` between them, which count as one level.
    fn chain(
        &mut self,
        operator: &Kind,
        operand: fn(&mut Self) -> Result<Node>,
        make: fn(Vec<Node>) -> Node,
    ) -> Result<Node> {
        let first = operand(self)?;
        if self.peek() != Some(operator) {
            return Ok(first);
        }
        let mut nodes = vec![first];
        self.deeper(|parser| {
            while parser.take(operator) {
                nodes.push(operand(parser)?);
            }
            Ok(())
        })?;
        Ok(make(nodes))
    }

    fn equality(&mut self) -> Result<Node> {
        let mut left = self.relation()?;
        loop {
            let accept = match self.peek() {
                Some(Kind::Equal) => Comparison::Equal,
                Some(Kind::NotEqual) => Comparison::NotEqual,
                _ => return Ok(left),
            };
            self.next += 1;
            let right = Box::new(self.relation()?);
            left = Node::Compare {
                left: Box::new(left),
                right,
                accept,
            };
        }
    }

    fn relation(&mut self) -> Result<Node> {
        let mut left = self.unary()?;
        loop {
            let accept = match self.peek() {
                Some(Kind::Less) => Comparison::Strict(Ordering::Less),
                Some(Kind::Greater) => Comparison::Strict(Ordering::Greater),
                Some(Kind::LessEqual) => Comparison::OrEqual(Ordering::Less),
                Some(Kind::GreaterEqual) => Comparison::OrEqual(Ordering::Greater),
                _ => return Ok(left),
            };
            self.next += 1;
            let right = Box::new(self.unary()?);
            left = Node::Compare {
                left: Box::new(left),
                right,
                accept,
            };
        }
    }

    fn unary(&mut self) -> Result<Node> {
        if !self.take(&Kind::Not) {
            return self.members();
        }
        let node = self.deeper(Self::unary)?;
        Ok(Node::Not(Box::new(node)))
    }

    /// A primary with its chain of members; literals have none.
    fn members(&mut self) -> Result<Node> {
        let may_have_members = matches!(self.peek(), Some(Kind::Name | Kind::LeftParen));
        let mut node = self.primary()?;
        let depth = self.depth;
        if !may_have_members {
            return Ok(node);
        }
        loop {
            let index = match self.peek() {
                Some(Kind::LeftBracket) => self.bracket()?,
                Some(Kind::Dot) => self.dot()?,
                _ => break,
            };
            self.enter()?;
            node = Node::Member(Box::new(node), Box::new(index));
        }
        self.depth = depth;
        Ok(node)
    }

    fn bracket(&mut self) -> Result<Index> {
        self.next += 1;
        let index = if self.take(&Kind::Star) {
            Index::Star
        } else {
            Index::Node(self.expression()?)
        };
        self.expect(&Kind::RightBracket)?;
        Ok(index)
    }

    fn dot(&mut self) -> Result<Index> {
        self.next += 1;
        match self.tokens.get(self.next) {
            Some(Token {
                kind: Kind::Name,
                text,
                ..
            }) => {
                self.next += 1;
                Ok(Index::Node(Node::Literal(Value::string(*text))))
            }
            Some(Token {
                kind: Kind::Star, ..
            }) => {
                self.next += 1;
                Ok(Index::Star)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn primary(&mut self) -> Result<Node> {
        let tokens = self.tokens;
        let Some(token) = tokens.get(self.next) else {
            return Err(self.unexpected());
        };
        let value = match &token.kind {
            Kind::Null => Value::Null,
            Kind::Boolean(value) => Value::Boolean(*value),
            Kind::Number(number) => Value::Number(*number),
            Kind::String(text) => Value::string(text.as_str()),
            Kind::Name => return self.name(token),
            Kind::LeftParen => return self.group(),
            _ => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(Node::Literal(value))
    }

    fn group(&mut self) -> Result<Node> {
        self.next += 1;
        let node = self.expression()?;
        self.expect(&Kind::RightParen)?;
        Ok(node)
    }

    fn name(&mut self, token: &Token<'_>) -> Result<Node> {
        self.next += 1;
        if self.take(&Kind::LeftParen) {
            return self.call(token);
        }
        if !self.scope.knows(token.text) {
            return Err(self.error_at(
                token,
                &format!("Unrecognized named-value: '{}'", token.text),
            ));
        }
        Ok(Node::Name(token.text.to_owned()))
    }

    fn call(&mut self, token: &Token<'_>) -> Result<Node> {
        let mut arguments = Vec::new();
        if !self.take(&Kind::RightParen) {
            loop {
                arguments.push(self.expression()?);
                if !self.take(&Kind::Comma) {
                    break;
                }
            }
            self.expect(&Kind::RightParen)?;
        }
        let name = token.text.to_ascii_lowercase();
        self.check_call(token, &name, arguments.len())?;
        Ok(Node::Call { name, arguments })
    }

    fn check_call(&self, token: &Token<'_>, name: &str, count: usize) -> Result<()> {
        let wrong = match self.scope.function(name) {
            None => "Unrecognized function",
            Some(signature)
                if name == "case" && count >= signature.least && count.is_multiple_of(2) =>
            {
                "Even number of parameters supplied, requires an odd number of parameters"
            }
            Some(signature) if count < signature.least => "Too few parameters supplied",
            Some(signature) if count > signature.most => "Too many parameters supplied",
            Some(_) => return Ok(()),
        };
        Err(self.error_at(token, &format!("{wrong}: '{}'", token.text)))
    }

    fn peek(&self) -> Option<&'a Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn take(&mut self, kind: &Kind) -> bool {
        let found = self.peek() == Some(kind);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, kind: &Kind) -> Result<()> {
        if self.take(kind) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let depth = self.depth;
        self.enter()?;
        let result = inner(self);
        self.depth = depth;
        result
    }

    fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("Exceeded max expression depth {DEEPEST}");
            return Err(ExpressionError::new(ErrorKind::Parsing, message));
        }
        Ok(())
    }

    /// About the next token, or the end.
    fn unexpected(&self) -> ExpressionError {
        match (self.tokens.get(self.next), self.tokens.last()) {
            (Some(token), _) => {
                unexpected_symbol(ErrorKind::Parsing, token.text, token.at, self.text)
            }
            (None, Some(last)) => self.error_at(
                last,
                &format!("Unexpected end of expression: '{}'", last.text),
            ),
            (None, None) => ExpressionError::new(ErrorKind::Parsing, "An expression was expected"),
        }
    }

    fn error_at(&self, token: &Token<'_>, what: &str) -> ExpressionError {
        ExpressionError::new(ErrorKind::Parsing, located(what, token.at, self.text))
    }
}
