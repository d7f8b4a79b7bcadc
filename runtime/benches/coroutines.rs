//! Coroutines: a million that end at once, and a hundred thousand that sleep at the same time.

mod support;

use support::{least, median, run, runners, script, tell};

const ROUNDS: usize = 7;

fn main() {
    let runners = runners();
    for (file, what, seconds, mebibytes) in [
        ("empty.lua", "empty script, for comparison", "", ""),
        (
            "spawn.lua",
            "1,000,000 spawned and finished",
            "target 0.05",
            "",
        ),
        (
            "sleeping.lua",
            "100,000 sleeping at once",
            "target 0.10",
            "target 70",
        ),
    ] {
        let path = script(file).display().to_string();
        let mut found: Vec<Vec<support::Usage>> = vec![Vec::new(); runners.len()];
        for _ in 0..ROUNDS {
            for (runner, usages) in runners.iter().zip(&mut found) {
                usages.push(run(&runner.program, &[&path]));
            }
        }
        for (runner, usages) in runners.iter().zip(found) {
            let walls: Vec<f64> = usages
                .iter()
                .map(|usage| usage.wall.as_secs_f64())
                .collect();
            #[expect(clippy::cast_precision_loss, reason = "bytes of a small process")]
            let peaks = usages
                .iter()
                .map(|usage| usage.peak_rss_bytes as f64 / 1_048_576.0);
            let cpus: Vec<f64> = usages.iter().map(|usage| usage.cpu.as_secs_f64()).collect();
            tell(what, &runner.name, least(&walls), "s, least", seconds);
            tell(what, &runner.name, median(walls), "s, median", "");
            tell(what, &runner.name, least(&cpus), "s CPU, least", "");
            tell(
                what,
                &runner.name,
                median(peaks.collect()),
                "MiB peak RSS",
                mebibytes,
            );
        }
    }
}
