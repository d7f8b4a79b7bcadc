//! `binary`: programs are made for the target, and look for libraries beside themselves.

use std::fmt::Write as _;

use super::{Applies, Check};
use crate::{
    contract::{Archive, Format},
    evidence::{Evidence, Needs},
    outcome::Outcomes,
    program::{Facts, Identity},
    reading::Program,
};

pub(super) const CHECK: Check = Check {
    name: "binary",
    summary: "programs have the format and CPU of their target, and safe run paths",
    page: include_str!("../../../docs/release/binary.md"),
    applies: Applies::Always,
    needs: &[Needs::Archives],
    judge,
};

fn judge(evidence: &Evidence<'_>, outcomes: &mut Outcomes) {
    for reading in &evidence.readings {
        let archive = reading.archive;
        if let Some(why) = reading.unread() {
            outcomes.skip(&archive.asset, why);
            continue;
        }
        if reading.file(&archive.program).is_none() {
            outcomes.skip(
                &format!("{}: {}", archive.asset, archive.program),
                "the file is missing",
            );
        }
        for program in &reading.programs {
            let subject = format!("{}: {}", archive.asset, program.path);
            outcomes.about(&subject, |outcomes| judge_one(archive, program, outcomes));
        }
    }
}

fn judge_one(archive: &Archive, program: &Program, outcomes: &mut Outcomes) -> String {
    let facts = match &program.facts {
        Ok(facts) => facts,
        Err(why) => {
            outcomes.fail(format!(
                "expected a whole program, found one that can't be read: {why}"
            ));
            return String::new();
        }
    };
    let wanted = wanted(archive.format);
    if facts.identity != wanted {
        outcomes.fail(format!("expected {wanted}, found {}", facts.identity));
        return String::new();
    }
    if program.path == archive.program && !facts.starts {
        outcomes.fail("expected a program that can be started, found one that can only be loaded");
    }
    for path in &facts.run_paths {
        outcomes.fail(format!(
            "expected run paths beside the program, found {path:?}"
        ));
    }
    remark(facts)
}

fn wanted(format: Format) -> Identity {
    match format {
        Format::Elf => Identity::Elf,
        Format::MachO => Identity::MachO,
        Format::Pe => Identity::Pe,
    }
}

/// What is worth knowing of a sound program.
fn remark(facts: &Facts) -> String {
    let mut remark = facts.identity.to_string();
    if !facts.needs.is_empty() {
        let needs: Vec<&str> = facts.needs.iter().map(String::as_str).collect();
        _ = write!(remark, "; needs {}", needs.join(", "));
    }
    if let Some((major, minor)) = facts.glibc {
        _ = write!(remark, "; glibc {major}.{minor} or newer");
    }
    remark
}
