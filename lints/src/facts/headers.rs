//! What the headers of the linted tree include and define, read by search: headers are many and large.

mod guards;
mod inlines;
mod marks;
mod names;
mod pieces;
mod resolve;

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use crate::include::Include;
use crate::paste::{Lines, Pieces};
use crate::unit::C;
pub(crate) use guards::Guards;
use marks::Marks;
use names::{lua_macros, redefined};

/// The headers of a tree.
#[derive(Debug, Default)]
pub struct Headers {
    list: Vec<Header>,
    /// The headers by the last component of their path.
    by_name: HashMap<String, Vec<usize>>,
    /// The names of all inline functions.
    inlines: FxHashSet<String>,
    /// The macros that use the Lua stack.
    lua_macros: HashSet<String>,
    /// The pieces of names of internals that the macros of all headers have.
    pieces: Pieces,
    /// Finds the macros of headers that bring the begin of such a name; `None` where there are none.
    beginning: Option<AhoCorasick>,
    /// Some header names something of the SDK.
    is_of_sdk: bool,
    /// Some header includes trace.h.
    brings_trace: bool,
    /// Some header defines an allocator as a macro.
    redefines: bool,
}

/// One header.
#[derive(Debug, Default)]
pub struct Header {
    path: String,
    includes: Vec<Inclusion>,
    /// The headers that these may mean, by their numbers, found when a file asks.
    brings: OnceLock<Vec<usize>>,
    /// Inline functions that it defines under no condition, and where they are.
    inlines: HashMap<String, String>,
    /// Macros whose body names something of Lua.
    lua_macros: Vec<String>,
    /// The macros of a header that pastes names.
    lines: Option<Lines>,
    /// The allocators of the C library that it defines as macros.
    redefined: Vec<&'static str>,
    /// It names something of the SDK.
    is_of_sdk: bool,
}

/// What a header includes.
#[derive(Debug)]
struct Inclusion {
    path: String,
    is_quoted: bool,
    /// No condition decides about it.
    is_certain: bool,
}

impl Header {
    /// Reads the text of a header; internals begin with `prefix`.
    pub fn read(path: &str, text: &str, prefix: &str) -> Self {
        let marks = Marks::of(text);
        let guards = LazyCell::new(|| Guards::read(text));
        let mut includes: Vec<_> = marks
            .includes
            .iter()
            .filter_map(|&at| inclusion(text, at))
            .collect();
        for (inclusion, at) in &mut includes {
            inclusion.is_certain = guards.is_certain(*at);
        }
        let is_certain = |at| guards.is_certain(at);
        let inlines = inlines::read(path, text, is_certain, &marks.inlines);
        Self {
            path: path.to_owned(),
            includes: includes
                .into_iter()
                .map(|(inclusion, _)| inclusion)
                .collect(),
            inlines: inlines.into_iter().collect(),
            lua_macros: lua_macros(text, &marks),
            brings: OnceLock::new(),
            lines: marks.pastes.then(|| Lines::of(text, prefix)),
            redefined: redefined(text, &marks),
            is_of_sdk: marks.names_sdk,
        }
    }

    /// Whether it pastes names.
    pub(crate) fn pastes(&self) -> bool {
        self.lines.is_some()
    }

    fn includes_trace(&self) -> bool {
        let mut includes = self.includes.iter();
        includes.any(|inclusion| last_component(&inclusion.path) == "trace.h")
    }
}

/// The headers that a text includes in quotes, as it names them.
pub fn quoted_includes(text: &str) -> Vec<String> {
    memchr::memmem::find_iter(text.as_bytes(), b"include")
        .filter_map(|at| inclusion(text, at))
        .filter(|(inclusion, _)| inclusion.is_quoted)
        .map(|(inclusion, _)| inclusion.path)
        .collect()
}

/// Whether a text names anything of the SDK.
pub(crate) fn names_sdk(text: &str) -> bool {
    ["lunet", "LUNET"]
        .iter()
        .any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

impl Headers {
    /// The headers of a tree.
    pub fn new(list: Vec<Header>) -> Self {
        let mut tree = Self {
            is_of_sdk: list.iter().any(|header| header.is_of_sdk),
            ..Self::default()
        };
        for (number, header) in list.iter().enumerate() {
            let name = last_component(&header.path).to_owned();
            tree.by_name.entry(name).or_default().push(number);
            tree.lua_macros.extend(header.lua_macros.iter().cloned());
            tree.inlines.extend(header.inlines.keys().cloned());
            tree.redefines |= !header.redefined.is_empty();
            tree.brings_trace |= header.includes_trace();
        }
        let lines: Vec<&Lines> = list.iter().filter_map(|one| one.lines.as_ref()).collect();
        for lines in &lines {
            tree.pieces.merge(lines.pieces());
        }
        tree.beginning = pieces::beginning(&lines);
        tree.list = list;
        tree
    }

    /// Whether the SDK's allocator is part of the tree.
    pub(crate) fn has_allocator(&self) -> bool {
        self.by_name.contains_key("lunet_mem.h")
    }

    /// Whether a name is a macro that uses the Lua stack.
    pub(crate) fn hides_lua(&self, name: &str) -> bool {
        self.lua_macros.contains(name)
    }

    /// Whether a file with these includes belongs to a tree that has headers of its own, none of which knows the SDK.
    /// One without includes may be a header, too.
    pub(crate) fn is_foreign(&self, path: &str, includes: &[Include]) -> bool {
        if includes.is_empty() {
            return self.is_foreign_header(path);
        }
        let is_own = |include: &&Include| self.by_name.contains_key(include.name());
        let is_sdk = |include: &Include| matches!(include.name(), "co.h" | "trace.h");
        !self.is_of_sdk
            && includes.iter().any(|include| is_own(&include))
            && !includes
                .iter()
                .any(|include| is_sdk(include) && !is_own(&include))
    }

    /// Whether a file is a header beside others of a tree that does not know the SDK. A piece of a source file, as
    /// generators make them, has no includes of its own to tell.
    fn is_foreign_header(&self, path: &str) -> bool {
        let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let has_path = |header: &Header| header.path == path;
        let is_beside = |header: &Header| folder(&header.path) == folder(path) && !has_path(header);
        !self.is_of_sdk && self.list.iter().any(has_path) && self.list.iter().any(is_beside)
    }

    /// Whether a source file may define an inline function again.
    pub(crate) fn may_define(&self, text: &str) -> bool {
        !self.inlines.is_empty() && inlines::may_define(text, &self.inlines)
    }

    /// Where an inline function is defined, if what a file includes brings it for certain.
    pub(crate) fn static_inline(
        &self,
        name: &str,
        path: &str,
        includes: &[Include],
    ) -> Option<&str> {
        if !self.inlines.contains(name) {
            return None;
        }
        let reachable = self.reachable(path, includes, true);
        let mut places = reachable
            .iter()
            .filter_map(|&number| self.list[number].inlines.get(name));
        places.next().map(String::as_str)
    }

    /// Whether one of some headers includes trace.h.
    pub(crate) fn includes_trace(&self, reachable: &[usize]) -> bool {
        let mut headers = reachable.iter().map(|&number| &self.list[number]);
        self.brings_trace && headers.any(Header::includes_trace)
    }

    /// Whether some macro of a header brings the begin of the name of an internal.
    pub fn bring_pieces(&self) -> bool {
        self.beginning.is_some()
    }

    /// Whether a text names a macro of a header that brings the begin of the name of an internal.
    pub(crate) fn may_use_piece(&self, text: &str) -> bool {
        let names = self.beginning.as_ref();
        names.is_some_and(|names| names.is_match(text))
    }

    /// Some pieces of names with those that all headers have.
    pub(crate) fn completed(&self, pieces: &Pieces) -> Pieces {
        let mut all = self.pieces.clone();
        all.merge(pieces);
        all
    }

    /// The macros of those of some headers that paste names.
    pub(crate) fn lines(&self, reachable: &[usize]) -> impl Iterator<Item = &Lines> + Clone {
        let headers = reachable.iter().map(|&number| &self.list[number]);
        headers.filter_map(|header| header.lines.as_ref())
    }

    /// The allocators that what a file includes defines as macros.
    pub(crate) fn redefined(&self, c: &C<'_>) -> Vec<&'static str> {
        if !self.redefines {
            return Vec::new();
        }
        let reachable = c.reachable().iter();
        reachable
            .flat_map(|&number| self.list[number].redefined.iter().copied())
            .collect()
    }
}

fn last_component(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What the `include` at a place brings, with its place, if it is one of a directive.
fn inclusion(text: &str, at: usize) -> Option<(Inclusion, usize)> {
    let rest = text[at + "include".len()..].trim_start_matches([' ', '\t']);
    let close = match rest.bytes().next()? {
        b'"' => b'"',
        b'<' => b'>',
        _ => return None,
    };
    let end = memchr::memchr2(close, b'\n', &rest.as_bytes()[1..])? + 1;
    let before = text[..at].trim_end_matches([' ', '\t']);
    let inclusion = Inclusion {
        path: rest[1..end].to_owned(),
        is_quoted: close == b'"',
        is_certain: true,
    };
    (rest.as_bytes()[end] == close && before.ends_with('#')).then_some((inclusion, at))
}

#[cfg(test)]
mod tests {
    use super::{Header, Headers};
    use crate::include::Include;

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
                "// static inline is a habit\nint inline_me(void);\nstatic int third(void);\nstatic inline int fourth(void);\n#ifdef A\nstatic inline int fifth(void) { return 5; }\n#endif\n",
            ),
            ("b/twice.h", "static inline int sixth(void) { return 6; }\n"),
            ("c/twice.h", "static inline int sixth(void) { return 6; }\n"),
            (
                "d/elsewhere.h",
                "static inline int sixth(void) { return 6; }\n",
            ),
            (
                "a/include/installed.h",
                "static inline int sixth(void) { return 6; }\n",
            ),
            (
                "b/wchar.h",
                "static inline int btowc(int x) { return x; }\n",
            ),
        ];
        Headers::new(
            files
                .map(|(path, text)| Header::read(path, text, "_lunet_"))
                .into(),
        )
    }

    fn including(path: &str, is_quoted: bool) -> [Include; 1] {
        [Include {
            path: path.to_owned(),
            start: 0,
            end: 0,
            is_quoted,
            is_conditional: false,
        }]
    }

    #[test]
    fn inline_functions_are_found_where_they_are_reachable() {
        let headers = headers();
        let check = |name, header, expected| {
            let found = headers.static_inline(name, "a/file.c", &including(header, true));
            assert_eq!(found, expected, "{name} by {header}");
        };
        check("first", "one.h", Some("a/one.h:2"));
        check("second", "one.h", Some("two.h:2"));
        check("first", "two.h", None);
        check("third", "three.h", None);
        check("fourth", "three.h", None);
        check("fifth", "three.h", None);
        check("seventh", "d/talk.h", None);
        check("second", "far/two.h", Some("two.h:2"));
        check("sixth", "elsewhere.h", None);
        check("sixth", "installed.h", Some("a/include/installed.h:1"));
        check("first", "b/one.h", None);
        check("sixth", "twice.h", None);
        check("sixth", "b/twice.h", Some("b/twice.h:1"));
        check("sixth", "../c/twice.h", Some("c/twice.h:1"));
    }

    #[test]
    fn a_header_of_the_system_is_not_the_one_of_the_tree() {
        let headers = headers();
        let check = |is_quoted, expected| {
            let found = headers.static_inline("btowc", "file.c", &including("wchar.h", is_quoted));
            assert_eq!(found, expected);
        };
        check(true, Some("b/wchar.h:1"));
        check(false, None);
    }

    #[test]
    fn trace_h_is_brought_by_headers_that_include_it() {
        let headers = headers();
        let check = |header, expected| {
            let reachable = headers.reachable("a/file.c", &including(header, true), false);
            let found = headers.includes_trace(&reachable);
            assert_eq!(found, expected, "{header}");
        };
        check("one.h", true);
        check("three.h", false);
        check("trace.h", false);
    }

    #[test]
    fn a_definition_may_stand_in_a_line_that_begins_without_a_blank() {
        assert!(headers().may_define("int first(int x)\n{\n}\n"));
        assert!(!headers().may_define("int f(void) {\n    return first(1);\n}\n"));
    }
}
