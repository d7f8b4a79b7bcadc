//! `unbounded-server-command`: a command that talks to a server may wait for ever.

use crate::finding::{Findings, Level};
use crate::rule::{Page, Rule, Run};
use crate::script::Command;
use crate::unit::Unit;

pub(crate) const RULE: Rule = Rule {
    name: "unbounded-server-command",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires on `curl` and `wget` without a time limit, and on `psql`, `mariadb`, `mysql`, `nc` and `sqlite3` without `timeout` before them, in scripts, workflows, and the commands that Lua starts.",
        why: "A server that accepts and says nothing holds the script, and with it the whole run, until somebody looks.",
        bad: "curl -fsS http://127.0.0.1:8080/health #~ unbounded-server-command\npsql -c 'select 1' #~ unbounded-server-command\n",
        good: "curl -fsS --max-time 10 http://127.0.0.1:8080/health\ntimeout 10 psql -c 'select 1'\n",
        example_path: "example.sh",
        fix: "Give `curl` a `--max-time` and `wget` a `--timeout`. Put `timeout SECONDS` before the others.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    for command in unit.scripts().iter().flat_map(|script| &script.commands) {
        let Some(help) = unbounded(command) else {
            continue;
        };
        let program = command.program();
        findings
            .add(
                &RULE,
                command.words[0].range.clone(),
                format!("`{program}` may wait for a server for ever"),
            )
            .help(help);
    }
}

/// What would bound a command, if nothing does.
fn unbounded(command: &Command) -> Option<&'static str> {
    if command.is_bounded
        || command.has_option(&["--version", "--help", "-V", "-h"]) && command.words.len() == 2
    {
        return None;
    }
    match command.program() {
        "curl" if !command.has_option(&["--max-time"]) && !command.has_flag('m') => {
            Some("add `--max-time SECONDS`")
        }
        "wget" if !command.has_option(&["--timeout"]) && !command.has_flag('T') => {
            Some("add `--timeout=SECONDS`")
        }
        "psql" | "mariadb" | "mysql" | "nc" | "ncat" | "netcat" | "sqlite3" => {
            Some("put `timeout SECONDS` before it")
        }
        _ => None,
    }
}
