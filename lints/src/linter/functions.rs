//! The rules that follow the paths of functions: which functions they are asked about.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::finding::Findings;
use crate::lexer::Kind;
use crate::rule::{Functions, IsWanted, Run};
use crate::rules;
use crate::source::Source;
use crate::unit::C;

/// Macros within macros are looked through this deep for the words of rules.
const MACRO_DEPTH: usize = 4;
/// And functions within functions, where a rule wants that.
const CALL_DEPTH: usize = 2;

/// One function after the other through all rules that follow its paths: they are made once and not kept.
pub(super) fn judge(c: &C<'_>, findings: &mut Findings<'_>) {
    match &c.only_allocations {
        Some(allocations) => judge_allocations(c, allocations, findings),
        None => judge_all(c, findings, |_| {}),
    }
}

/// The same where anything may be found; tells of each function when it was judged.
fn judge_all(c: &C<'_>, findings: &mut Findings<'_>, mut judged: impl FnMut(usize)) {
    let rules: Vec<Functions> = rules::ALL
        .iter()
        .filter_map(|rule| match rule.run {
            Run::Functions(functions) if (functions.judges)(c) => Some(functions),
            _ => None,
        })
        .collect();
    let bringers: Vec<FxHashSet<u64>> = rules
        .iter()
        .map(|rule| {
            let mut found = macros_with(c, rule.names);
            if let Some(is_wanted) = (rule.through_calls)(c) {
                found.extend(helpers_with(c, is_wanted));
            }
            found
        })
        .collect();
    let mut is_wanted = vec![false; rules.len()];
    for number in 0..c.outline.functions.len() {
        is_wanted.fill(false);
        for word in c.words_of(number) {
            for ((rule, bringers), wanted) in rules.iter().zip(&bringers).zip(&mut is_wanted) {
                *wanted = *wanted
                    || (rule.names)(&word)
                    || (!bringers.is_empty() && bringers.contains(&key(&word)));
            }
        }
        for (rule, _) in rules.iter().zip(&is_wanted).filter(|(_, wanted)| **wanted) {
            (rule.run)(c, number, findings);
        }
        judged(number);
    }
}

/// The functions, by their numbers, on whose paths a rule gave up.
pub(crate) fn given_up(c: &C<'_>, source: &Source<'_>) -> FxHashSet<usize> {
    let mut given_up = FxHashSet::default();
    judge_all(c, &mut Findings::new(source), |number| {
        if c.budget.has_failed.replace(false) {
            given_up.insert(number);
        }
    });
    given_up
}

/// Those functions that have one of some allocations in their body, or a macro that allocates.
fn judge_allocations(c: &C<'_>, allocations: &[usize], findings: &mut Findings<'_>) {
    let rule = rules::OF_ALLOCATIONS;
    let bringers = macros_with(c, rule.names);
    let place = |token: u32| {
        let token = c.lexed.code.get(token as usize);
        token.map_or(c.lexed.text.len(), |token| token.range().start)
    };
    for (number, function) in c.outline.functions.iter().enumerate() {
        let body = place(function.open)..place(function.close);
        let first = allocations.partition_point(|&at| at < body.start);
        let has_own = allocations.get(first).is_some_and(|&at| at < body.end);
        let has_any = has_own
            || (!bringers.is_empty()
                && c.words_of(number)
                    .any(|word| bringers.contains(&key(&word))));
        if has_any {
            (rule.run)(c, number, findings);
        }
    }
}

/// The functions that have a word in their body, also through another function, by the hash of their name.
fn helpers_with(c: &C<'_>, is_wanted: IsWanted) -> FxHashSet<u64> {
    let mut found = macros_with(c, is_wanted);
    for _ in 0..CALL_DEPTH {
        let before = found.len();
        for (number, function) in c.outline.functions.iter().enumerate() {
            let name = key(&c.lexed.spelling(c.lexed.code[function.name as usize]));
            let brings = |word: &str| is_wanted(word) || found.contains(&key(word));
            if !found.contains(&name) && c.words_of(number).any(|word| brings(&word)) {
                found.insert(name);
            }
        }
        if found.len() == before {
            break;
        }
    }
    found
}

/// The hash of a name: two names that share one are looked at together.
fn key(name: &str) -> u64 {
    FxBuildHasher.hash_one(name)
}

/// The macros that bring a word in their body, also through another macro, by the hash of their name.
fn macros_with(c: &C<'_>, is_wanted: IsWanted) -> FxHashSet<u64> {
    let mut found = FxHashSet::default();
    for _ in 0..MACRO_DEPTH {
        let before = found.len();
        for definition in &c.macros {
            let mut body = c.lexed.content[definition.body.clone()].iter();
            let brings = body.any(|&token| {
                token.kind == Kind::Identifier && {
                    let word = c.lexed.spelling(token);
                    is_wanted(&word) || (!found.is_empty() && found.contains(&key(&word)))
                }
            });
            if brings {
                found.insert(key(&c.lexed.spelling(definition.name)));
            }
        }
        if found.len() == before {
            break;
        }
    }
    found
}
