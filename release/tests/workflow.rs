//! The build workflow makes and publishes what the contract says a release is.

#![cfg(test)]

use lunet_release::contract::contract;

const BUILD: &str = include_str!("../../.github/workflows/build.yml");

/// The lines without blanks around them.
fn lines() -> Vec<&'static str> {
    BUILD.lines().map(str::trim).collect()
}

#[test]
fn every_archive_is_built_proved_and_published() {
    let lines = lines();
    for archive in &contract().archives {
        let target = format!("target: {}", archive.target);
        let built = format!("archive: {}", archive.asset);
        let pair = lines
            .windows(2)
            .any(|pair| pair[0] == target && pair[1] == built);
        assert!(
            pair,
            "no matrix entry builds {} for {}",
            archive.asset, archive.target
        );
        let file = format!("dist/{}", archive.asset);
        let times = lines.iter().filter(|line| **line == file).count();
        assert_eq!(
            times, 2,
            "{file}: one line for its proof, one for its publishing"
        );
    }
    let sums = format!("dist/{}", contract().sums_file);
    assert!(lines.contains(&sums.as_str()), "{sums} is not published");
    let notes = format!("body_path: dist/{}", contract().notes_file);
    assert!(
        lines.contains(&notes.as_str()),
        "the notes are not published"
    );
}

#[test]
fn a_missing_file_fails_and_what_was_published_is_checked() {
    let lines = lines();
    assert!(lines.contains(&"fail_on_unmatched_files: true"));
    assert!(lines.contains(&"if-no-files-found: error"));
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("uses: actions/attest-build-provenance@"))
    );
    let at = |part: &str| BUILD.find(part).unwrap_or_else(|| panic!("no {part:?}"));
    let published = at("uses: softprops/action-gh-release@");
    let checked = BUILD.rfind("cargo tools release-check").unwrap();
    assert!(at("cargo tools release-notes") < published && published < checked);
    assert!(at("GITHUB_STEP_SUMMARY") > published);
}
