//! Reads the body of a function into a tree, in one pass over its tokens.
//!
//! It reads what most C is made of and refuses the rest, so that where it reads it makes the same tree as the
//! grammar, which then reads what was refused. Here are names, types and the tools; statements, declarations and
//! expressions have a file each.

mod declaration;
mod expression;
mod sense;
mod statement;
mod words;

use super::text::Body;
use super::tree::{Id, Made, Nodes, Sign, Syntax};
use crate::lexer::Kind;
use words::Word;

/// Deeper trees are not made, so that no input can exhaust the stack.
pub(super) const DEPTH_CAP: u16 = 400;

/// More calls of the reader within one another are refused: some levels of a tree take two or three.
const LEVEL_CAP: u16 = 1000;

/// Why there is no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The grammar may know better.
    Unsure,
    /// No grammar reads this: it has characters that C has not, brackets that don't fit, or statements that don't end.
    NoCode,
    /// Nobody may walk a tree this deep.
    TooDeep,
}

type Read<T> = Result<T, Refusal>;

/// The tree of a body: a block.
pub(super) fn read(body: &Body) -> Read<(Nodes, Id)> {
    let mut reader = Reader {
        body,
        at: 0,
        level: 0,
        nodes: Nodes::default(),
        pending: Vec::new(),
    };
    match reader.block() {
        Ok(block) if reader.at == body.len() => Ok((reader.nodes, block)),
        Err(Refusal::TooDeep) => Err(Refusal::TooDeep),
        _ => Err(sense::refusal(body)),
    }
}

struct Reader<'b> {
    body: &'b Body,
    /// The token that is read next.
    at: usize,
    /// How many calls of this reader are open.
    level: u16,
    nodes: Nodes,
    /// Parts of nodes that are not made yet.
    pending: Vec<Id>,
}

impl Reader<'_> {
    fn kind(&self) -> Option<Kind> {
        self.body.kind(self.at)
    }

    /// The word that is read next, if it is one.
    fn word(&self) -> Option<Word> {
        self.word_at(self.at)
    }

    fn word_at(&self, index: usize) -> Option<Word> {
        (self.body.kind(index) == Some(Kind::Identifier)).then(|| Word::of(self.body.word(index)))
    }

    /// Reads a token of a kind.
    fn expect(&mut self, kind: Kind) -> Read<()> {
        if self.takes(kind) {
            Ok(())
        } else {
            Err(Refusal::Unsure)
        }
    }

    /// Reads a token if it is of a kind.
    fn takes(&mut self, kind: Kind) -> bool {
        let found = self.kind() == Some(kind);
        self.at += usize::from(found);
        found
    }

    /// Reads a word if it is the one.
    fn takes_word(&mut self, word: Word) -> bool {
        let found = self.word() == Some(word);
        self.at += usize::from(found);
        found
    }

    /// Reads a name that is no keyword; answers its token.
    fn name(&mut self) -> Read<usize> {
        if self.word() == Some(Word::Name) {
            self.at += 1;
            Ok(self.at - 1)
        } else {
            Err(Refusal::Unsure)
        }
    }

    /// Goes a level deeper for the time of `read`.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.level >= LEVEL_CAP {
            return Err(Refusal::TooDeep);
        }
        self.level += 1;
        let result = read(self);
        self.level -= 1;
        result
    }

    /// Makes a node of what is pending since `mark`, over the tokens from `first` to here.
    fn close(&mut self, syntax: Syntax, first: usize, mark: usize) -> Read<Id> {
        self.close_with(&Made::plain(syntax, first..self.at), mark)
    }

    /// The same with a sign.
    fn close_signed(&mut self, syntax: Syntax, sign: Sign, first: usize, mark: usize) -> Read<Id> {
        let made = Made {
            sign,
            ..Made::plain(syntax, first..self.at)
        };
        self.close_with(&made, mark)
    }

    fn close_with(&mut self, made: &Made, mark: usize) -> Read<Id> {
        let id = self.nodes.add(made, &self.pending[mark..]);
        self.pending.truncate(mark);
        if self.nodes.height(id) > DEPTH_CAP {
            return Err(Refusal::TooDeep);
        }
        Ok(id)
    }

    /// A node over some parts.
    fn node(&mut self, syntax: Syntax, sign: Sign, first: usize, parts: &[Id]) -> Read<Id> {
        let mark = self.pending.len();
        self.pending.extend_from_slice(parts);
        self.close_signed(syntax, sign, first, mark)
    }

    /// A part that is not there.
    fn absent(&mut self) -> Id {
        let here = self.at..self.at;
        self.nodes.add(&Made::plain(Syntax::Absent, here), &[])
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::{Refusal, read};
    use crate::flow::{grammar, lower, text};
    use crate::source::Source;
    use crate::unit::C;

    /// Reads each function of a text with the grammar as well: where both have a tree, their graphs are the same.
    /// Answers how many functions were read here.
    fn check(name: &str, code: &str) -> usize {
        let source = Source::new(name, code);
        let c = C::new(&source, Arc::default());
        let mut count = 0;
        for function in &c.outline.functions {
            for body in text::bodies(&c, function, true).unwrap_or_default() {
                let (nodes, block) = match read(&body) {
                    Ok(tree) => tree,
                    Err(Refusal::Unsure) => continue,
                    Err(_) => {
                        // What macros paste may hold signs that are no tokens here.
                        if !body.is_expanded() {
                            let text = body.text(&(0..body.len()));
                            assert!(grammar::read(&body).is_none(), "{name}: {text}");
                        }
                        continue;
                    }
                };
                let ours = lower::graph(&body, nodes.tree(block));
                count += 1;
                if let Some((nodes, block)) = grammar::read(&body) {
                    let theirs = lower::graph(&body, nodes.tree(block));
                    assert_eq!(
                        format!("{:?} {:?} {:?}", ours.nodes, ours.entry, ours.locals),
                        format!("{:?} {:?} {:?}", theirs.nodes, theirs.entry, theirs.locals),
                        "{name}: {}",
                        body.text(&(0..body.len()))
                    );
                }
            }
        }
        count
    }

    /// What becomes of one body: it is read, left to the grammar, or too deep.
    fn fate(body: &str) -> Result<(), Refusal> {
        let code = format!("int f(lua_State *L) {{ {body} }}\n");
        check("a.c", &code);
        let source = Source::new("a.c", &code);
        let c = C::new(&source, Arc::default());
        let bodies = text::bodies(&c, &c.outline.functions[0], true);
        let bodies = bodies.ok_or(Refusal::TooDeep)?;
        read(&bodies[0]).map(|_| ())
    }

    #[test]
    fn the_reader_and_the_grammar_agree_on_the_fixtures() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let mut count = 0;
        for directory in [fixtures.clone(), fixtures.join("traps")] {
            for entry in std::fs::read_dir(directory).expect("the fixtures are there") {
                let path = entry.expect("the fixtures are there").path();
                if path.extension().is_some_and(|kind| kind == "c") {
                    let code = std::fs::read_to_string(&path).expect("fixtures are texts");
                    count += check(&path.to_string_lossy(), &code);
                }
            }
        }
        assert!(count > 100, "{count}");
    }

    #[test]
    fn common_c_is_read() {
        for body in [
            "int a = 1, *b = &a, c[2] = { 1, [1] = 2 }; T *p = (T *)b; static const char *const s = \"x\" Y;",
            "if (a && !b || c == 1) x = y ? 1 : 2; else if (d) { f(a)(b)[1]->c.d++; } else ;",
            "for (int i = 0; i < 3; i++) while (--i, i) do continue; while (i);",
            "switch (x) { case 1: case A + 1: f(); break; default: { g(); } }",
            "again: if (sizeof(int) < sizeof x * 2) goto again; return (a, b);",
            "*p++ = -1; a[i] += ~(u8)b; int (*f)(int, ...) = g; x = (struct s){ .a = 1 }.a;",
            "enum { A, B } e; struct s { int x; }; unsigned long long int n = offsetof(T, m);",
        ] {
            assert_eq!(fate(body), Ok(()), "{body}");
        }
    }

    #[test]
    fn rare_c_is_left_to_the_grammar() {
        for body in [
            "asm(\"nop\");",
            "STACK_OF(T) *list;",
            "int x = ({ f(); });",
            "f(int);",
            "if (x) case 1: f();",
            "a + b = c;",
            "x = y",
        ] {
            assert_eq!(fate(body), Err(Refusal::Unsure), "{body}");
        }
    }

    #[test]
    fn what_no_grammar_reads_is_told_apart() {
        for body in [
            "X(L, 0) f(L); return 0;",
            "FOR(a, b) { f(); }",
            "if (x) { y(); } FOR(a, b) { f(); }",
            "if (x) y(); else X(1) z();",
        ] {
            assert_eq!(fate(body), Err(Refusal::NoCode), "{body}");
        }
        for body in [
            "X(L) f(L); asm(\"\");",
            "FOR(a) { f(); }",
            "struct s { int a; } X(int a, int b) { }",
            "T X(int a, int b) { }",
        ] {
            assert_ne!(fate(body), Err(Refusal::NoCode), "{body}");
        }
    }

    #[test]
    fn depth_has_an_end() {
        for (open, close) in [
            ("(", ")"),
            ("f(", ")"),
            ("-", ""),
            ("a ? b : ", ""),
            ("x + ", ""),
        ] {
            let body = |depth| format!("x = {}1{};", open.repeat(depth), close.repeat(depth));
            assert_eq!(fate(&body(300)), Ok(()), "{open}");
            assert_eq!(fate(&body(10_000)), Err(Refusal::TooDeep), "{open}");
        }
        let blocks = format!("{}{}", "{".repeat(10_000), "}".repeat(10_000));
        assert_eq!(fate(&blocks), Err(Refusal::TooDeep));
    }
}
