//! `public-bind`: a server listens where everybody can reach it.

use crate::address::{is_public, is_wildcard};
use crate::finding::{Findings, Fix, Level};
use crate::rule::{Page, Rule, Run};
use crate::script::{Command, Word};
use crate::unit::Unit;

pub(crate) const RULE: Rule = Rule {
    name: "public-bind",
    level: Level::Error,
    run: Run::Text(run),
    page: Page {
        what: "It fires on a literal listen address that is not loopback (`0.0.0.0`, `::`, `*`, …) in `listen` and `bind` calls of Lua, and in the flags of servers that scripts start.",
        why: "A server that is started for a test is open to the whole network then, without a password in most cases.",
        bad: "local listener = socket.listen(\"tcp\", \"0.0.0.0\", 8080) --~ public-bind\n",
        good: "local listener = socket.listen(\"tcp\", \"127.0.0.1\", 8080)\n",
        example_path: "example.lua",
        fix: "Listen on `127.0.0.1` or `::1`, and put a proxy before a server that is meant for others.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    for call in unit.lua_calls() {
        if !call.is_local {
            for (value, range) in &call.strings {
                // `tcp://*:5555`
                if is_public(value) || (value.contains("://") && is_public(bare(value))) {
                    report(value, range.clone(), true, findings);
                }
            }
        }
    }
    for command in unit.scripts().iter().flat_map(|script| &script.commands) {
        for (value, word) in listen_flags(command) {
            report(value, word.range(), false, findings);
        }
    }
}

fn report(value: &str, range: std::ops::Range<usize>, is_lua: bool, findings: &mut Findings<'_>) {
    let fix = is_lua.then(|| Fix {
        description: "listen on loopback".into(),
        edits: vec![findings.edit(range.clone(), format!("\"{}\"", on_loopback(value)))],
        safe: false,
    });
    findings
        .add(
            &RULE,
            range,
            format!("`{value}` can be reached from outside of this machine"),
        )
        .help("listen on 127.0.0.1 or ::1")
        .fix(fix);
}

/// The same address on loopback: its scheme and its port stay.
fn on_loopback(value: &str) -> String {
    let host = ["0.0.0.0", "[::]", "*"]
        .into_iter()
        .find(|host| bare(value).starts_with(host));
    match host {
        Some(host) => value.replacen(host, "127.0.0.1", 1),
        None => "127.0.0.1".to_owned(),
    }
}

/// Programs for which an address is one to connect to.
const CLIENTS: [&str; 16] = [
    "curl",
    "wget",
    "psql",
    "mysql",
    "mariadb",
    "redis-cli",
    "ssh",
    "scp",
    "ping",
    "dig",
    "echo",
    "printf",
    "grep",
    "sed",
    "awk",
    "test",
];

/// Whether the value of an option is an address to listen on: `--bind…`, `--listen…`, also with one dash.
fn names_listener(option: &str) -> bool {
    let name = option.trim_start_matches('-');
    name.len() < option.len()
        && (name.starts_with("listen")
            || name.starts_with("bind")
            || matches!(
                name,
                "b" | "addr" | "address" | "http-addr" | "http-address" | "urls"
            ))
}

/// Options of single programs whose value is an address to listen on.
const OWN_FLAGS: [(&str, &str); 8] = [
    ("docker", "-p"),
    ("docker", "--publish"),
    ("memcached", "-l"),
    ("nc", "-s"),
    ("ncat", "-s"),
    ("php", "-S"),
    ("podman", "-p"),
    ("postgres", "-h"),
];

/// Options that name a host: for most programs the other side.
const HOST_FLAGS: [&str; 6] = [
    "--host",
    "-H",
    "-h",
    "--hostname",
    "listen_addresses",
    "bind",
];

fn listen_flags(command: &Command) -> Vec<(&str, &Word)> {
    let program = command.program();
    if CLIENTS.contains(&program) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, word) in command.words.iter().enumerate().skip(1) {
        let (name, value) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (&*word.text, None),
        };
        let is_own = OWN_FLAGS.contains(&(program, name));
        let values: Vec<(&str, &Word)> = match value {
            Some(value) => vec![(value, word)],
            // Some take a list of addresses, up to the next option.
            None => command.words[index + 1..]
                .iter()
                .enumerate()
                .take_while(|(offset, next)| *offset == 0 || !next.text.starts_with('-'))
                .take(if name == "--bind" { 8 } else { 1 })
                .map(|(_, next)| (&*next.text, next))
                .collect(),
        };
        for (text, place) in values {
            let addresses = text.split([' ', '\t', ',', ';']);
            for value in addresses.map(bare) {
                let is_flag = (names_listener(name) && (is_public(value) || is_any_host(value)))
                    || (is_own && is_public_wildcard(published(value)))
                    || (HOST_FLAGS.contains(&name) && is_wildcard_host(name, value));
                if is_flag {
                    found.push((value, place));
                }
            }
        }
    }
    if matches!(program, "nc" | "ncat" | "netcat" | "socat")
        && (command.has_flag('l') || program == "socat")
    {
        let words = command.arguments().filter_map(|word| {
            let value = word.text.rsplit(",bind=").next().unwrap_or_default();
            let value = value.split(',').next().unwrap_or_default();
            is_public_wildcard(value).then_some((value, word))
        });
        found.extend(words);
    }
    if program == "pg_ctl" {
        let words = command.arguments();
        found.extend(words.filter_map(|word| Some((passed_on(&word.text)?, word))));
    }
    found.dedup_by(|a, b| a.1.range() == b.1.range());
    found
}

/// The address among the options of the server in one word: `pg_ctl -o "-h 0.0.0.0"`.
fn passed_on(options: &str) -> Option<&str> {
    let quotes = ['"', '\''];
    let mut before = "";
    options.split_whitespace().find_map(|option| {
        let value = match option.split_once('=') {
            Some((name, value)) if name.ends_with("listen_addresses") => value,
            _ if before == "-h" => option,
            _ => "",
        };
        before = option;
        let value = value.trim_matches(quotes);
        is_public_wildcard(value).then_some(value)
    })
}

/// `--host` is as often the other side, and `-h '*'` has nothing to do with hosts: only what can't be one counts.
fn is_wildcard_host(name: &str, value: &str) -> bool {
    is_public_wildcard(value) && (value != "*" || !name.starts_with('-') || name == "--host")
}

/// An address without the scheme before it, and without the dash of one that need not be there.
fn bare(value: &str) -> &str {
    let address = value
        .split_once("://")
        .map_or(value, |(_, address)| address);
    address
        .split('/')
        .next()
        .unwrap_or(address)
        .trim_start_matches('-')
}

/// `:8080`: a port of every address.
fn is_any_host(value: &str) -> bool {
    value
        .strip_prefix(':')
        .is_some_and(|port| !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The address of `0.0.0.0:80:80`, as containers are published.
fn published(value: &str) -> &str {
    match value.split(':').count() {
        3 if !value.starts_with(':') && !value.starts_with('[') => {
            value.split(':').next().unwrap_or(value)
        }
        _ => value,
    }
}

fn is_public_wildcard(value: &str) -> bool {
    let host = match value.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None if value.matches(':').count() == 1 => value.split(':').next().unwrap_or(value),
        None => value,
    };
    is_wildcard(host)
}
