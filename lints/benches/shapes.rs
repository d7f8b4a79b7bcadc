//! How the time of the lint grows with its input: texts of many shapes, each in one size and in ten times that size.
//!
//! `cargo bench -p lunet-lints --bench shapes` prints a table; behind `--` stand names of shapes, or a part of them.
//! `-- --write DIR BYTES [NAME…]` writes the texts instead, for measures of the whole program.

#[path = "shapes/calls.rs"]
mod calls;
#[path = "shapes/deep.rs"]
mod deep;
#[path = "shapes/garbage.rs"]
mod garbage;
#[path = "shapes/long.rs"]
mod long;
#[path = "shapes/many.rs"]
mod many;
#[path = "shapes/scripts.rs"]
mod scripts;
#[path = "shapes/shell.rs"]
mod shell;

use std::hint::black_box;
use std::time::Duration;

use lunet_lints::{Facts, Linter, Settings};

/// A text that grows.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// The extension of its file.
    pub(crate) kind: &'static str,
    /// A text of about so many bytes.
    pub(crate) make: fn(usize) -> String,
}

/// A C source.
pub(crate) const fn c(name: &'static str, make: fn(usize) -> String) -> Shape {
    Shape {
        name,
        kind: "c",
        make,
    }
}

/// The size of the smaller text.
const BYTES: usize = 200_000;

/// `head`, then units up to a number of bytes, then `tail`.
pub(crate) fn repeated(
    bytes: usize,
    head: &str,
    unit: impl Fn(usize) -> String,
    tail: &str,
) -> String {
    let mut text = head.to_owned();
    let mut number = 0;
    while text.len() < bytes {
        text.push_str(&unit(number));
        number += 1;
    }
    text + tail
}

/// `before`, openings, `inner`, as many closings, `after`, in about so many bytes.
pub(crate) fn nested(
    bytes: usize,
    frame: (&str, &str),
    levels: (&str, &str),
    inner: &str,
) -> String {
    let depth = bytes / (levels.0.len() + levels.1.len());
    [
        frame.0,
        &levels.0.repeat(depth),
        inner,
        &levels.1.repeat(depth),
        frame.1,
    ]
    .concat()
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let shapes = [
        calls::ALL,
        deep::ALL,
        garbage::ALL,
        long::ALL,
        many::ALL,
        scripts::ALL,
        shell::ALL,
    ]
    .concat();
    match arguments.split_first() {
        Some((flag, [directory, bytes, names @ ..])) if flag == "--write" => {
            let bytes = bytes.parse().expect("the size is a number of bytes");
            write(&chosen(&shapes, names), directory, bytes);
        }
        _ => measure(&chosen(&shapes, &arguments)),
    }
}

/// The shapes whose name holds one of the words; without words all.
fn chosen<'a>(shapes: &[&'a Shape], words: &[String]) -> Vec<&'a Shape> {
    let is_meant = |shape: &&&Shape| {
        words.is_empty() || words.iter().any(|word| shape.name.contains(word.as_str()))
    };
    shapes.iter().filter(is_meant).copied().collect()
}

fn write(shapes: &[&Shape], directory: &str, bytes: usize) {
    std::fs::create_dir_all(directory).expect("the directory can be made");
    for shape in shapes {
        let path = format!("{directory}/{}.{}", shape.name, shape.kind);
        std::fs::write(path, (shape.make)(bytes)).expect("the directory can be written");
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn measure(shapes: &[&Shape]) {
    let linter = Linter::new(Settings::default()).expect("the default settings are sound");
    println!("{:<34} {:>9} {:>9} {:>7}", "shape", "ms", "MB/s", "10 x");
    let (mut slowest, mut steepest) = (f64::MAX, 0.0_f64);
    for shape in shapes {
        let once = (shape.make)(BYTES);
        let tenfold = (shape.make)(10 * BYTES);
        let (first, second) = (time(&linter, shape, &once), time(&linter, shape, &tenfold));
        let speed = megabytes(tenfold.len()) / second.as_secs_f64();
        let ratio = second.as_secs_f64() / first.as_secs_f64() * megabytes(once.len())
            / megabytes(tenfold.len())
            * 10.0;
        println!(
            "{:<34} {:>9.1} {speed:>9.1} {ratio:>7.2}",
            shape.name,
            second.as_secs_f64() * 1000.0
        );
        slowest = slowest.min(speed);
        steepest = steepest.max(ratio);
    }
    println!("slowest {slowest:.1} MB/s, steepest {steepest:.2}");
}

/// The best of several rounds, because all else is what the machine does meanwhile.
fn time(linter: &Linter, shape: &Shape, text: &str) -> Duration {
    let path = format!("shape.{}", shape.kind);
    let facts = Facts::default();
    let started = clock();
    let mut best = Duration::MAX;
    for round in 0..20 {
        let begin = clock();
        black_box(linter.judge(&path, black_box(text), &facts));
        best = best.min(clock().saturating_sub(begin));
        if round > 0 && clock().saturating_sub(started) > Duration::from_millis(600) {
            break;
        }
    }
    best
}

/// What this thread has worked so far: others on the machine change it little.
#[cfg(unix)]
fn clock() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a thread works forwards")
}

#[cfg(not(unix))]
fn clock() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

#[expect(clippy::cast_precision_loss, reason = "sizes of texts are small")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
