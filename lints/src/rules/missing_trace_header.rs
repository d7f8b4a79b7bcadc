//! `missing-trace-header`: the wrappers are used without their header, or it is included too early.

use crate::finding::{Edit, Findings, Fix, Level};
use crate::include::{Include, includes};
use crate::lexer::{Kind, Token, spelling};
use crate::rule::{Page, Rule, Run};
use crate::unit::{C, Unit};

pub(crate) const RULE: Rule = Rule {
    name: "missing-trace-header",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires on a `.c` file that uses a `lunet_coref_*`, `lunet_valref_*` or `lunet_ensure_coroutine` wrapper without including `trace.h`, and on an include of `trace.h` before `co.h`.",
        why: "Without the header the wrapper is an undeclared function: the macro that counts the reference is not expanded, and the call fails when the plugin is loaded. `trace.h` builds on the declarations of `co.h`.",
        bad: "#include \"co.h\"\n\nint plugin_open(lua_State *L) {\n    lunet_ensure_coroutine(L, \"plugin.open\"); //~ missing-trace-header\n    return 0;\n}\n",
        good: "#include \"co.h\"\n#include \"trace.h\"\n\nint plugin_open(lua_State *L) {\n    lunet_ensure_coroutine(L, \"plugin.open\");\n    return 0;\n}\n",
        example_path: "plugin.c",
        fix: "Include `co.h`, then `trace.h`.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.c().filter(|c| !c.is_header) else {
        return;
    };
    let includes = includes(c);
    let named = |name: &str| includes.iter().find(|include| include.name() == name);
    match (named("trace.h"), named("co.h")) {
        (Some(trace), Some(co)) if trace.start < co.start => too_early(c, trace, co, findings),
        (Some(_), _) => {}
        (None, _) => missing(c, findings),
    }
}

fn too_early(c: &C<'_>, trace: &Include, co: &Include, findings: &mut Findings<'_>) {
    let text = c.lexed.text;
    let line = |include: &Include| {
        let start = text[..include.start].rfind('\n').map_or(0, |end| end + 1);
        let end = text[include.end..]
            .find('\n')
            .map_or(text.len(), |length| include.end + length + 1);
        start..end
    };
    let moved = line(trace);
    let mut insert = text[moved.clone()].to_owned();
    let place = line(co).end;
    if !text[..place].ends_with('\n') {
        // The last line takes the end of the line that moves behind it.
        let ending = insert.trim_end_matches(['\r', '\n']).len();
        insert = format!("{}{}", &insert[ending..], &insert[..ending]);
    }
    let edits = vec![
        findings.edit(moved, ""),
        findings.edit(place..place, insert),
    ];
    let related = findings.related(co.start..co.end, "co.h is included here");
    findings
        .add(
            &RULE,
            trace.start..trace.end,
            "trace.h is included before co.h",
        )
        .help("include co.h first")
        .relate(related)
        .fix(Some(Fix {
            description: "include trace.h behind co.h".into(),
            edits,
            safe: true,
        }));
}

fn missing(c: &C<'_>, findings: &mut Findings<'_>) {
    let text = c.lexed.text;
    let is_wrapper = |token: &&Token| {
        token.kind == Kind::Identifier
            && is_wrapper_name(&spelling(text, **token))
            && !c.conditionals.is_dead(token.start as usize)
    };
    let defined = |token: &Token| {
        let defines = |name: u32| c.lexed.code[name as usize].start == token.start;
        c.outline
            .functions
            .iter()
            .any(|function| defines(function.name))
    };
    let is_member = |at: usize| {
        let before = at.checked_sub(1).map(|before| c.lexed.code[before].kind);
        matches!(before, Some(Kind::Dot | Kind::Arrow))
    };
    let mut code = c.lexed.code.iter().enumerate();
    let first = code.find(|(at, token)| is_wrapper(token) && !is_member(*at));
    let first = first.map(|(_, token)| token);
    let in_macro = c.macros.iter().find_map(|definition| {
        c.lexed.content[definition.body.clone()]
            .iter()
            .find(is_wrapper)
    });
    let used = match (first, in_macro) {
        (Some(code), Some(body)) if body.start < code.start => body,
        (Some(token), _) | (None, Some(token)) => token,
        (None, None) => return,
    };
    if defined(used) || c.tree.includes_trace(c.reachable()) {
        return;
    }
    let fix = Fix {
        description: "include trace.h".into(),
        edits: include_edits(c, findings),
        safe: true,
    };
    findings
        .add(
            &RULE,
            used.range(),
            format!(
                "`{}` is used, but trace.h is not included",
                spelling(text, *used)
            ),
        )
        .help("include \"co.h\", then \"trace.h\"")
        .fix(Some(fix));
}

fn is_wrapper_name(name: &str) -> bool {
    name == "lunet_ensure_coroutine"
        || name.starts_with("lunet_coref_")
        || name.starts_with("lunet_valref_")
}

/// The edits that include trace.h, none where it is included already.
pub(crate) fn include_edits(c: &C<'_>, findings: &Findings<'_>) -> Vec<Edit> {
    let edit = c.trace_include.get_or_init(|| include_edit(c, findings));
    edit.iter().cloned().collect()
}

fn include_edit(c: &C<'_>, findings: &Findings<'_>) -> Option<Edit> {
    let includes = includes(c);
    if includes.iter().any(|include| include.name() == "trace.h") || c.is_header {
        return None;
    }
    // Behind an include that no condition takes away, if there is one.
    let is_certain = |include: &&Include| !include.is_conditional;
    let mut certain = includes.iter().filter(is_certain);
    let behind = certain
        .clone()
        .find(|include| include.name() == "co.h")
        .or_else(|| certain.next_back())
        .or(includes.last());
    let text = c.lexed.text;
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (place, lines) = match behind {
        None => {
            let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
            (
                start,
                format!("#include \"co.h\"{line_end}#include \"trace.h\"{line_end}"),
            )
        }
        Some(include) => {
            let end = text[include.end..].find('\n');
            let place = end.map_or(text.len(), |length| include.end + length + 1);
            let mut lines = String::new();
            if end.is_none() {
                lines.push_str(line_end);
            }
            if include.name() != "co.h" {
                lines.extend(["#include \"co.h\"", line_end]);
            }
            lines.extend(["#include \"trace.h\"", line_end]);
            (place, lines)
        }
    };
    Some(findings.edit(place..place, lines))
}
