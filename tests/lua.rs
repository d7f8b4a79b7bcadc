//! The Lua modules as scripts see them: every file under `tests/lua/<module>/` runs on `lunet-run`
//! in a folder of its own and says in its first line how many checks it makes.
//!
//! Not here: what a script can't see of itself, like exit codes, which is `lunet_run`.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use crate::support;

/// More than any script takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(50);

/// How many scripts run at the same time: most of them wait.
const AT_ONCE: usize = 4;

/// Folders of scripts that need a system like Unix.
const UNIX_ONLY: &[&str] = &["socket_unix"];

/// Every script, sorted.
fn scripts() -> Vec<PathBuf> {
    let list = |folder: &Path| {
        let entries = std::fs::read_dir(folder).expect("the folder can be read");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let modules = list(&support::root().join("tests/lua"));
    let modules = modules.into_iter().filter(|path| path.is_dir());
    let here = |path: &PathBuf| cfg!(unix) || !UNIX_ONLY.iter().any(|name| path.ends_with(name));
    modules
        .filter(here)
        .flat_map(|folder| list(&folder))
        .collect()
}

/// Runs a script and says what is wrong with what it did; nothing when all its checks were made.
fn complaint(script: &Path) -> Option<String> {
    let text = std::fs::read_to_string(script).expect("a script is text");
    let expected = text
        .strip_prefix("-- checks: ")
        .and_then(|text| text.lines().next());
    let Some(expected) = expected else {
        return Some("its first line is not `-- checks: <number>`".to_owned());
    };
    let folder = support::folder();
    let modules = support::root().join("tests/lua/?.lua");
    let output = support::lunet_run()
        .arg(script)
        .env("LUA_PATH", format!("{};;", modules.display()))
        .current_dir(folder.path())
        .timeout(LIMIT)
        .output()
        .expect("lunet-run can be started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let counted = stdout.lines().last() == Some(&format!("checks: {expected}"));
    let well = output.status.success() && counted && stderr.is_empty();
    (!well).then(|| {
        format!(
            "{}, {expected} checks expected\n{stdout}{stderr}",
            output.status
        )
    })
}

#[test]
fn scripts_make_all_their_checks() {
    let scripts = scripts();
    assert!(
        scripts.len() > 15,
        "the scripts were not found: {scripts:?}"
    );
    support::program("lunet-run");
    let (queue, complaints) = (Mutex::new(scripts.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(script) = queue.lock().unwrap().next() else {
                        break;
                    };
                    if let Some(complaint) = complaint(script) {
                        let line = format!("{}: {complaint}", script.display());
                        complaints.lock().unwrap().push(line);
                    }
                }
            });
        }
    });
    let complaints = complaints.into_inner().unwrap();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Each way of not making the checks is told.
#[test]
fn a_script_that_does_not_make_its_checks_is_told() {
    let check = |text: &str, expected: &str| {
        let folder = support::folder();
        let script = folder.path().join("planted.lua");
        std::fs::write(&script, text).unwrap();
        let found = complaint(&script).unwrap_or_default();
        assert!(found.contains(expected), "{text:?}: {found}");
    };
    check("print('checks: 0')", "its first line is not");
    check("-- checks: 1\n", "1 checks expected");
    check("-- checks: 1\nrequire('check')", "checks: 0");
    check(
        "-- checks: 1\nrequire('check').equal(1, 2)",
        "expected 2, found 1",
    );
    check(
        "-- checks: 1\nlocal check = require('check')\ncheck.equal(1, 1)\nio.stderr:write('noise')",
        "noise",
    );
    check(
        "-- checks: 1\nlocal check = require('check')\ncheck.raises('a', error, 'b', 0)",
        "expected an error \"a\", found \"b\"",
    );
}
