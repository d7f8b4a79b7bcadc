//! Releases with one planted defect each, by what is planted into.

#[path = "defects/contents.rs"]
mod contents;
#[path = "defects/names.rs"]
mod names;
#[path = "defects/notes.rs"]
mod notes;
#[path = "defects/programs.rs"]
mod programs;
#[path = "defects/release.rs"]
mod release;
#[path = "defects/tar.rs"]
mod tar;
#[path = "defects/zip.rs"]
mod zip;

use crate::Case;

pub(crate) const ALL: &[&[Case]] = &[
    contents::ALL,
    names::ALL,
    notes::ALL,
    programs::ALL,
    release::ALL,
    tar::ALL,
    zip::ALL,
];
