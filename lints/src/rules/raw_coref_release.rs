//! `raw-coref-release`: a registry reference is released without the wrappers.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::call::{Call, Names, call_at, text_of};
use crate::finding::{Findings, Fix, Level};
use crate::lexer::Kind;
use crate::role::Role;
use crate::rule::{Page, Rule, Run};
use crate::rules::missing_trace_header::include_edits;
use crate::unit::{C, Stretch, Unit};

pub(crate) const RULE: Rule = Rule {
    name: "raw-coref-release",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires on `luaL_unref(…, LUA_REGISTRYINDEX, …)` outside of the homes, also through an alias or a macro of the same file. It stays silent in a project that has headers of its own, none of which names the SDK, and in the sources of Lua.",
        why: "The tracing still counts the reference as live: the balance never comes out, and a real leak drowns in false ones.",
        bad: "void plugin_done(lua_State *L, struct wait *ctx) {\n    luaL_unref(L, LUA_REGISTRYINDEX, ctx->co_ref); //~ raw-coref-release\n}\n",
        good: "#include \"co.h\"\n#include \"trace.h\"\n\nvoid plugin_done(lua_State *L, struct wait *ctx) {\n    lunet_coref_release(L, ctx->co_ref);\n}\n",
        example_path: "plugin.c",
        fix: "Use `lunet_coref_release(L, ref)` for a coroutine, `lunet_valref_release(L, ref)` for any other value.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.plugin_c().filter(|_| !unit.is_home) else {
        return;
    };
    let names = Names::new(c, &["luaL_unref"]);
    let known = Known {
        values: kept_values(c),
        constants: RefCell::default(),
        outside: RefCell::default(),
    };
    c.each_stretch(
        |tokens| names.may_call(c.lexed.text, tokens, &["luaL_unref"]),
        |stretch| {
            let direct = names
                .calls(stretch, &["luaL_unref"])
                .into_iter()
                .filter_map(|call| {
                    let tokens = call.arguments.get(1)?;
                    let text = text_of(&stretch.stream, tokens);
                    Some((call, text))
                });
            for (call, text) in direct.chain(names.forwarded(stretch, "luaL_unref", 1)) {
                if names.is_registry(text) {
                    let range = stretch.stream.tokens[call.name].range();
                    let fix = replacement(c, stretch, &call, &known, findings);
                    findings
                        .add(&RULE, range, "registry reference released outside of its home")
                        .help("use `lunet_coref_release(L, ref)`, or `lunet_valref_release(L, ref)` for a value that is no coroutine")
                        .fix(fix);
                }
            }
        },
    );
}

/// What the file says of its references.
struct Known<'c> {
    /// The last names of the places in which it keeps values that are no coroutines.
    values: HashSet<String>,
    /// The function that was asked last, by its number, and the names that it can't set.
    constants: RefCell<(Option<usize>, HashSet<Cow<'c, str>>)>,
    /// The names that were looked for outside of functions, and whether they are those of constants.
    outside: RefCell<HashMap<Cow<'c, str>, bool>>,
}

impl<'c> Known<'c> {
    /// Whether a name of the function around a token is declared `const`, or points to what is.
    fn is_constant(&self, c: &'c C<'_>, index: usize) -> bool {
        let Some(number) = c.outline.function_number_at(index) else {
            return false;
        };
        let stream = c.stream();
        let mut constants = self.constants.borrow_mut();
        if constants.0 != Some(number) {
            let function = &c.outline.functions[number];
            let all = function.name as usize..function.close as usize;
            let names = all.filter(|&at| stream.is(at, "const")).filter_map(|at| {
                let is_declarator =
                    |at: usize| matches!(stream.kind(at), Some(Kind::Identifier | Kind::Star));
                let end = (at + 1..at + 9).find(|&end| !is_declarator(end))?;
                Some(stream.word(end - 1))
            });
            *constants = (Some(number), names.collect());
        }
        constants.1.contains(&stream.word(index)) || self.is_constant_outside(c, index)
    }

    /// Whether a name is that of an enumerator or of something `const` at file scope.
    fn is_constant_outside(&self, c: &'c C<'_>, index: usize) -> bool {
        let stream = c.stream();
        let word = stream.word(index);
        let mut outside = self.outside.borrow_mut();
        *outside.entry(word.clone()).or_insert_with(|| {
            let is_const = |at: usize| {
                let begin = stream.outline.begin(at) as usize;
                (begin..at).any(|before| stream.is(before, "const"))
            };
            (0..stream.tokens.len()).any(|at| {
                stream.is(at, &word)
                    && (stream.in_enumeration(at)
                        || stream.parent(at).is_none()
                            && stream.role(at) == Role::Declared
                            && is_const(at))
            })
        })
    }
}

/// Whether something can be assigned to what begins with a word: no number, and no name of a constant.
fn may_be_set(first: &str, tokens: usize) -> bool {
    let is_constant = tokens == 1 && !first.contains(|letter: char| letter.is_lowercase());
    !first.starts_with(|letter: char| letter.is_ascii_digit()) && !is_constant
}

/// The statement with the wrapper in it. The wrapper sets the reference, so that it must be a place.
fn replacement<'c>(
    c: &'c C<'_>,
    stretch: &Stretch<'_, '_>,
    call: &Call,
    known: &Known<'c>,
    findings: &Findings<'_>,
) -> Option<Fix> {
    let stream = &stretch.stream;
    let close = stream.close(call.name + 1)?;
    let is_statement = stream.statement_begin(call.name) == call.name
        && stream.kind(close + 1) == Some(Kind::Semicolon);
    let [state, _, reference] = &call.arguments[..] else {
        return None;
    };
    let is_place = reference.clone().all(|at| {
        matches!(
            stream.kind(at),
            Some(
                Kind::Identifier
                    | Kind::Dot
                    | Kind::Arrow
                    | Kind::BracketOpen
                    | Kind::BracketClose
                    | Kind::Number
            )
        )
    });
    let is_set = is_place && may_be_set(&stream.word(reference.start), reference.len());
    if stretch.definition.is_some() || !is_statement || !is_set {
        return None;
    }
    if known.is_constant(c, reference.start) {
        return None;
    }
    let (state, reference_text) = (text_of(stream, state), text_of(stream, reference));
    let wrapper = if known.values.contains(&*stream.word(reference.end - 1)) {
        "lunet_valref_release"
    } else {
        "lunet_coref_release"
    };
    let range = stream.tokens[call.name].start as usize..stream.tokens[close].end() as usize;
    let mut edits = include_edits(c, findings);
    edits.push(findings.edit(range, format!("{wrapper}({state}, {reference_text})")));
    edits.sort_by_key(|edit| edit.range.start);
    Some(Fix {
        description: format!("use `{wrapper}`").into(),
        edits,
        safe: true,
    })
}

/// The last names of the places in which the file keeps values that are no coroutines.
fn kept_values(c: &C<'_>) -> HashSet<String> {
    let stream = c.stream();
    (0..stream.tokens.len())
        .filter(|&index| stream.is(index, "lunet_valref_create_raw"))
        .filter_map(|index| call_at(&stream, index))
        .filter_map(|call| call.arguments.get(1).cloned())
        .map(|reference| stream.word(reference.end - 1).into_owned())
        .collect()
}
