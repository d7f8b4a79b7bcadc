//! Rust sources as the identifiers that begin with the prefix of internals. Their tokens tell it: no name is made
//! of anything else, in a macro as little as in a function.

mod lexer;

use std::ops::Range;

use lexer::{Kind, Lexer, Token};

/// A Rust source.
#[derive(Debug, Default)]
pub(crate) struct RustSource {
    /// Identifiers with the prefix.
    pub(crate) internals: Vec<(String, Range<usize>)>,
    /// Those that may be suppressions.
    pub(crate) comments: Vec<Range<usize>>,
}

/// Reads a source.
pub(crate) fn read(text: &str, prefix: &str) -> RustSource {
    let mut rust = RustSource::default();
    let mut attribute = Attribute::default();
    let mut before = None;
    for token in Lexer::new(text) {
        match token.kind {
            Kind::Comment => {
                if crate::suppress::mentions_marker(token.text) {
                    rust.comments.push(token.range());
                }
                continue;
            }
            Kind::Word => {
                let is_variable = before == Some(Kind::Sign(b'$'));
                let name = token.name();
                if name.starts_with(prefix) && !is_variable {
                    rust.internals.push((name.to_owned(), token.range()));
                }
            }
            Kind::String if attribute.names_symbol => {
                let name = token.text.trim_start_matches(['r', '#', '"']);
                let start = token.start + token.text.len() - name.len();
                let name = name.trim_end_matches(['"', '#']);
                if name.starts_with(prefix) {
                    let range = start..start + name.len();
                    rust.internals.push((name.to_owned(), range));
                }
            }
            _ => {}
        }
        attribute.read(token, before);
        before = Some(token.kind);
    }
    rust
}

/// Bytes of code, how many of them stand in literals without an end, and those in a comment without one.
pub(crate) fn sizes(text: &str) -> (usize, usize, usize) {
    let mut lexer = Lexer::new(text);
    let tokens = lexer.by_ref().filter(|token| token.kind != Kind::Comment);
    let code = tokens.map(|token| {
        let bytes = token.text.bytes();
        bytes.filter(|byte| !byte.is_ascii_whitespace()).count()
    });
    (code.sum(), lexer.lost, lexer.hidden)
}

/// Where the tokens stand in an attribute: `link_name` and `export_name` name a symbol, too.
#[derive(Default)]
struct Attribute {
    /// Brackets that are open.
    depth: usize,
    is_key: bool,
    /// What follows is the name of a symbol.
    names_symbol: bool,
}

impl Attribute {
    fn read(&mut self, token: Token<'_>, before: Option<Kind>) {
        let is_begin = matches!(before, Some(Kind::Sign(b'#' | b'!')));
        match token.kind {
            Kind::Sign(b'[') if self.depth > 0 || is_begin => self.depth += 1,
            Kind::Sign(b']') => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.names_symbol = self.is_key && token.kind == Kind::Sign(b'=');
        self.is_key = self.depth > 0 && matches!(token.text, "link_name" | "export_name");
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn only_words_outside_of_comments_and_literals_are_internals() {
        let check = |text: &str, expected: &[&str]| {
            let found = read(text, "_lunet_");
            let names: Vec<_> = found
                .internals
                .iter()
                .map(|(_, range)| &text[range.clone()])
                .collect();
            assert_eq!(names, expected, "{text}");
        };
        check("fn f() { _lunet_x() }", &["_lunet_x"]);
        check(
            "fn f() { my_lunet_x(); x._lunet_y; 1_lunet_z }",
            &["_lunet_y"],
        );
        check("// _lunet_x\n/* /* _lunet_x */ _lunet_x */", &[]);
        check("// it's\nfn f() { _lunet_x() }", &["_lunet_x"]);
        check("_lunet_a /* open _lunet_x", &["_lunet_a"]);
        check(r#"let a = "_lunet_x \" _lunet_y"; _lunet_z"#, &["_lunet_z"]);
        check(
            r##"let a = r#"_lunet_x " _lunet_y"#; _lunet_z"##,
            &["_lunet_z"],
        );
        check(r#"let a = br"\"; _lunet_x();"#, &["_lunet_x"]);
        check(
            r#"b"_lunet_x"; c"_lunet_x"; cr"_lunet_x"; b'"'; _lunet_y"#,
            &["_lunet_y"],
        );
        check(
            "let a = \"open; _lunet_x\n_lunet_y \\\" _lunet_z\n_lunet_a",
            &["_lunet_y", "_lunet_a"],
        );
        check("let a = '\"'; _lunet_x(); let b = '\"';", &["_lunet_x"]);
        check(
            r"let a = '\''; let b = '_'; fn f<'a>(a: &'a str) { '_lunet_x: loop {} }",
            &[],
        );
        check(
            r#"let a = ('\u{1f600}', '\\', '"', "_lunet_x"); _lunet_y"#,
            &["_lunet_y"],
        );
        check(
            "let a = 'é'; let b = \"_lunet_x\"; 'é: loop { _lunet_y }",
            &["_lunet_y"],
        );
        check(
            "macro_rules! m { ($_lunet_a:ident) => { $_lunet_a(_lunet_x()) } }",
            &["_lunet_x"],
        );
        check("let r#_lunet = r#_lunet_x;", &["r#_lunet_x"]);
        check(
            "#[link_name = \"_lunet_x\"] fn f(); let link_name = \"_lunet_y\";",
            &["_lunet_x"],
        );
        check(
            "#![cfg_attr(a, unsafe(export_name = \"_lunet_x\"))]",
            &["_lunet_x"],
        );
        check("#[link_name = r#\"_lunet_x\"#] fn f();", &["_lunet_x"]);
        check("r#\"open _lunet_x\n r##\"_lunet_y", &["_lunet_y"]);
    }
}
