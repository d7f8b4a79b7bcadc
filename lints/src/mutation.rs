//! The self-proof: every call of a safe wrapper, turned into its raw form, must become exactly one finding.

use crate::call::{Call, call_at, text_of};
use crate::facts::Facts;
use crate::finding::List;
use crate::linter::Linter;
use crate::role::Role;
use crate::source::Source;
use crate::unit::{C, Stretch};

/// One wrapper call in its raw form.
#[derive(Debug)]
pub struct Mutation {
    /// 1-based line and column of the wrapper.
    pub line: u32,
    pub column: u32,
    pub wrapper: String,
    /// The raw form, as it was put in.
    pub raw: String,
    /// The rule that must find it.
    pub rule: &'static str,
    /// The findings that came with it, as `rule:line`: exactly one is right.
    pub found: Vec<String>,
}

impl Mutation {
    /// Whether the mutation was found, and nothing besides.
    pub fn is_caught(&self) -> bool {
        self.found.len() == 1 && self.found[0].starts_with(self.rule)
    }
}

/// Mutates each wrapper call of a C text in turn, and judges the result. Homes have none.
pub fn mutations(linter: &Linter, path: &str, text: &str, facts: &Facts) -> Vec<Mutation> {
    let is_mentioned = memchr::memmem::find(text.as_bytes(), b"lunet_").is_some()
        || facts
            .wrappers()
            .any(|(_, wrapper)| text.contains(&wrapper.name));
    if linter.is_home(path) || !is_mentioned {
        return Vec::new();
    }
    let source = Source::new(path, text);
    let c = C::new(&source, facts.tree.clone());
    let mut planned = Vec::new();
    c.each_stretch(|_| true, |stretch| plan(&c, stretch, facts, &mut planned));
    let before = keys(&linter.judge(path, text, facts).findings);
    planned
        .into_iter()
        .map(|plan| {
            let mut mutated = text.to_owned();
            mutated.replace_range(plan.range.clone(), &plan.raw);
            let after = linter.judge(path, &mutated, facts).findings;
            let place = source.position(plan.range.start);
            Mutation {
                line: place.line,
                column: place.column,
                wrapper: plan.wrapper,
                raw: plan.raw,
                rule: plan.rule,
                found: new_ones(&before, keys(&after)),
            }
        })
        .collect()
}

struct Plan {
    range: std::ops::Range<usize>,
    wrapper: String,
    raw: String,
    rule: &'static str,
}

/// Findings that count, as `rule:line`.
fn keys(findings: &List) -> Vec<String> {
    findings
        .iter()
        .map(|finding| format!("{}:{}", finding.rule, finding.start.line))
        .collect()
}

fn new_ones(before: &[String], after: Vec<String>) -> Vec<String> {
    let mut left = before.to_vec();
    after
        .into_iter()
        .filter(|key| match left.iter().position(|known| known == key) {
            Some(index) => {
                left.swap_remove(index);
                false
            }
            None => true,
        })
        .collect()
}

fn plan(c: &C<'_>, stretch: &Stretch<'_, '_>, facts: &Facts, planned: &mut Vec<Plan>) {
    let stream = &stretch.stream;
    for index in 0..stream.tokens.len() {
        let name = stream.word(index);
        if !name.contains("lunet") && !facts.wrappers().any(|(_, wrapper)| wrapper.name == name) {
            continue;
        }
        let Some(call) = call_at(stream, index).filter(|_| stream.role(index) == Role::Use) else {
            continue;
        };
        if c.conditionals.is_dead(stream.tokens[index].start as usize) {
            continue;
        }
        let Some(close) = stream.close(index + 1) else {
            continue;
        };
        if let Some((raw, rule)) = raw_form(stretch, &call, &name, facts) {
            planned.push(Plan {
                range: stream.tokens[index].start as usize..stream.tokens[close].end() as usize,
                wrapper: name.into_owned(),
                raw,
                rule,
            });
        }
    }
}

/// The raw form of a wrapper call, and the rule that forbids it.
fn raw_form(
    stretch: &Stretch<'_, '_>,
    call: &Call,
    name: &str,
    facts: &Facts,
) -> Option<(String, &'static str)> {
    let stream = &stretch.stream;
    let arguments: Vec<_> = call
        .arguments
        .iter()
        .map(|argument| text_of(stream, argument))
        .collect();
    let registry = "LUA_REGISTRYINDEX";
    match (name, &arguments[..]) {
        ("lunet_coref_create", [state, place]) => {
            let raw =
                format!("(lua_pushthread({state}), ({place}) = luaL_ref({state}, {registry}))");
            Some((raw, "raw-coref-create"))
        }
        ("lunet_coref_create_raw" | "lunet_valref_create_raw", [state, place]) => {
            let raw = format!("(({place}) = luaL_ref({state}, {registry}))");
            Some((raw, "raw-coref-create"))
        }
        ("lunet_coref_release" | "lunet_valref_release", [state, place]) => {
            let raw = format!("luaL_unref({state}, {registry}, {place})");
            Some((raw, "raw-coref-release"))
        }
        _ => {
            let (internal, _) = facts.wrappers().find(|(_, wrapper)| wrapper.name == name)?;
            Some((
                format!("{internal}({})", arguments.join(", ")),
                "internal-call",
            ))
        }
    }
}
