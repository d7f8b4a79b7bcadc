//! Judges the fixtures: each marked line must have exactly its findings, each other line none.
//!
//! `//~ rule` marks a finding on its line, `//~^ rule` on the line above (each `^` one line), `/*~ rule */` where a
//! line comment can't stand. `rule@7` demands the column, too. Files below `traps/` have no marks: they stay silent.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lunet_lints::facts::{Header, Headers};
use lunet_lints::{Facts, Linter, Settings};

/// A finding as a mark names it: line, rule, column if demanded.
type Mark = (u32, String, Option<u32>);

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let sign = if text.contains('\n') { '\n' } else { '\r' };
    for (line, content) in (1..).zip(text.split(sign)) {
        for opener in ["//~", "/*~", "#~", "--~"] {
            let Some((_, mark)) = content.split_once(opener) else {
                continue;
            };
            let mark = mark.split("*/").next().unwrap_or_default();
            let up = u32::try_from(mark.chars().take_while(|&sign| sign == '^').count()).unwrap();
            for word in mark.trim_start_matches('^').split_whitespace() {
                let (rule, column) = match word.split_once('@') {
                    Some((rule, column)) => (rule, Some(column.parse().unwrap())),
                    None => (word, None),
                };
                marks.push((line - up, rule.to_owned(), column));
            }
        }
    }
    marks.sort();
    marks
}

/// The headers of a project that knows nothing of the SDK.
const FOREIGN_HEADERS: [(&str, &str); 1] = [("server.h", "struct server { lua_State *lua; };\n")];

/// The rules about the SDK say nothing of a project without it.
#[test]
fn a_project_without_the_sdk_keeps_its_own_ways() {
    let text = "void f(lua_State *L, struct server *s) {\n    s->lua = L;\n    s->ref = luaL_ref(L, LUA_REGISTRYINDEX);\n    luaL_unref(L, LUA_REGISTRYINDEX, s->ref);\n}\nvoid g(lua_State *L, struct server *s) {\n    if (s->ref) lua_pushnil(L);\n}\n";
    let check = |include: &str, expected: usize| {
        let facts = Facts::new(Arc::new(Headers::new(
            FOREIGN_HEADERS
                .map(|(path, text)| Header::read(path, text, "_lunet_"))
                .into(),
        )));
        let linter = Linter::new(Settings::default()).unwrap();
        let report = linter.judge("server.c", &format!("{include}{text}"), &facts);
        assert_eq!(report.findings.len(), expected, "{include}");
    };
    check("#include \"server.h\"\n", 0);
    check("#include <lua.h>\n", 4);
    check("#include \"server.h\"\n#include \"trace.h\"\n", 4);
    check("#include \"server.h\"\n// for lunet\n", 4);
}

/// A header without includes, such as a generated piece of a source file, is told by those beside it.
#[test]
fn a_header_among_those_of_a_foreign_project_is_foreign() {
    let text = "static int f(lua_State *L) {\n    return luaL_ref(L, LUA_REGISTRYINDEX);\n}\n";
    let check = |beside: &str, words: &str, expected: usize| {
        let headers = [("src/piece.h", text), (beside, words)];
        let headers = headers.map(|(path, text)| Header::read(path, text, "_lunet_"));
        let facts = Facts::new(Arc::new(Headers::new(headers.into())));
        let linter = Linter::new(Settings::default()).unwrap();
        let report = linter.judge("src/piece.h", text, &facts);
        assert_eq!(report.findings.len(), expected, "{beside}");
    };
    check("src/server.h", "struct server;\n", 0);
    check("src/server.h", "struct lunet_server;\n", 1);
    check("other/server.h", "struct server;\n", 1);
    check("src/piece.h", text, 1);
}

/// Where the SDK's allocator is part of the tree, the one of the C library is found in every file.
#[test]
fn the_allocator_of_the_tree_is_asked_for_everywhere() {
    let header = Header::read(
        "include/lunet_mem.h",
        "void *lunet_alloc(size_t);\n",
        "_lunet_",
    );
    let check = |headers: Vec<Header>, text: &str, expected: usize| {
        let facts = Facts::new(Arc::new(Headers::new(headers)));
        let linter = Linter::new(Settings::default()).unwrap();
        let report = linter.judge("util.c", text, &facts);
        assert_eq!(report.findings.len(), expected, "{text}");
    };
    let text = "char *f(const char *s) { return strdup(s); }\nvoid g(void *p) { free(p); }\n";
    check(vec![], text, 0);
    check(vec![header], text, 2);
}

/// Addresses that are given away on another way hide no leak, however many there are.
#[test]
fn each_of_many_given_places_is_told_apart() {
    const COUNT: usize = 100;
    let each = |piece: fn(usize) -> String| (0..COUNT).map(piece).collect::<String>();
    let text = format!(
        "#include \"co.h\"\n#include \"trace.h\"\nint f(lua_State *L, int n) {{\n{}if (n) {{\n{}return 0;\n}}\n{}return 0;\n}}\n",
        each(|number| format!("int r{number};\n")),
        each(|number| format!("keep(&r{number});\n")),
        each(|number| format!(
            "lunet_coref_create(L, r{number});\nif (done({number})) {{\nreturn 1;\n}}\nlunet_coref_release(L, r{number});\n"
        )),
    );
    let leaks = found("many.c", &text, &[]);
    let is_leak = |(_, rule, _): &&Mark| rule == "leaked-coref";
    assert_eq!(leaks.iter().filter(is_leak).count(), COUNT);
}

/// The findings of a text, with columns where the marks demand them.
fn found(path: &str, text: &str, marks: &[Mark]) -> Vec<Mark> {
    let mut facts = Facts::default();
    facts.read_wrappers("trace.h", TRACE_H, "_lunet_");
    facts.tree = Arc::new(Headers::new(
        HEADERS
            .map(|(path, text)| Header::read(path, text, "_lunet_"))
            .into(),
    ));
    let linter = Linter::new(Settings::default()).unwrap();
    let with_column: BTreeSet<_> = marks
        .iter()
        .filter(|(_, _, column)| column.is_some())
        .map(|(line, _, _)| *line)
        .collect();
    let report = linter.judge(path, text, &facts);
    let mut found: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .map(|finding| {
            let column = with_column
                .contains(&finding.start.line)
                .then_some(finding.start.column);
            (finding.start.line, finding.rule.to_owned(), column)
        })
        .collect();
    found.sort();
    found
}

const TRACE_H: &str = "#define lunet_ensure_coroutine(L, name) _lunet_ensure_coroutine(L, name)\n";

/// The headers around the fixtures.
const HEADERS: [(&str, &str); 3] = [
    (
        "lunet_sizes.h",
        "static inline size_t lunet_round_up(size_t size) { return size; }\nstatic inline int lunet_only_declared(int x);\nstatic inline int LUNET_(max)(int x) { return x; }\nstatic inline LUNET_FORMAT((printf, 1, 2)) void lunet_print(int x) { }\nstatic inline void (lunet_reset)(int *list) { }\nstatic inline void LUNET_ATTRIBUTE(3, 0)\nlunet_double(int *x) { *x *= 2; }\n[[nodiscard]] static inline int lunet_half(int x) { return x / 2; }\n#ifdef A\nstatic inline int lunet_one_of_two(int x) { return x; }\n#endif\n",
    ),
    (
        "plugin_common.h",
        "#include \"co.h\"\n#include \"trace.h\"\n",
    ),
    (
        "plugin_macros.h",
        "#define JOIN_FAR(a, b) JOIN(a, b)\n#define JOIN(a, b) a##b\n#define OPERATION(op) JOIN(_lunet, _##op)\n",
    ),
];

fn check(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let marks = marks(&text);
    let found = found(&name, &text, &marks);
    let missing: Vec<_> = marks.iter().filter(|mark| !found.contains(mark)).collect();
    let surplus: Vec<_> = found.iter().filter(|mark| !marks.contains(mark)).collect();
    assert!(
        found == marks,
        "{}: missing {missing:?}, surplus {surplus:?}",
        path.display()
    );
}

#[test]
fn marked_lines_have_their_findings_and_no_others() {
    let files = files(&fixtures());
    assert!(!files.is_empty());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!marks(&text).is_empty(), "{} marks nothing", path.display());
        check(&path);
    }
}

#[test]
fn traps_stay_silent() {
    let files = files(&fixtures().join("traps"));
    assert!(!files.is_empty());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        assert!(marks(&text).is_empty(), "{} has marks", path.display());
        check(&path);
    }
}

#[test]
fn the_examples_of_the_pages_are_fixtures() {
    for rule in lunet_lints::rules::ALL {
        let page = &rule.page;
        let marks = marks(page.bad);
        assert!(
            marks.iter().any(|(_, name, _)| name == rule.name),
            "{}",
            rule.name
        );
        assert_eq!(
            found(page.example_path, page.bad, &marks),
            marks,
            "{}",
            rule.name
        );
        assert_eq!(
            found(page.example_path, page.good, &[]),
            [],
            "{}",
            rule.name
        );
    }
}

#[test]
fn the_registry_is_sorted_and_each_name_is_its_file() {
    let names: Vec<_> = lunet_lints::rules::ALL
        .iter()
        .map(|rule| rule.name)
        .collect();
    assert!(names.is_sorted());
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let found: Vec<_> = files(&sources)
        .iter()
        .map(|path| {
            path.file_stem()
                .unwrap()
                .to_string_lossy()
                .replace('_', "-")
        })
        .collect();
    assert_eq!(names, found);
}
