//! What an empty script costs: time from start to end, and memory at most.

mod support;

use std::process::Command;

use support::{least, median, run, runners, script, tell};

const ROUNDS: usize = 300;

fn main() {
    let runners = runners();
    let path = script("empty.lua").display().to_string();
    let mut walls: Vec<Vec<f64>> = vec![Vec::new(); runners.len()];
    for _ in 0..ROUNDS {
        for (runner, walls) in runners.iter().zip(&mut walls) {
            walls.push(run(&runner.program, &[&path]).wall.as_secs_f64() * 1e3);
        }
    }
    for (runner, walls) in runners.iter().zip(walls) {
        tell(
            "empty script",
            &runner.name,
            least(&walls),
            "ms, least",
            "target 1.3",
        );
        tell(
            "empty script",
            &runner.name,
            median(walls),
            "ms, median",
            "",
        );
        let output = Command::new(&runner.program)
            .arg(script("peak.lua"))
            .output();
        let output = output.expect("the runner can be started").stdout;
        let kibibytes = String::from_utf8_lossy(&output)
            .trim()
            .parse()
            .unwrap_or(f64::NAN);
        tell(
            "empty script",
            &runner.name,
            kibibytes / 1024.0,
            "MiB peak RSS",
            "target 3",
        );
    }
}
