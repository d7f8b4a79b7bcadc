//! Which strings expressions of Lua are: literals, their concatenation, and names that never hold anything else.

use std::collections::HashMap;

use tree_sitter::Node;

use crate::grammar::Part;

/// Deeper concatenations are not read.
const DEPTH_CAP: usize = 64;

/// The names of a source that are set once, to a string.
#[derive(Default)]
pub(super) struct Constants {
    /// `None` for a name that is set twice, or to something else.
    names: HashMap<String, Option<String>>,
}

impl Constants {
    /// Adds what a part of the source says.
    pub(super) fn read(&mut self, part: &Part<'_>) {
        let text = part.text;
        part.walk(|node| {
            match node.kind() {
                "assignment_statement" => self.assignment(node, text),
                "parameters" | "for_numeric_clause" | "for_generic_clause" => {
                    self.forget_all(node, text);
                }
                "variable_declaration" => {
                    let assigns = children(node)
                        .iter()
                        .any(|child| child.kind() == "assignment_statement");
                    if !assigns {
                        self.forget_all(node, text);
                    }
                }
                _ => {}
            }
            true
        });
    }

    fn assignment(&mut self, node: Node<'_>, text: &str) {
        let lists = children(node);
        let [targets, values] = lists[..] else {
            return;
        };
        let targets: Vec<_> = children(targets)
            .into_iter()
            .filter(|target| target.kind() != "attribute")
            .collect();
        let values = children(values);
        for (index, target) in targets.iter().enumerate() {
            let value = values.get(index).and_then(|value| self.value(*value, text));
            let name = text[target.byte_range()].to_owned();
            self.names
                .entry(name)
                .and_modify(|known| *known = None)
                .or_insert(value);
        }
    }

    /// The names in a list of parameters or loop variables hold anything.
    fn forget_all(&mut self, node: Node<'_>, text: &str) {
        for child in children(node) {
            if child.kind() == "variable_list" {
                self.forget_all(child, text);
            }
            self.names.insert(text[child.byte_range()].to_owned(), None);
        }
    }

    /// The string that an expression is.
    pub(super) fn value(&self, node: Node<'_>, text: &str) -> Option<String> {
        self.value_within(node, text, DEPTH_CAP)
    }

    fn value_within(&self, node: Node<'_>, text: &str, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        match node.kind() {
            "string" => Some(literal(&text[node.byte_range()])),
            "identifier" => self.names.get(&text[node.byte_range()])?.clone(),
            "parenthesized_expression" => self.value_within(node.named_child(0)?, text, depth),
            "binary_expression" => {
                let (left, right) = (node.named_child(0)?, node.named_child(1)?);
                let operator = &text[left.end_byte()..right.start_byte()];
                if operator.trim() != ".." {
                    return None;
                }
                let left = self.value_within(left, text, depth)?;
                Some(left + &self.value_within(right, text, depth)?)
            }
            _ => None,
        }
    }
}

/// What a literal says: `"…"`, `'…'`, `[[…]]` and `[==[…]==]`. Source: Lua 5.1 manual, section 2.1.
pub(super) fn literal(raw: &str) -> String {
    let Some(inner) = raw.strip_prefix(['"', '\'']) else {
        let start = raw
            .get(1..)
            .and_then(|rest| rest.find('['))
            .map_or(0, |at| at + 2);
        let end = raw.len().saturating_sub(start).max(start);
        return raw.get(start..end).unwrap_or_default().to_owned();
    };
    let inner = &inner[..inner.len().saturating_sub(1)];
    let mut value = String::new();
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let (letter, length) = escaped(&rest[at + 1..]);
        value.extend(letter);
        rest = &rest[at + 1 + length..];
    }
    value + rest
}

/// What an escape sequence behind its backslash stands for, and its length.
fn escaped(rest: &str) -> (Option<char>, usize) {
    let digits = rest.bytes().take(3).take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return (rest[..digits].parse::<u8>().ok().map(char::from), digits);
    }
    if let Some(hex) = rest.strip_prefix('x').and_then(|rest| rest.get(..2)) {
        return (u8::from_str_radix(hex, 16).ok().map(char::from), 3);
    }
    if let Some((code, _)) = rest
        .strip_prefix("u{")
        .and_then(|rest| rest.split_once('}'))
    {
        let letter = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        return (letter, "u{}".len() + code.len());
    }
    if let Some(behind) = rest.strip_prefix('z') {
        return (None, 1 + behind.len() - behind.trim_start().len());
    }
    match rest.chars().next() {
        Some('n') => (Some('\n'), 1),
        Some('t') => (Some('\t'), 1),
        Some('r') => (Some('\r'), 1),
        Some(letter) => (Some(letter), letter.len_utf8()),
        None => (None, 0),
    }
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn literals_say_what_they_are() {
        let check = |raw, expected: &str| assert_eq!(literal(raw), expected, "{raw}");
        check("'a'", "a");
        check("\"\\48.\\x30\"", "0.0");
        check("'\\u{30}.\\u{0030}'", "0.0");
        check("\"a\\z  b\\n\"", "ab\n");
        check("[[a]]", "a");
        check("[==[[::]]==]", "[::]");
        check("\"", "");
        check("[[", "");
    }
}
