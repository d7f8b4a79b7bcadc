//! `hygiene`: nothing of the machine that built it, no trace build, little debug information.

use super::{Applies, Check};
use crate::{
    contract::contract,
    evidence::{Evidence, Needs},
    outcome::Outcomes,
    reading::{Entry, Program, Reading},
};

pub(super) const CHECK: Check = Check {
    name: "hygiene",
    summary: "no build leftovers, paths of the building machine, trace marks or debug information",
    page: include_str!("../../../docs/release/hygiene.md"),
    applies: Applies::Always,
    needs: &[Needs::Archives],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    evidence.each_archive(outcomes, |reading, outcomes| {
        for entry in &reading.entries {
            judge_name(entry, outcomes);
        }
        for program in &reading.programs {
            judge_program(program, outcomes);
        }
        format!(
            "{} names and {} programs are clean",
            reading.entries.len(),
            reading.programs.len()
        )
    });
    for reading in &evidence.readings {
        tell_unmeasured(reading, outcomes);
    }
}

fn judge_name(entry: &Entry, outcomes: &mut Outcomes) {
    let hygiene = &contract().hygiene;
    let name = entry.path.bytes();
    let leftover = |part: &[u8]| {
        let is = |listed: &String| listed.as_bytes() == part;
        let ends = |ending: &String| part.ends_with(ending.as_bytes());
        hygiene.parts.iter().any(is) || hygiene.part_endings.iter().any(ends)
    };
    let mut endings = hygiene.file_endings.iter();
    if name.split(|byte| *byte == b'/').any(leftover)
        || entry.is_file() && endings.any(|ending| name.ends_with(ending.as_bytes()))
    {
        outcomes.fail(format!(
            "\"{}\" is a leftover of a build or a system",
            entry.path.shown()
        ));
    }
}

fn judge_program(program: &Program, outcomes: &mut Outcomes) {
    let hygiene = &contract().hygiene;
    let Program { path, facts, marks } = program;
    for mark in marks {
        if hygiene.build_paths.iter().any(|path| path == mark) {
            outcomes.fail(format!(
                "{path} holds {mark}, a path of the machine that built it"
            ));
        }
        if hygiene.trace_marks.iter().any(|trace| trace == mark) {
            outcomes.fail(format!("{path} holds {mark}, the mark of a trace build"));
        }
    }
    let limit = contract().limits.debug_bytes;
    if let Ok(facts) = facts
        && facts.debug_bytes > limit
    {
        outcomes.fail(format!(
            "{path}: expected at most {limit} bytes of debug information, found {}",
            facts.debug_bytes
        ));
    }
}

/// The debug information of a program that can't be read can't be measured either.
fn tell_unmeasured(reading: &Reading, outcomes: &mut Outcomes) {
    if reading.unread().is_some() {
        return;
    }
    for program in reading
        .programs
        .iter()
        .filter(|program| program.facts.is_err())
    {
        let subject = format!("{}: {}", reading.archive.asset, program.path);
        outcomes.skip(&subject, "its debug information can't be measured");
    }
}
