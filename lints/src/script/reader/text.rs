//! Texts within words and here-documents: strings, parameters, arithmetic, lists of values. Commands may stand in all.

use super::{Kind, Reader};

/// Bytes that may end a text or begin something in it.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"\\'\"`$(){}#";
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
};

/// Longer arithmetic nobody writes in one pair of parentheses.
const ARITHMETIC_CAP: usize = 256;

impl Reader<'_, '_> {
    pub(super) fn text_step(&mut self) {
        let rest = &self.bytes[self.at..self.limit];
        let plain = rest.iter().position(|byte| SPECIAL[usize::from(*byte)]);
        self.at += plain.unwrap_or(rest.len());
        let Some(byte) = self.ahead(0) else {
            return;
        };
        let kind = self.top().kind;
        let is_quoted = matches!(kind, Kind::Quote | Kind::HereText);
        let is_parameter = matches!(kind, Kind::Parameter { .. });
        match byte {
            b'\\' => self.at = (self.quoted_by_backslash() + 1).min(self.limit),
            b'$' => self.expansion(),
            b'`' => self.backtick(),
            b'"' => self.quote(kind),
            b'\'' if !is_quoted && kind != (Kind::Parameter { quotes: false }) => {
                self.single_quotes();
            }
            b'}' if is_parameter => self.close_text(1),
            b'(' | b')' if !is_quoted && !is_parameter => self.parenthesis(byte, kind),
            b'#' if kind == Kind::Array && self.is_behind_blank() => self.comment(),
            _ => self.at += 1,
        }
    }

    fn close_text(&mut self, length: usize) {
        self.at += length;
        self.pop();
    }

    fn quote(&mut self, kind: Kind) {
        match kind {
            Kind::Quote => self.close_text(1),
            Kind::HereText => self.at += 1,
            _ => {
                self.push(Kind::Quote);
                self.at += 1;
            }
        }
    }

    fn parenthesis(&mut self, byte: u8, kind: Kind) {
        let depth = self.top().depth;
        if byte == b'(' {
            self.top().depth += 1;
            self.at += 1;
        } else if depth > 0 {
            self.top().depth -= 1;
            self.at += 1;
        } else {
            let is_double = kind == Kind::Arithmetic && self.ahead(1) == Some(b')');
            self.close_text(1 + usize::from(is_double));
        }
    }

    fn is_behind_blank(&self) -> bool {
        self.at > 0 && matches!(self.bytes[self.at - 1], b' ' | b'\t' | b'\n' | b'(')
    }

    /// What a `$` begins.
    pub(super) fn expansion(&mut self) {
        let kind = self.top().kind;
        let is_quoted = matches!(kind, Kind::Quote | Kind::HereText);
        match self.ahead(1) {
            Some(b'(') => {
                let is_double = self.ahead(2) == Some(b'(');
                if is_double && (kind == Kind::Arithmetic || self.is_arithmetic(self.at + 3)) {
                    self.push(Kind::Arithmetic);
                    self.at += 3;
                } else {
                    self.push(Kind::Substitution);
                    self.at += 2;
                }
            }
            Some(b'{') => {
                let quotes = match kind {
                    Kind::Parameter { quotes } => quotes,
                    _ => !is_quoted,
                };
                let quotes = quotes || self.is_pattern_operator();
                self.push(Kind::Parameter { quotes });
                self.at += 2;
            }
            Some(b'\'') if !is_quoted && !matches!(kind, Kind::Parameter { .. }) => {
                self.at += 1;
                self.escaped_quotes();
            }
            _ => self.at += 1,
        }
    }

    /// Whether what follows the name in `${name…}` is a pattern, in which quotes quote whatever is around it.
    fn is_pattern_operator(&self) -> bool {
        let rest = &self.bytes[self.at + 2..self.limit];
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        let mark = usize::from(matches!(rest.first(), Some(b'!' | b'#')));
        let mut name = mark + rest[mark..].iter().take_while(is_name).count();
        if name == mark {
            // One of `@`, `*`, `?` and so on, or the mark itself.
            name = usize::from(mark == 0);
        }
        if rest.get(name) == Some(&b'[') {
            let index = rest[name..].iter().take(80).position(|byte| *byte == b']');
            name += index.map_or(0, |length| length + 1);
        }
        let operator = rest.get(name);
        operator.is_some_and(|byte| matches!(byte, b'#' | b'%' | b'/' | b'^' | b','))
    }

    /// Whether the parentheses `((` before a place are closed by `))`.
    pub(super) fn is_arithmetic(&mut self, start: usize) -> bool {
        if start < self.no_arithmetic_until {
            return false;
        }
        let rest = &self.bytes[start.min(self.limit)..self.limit];
        let mut depth = 2_usize;
        let mut seen = 0;
        for (at, byte) in rest.iter().take(ARITHMETIC_CAP).enumerate() {
            seen = at;
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 1 && *byte == b')' {
                if rest.get(at + 1) == Some(&b')') {
                    return true;
                }
                break;
            }
        }
        self.no_arithmetic_until = start + seen;
        false
    }

    /// Opens commands in backticks, or closes them: what else is open within them ends, too.
    pub(super) fn backtick(&mut self) {
        if self.backticks == 0 {
            if self.top().kind.is_list() {
                self.begin_word();
            }
            self.push(Kind::Backtick);
            self.at += 1;
            return;
        }
        self.close_to(Kind::Backtick);
        self.at += 1;
    }

    /// Ends all that is open down to the nearest of a kind, which is known to be there.
    pub(super) fn close_to(&mut self, kind: Kind) {
        loop {
            if self.top().kind.is_list() {
                self.end_command(super::End::Other);
            }
            let top = self.top().kind;
            self.pop();
            if top == kind {
                return;
            }
        }
    }
}
