//! Logs of a real run beside a replay.

use std::{fs, io::Write as _, path::Path};

use serde_json::json;

use super::{first, of_file};

/// A repository whose last replay has these steps: name, verdict, exit code, what it printed.
fn repository(steps: &[(&str, &str, i32, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let logs = root.path().join("logs");
    fs::create_dir_all(&logs).unwrap();
    let steps: Vec<_> = steps
        .iter()
        .enumerate()
        .map(|(index, (name, verdict, code, text))| {
            fs::write(logs.join(format!("{index}.log")), text).unwrap();
            let outcome = match (*verdict, *code) {
                ("skipped", _) => "skipped",
                (_, 0) => "success",
                _ => "failure",
            };
            json!({
                "id": null, "name": name, "outcome": outcome, "conclusion": outcome, "verdict": verdict, "reason": null,
                "exit_code": code, "duration_ms": 1, "outputs": {}, "annotations": [], "log": format!("{index}.log"),
            })
        })
        .collect();
    let job = json!({"job": "a", "name": "a", "matrix": {}, "result": "success", "reason": null, "outputs": {}, "steps": steps});
    let parity = json!({
        "replayed": 0, "total": 0, "ran": 0, "emulated": 0, "substituted": 0, "skipped": 0, "not_replayable": 0,
        "other_systems": 0, "reasons": [],
    });
    let report = json!({"conclusion": "success", "jobs": [job], "parity": parity, "drift": [], "traps": [], "recorded": []});
    let last = json!({"logs": logs, "report": report, "titles": [["a", []]]});
    fs::create_dir_all(root.path().join(".tmp/ci")).unwrap();
    fs::write(root.path().join(".tmp/ci/last.json"), last.to_string()).unwrap();
    root
}

fn check(root: &Path, log: &Path, expected: Option<(&str, &str, &str, &str)>) {
    let compared = of_file(root, log).unwrap();
    let found = first(&compared).map(|step| {
        (
            step.step.as_str(),
            step.difference,
            step.here.as_str(),
            step.there.as_str(),
        )
    });
    assert_eq!(found, expected);
}

fn text(lines: &[&str]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for line in lines {
        writeln!(file, "2026-01-31T12:34:56.1234567Z {line}").unwrap();
    }
    file
}

#[test]
fn a_text_is_aligned_by_the_headers_of_its_steps() {
    let root = repository(&[
        ("Run tool --version", "ran", 0, "tool 1.2.3\n"),
        ("Run test", "ran", 0, "ok in 1.5s\n"),
    ]);
    let begin = [
        "##[group]Run tool --version",
        "tool --version",
        "##[endgroup]",
        "tool 1.2.3",
    ];
    let end = ["##[group]Run test", "test", "##[endgroup]", "ok in 20ms"];
    check(root.path(), text(&[begin, end].concat()).path(), None);
    let newer = ["##[group]Run tool --version", "##[endgroup]", "tool 1.3.0"];
    let expected = ("Run tool --version", "version", "tool 1.2.3", "tool 1.3.0");
    check(
        root.path(),
        text(&[&newer[..], &end[..]].concat()).path(),
        Some(expected),
    );
    let failed = [
        "##[group]Run test",
        "##[endgroup]",
        "##[error]Process completed with exit code 3.",
    ];
    let expected = ("Run test", "exit", "exit code 0", "exit code 3");
    check(
        root.path(),
        text(&[&begin[..], &failed[..]].concat()).path(),
        Some(expected),
    );
    let expected = ("Run test", "skipped", "ran", "skipped");
    check(root.path(), text(&begin).path(), Some(expected));
}

#[test]
fn an_archive_has_a_file_per_step() {
    let root = repository(&[
        ("Set up / x", "ran", 0, "one\n"),
        ("later", "skipped", 0, ""),
    ]);
    let path = root.path().join("logs.zip");
    let mut archive = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in [
        ("0_a.txt", "ignored"),
        ("a/1_Set up job.txt", "2026-01-31T12:34:56.1234567Z machine"),
        ("a/2_Set up  x.txt", "2026-01-31T12:34:56.1234567Z two"),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    check(
        root.path(),
        &path,
        Some(("Set up / x", "output", "one", "two")),
    );
}

#[test]
fn what_is_no_log_is_refused() {
    let root = repository(&[("Run test", "ran", 0, "")]);
    assert!(of_file(root.path(), text(&["nothing"]).path()).is_err());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"PK\x03\x04broken").unwrap();
    assert!(of_file(root.path(), file.path()).is_err());
    assert!(of_file(root.path(), Path::new("/no/such/log")).is_err());
}
