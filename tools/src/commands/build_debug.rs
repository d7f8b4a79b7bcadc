//! `tools build-debug`: the traced runtime, on demand with the address sanitizer in all of it.
//!
//! Not here: running it under load (`tools stress`).

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use lunet_ci::process::Output;

use crate::cargo;
use crate::programs::{Program, Programs, RunArgs};

/// Everything from scratch, LuaJIT included, on a slow machine.
const LIMIT: Duration = Duration::from_mins(40);

/// Build the traced runtime.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools build-debug && target/trace/lunet-run script.lua")]
pub struct BuildDebugArgs {
    /// Print every event, too, and not only what was counted.
    #[arg(long)]
    verbose_trace: bool,
    /// Instrument the runtime, the C plugins and LuaJIT's own heap with the address sanitizer (Linux and
    /// macOS; needs clang). The program goes to target/asan.
    #[arg(long)]
    asan: bool,
    #[command(flatten)]
    run: RunArgs,
}

/// Builds the traced `lunet-run` and says where it is.
pub(super) fn run(args: &BuildDebugArgs) -> anyhow::Result<ExitCode> {
    super::doctor::demand("build-debug")?;
    let mut programs = Programs::open(&args.run, LIMIT)?;
    let trace = if args.verbose_trace {
        "trace-verbose"
    } else {
        "trace"
    };
    let heap = if args.asan { ",system-heap" } else { "" };
    let features = format!("--features={trace}{heap}");
    let arguments = [
        "build",
        "--locked",
        "--package=lunet",
        "--profile=trace",
        &features,
    ];
    let mut program = cargo::call("build", &arguments);
    if args.asan {
        let host = host(&mut programs)?;
        instrument(&mut program, &host)?;
    }
    let made = cargo::build(&mut programs, program, "lunet-run")?;
    super::build_release::report(programs, "build-debug", args.run.format, made.as_deref())
}

/// Adds what makes rustc, the C compiler and LuaJIT's allocator report every bad access.
///
/// The feature `system-heap` gives LuaJIT its own allocator back, and `LUAJIT_USE_SYSMALLOC` makes that one
/// call the system's `malloc`: other allocators hide their blocks from the sanitizer.
fn instrument(program: &mut Program, host: &str) -> anyhow::Result<()> {
    if !cfg!(any(target_os = "linux", target_os = "macos")) {
        bail!("--asan works on Linux and macOS only: LuaJIT can't be instrumented here");
    }
    which::which("clang").context("--asan needs clang, which is not in PATH")?;
    let here = host.replace('-', "_");
    let set = |name: String, value: &str| (name, value.to_owned());
    program.environment.extend([
        set("RUSTC_BOOTSTRAP".to_owned(), "1"),
        // Plugins find the sanitizer in the program, so it must show all of it.
        cargo::rust_flags(
            ["-Zsanitizer=address", "-Clink-arg=-rdynamic"]
                .map(str::to_owned)
                .into_iter(),
        ),
        set(format!("CC_{here}"), "clang"),
        set(
            format!("CFLAGS_{here}"),
            "-fsanitize=address -fno-omit-frame-pointer -DLUAJIT_USE_SYSMALLOC",
        ),
    ]);
    let place = ["--target", host, "--target-dir", "target/asan"];
    program.command.extend(place.map(str::to_owned));
    Ok(())
}

/// The target that this machine's rustc builds for by itself.
fn host(programs: &mut Programs) -> anyhow::Result<String> {
    let mut host = None;
    let ask = Program {
        name: "rustc",
        command: vec!["rustc".to_owned(), "-vV".to_owned()],
        environment: Vec::new(),
    };
    programs.run_with(ask, Output::Separate, |line| {
        let text = String::from_utf8_lossy(line.bytes);
        if let Some(triple) = text.strip_prefix("host: ") {
            host = Some(triple.trim().to_owned());
        }
        false
    })?;
    host.context("`rustc -vV` does not name its host")
}
