//! Receipts, the hook before a push, `--resume`, `--dirty` and Ctrl-C of `tools ci`, in repositories of their own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::support;

const WORKFLOW: &str = "on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: cat data.txt
      - id: count
        run: |
          echo x >> ../count
          echo \"n=$(wc -l < ../count)\" >> \"$GITHUB_OUTPUT\"
          echo \"KEPT=kept\" >> \"$GITHUB_ENV\"
      - run: test ! -e fail && echo \"run ${{ steps.count.outputs.n }} $KEPT\"
";

/// A repository with one commit.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new(workflow: &str) -> Self {
        let repository = Self {
            folder: support::folder(),
        };
        repository.write(".github/workflows/build.yml", workflow);
        repository.write("data.txt", "committed\n");
        repository.write(".gitignore", "/.tmp\n");
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit();
        repository
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> bool {
        let identity = [
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "commit.gpgsign=false",
        ];
        let mut git = support::command(Path::new("git"));
        git.args(identity).args(arguments).current_dir(self.path());
        git.output().unwrap().status.success()
    }

    fn commit(&self) {
        assert!(self.git(&["add", "--all"]) && self.git(&["commit", "--quiet", "--message=state"]));
    }

    fn tools(&self, arguments: &[&str]) -> (i32, String) {
        let output = support::tools()
            .args(arguments)
            .current_dir(self.path())
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap_or(-1), printed)
    }

    /// The exit code of `tools ci receipt --check`.
    fn checked(&self) -> i32 {
        self.tools(&["ci", "receipt", "--check"]).0
    }
}

#[test]
fn only_a_green_replay_of_this_very_tree_gives_a_receipt() {
    let repository = Repository::new(WORKFLOW);
    assert_eq!(repository.checked(), 1);
    let (code, printed) = repository.tools(&["ci"]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("receipt: .tmp/ci/receipts/"), "{printed}");
    assert_eq!(repository.checked(), 0);
    repository.write("data.txt", "changed\n");
    assert_eq!(repository.checked(), 1);
    repository.write("data.txt", "committed\n");
    assert_eq!(repository.checked(), 0);
    repository.write("new.txt", "new\n");
    assert_eq!(repository.checked(), 1);
    repository.write("fail", "");
    repository.commit();
    assert_eq!(repository.tools(&["ci"]).0, 1);
    assert_eq!(repository.checked(), 1);
}

#[test]
fn a_receipt_is_for_the_commit_that_the_replay_began_with() {
    let commits = "on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: |
          cd \"$REPOSITORY\"
          echo later > data.txt
          git -c user.name=t -c user.email=t@example.org commit --quiet --all --message=later
      - uses: actions/checkout@v4
      - run: cat data.txt
";
    let repository = Repository::new(commits);
    let path = format!("REPOSITORY={}", repository.path().display());
    let (code, printed) = repository.tools(&["ci", "run", "--env", &path]);
    assert_eq!(code, 0, "{printed}");
    assert!(
        printed.contains("  committed\n") && printed.contains("receipt: "),
        "{printed}"
    );
    assert_eq!(repository.checked(), 1);
    assert_eq!(
        repository
            .tools(&["ci", "receipt", "--check", "--commit", "HEAD~1"])
            .0,
        0
    );
}

#[test]
fn a_partial_replay_gives_no_receipt() {
    let repository = Repository::new(WORKFLOW);
    assert_eq!(repository.tools(&["ci", "run", "--only", "count"]).0, 0);
    assert_eq!(repository.checked(), 1);
}

#[test]
fn checkout_takes_what_is_committed_unless_asked() {
    let repository = Repository::new(WORKFLOW);
    repository.write("data.txt", "not committed\n");
    repository.write("untracked.txt", "");
    let (_, printed) = repository.tools(&["ci"]);
    assert!(
        printed.contains("  committed\n")
            && printed.contains("what is not committed was not replayed"),
        "{printed}"
    );
    assert_eq!(repository.checked(), 1);
    let (_, printed) = repository.tools(&["ci", "run", "--dirty"]);
    assert!(printed.contains("  not committed\n"), "{printed}");
    assert_eq!(repository.checked(), 0);
    assert_eq!(
        fs::read_to_string(repository.path().join("data.txt")).unwrap(),
        "not committed\n"
    );
}

#[test]
fn the_hook_lets_only_replayed_trees_through() {
    let repository = Repository::new(WORKFLOW);
    let remote = support::folder();
    assert!(repository.git(&[
        "init",
        "--quiet",
        "--bare",
        &remote.path().to_string_lossy()
    ]));
    assert!(repository.git(&["remote", "add", "origin", &remote.path().to_string_lossy()]));
    assert_eq!(repository.tools(&["ci", "install-hook"]).0, 0);
    assert_eq!(repository.tools(&["ci", "install-hook"]).0, 0);
    assert!(!repository.git(&["push", "--quiet", "origin", "main"]));
    assert_eq!(repository.tools(&["ci"]).0, 0);
    assert!(repository.git(&["push", "--quiet", "origin", "main"]));
    repository.write(".git/hooks/pre-push", "#!/bin/sh\n");
    assert_eq!(repository.tools(&["ci", "install-hook"]).0, 2);
}

#[test]
fn resume_runs_again_only_what_changed() {
    let repository = Repository::new(WORKFLOW);
    repository.write("fail", "");
    repository.commit();
    assert_eq!(repository.tools(&["ci"]).0, 1);
    let (code, printed) = repository.tools(&["ci", "run", "--resume", "--format", "json"]);
    assert_eq!(code, 1, "{printed}");
    assert_eq!(
        printed
            .matches("\"reason\": \"unchanged since the last replay: not run again\"")
            .count(),
        3,
        "{printed}"
    );
    let changed = WORKFLOW.replace("test ! -e fail", "test -e fail");
    repository.write(".github/workflows/build.yml", &changed);
    let (code, printed) = repository.tools(&["ci", "run", "--resume"]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("  run 1 kept\n"), "{printed}");
}

#[test]
fn ctrl_c_ends_the_whole_tree_and_reports() {
    let repository = Repository::new(
        "on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: |
          sleep 600 & echo $! > \"$GITHUB_WORKSPACE/../pid\"
          echo the pid is $!
          sleep 600
      - run: echo never
      - run: echo cleaned up
        if: cancelled()
",
    );
    let mut child = Command::new(support::program("tools"))
        .args(["ci", "run", "--format", "json"])
        .current_dir(repository.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let pid = lines
        .by_ref()
        .find_map(|line| {
            line.trim()
                .strip_prefix("the pid is ")
                .map(ToOwned::to_owned)
        })
        .unwrap();
    interrupt(&child);
    let rest: Vec<String> = lines.collect();
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let outcomes: Vec<_> = report["jobs"][0]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["cancelled", "skipped", "success"], "{rest:?}");
    assert_eq!(report["conclusion"], "cancelled");
    assert_eq!(output.status.code(), Some(1));
    // Who adopted it may be slow to bury it.
    let state = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid])
        .output()
        .unwrap();
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    assert!(
        state.is_empty() || state.starts_with('Z'),
        "{pid} is still there: {state}"
    );
}

fn interrupt(child: &Child) {
    let status = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}
