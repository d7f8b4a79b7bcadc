//! `tools release-check` on folders that tests write.

use std::fs;
use std::path::Path;

use crate::support;

/// The failing checks of a folder, and the exit code.
fn failing(tag: &str, folder: &Path) -> (Vec<String>, Option<i32>) {
    let output = support::tools()
        .args(["release-check", tag, "--format", "json", "--dir"])
        .arg(folder)
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut names: Vec<String> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|outcome| outcome["status"] == "fail")
        .map(|outcome| outcome["check"].as_str().unwrap().to_owned())
        .collect();
    names.dedup();
    assert_eq!(report["tag"], tag);
    (names, output.status.code())
}

#[test]
fn an_empty_folder_is_no_release() {
    let folder = support::folder();
    let (names, code) = failing("v1.2.0", folder.path());
    assert_eq!(code, Some(1));
    assert_eq!(names, ["assets", "notes"]);
}

#[test]
fn a_tag_of_another_shape_is_a_finding() {
    let folder = support::folder();
    fs::write(folder.path().join("release-notes.md"), "# Lunet 1.2\n").unwrap();
    for tag in ["", "1.2.0", "v1.2", "v1.2.0+linux"] {
        let (names, code) = failing(tag, folder.path());
        assert_eq!(code, Some(1), "{tag}");
        assert_eq!(names, ["assets", "notes", "tag"], "{tag}");
    }
}
