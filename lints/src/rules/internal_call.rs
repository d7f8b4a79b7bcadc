//! `internal-call`: an internal is used outside of its home.

use std::borrow::Cow;

use crate::facts::Wrapper;
use crate::finding::{Edit, Findings, Fix, Level, Words};
use crate::internal::{Mention, each_mention};
use crate::role::Role;
use crate::rule::{Page, Rule, Run};
use crate::rules::missing_trace_header::include_edits;
use crate::unit::{C, Unit};

pub(crate) const RULE: Rule = Rule {
    name: "internal-call",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires on any use of an identifier that begins with `_lunet_` outside of its home: a call, also through parentheses, a star or a macro body, its address, an initialiser, an argument, a `return`, and a token paste that can only make such a name. Names that merely contain the prefix, members and types stay silent unless they are called.",
        why: "The internals have no bookkeeping: they skip the tracing, the stack checks and the conditions that the wrappers of `trace.h` hold. A plugin that calls them works until the day the runtime changes.",
        bad: "int plugin_open(lua_State *L) {\n    if (_lunet_ensure_coroutine(L, \"plugin.open\")) { //~ internal-call\n        return lua_error(L);\n    }\n    return 0;\n}\n",
        good: "#include \"co.h\"\n#include \"trace.h\"\n\nint plugin_open(lua_State *L) {\n    if (lunet_ensure_coroutine(L, \"plugin.open\")) {\n        return lua_error(L);\n    }\n    return 0;\n}\n",
        example_path: "plugin.c",
        fix: "Call the wrapper that the message names. An internal without a wrapper needs one in `trace.h`, or the code belongs into a file whose name ends in `_impl.c`.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    if unit.is_home {
        return;
    }
    for (name, range) in unit.rust_internals() {
        in_rust(name, range.clone(), findings);
    }
    let Some(c) = unit.c() else {
        return;
    };
    each_mention(c, unit.prefix, |mention| {
        if mention.role == Role::Use {
            report(unit, c, mention, findings);
        }
    });
}

/// The same boundary in Rust: the symbols are named where the C face is made.
fn in_rust(name: &str, range: std::ops::Range<usize>, findings: &mut Findings<'_>) {
    findings
        .add(
            &RULE,
            range,
            format!("internal `{name}` is named outside of the C ABI layer"),
        )
        .help("call the Rust function behind it, or move the code below abi/");
}

fn report(unit: &Unit<'_>, c: &C<'_>, mention: Mention<'_>, findings: &mut Findings<'_>) {
    let name = if mention.is_pasted {
        Cow::Owned(format!("{}…", mention.name))
    } else {
        mention.name.clone()
    };
    let place = match &mention.macro_name {
        Some(definition) => format!(" in the body of macro `{definition}`"),
        None => String::new(),
    };
    let wrapper = unit
        .facts
        .wrapper(&mention.name)
        .filter(|_| !mention.is_pasted);
    let headers = unit.facts.headers.join(", ");
    let (message, help): (_, Words) = match wrapper {
        Some(wrapper) => (
            format!("internal `{name}` is used{place} outside of its home"),
            format!("use `{}` from {headers}", wrapper.name).into(),
        ),
        None if headers.is_empty() => (
            format!("internal `{name}` is used{place} outside of its home"),
            "no trace.h was found that offers a wrapper; use the public function, or move the code into a file named *_impl.c".into(),
        ),
        None => (
            format!("internal `{name}`, which has no safe wrapper, is used{place} outside of its home"),
            format!("{headers} offers no wrapper: add one there, or move the code into a file named *_impl.c").into(),
        ),
    };
    let fix = wrapper
        .filter(|wrapper| fits(wrapper, &mention))
        .map(|wrapper| Fix {
            description: format!("use `{}`", wrapper.name).into(),
            edits: edits(unit, c, &mention, wrapper, findings),
            safe: true,
        });
    findings
        .add(&RULE, mention.range, message)
        .help(help)
        .fix(fix);
}

/// Whether the wrapper can stand where the internal stands: a macro needs a call with as many arguments.
fn fits(wrapper: &Wrapper, mention: &Mention<'_>) -> bool {
    match (wrapper.parameters, mention.call) {
        (None, _) => !wrapper.is_statement,
        (Some(parameters), Some((arguments, is_statement))) => {
            parameters == arguments && (is_statement || !wrapper.is_statement)
        }
        (Some(_), None) => wrapper.is_function,
    }
}

/// The wrapper in place of the internal, and the header that offers it.
fn edits(
    unit: &Unit<'_>,
    c: &C<'_>,
    mention: &Mention<'_>,
    wrapper: &Wrapper,
    findings: &Findings<'_>,
) -> Vec<Edit> {
    // Where the wrappers stand in another header, that one is the author's to include.
    let headers = &unit.facts.headers;
    let is_ours = |path: &String| path.rsplit(['/', '\\']).next() == Some("trace.h");
    let mut edits = if headers.iter().any(is_ours) {
        include_edits(c, findings)
    } else {
        Vec::new()
    };
    edits.push(findings.edit(mention.range.clone(), wrapper.name.as_str()));
    edits.sort_by_key(|edit| edit.range.start);
    edits
}
