//! `tools bench`: the benchmarks of the runtime.
//!
//! Not here: the benchmarks, which are programs under `runtime/benches/`, and what they measure.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::programs::{Programs, RunArgs};
use crate::{cargo, repository, workspace};

/// An optimised build of everything, then the measuring.
const LIMIT: Duration = Duration::from_hours(1);

/// The variable that names the runner to compare with to the benchmarks.
const AGAINST: &str = "LUNET_BENCH_AGAINST";

/// Measure the runtime.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cargo tools bench\n  cargo tools bench coroutines --against ~/reference/lunet-run"
)]
pub struct BenchArgs {
    /// Run only the benchmarks with these names.
    name: Vec<String>,
    /// Measure this runner, too, and print ratios.
    #[arg(long, value_name = "PATH")]
    against: Option<PathBuf>,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs `cargo bench` over the runtime.
pub(super) fn run(args: &BenchArgs) -> anyhow::Result<ExitCode> {
    super::doctor::demand("bench")?;
    check_names(&args.name)?;
    let against = args.against.as_ref().map(|path| {
        let shown = path.display();
        let path = path
            .canonicalize()
            .with_context(|| format!("--against {shown}"))?;
        if !path.is_file() {
            bail!("--against {shown}: not a program");
        }
        Ok((AGAINST.to_owned(), path.display().to_string()))
    });
    let against = against.transpose()?;
    let mut call = vec!["bench", "--locked", "--package", "lunet"];
    if args.name.is_empty() {
        call.extend(["--bench", "*"]);
    }
    call.extend(args.name.iter().flat_map(|name| ["--bench", name]));
    let mut program = cargo::call("bench", &call);
    program.environment.extend(against);
    let mut programs = Programs::open(&args.run, LIMIT)?;
    programs.run(program)?;
    programs.finish("bench", serde_json::Map::new())
}

/// Refuses a name that no benchmark has: to cargo it would be a benchmark that failed.
fn check_names(names: &[String]) -> anyhow::Result<()> {
    let known = workspace::benchmarks(&repository::root()?)?;
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        bail!(
            "there is no benchmark `{name}`; there are {}",
            known.join(", ")
        );
    }
    Ok(())
}
