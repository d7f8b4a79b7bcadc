//! HTTP hello over 64 connections that stay open: processor time per request of `lunet-run` against
//! a bare epoll program that does the same reads and writes, in turns within one run.
//!
//! The program starts itself as the yardstick and as the load, so that each has a process whose time
//! the kernel counts. Linux only, because the yardstick is.

mod support;

#[cfg(target_os = "linux")]
#[path = "http_hello/epoll.rs"]
mod epoll;
#[cfg(target_os = "linux")]
#[path = "http_hello/load.rs"]
mod load;
#[cfg(target_os = "linux")]
#[path = "http_hello/yardstick.rs"]
mod yardstick;

#[cfg(not(target_os = "linux"))]
fn main() {
    support::tell("http hello", "nobody", 0.0, "", "the yardstick needs Linux");
}

#[cfg(target_os = "linux")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("yardstick") => yardstick::serve(yardstick::Way::Short),
        Some("level") => yardstick::serve(yardstick::Way::Level),
        Some("drain") => yardstick::serve(yardstick::Way::Drain),
        Some("rearm") => yardstick::serve(yardstick::Way::Rearm),
        Some("ahead") => yardstick::serve(yardstick::Way::Ahead),
        Some("load") => load::run(&arguments[1], &arguments[2]),
        _ => compare(),
    }
}

/// How many requests one turn makes.
#[cfg(target_os = "linux")]
const REQUESTS: u32 = 300_000;

#[cfg(target_os = "linux")]
const ROUNDS: usize = 7;

#[cfg(target_os = "linux")]
fn compare() {
    use support::{Server, free_port, least, median, run, runners, script, tell};
    let own = std::env::current_exe().expect("a program knows its path");
    let hello = script("hello.lua").display().to_string();
    let ways = ["yardstick", "level", "drain", "rearm", "ahead"];
    let mut servers: Vec<_> = ways
        .iter()
        .map(|way| ((*way).to_owned(), own.clone(), vec![(*way).to_owned()]))
        .collect();
    for runner in runners() {
        servers.push((runner.name, runner.program, vec![hello.clone()]));
    }
    let mut figures: Vec<Vec<f64>> = vec![Vec::new(); servers.len()];
    for _ in 0..ROUNDS {
        for ((_, program, arguments), figures) in servers.iter().zip(&mut figures) {
            let port = free_port().to_string();
            let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            arguments.push(&port);
            let server = Server::start(program, &arguments);
            run(&own, &["load", &port, &REQUESTS.to_string()]);
            let cpu = server.end().cpu;
            figures.push(cpu.as_secs_f64() * 1e6 / f64::from(REQUESTS));
        }
    }
    let what = "http hello, CPU per request";
    for ((name, ..), own) in servers.iter().zip(&figures) {
        let turns = own
            .iter()
            .zip(&figures[0])
            .map(|(own, yardstick)| own / yardstick);
        let target = if name == "lunet-run" {
            "target 1.08"
        } else {
            ""
        };
        tell(what, name, least(own), "us, least", "");
        tell(what, name, median(own.clone()), "us, median", "");
        tell(
            what,
            name,
            least(own) / least(&figures[0]),
            "x, least",
            target,
        );
        tell(what, name, median(turns.collect()), "x, median", target);
    }
}
