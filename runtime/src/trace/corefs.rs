//! What is pinned, where it was pinned, and whether all of it was released.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::console;

/// The references of the process. Behind a lock only because it is static; one thread uses it.
static CORES: Mutex<Corefs> = Mutex::new(Corefs::new());

struct Corefs {
    created: u64,
    released: u64,
    peak: u64,
    passed: u64,
    failed: u64,
    /// Where each living reference was made.
    alive: BTreeMap<i64, (&'static str, u32)>,
}

impl Corefs {
    const fn new() -> Self {
        Self {
            created: 0,
            released: 0,
            peak: 0,
            passed: 0,
            failed: 0,
            alive: BTreeMap::new(),
        }
    }

    #[expect(
        clippy::cast_possible_wrap,
        reason = "2^63 references are not to be had"
    )]
    fn balance(&self) -> i64 {
        self.created as i64 - self.released as i64
    }
}

fn corefs() -> MutexGuard<'static, Corefs> {
    CORES.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn say(text: &str) {
    console::complain(&[text.as_bytes()]);
}

/// Said once, when a runtime starts.
pub(super) fn start() {
    say("[TRACE] Coroutine reference tracing initialized");
}

/// A reference was made.
pub(super) fn add(file: &'static str, line: u32, reference: i64) {
    let mut corefs = corefs();
    corefs.created += 1;
    corefs.alive.insert(reference, (file, line));
    corefs.peak = corefs.peak.max(corefs.alive.len() as u64);
    let (balance, total) = (corefs.balance(), corefs.created);
    say(&format!(
        "[TRACE] COREF_ADD at {file}:{line} (ref={reference}, balance={balance}, total_created={total})"
    ));
}

/// A reference was released.
pub(super) fn release(file: &str, line: u32, reference: i64) {
    let mut corefs = corefs();
    corefs.released += 1;
    let known = corefs.alive.remove(&reference);
    let (balance, total) = (corefs.balance(), corefs.released);
    say(&format!(
        "[TRACE] COREF_RELEASE at {file}:{line} (ref={reference}, balance={balance}, total_released={total})"
    ));
    if known.is_none() {
        say(&format!(
            "[TRACE] WARNING: Release of ref {reference} at {file}:{line} has no matching creation location."
        ));
    }
    if balance < 0 {
        say("[TRACE] WARNING: Negative coref balance! Possible double-release.");
    }
}

/// The height of a stack was compared with what it should be; true when it was right.
pub(super) fn stack_checked(holds: bool) {
    let mut corefs = corefs();
    if holds {
        corefs.passed += 1;
    } else {
        corefs.failed += 1;
    }
}

/// The summary of references and stack checks.
pub(super) fn dump() {
    let corefs = corefs();
    let rule = "========================================";
    let counts = format!(
        "\n{rule}\n       LUNET TRACE SUMMARY\n{rule}\nCoroutine References:\n  \
         Total created:   {}\n  Total released:  {}\n  Current balance: {}\n  \
         Peak concurrent: {}\n\nStack Checks:\n  Passed: {}\n  Failed: {}\n",
        corefs.created,
        corefs.released,
        corefs.balance(),
        corefs.peak,
        corefs.passed,
        corefs.failed
    );
    let mut places: BTreeMap<(&str, u32), u64> = BTreeMap::new();
    for &place in corefs.alive.values() {
        *places.entry(place).or_default() += 1;
    }
    let rest = if places.is_empty() {
        "All coroutine references properly balanced.".to_owned()
    } else {
        let lines = places
            .iter()
            .map(|((file, line), count)| format!("\n  {file}:{line}  count={count}"));
        format!(
            "Outstanding references by location:{}",
            lines.collect::<String>()
        )
    };
    say(&format!("{counts}\n{rest}\n{rule}\n"));
}

/// Ends the process unless all is released.
pub(super) fn assert_balanced(place: &str) {
    let balance = corefs().balance();
    if balance == 0 {
        say(&format!(
            "[TRACE] Assertion passed at {place}: all refs balanced"
        ));
        return;
    }
    say(&format!(
        "[TRACE] ASSERTION FAILED at {place}: coref_balance={balance} (expected 0)"
    ));
    dump();
    std::process::abort();
}

/// The summary and the judgement at the end of a runtime.
pub(super) fn end(cut_short: bool) {
    dump();
    if !cut_short || corefs().balance() == 0 {
        assert_balanced("shutdown");
    }
}
