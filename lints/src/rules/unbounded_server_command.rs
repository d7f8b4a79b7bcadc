//! `unbounded-server-command`: a command that talks to a server may wait for ever.

use crate::finding::{Findings, Level};
use crate::piece::Piece;
use crate::rule::{Page, Rule, Run};
use crate::script::{Command, is_zero};

pub(crate) const RULE: Rule = Rule {
    name: "unbounded-server-command",
    level: Level::Error,
    run: Run::Pieces(run),
    page: Page {
        what: "It fires on `curl` and `wget` without a time limit, and on `psql`, `mariadb`, `mysql`, `nc` and `sqlite3` without `timeout` before them, in scripts, workflows, and the commands that Lua starts.",
        why: "A server that accepts and says nothing holds the script, and with it the whole run, until somebody looks.",
        bad: "curl -fsS http://127.0.0.1:8080/health #~ unbounded-server-command\npsql -c 'select 1' #~ unbounded-server-command\n",
        good: "curl -fsS --max-time 10 http://127.0.0.1:8080/health\ntimeout 10 psql -c 'select 1'\n",
        example_path: "example.sh",
        fix: "Give `curl` a `--max-time` and `wget` a `--timeout`. Put `timeout SECONDS` before the others.",
    },
};

fn run(piece: &Piece<'_>, findings: &mut Findings<'_>) {
    if let Piece::Command(script, command) = piece
        && !script.is_own_function(command)
        && let Some(help) = unbounded(command)
    {
        let program = command.program();
        findings
            .add(
                &RULE,
                command.words[0].range(),
                format!("`{program}` may wait for a server for ever"),
            )
            .help(help);
    }
}

/// What would bound a command, if nothing does.
fn unbounded(command: &Command<'_>) -> Option<&'static str> {
    if command.is_bounded || only_asks(command) || is_service(command) {
        return None;
    }
    match command.program() {
        "curl" if !has_limit(command, CURL_OPTIONS, 'm', "max-time") => {
            Some("add `--max-time SECONDS`")
        }
        "wget"
            if !has_limit(command, WGET_OPTIONS, 'T', "timeout")
                && !limits_each(command)
                && !is_configured(command) =>
        {
            Some("add `--timeout=SECONDS`")
        }
        "psql" | "mariadb" | "mysql" | "nc" | "ncat" | "netcat" | "sqlite3" => {
            Some("put `timeout SECONDS` before it")
        }
        _ => None,
    }
}

/// Whether a command tells something of itself and talks to nobody.
fn only_asks(command: &Command) -> bool {
    let alone = ["-version", "-help", "-V", "-h", "-?", "-M", "--manual"];
    command.has_option(&["--version", "--help"])
        || (command.words.len() == 2 && command.has_option(&alone))
}

/// `/etc/init.d/mysql start` is a server with the name of its client.
fn is_service(command: &Command) -> bool {
    command.words[0].text.contains("/init.d/")
}

/// wget's limit as a setting: `-e timeout=5`.
fn is_configured(command: &Command) -> bool {
    let setting = command.option_value(WGET_OPTIONS, 'e', "execute");
    setting
        .and_then(|setting| setting.split_once('='))
        .is_some_and(|(name, value)| name.trim() == "timeout" && !is_zero(value.trim()))
}

/// The short options of curl that take a value. Source: curl(1), 8.5.
const CURL_OPTIONS: &str = "AbcCdDeEFHKmoPQrtTuUwxXyYz";

/// The short options of wget that take a value. Source: wget(1), 1.24.
const WGET_OPTIONS: &str = "aABDeiIloOPQRtTUwXY";

/// Whether an option sets a time limit: a value that is not 0.
fn has_limit(command: &Command<'_>, valued: &str, short: char, long: &str) -> bool {
    let value = command.option_value(valued, short, long);
    value.is_some_and(|value| !value.is_empty() && !is_zero(value))
}

/// wget's limits for connecting and for reading, one by one.
fn limits_each(command: &Command<'_>) -> bool {
    ["connect-timeout", "read-timeout"]
        .into_iter()
        .all(|long| has_limit(command, WGET_OPTIONS, '\0', long))
}
