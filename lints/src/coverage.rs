//! How each byte of a text was judged: from the tree, from the re-parsed body of a macro, or from its tokens alone.
//! Blanks, comments and other directives are no code and are not counted; of a workflow only its scripts are.

use std::ops::Range;

use crate::flow::Flow;
use crate::grammar::parse_sound;
use crate::language::Language;
use crate::lexer::{Kind, Token, spelling};
use crate::linter::functions;
use crate::lua;
use crate::outline::NONE;
use crate::rust_source;
use crate::script::{Script, workflow};
use crate::source::Source;
use crate::stack::paths::{followed, state_parameter};
use crate::unit::C;

/// Bytes of code by how they were judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub tree: usize,
    pub macros: usize,
    pub fallback: usize,
    /// Bytes behind a comment that never ends: no rule saw them.
    pub unjudged: usize,
    pub functions: usize,
    /// Functions whose paths could not be followed, or had too many: a flow rule said nothing of them.
    pub unfollowed: usize,
    /// Functions with a path on which the height of the Lua stack is not known: nothing is said of that path.
    pub unknown_stacks: usize,
}

impl Coverage {
    /// All bytes that are code.
    pub fn total(&self) -> usize {
        self.tree + self.macros + self.fallback + self.unjudged
    }
}

impl std::ops::AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.tree += other.tree;
        self.macros += other.macros;
        self.fallback += other.fallback;
        self.unjudged += other.unjudged;
        self.functions += other.functions;
        self.unfollowed += other.unfollowed;
        self.unknown_stacks += other.unknown_stacks;
    }
}

/// The coverage of a text in the language of its path.
pub fn of(path: &str, text: &str) -> Coverage {
    match Language::of(path, text) {
        Language::C => of_c(path, text),
        Language::Shell => of_script(text, 0),
        Language::Lua => of_tokens(lua::sizes(text)),
        Language::Rust => {
            let (code, lost, unjudged) = rust_source::sizes(text);
            Coverage {
                unjudged,
                ..of_tokens((code, lost))
            }
        }
        Language::Workflow => {
            let mut all = Coverage::default();
            workflow::each_block(text, |_, script| {
                all += of_script(&script, workflow::indent(&script));
            });
            all
        }
    }
}

/// The coverage of a shell script: what makes no sense as one was judged word by word.
fn of_script(text: &str, indent: usize) -> Coverage {
    let script = Script::with_comments(text, indent);
    let mut lost = vec![false; text.len()];
    for range in script.lost {
        lost[range].fill(true);
    }
    let mut coverage = Coverage::default();
    let mut comments = script.comments.into_iter().peekable();
    for (at, byte) in text.bytes().enumerate() {
        while comments.peek().is_some_and(|comment| comment.end <= at) {
            comments.next();
        }
        let is_comment = comments.peek().is_some_and(|comment| comment.start <= at);
        if lost[at] {
            coverage.fallback += usize::from(!byte.is_ascii_whitespace());
        } else if !is_comment {
            coverage.tree += usize::from(!byte.is_ascii_whitespace());
        }
    }
    coverage
}

/// The coverage of a text that its tokens tell everything of: bytes of code, and those in what never ends.
fn of_tokens((code, lost): (usize, usize)) -> Coverage {
    Coverage {
        tree: code.saturating_sub(lost),
        fallback: lost.min(code),
        ..Coverage::default()
    }
}

/// The coverage of a C text.
fn of_c(path: &str, text: &str) -> Coverage {
    let source = Source::new(path, text);
    let c = C::new(&source, std::sync::Arc::default());
    // The rules have a budget of their own: what is asked below spends another.
    let given_up = functions::given_up(&C::new(&source, std::sync::Arc::default()), &source);
    let mut coverage = Coverage::default();
    let mut behind = 0;
    for (number, function) in c.outline.functions.iter().enumerate() {
        let begin = function.begin as usize;
        declarations(&c, behind.min(begin)..begin, &mut coverage);
        behind = function.close as usize + 1;
        let bytes = size(&c.lexed.code[begin..behind]);
        coverage.functions += 1;
        match &*c.flow(number) {
            Flow::Graphs(graphs) if !graphs.is_empty() => {
                coverage.tree += bytes;
                coverage.unfollowed += usize::from(given_up.contains(&number));
                coverage.unknown_stacks += usize::from(has_unknown_stack(&c, number));
            }
            _ => {
                coverage.fallback += bytes;
                coverage.unfollowed += 1;
            }
        }
    }
    let rest = behind.min(c.lexed.code.len());
    declarations(&c, rest..c.lexed.code.len(), &mut coverage);
    for definition in &c.macros {
        let tokens = &c.lexed.content[definition.body.clone()];
        if is_readable(text, tokens) {
            coverage.macros += size(tokens);
        } else {
            coverage.fallback += size(tokens);
        }
    }
    if let Some(start) = c.lexed.unterminated {
        coverage.unjudged += text.len() - start as usize;
    }
    coverage
}

/// Whether a function that works with the stack of a state has a path on which its height is not known.
fn has_unknown_stack(c: &C<'_>, number: usize) -> bool {
    let Some(state) = state_parameter(c, &c.outline.functions[number]) else {
        return false;
    };
    let flow = c.flow(number);
    flow.graphs()
        .iter()
        .any(|graph| !followed(c, graph, &state, 0).is_known)
}

fn size(tokens: &[Token]) -> usize {
    tokens.iter().map(|token| token.range().len()).sum()
}

/// What stands between functions, one declaration after the other: the tree's if the grammar reads it.
fn declarations(c: &C<'_>, range: Range<usize>, coverage: &mut Coverage) {
    let mut start = range.start;
    for index in range.clone() {
        let ends = c.lexed.code[index].kind == Kind::Semicolon && c.outline.parent(index) == NONE;
        if ends || index + 1 == range.end {
            declaration(c, &c.lexed.code[start..=index], coverage);
            start = index + 1;
        }
    }
}

/// A declaration. Macros in capitals before it, such as an export mark, are no C before they are expanded.
fn declaration(c: &C<'_>, tokens: &[Token], coverage: &mut Coverage) {
    let text = c.lexed.text;
    let is_mark = |pair: &[Token]| {
        let word = spelling(text, pair[0]);
        pair[0].kind == Kind::Identifier
            && pair[1].kind == Kind::Identifier
            && word
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    };
    let marks = tokens.windows(2).take_while(|pair| is_mark(pair)).count();
    let (marks, rest) = tokens.split_at(marks);
    coverage.fallback += size(marks);
    if has_no_error(&joined(text, rest)) {
        coverage.tree += size(rest);
    } else {
        coverage.fallback += size(rest);
    }
}

/// Whether the grammar reads the body of a macro: as statements, an expression, or declarations.
fn is_readable(source: &str, tokens: &[Token]) -> bool {
    // A paste or a stringising operator is no C before it is expanded.
    let plain: Vec<_> = tokens
        .iter()
        .copied()
        .filter(|token| token.kind != Kind::Hash)
        .collect();
    let body = joined(source, &plain).replace("##", "");
    [
        "void f(void) {BODY;}",
        "int x = BODY;",
        "BODY",
        "BODY;",
        "int x = BODY 0;",
    ]
    .iter()
    .any(|frame| has_no_error(&frame.replace("BODY", &body)))
}

fn joined(source: &str, tokens: &[Token]) -> String {
    let mut text = String::new();
    for &token in tokens {
        match token.kind {
            Kind::BraceOpen => text.push('{'),
            Kind::BraceClose => text.push('}'),
            Kind::BracketOpen => text.push('['),
            Kind::BracketClose => text.push(']'),
            _ => text.push_str(&spelling(source, token)),
        }
        text.push(' ');
    }
    text
}

fn has_no_error(text: &str) -> bool {
    parse_sound(&tree_sitter_c::LANGUAGE.into(), text).is_some()
}

#[cfg(test)]
mod tests {
    use super::of;

    /// A function with as many ways through it as there are combinations of so many questions.
    fn with_paths(questions: usize) -> String {
        let each =
            (0..questions).map(|number| format!("if (ask({number})) x{number} = malloc(n);\n"));
        let all: String = each.collect();
        format!("void f(int n) {{\n{all}}}\nvoid g(void) {{ char *p = malloc(4); *p = 1; }}\n")
    }

    #[test]
    fn functions_with_too_many_paths_are_counted() {
        let few = of("f.c", &with_paths(3));
        assert_eq!((few.functions, few.unfollowed), (2, 0));
        let many = of("f.c", &with_paths(40));
        assert_eq!((many.functions, many.unfollowed), (2, 1));
    }
}
