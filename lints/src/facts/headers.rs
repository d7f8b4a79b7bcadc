//! What the headers of the linted tree include and define inline, read by search: headers are many and large.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aho_corasick::AhoCorasick;

use crate::lexer::{Kind, lex};
use crate::outline::is_attribute_word;

/// The headers of a tree, by the last component of their path.
#[derive(Debug, Default)]
pub struct Headers {
    by_name: BTreeMap<String, Header>,
    /// The names of all inline functions.
    inlines: HashSet<String>,
    /// Some header includes trace.h.
    brings_trace: bool,
    /// Finds the names of inline functions; `None` where there are none.
    inline_names: Option<AhoCorasick>,
    pub(crate) has_allocator: bool,
}

/// One header.
#[derive(Debug, Default)]
pub struct Header {
    name: String,
    includes: BTreeSet<String>,
    /// Inline functions and where they are.
    inlines: BTreeMap<String, String>,
}

impl Header {
    /// Reads the text of a header.
    pub fn read(path: &str, text: &str) -> Self {
        Self {
            name: last_component(path).to_owned(),
            includes: includes(text).into_iter().collect(),
            inlines: inlines(path, text).into_iter().collect(),
        }
    }
}

impl Headers {
    /// The headers of a tree. Headers of one name are taken together: which one is meant is not known.
    pub fn new(list: Vec<Header>) -> Self {
        let mut by_name: BTreeMap<String, Header> = BTreeMap::new();
        for header in list {
            let entry = by_name.entry(header.name.clone()).or_default();
            entry.includes.extend(header.includes);
            entry.inlines.extend(header.inlines);
        }
        let inlines: HashSet<_> = by_name
            .values()
            .flat_map(|header| header.inlines.keys().cloned())
            .collect();
        let inline_names = if inlines.is_empty() {
            None
        } else {
            AhoCorasick::new(&inlines).ok()
        };
        Self {
            inline_names,
            brings_trace: by_name
                .values()
                .any(|header| header.includes.contains("trace.h")),
            inlines,
            has_allocator: by_name.contains_key("lunet_mem.h"),
            by_name,
        }
    }

    /// Whether a source file may define an inline function again: one of the names begins a line or stands in
    /// a line that does not begin with a blank.
    pub(crate) fn may_define(&self, text: &str) -> bool {
        let Some(names) = &self.inline_names else {
            return false;
        };
        names.find_iter(text).any(|found| {
            let line_start = text[..found.start()].rfind('\n').map_or(0, |end| end + 1);
            !text[line_start..].starts_with([' ', '\t'])
        })
    }

    /// Where an inline function is defined, if one of the headers brings it.
    pub(crate) fn static_inline(&self, name: &str, headers: &[&str]) -> Option<&str> {
        if !self.inlines.contains(name) {
            return None;
        }
        let reachable = self.reachable(headers);
        let mut places = reachable
            .iter()
            .filter_map(|header| self.by_name.get(*header)?.inlines.get(name));
        places.next().map(String::as_str)
    }

    /// Whether a header brings trace.h.
    pub(crate) fn includes_trace(&self, header: &str) -> bool {
        self.brings_trace
            && self.by_name.contains_key(header)
            && self.reachable(&[header]).contains("trace.h")
    }

    /// The headers that some headers bring, themselves included.
    fn reachable<'h>(&'h self, headers: &[&'h str]) -> BTreeSet<&'h str> {
        let mut open: Vec<&str> = headers.to_vec();
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if seen.insert(name)
                && let Some(header) = self.by_name.get(name)
            {
                open.extend(header.includes.iter().map(String::as_str));
            }
        }
        seen
    }
}

fn last_component(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The last components of what a text includes.
fn includes(text: &str) -> Vec<String> {
    let found = memchr::memmem::find_iter(text.as_bytes(), b"include");
    found
        .filter_map(|at| {
            let before = text[..at].trim_end_matches([' ', '\t']);
            let rest = text[at + "include".len()..].trim_start_matches([' ', '\t']);
            let close = match rest.chars().next()? {
                '"' => '"',
                '<' => '>',
                _ => return None,
            };
            let (path, _) = rest[1..].split_once(close)?;
            (before.ends_with('#') && !path.contains('\n')).then(|| last_component(path).to_owned())
        })
        .collect()
}

/// The inline functions of a text, each with `path:line`.
fn inlines(path: &str, text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b"inline") {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let window_end = text.ceil_char_boundary((at + 300).min(text.len()));
        let window = &text[line_start..window_end];
        if let Some(name) = inline_name(window) {
            let line = text[..line_start].matches('\n').count() + 1;
            found.push((name, format!("{path}:{line}")));
        }
    }
    found
}

/// The function that a declaration with `static` and `inline` at its begin names.
fn inline_name(window: &str) -> Option<String> {
    let lexed = lex(window);
    let words = |index: usize| lexed.code.get(index).map(|&token| lexed.spelling(token));
    let (mut is_static, mut is_inline) = (false, false);
    let mut at = 0;
    while let Some(word) = words(at) {
        match &*word {
            "static" => is_static = true,
            "inline" | "__inline" | "__inline__" => is_inline = true,
            _ => {}
        }
        match lexed.code[at].kind {
            Kind::Identifier if words(at + 1).as_deref() == Some("(") => {
                if !is_attribute_word(&word) {
                    return (is_static && is_inline).then(|| word.into_owned());
                }
                at = skip_parentheses(&lexed.code, at + 1);
            }
            Kind::Identifier | Kind::Star => at += 1,
            _ => return None,
        }
    }
    None
}

fn skip_parentheses(tokens: &[crate::lexer::Token], open: usize) -> usize {
    let mut depth = 0;
    for (offset, token) in tokens[open..].iter().enumerate() {
        match token.kind {
            Kind::ParenOpen => depth += 1,
            Kind::ParenClose => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::{Header, Headers};

    fn headers() -> Headers {
        let files = [
            (
                "a/one.h",
                "#include \"two.h\"\nstatic inline int first(int x) { return x; }\n",
            ),
            (
                "two.h",
                "# include <sys/trace.h>\nstatic __inline__ __attribute__((unused)) char *second(void)\n{ return 0; }\n",
            ),
            (
                "three.h",
                "// static inline is a habit\nint inline_me(void);\nstatic int third(void);\n",
            ),
        ];
        Headers::new(files.map(|(path, text)| Header::read(path, text)).into())
    }

    #[test]
    fn inline_functions_are_found_where_they_are_reachable() {
        let headers = headers();
        assert_eq!(
            headers.static_inline("first", &["one.h"]),
            Some("a/one.h:2")
        );
        assert_eq!(headers.static_inline("second", &["one.h"]), Some("two.h:2"));
        assert_eq!(headers.static_inline("first", &["two.h"]), None);
        assert_eq!(headers.static_inline("third", &["three.h"]), None);
    }

    #[test]
    fn trace_h_is_brought_by_headers_that_include_it() {
        let headers = headers();
        assert!(headers.includes_trace("one.h"));
        assert!(!headers.includes_trace("three.h"));
        assert!(!headers.includes_trace("trace.h"));
    }

    #[test]
    fn a_definition_may_stand_in_a_line_that_begins_without_a_blank() {
        assert!(headers().may_define("int first(int x)\n{\n}\n"));
        assert!(!headers().may_define("int f(void) {\n    return first(1);\n}\n"));
    }
}
