//! What a server says of a sound release, and how a release at a server is judged.

use std::{collections::BTreeMap, fs, sync::LazyLock, sync::Mutex, time::Duration};

use crate::{
    pack,
    server::{Answer, Answers, Server},
};
use lunet_release::{
    Deadline, Detail, Error, Evidence, Release, Selection, checks, checksum, github,
    outcome::Status,
    report::{Report, Verdict},
};
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "ghp_do_not_tell_anybody";
pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
pub(crate) const REPOSITORY: &str = "/repos/o/lunet";

/// The bytes of a sound release by name, and its notes.
pub(crate) static SOUND: LazyLock<(BTreeMap<String, Vec<u8>>, String)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    pack::Kit::sound().write(folder.path());
    let mut assets = BTreeMap::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assets.insert(name, fs::read(entry.path()).unwrap());
    }
    let notes = assets.remove("release-notes.md").unwrap();
    (assets, String::from_utf8(notes).unwrap())
});

/// Everything a server says of a sound release.
pub(crate) struct Site {
    pub(crate) answers: Answers,
    pub(crate) page: Value,
    pub(crate) assets: Vec<Value>,
    pub(crate) run: Value,
}

impl Site {
    pub(crate) fn sound() -> Self {
        let (assets, notes) = &*SOUND;
        let mut answers = Answers::new();
        let mut told = Vec::new();
        for (index, (name, bytes)) in assets.iter().enumerate() {
            let digest = checksum::hex(&checksum::of_bytes(bytes));
            told.push(json!({"id": index, "name": name, "state": "uploaded", "size": bytes.len(), "digest": format!("sha256:{digest}"), "uploader": {"login": "github-actions[bot]"}, "url": "http://127.0.0.1:1/never"}));
            let path = format!("{REPOSITORY}/releases/assets/{index}");
            answers.insert(path, vec![Answer::bytes(bytes)]);
        }
        answers.insert(
            REPOSITORY.to_owned(),
            vec![Answer::json(&json!({"id": 1, "private": false}))],
        );
        answers.insert(
            format!("{REPOSITORY}/git/ref/tags/v1.2.0"),
            vec![Answer::json(
                &json!({"object": {"type": "tag", "sha": "aa"}}),
            )],
        );
        answers.insert(
            format!("{REPOSITORY}/git/tags/aa"),
            vec![Answer::json(
                &json!({"object": {"type": "commit", "sha": COMMIT}}),
            )],
        );
        Self {
            answers,
            page: json!({"id": 7, "tag_name": "v1.2.0", "name": "Lunet v1.2.0", "body": notes, "draft": false, "prerelease": false, "assets": []}),
            assets: told,
            run: json!({"event": "push", "head_branch": "v1.2.0", "head_sha": COMMIT, "conclusion": "success", "status": "completed"}),
        }
    }

    /// The answers, with the values of this site where nothing else was set.
    pub(crate) fn answers(self) -> Answers {
        let mut answers = self.answers;
        let mut set = |path: &str, value: &Value| {
            let path = format!("{REPOSITORY}/{path}");
            answers
                .entry(path)
                .or_insert_with(|| vec![Answer::json(value)]);
        };
        set("releases/tags/v1.2.0", &self.page);
        set("releases/7/assets", &Value::Array(self.assets));
        let other = json!({"event": "workflow_dispatch", "head_branch": "main", "head_sha": COMMIT, "conclusion": "failure"});
        let runs = json!({"total_count": 2, "workflow_runs": [other, self.run]});
        set("actions/workflows/build.yml/runs", &runs);
        answers
    }

    pub(crate) fn set(&mut self, path: &str, answers: Vec<Answer>) {
        self.answers.insert(format!("{REPOSITORY}/{path}"), answers);
    }
}

/// What came of one check of a site.
pub(crate) struct Checked {
    pub(crate) report: Result<Report, Error>,
    pub(crate) log: String,
}

pub(crate) fn check_at(url: &str, tag: &str, limit: Duration) -> Checked {
    check_through(url, tag, limit, &|_| None)
}

/// The same with an environment.
pub(crate) fn check_through(
    url: &str,
    tag: &str,
    limit: Duration,
    variable: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Checked {
    let log = Mutex::new(String::new());
    let note = |line: &str| log.lock().unwrap().extend([line, "\n"]);
    let request = github::Request {
        api: url,
        repository: "o/lunet",
        tag,
        token: Some(TOKEN),
        log: &note,
        variable,
        pause: Duration::ZERO,
    };
    let selection = Selection::default();
    let deadline = Deadline::after(limit);
    let judge = |release: Release| {
        let evidence = Evidence::read(&release, &selection, Detail::Judge, &deadline)?;
        Ok(checks::judge(&evidence, &selection))
    };
    let report = github::fetch(&request, &selection, &deadline).and_then(judge);
    let log = log.into_inner().unwrap();
    Checked { report, log }
}

pub(crate) fn check(change: impl FnOnce(&mut Site)) -> Checked {
    let mut site = Site::sound();
    change(&mut site);
    let server = Server::start(|_| site.answers());
    let checked = check_at(&server.url(), "v1.2.0", Duration::from_mins(1));
    assert_quiet(&checked);
    checked
}

/// The token is in nothing that anybody sees.
pub(crate) fn assert_quiet(checked: &Checked) {
    let told = match &checked.report {
        Ok(report) => serde_json::to_string(report).unwrap(),
        Err(error) => format!("{error} {error:?}"),
    };
    assert!(
        !told.contains(TOKEN) && !checked.log.contains(TOKEN),
        "{told}\n{}",
        checked.log
    );
}

/// Which checks fail.
pub(crate) fn fails(change: impl FnOnce(&mut Site), expected: &[&str]) {
    let checked = check(change);
    let report = checked
        .report
        .unwrap_or_else(|error| panic!("{error}\n{}", checked.log));
    let failing = report.checks_with(Status::Fail);
    assert_eq!(
        failing,
        expected,
        "{:#?}\n{}",
        report
            .checks
            .iter()
            .filter(|outcome| outcome.status != Status::Pass)
            .collect::<Vec<_>>(),
        checked.log
    );
    assert_eq!(report.verdict == Verdict::Sound, expected.is_empty());
}

/// What the error says.
pub(crate) fn trouble(change: impl FnOnce(&mut Site), expected: &str) {
    let checked = check(change);
    let error = checked.report.err().map(|error| error.to_string());
    let error = error.unwrap_or_else(|| panic!("no error\n{}", checked.log));
    assert!(
        error.contains(expected),
        "expected {expected:?} in {error:?}\n{}",
        checked.log
    );
}
