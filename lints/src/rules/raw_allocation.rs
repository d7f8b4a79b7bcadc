//! `raw-allocation`: the C library's allocator is called where the SDK has its own.

use rustc_hash::FxHashMap;

use crate::call::call_at;
use crate::finding::{Findings, Fix, Level};
use crate::lexer::{Kind, spelling};
use crate::role::Role;
use crate::rule::{Page, Rule, Run};
use crate::unit::{Stretch, Unit, mentions};

pub(crate) const RULE: Rule = Rule {
    name: "raw-allocation",
    level: Level::Warning,
    run: Run::Text(run),
    page: Page {
        what: "It fires on calls of `malloc`, `calloc`, `realloc`, `free` and `strdup` in files that have `lunet_alloc` and `lunet_free` within reach.",
        why: "Memory that the tracing did not hand out is missing from its summary, has no canary, and must not meet `lunet_free`.",
        bad: "#include \"lunet_mem.h\"\n\nchar *plugin_copy(const char *text, size_t length) {\n    char *copy = malloc(length); //~ raw-allocation\n    if (copy == NULL) {\n        return NULL;\n    }\n    memcpy(copy, text, length);\n    return copy;\n}\n",
        good: "#include \"lunet_mem.h\"\n\nchar *plugin_copy(const char *text, size_t length) {\n    char *copy = lunet_alloc(length);\n    if (copy == NULL) {\n        return NULL;\n    }\n    memcpy(copy, text, length);\n    return copy;\n}\n",
        example_path: "plugin.c",
        fix: "Use `lunet_alloc`, `lunet_calloc`, `lunet_realloc` and `lunet_free`, and change the allocation together with its release. Memory that another library allocated is released by that library.",
    },
};

const FUNCTIONS: [(&str, Option<&str>); 5] = [
    ("malloc", Some("lunet_alloc")),
    ("calloc", Some("lunet_calloc")),
    ("realloc", Some("lunet_realloc")),
    ("free", Some("lunet_free")),
    ("strdup", None),
];

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.c().filter(|_| !unit.is_home && in_reach(unit)) else {
        return;
    };
    let names = FUNCTIONS.map(|(name, _)| name);
    let text = c.lexed.text;
    let mut own = Own::default();
    c.each_stretch(
        |tokens| mentions(text, tokens, &names),
        |stretch| {
            for index in 0..stretch.stream.tokens.len() {
                judge(stretch, index, &mut own, findings);
            }
        },
    );
}

/// Whether the SDK's allocator exists for this file: it belongs to a plugin or to the runtime.
fn in_reach(unit: &Unit<'_>) -> bool {
    memchr::memmem::find(unit.source.text.as_bytes(), b"lunet").is_some()
        || unit.facts.tree.has_allocator()
}

/// Whether a macro is the SDK's allocator itself.
fn is_allocator(name: &str) -> bool {
    name.starts_with("lunet_free") || FUNCTIONS.iter().any(|(_, ours)| *ours == Some(name))
}

/// The functions, by their number, in which a name is that of a parameter or variable.
#[derive(Default)]
struct Own(FxHashMap<(usize, &'static str), bool>);

impl Own {
    fn has(&mut self, stretch: &Stretch<'_, '_>, index: usize, name: &'static str) -> bool {
        let stream = &stretch.stream;
        let number = (!stream.is_macro)
            .then(|| stream.outline.function_number_at(index))
            .flatten();
        let Some(number) = number else {
            return false;
        };
        *self.0.entry((number, name)).or_insert_with(|| {
            let function = &stream.outline.functions[number];
            let mut tokens = function.name as usize..function.close as usize;
            tokens.any(|at| {
                stream.is(at, name) && stream.role(at) == Role::Declared && !stream.in_type_body(at)
            })
        })
    }
}

fn judge(stretch: &Stretch<'_, '_>, index: usize, own: &mut Own, findings: &mut Findings<'_>) {
    let stream = &stretch.stream;
    if stream.kind(index) != Some(Kind::Identifier) {
        return;
    }
    // `#define ALLOCATE malloc` is as good as a call.
    let is_alias = stretch.definition.is_some() && stream.tokens.len() == 1;
    let next = stream.kind(index + 1);
    let is_call = next == Some(Kind::ParenOpen)
        || (next == Some(Kind::ParenClose) && call_at(stream, index).is_some());
    if !is_call && !is_alias {
        return;
    }
    if stretch
        .definition
        .is_some_and(|definition| is_allocator(&spelling(stream.text, definition.name)))
    {
        return;
    }
    let word = stream.word(index);
    let Some((name, replacement)) = FUNCTIONS.into_iter().find(|(name, _)| *name == word) else {
        return;
    };
    let is_member = index > 0 && matches!(stream.kind(index - 1), Some(Kind::Dot | Kind::Arrow));
    if is_member
        || stretch.is_parameter(name)
        || stream.role(index) != Role::Use
        || own.has(stretch, index, name)
    {
        return;
    }
    let range = stream.tokens[index].range();
    let fix = replacement.map(|replacement| Fix {
        description: format!("use `{replacement}`").into(),
        edits: vec![findings.edit(range.clone(), replacement)],
        safe: false,
    });
    let help = match replacement {
        Some(replacement) => {
            format!("use `{replacement}` of lunet_mem.h, here and where the memory is handed on")
        }
        None => "allocate with `lunet_alloc` and copy".to_owned(),
    };
    findings
        .add(
            &RULE,
            range,
            format!("`{name}` bypasses the SDK's allocator"),
        )
        .help(help)
        .fix(fix);
}
