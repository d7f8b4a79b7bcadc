//! `public-bind`: a server listens where everybody can reach it.

use crate::address::{is_public, is_wildcard};
use crate::finding::{Findings, Fix, Level};
use crate::piece::Piece;
use crate::rule::{Page, Rule, Run};
use crate::script::{Command, Word};

pub(crate) const RULE: Rule = Rule {
    name: "public-bind",
    level: Level::Error,
    run: Run::Pieces(run),
    page: Page {
        what: "It fires on a literal listen address that is not loopback (`0.0.0.0`, `::`, `*`, …) in `listen` and `bind` calls of Lua, and in the flags of servers that scripts start.",
        why: "A server that is started for a test is open to the whole network then, without a password in most cases.",
        bad: "local listener = socket.listen(\"tcp\", \"0.0.0.0\", 8080) --~ public-bind\n",
        good: "local listener = socket.listen(\"tcp\", \"127.0.0.1\", 8080)\n",
        example_path: "example.lua",
        fix: "Listen on `127.0.0.1` or `::1`, and put a proxy before a server that is meant for others.",
    },
};

fn run(piece: &Piece<'_>, findings: &mut Findings<'_>) {
    match piece {
        Piece::Call(call) if call.is_local => {}
        Piece::Call(call) => {
            for (value, range) in call.strings() {
                // `tcp://*:5555`
                if is_public(value) || (value.contains("://") && is_public(bare(value))) {
                    report(value, range, true, findings);
                }
            }
        }
        Piece::Command(_, command) => {
            for (value, word) in listen_flags(command) {
                report(value, word.range(), false, findings);
            }
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
const CLIENTS: [&str; 38] = [
    "ab",
    "awk",
    "aws",
    "createdb",
    "curl",
    "dig",
    "dropdb",
    "echo",
    "gcloud",
    "grep",
    "hey",
    "http",
    "ip",
    "iptables",
    "mariadb",
    "mongo",
    "mongosh",
    "mysql",
    "mysqladmin",
    "mysqldump",
    "nmap",
    "pg_dump",
    "pg_isready",
    "ping",
    "printf",
    "psql",
    "redis-benchmark",
    "redis-cli",
    "scp",
    "sed",
    "ssh",
    "telnet",
    "test",
    "traceroute",
    "wait-for-it",
    "wait-for-it.sh",
    "wget",
    "wrk",
];

/// What the value of an option says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// Where to listen: `--bind…`, `--web.listen-address`, also with one dash.
    Listen,
    /// A host, for most programs the other side: only what can't be one counts.
    Host,
}

fn meaning(option: &str) -> Option<Meaning> {
    if HOST_FLAGS.contains(&option) {
        return Some(Meaning::Host);
    }
    let name = option.trim_start_matches('-');
    if name.len() == option.len() {
        return None;
    }
    let listens = ["b", "addr", "address", "http-addr", "http-address", "urls"].contains(&name);
    let mut parts = name.split(['-', '_', '.']);
    if listens
        || parts
            .clone()
            .any(|part| part.starts_with("listen") || part.starts_with("bind"))
    {
        return Some(Meaning::Listen);
    }
    let last = parts
        .next_back()
        .filter(|_| option.starts_with("--") || name.contains('.'));
    let hosts = ["addr", "address", "host", "hostname", "interface", "ip"];
    last.filter(|last| hosts.contains(last))
        .map(|_| Meaning::Host)
}

/// Options of single programs whose value is an address to listen on.
const OWN_FLAGS: [(&str, &str); 17] = [
    ("consul", "-client"),
    ("docker", "-p"),
    ("docker", "--publish"),
    ("http-server", "-a"),
    ("memcached", "-l"),
    ("mkdocs", "-a"),
    ("nc", "-s"),
    ("ncat", "-s"),
    ("php", "-S"),
    ("podman", "-p"),
    ("postgres", "-h"),
    ("rackup", "-o"),
    ("serve", "-l"),
    ("ssh", "-D"),
    ("ssh", "-L"),
    ("ssh", "-R"),
    ("ttyd", "-i"),
];

/// Whether an option is one of those of a program, or of the one that it starts: `npx serve -l`.
fn is_own_flag(command: &Command, name: &str, index: usize) -> bool {
    let starts = command.words[..index].iter().take(STARTED_WORDS);
    let programs = starts.map(|word| word.text.rsplit('/').next().unwrap_or_default());
    let mut flags = OWN_FLAGS.iter().filter(|(_, flag)| *flag == name);
    flags.any(|(program, _)| programs.clone().any(|word| word == *program))
}

/// `bundle exec rackup` has so many.
const STARTED_WORDS: usize = 3;

/// Words that name a host: for most programs the other side.
const HOST_FLAGS: [&str; 7] = [
    "-H",
    "-h",
    "-oListenAddress",
    "ListenAddress",
    "bind",
    "listen_addresses",
    "runserver",
];

fn listen_flags<'c>(command: &'c Command<'_>) -> Vec<(&'c str, &'c Word<'c>)> {
    let program = command.program();
    let is_client = CLIENTS.contains(&program);
    let mut found = Vec::new();
    for (index, word) in command.words.iter().enumerate().skip(1) {
        let (name, value) = match word.text.split_once('=') {
            Some((name, value)) => (name.trim_end(), Some(value)),
            None => (&*word.text, None),
        };
        let is_own = is_own_flag(command, name, index);
        let meaning = meaning(name).filter(|_| !is_client);
        if !is_own && meaning.is_none() {
            continue;
        }
        let values: Vec<(&str, &Word<'_>)> = match value {
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
            for value in addresses.filter(|value| !is_network(value)).map(bare) {
                let is_flag = (is_own && is_public_wildcard(published(value)))
                    || match meaning {
                        // `cp -b *` is about files.
                        Some(Meaning::Listen)
                            if name == "-b" && place.is_bare() && value == "*" =>
                        {
                            false
                        }
                        Some(Meaning::Listen) => is_public(value) || is_any_host(value),
                        Some(Meaning::Host) => is_wildcard_host(name, value),
                        None => false,
                    };
                if is_flag {
                    found.push((value, place));
                }
            }
        }
    }
    let is_netcat = matches!(program, "nc" | "ncat" | "netcat");
    if (is_netcat && (command.has_flag('l') || command.has_option(&["--listen"])))
        || program == "socat"
    {
        let words = command.arguments().filter_map(|word| {
            let value = word.text.rsplit(",bind=").next().unwrap_or_default();
            let value = value.split(',').next().unwrap_or_default();
            let listens = is_netcat || listens(&word.text);
            let is_found = is_public_wildcard(value) || (listens && is_public(value));
            is_found.then_some((value, word))
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

/// Whether a word is an address of `socat` that waits for others: `TCP-LISTEN:80,bind=…`.
fn listens(address: &str) -> bool {
    let kind = address.split(':').next().unwrap_or_default();
    kind.to_ascii_uppercase().ends_with("-LISTEN")
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

/// `-h '*'` has nothing to do with hosts: a `*` counts for the longer names only.
fn is_wildcard_host(name: &str, value: &str) -> bool {
    let may_be_star = !name.starts_with('-') || ["--host", "--ip"].contains(&name);
    (is_public_wildcard(value) && (value != "*" || may_be_star))
        || (name.starts_with("--") && is_any_host(value))
}

/// `0.0.0.0/0`: all addresses, and none of them to listen on.
fn is_network(value: &str) -> bool {
    value
        .rsplit_once('/')
        .is_some_and(|(_, bits)| bits.len() < 4 && bits.bytes().all(|digit| digit.is_ascii_digit()))
        && !value.ends_with('/')
}

/// An address without the scheme before it, and without the dash of one that need not be there.
fn bare(value: &str) -> &str {
    let value = value.trim_matches(['"', '\'']);
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

/// The address of `0.0.0.0:80:80`, as containers are published, and of the ports that `ssh` forwards.
fn published(value: &str) -> &str {
    match value.split(':').count() {
        3 | 4 if !value.starts_with(':') && !value.starts_with('[') => {
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
