//! The measures of the replay: planning, evaluating, and what a step costs over its shell.
//!
//! Prints the best of several rounds, because all else is what the machine does meanwhile.

use std::{
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

use lunet_ci::{
    batch,
    expression::Object,
    logs::LogFolder,
    occasion::{Occasion, Repository},
    plan::{Request, plan},
    process::Interrupt,
    replay::{Options, Selection, replay},
    workflow::Workflow,
};

fn main() {
    let folder = std::env::temp_dir().join(format!("lunet-ci-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    report(
        "plan of 50 steps x 4 entries",
        best(20, || planned(&workflow_of_50_steps())),
    );
    report("1,000 evaluations", best(20, evaluate));
    let (steps, shells) = (best(5, || replayed(&folder)), best(5, shells));
    report(
        "a run step over its shell",
        steps.saturating_sub(shells) / STEPS,
    );
    std::fs::remove_dir_all(&folder).expect("the folder of this run is there");
}

const STEPS: u32 = 40;

fn best(rounds: u32, work: impl Fn()) -> Duration {
    let time = |_| {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    (0..rounds).map(time).min().unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn report(what: &str, time: Duration) {
    println!("{what}: {:.2} ms", time.as_secs_f64() * 1000.0);
}

fn workflow_of_50_steps() -> String {
    let step = |index: u32| {
        format!(
            "      - name: step {index} of ${{{{ matrix.v }}}}\n        if: matrix.v != 'x' && github.event_name == 'push'\n        run: echo {index} ${{{{ matrix.v }}}}\n"
        )
    };
    let steps: String = (0..50).map(step).collect();
    format!(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    strategy: {{matrix: {{v: [1, 2, 3, 4]}}}}\n    steps:\n{steps}"
    )
}

fn occasion() -> Occasion {
    let repository = Repository {
        branch: "main".to_owned(),
        default_branch: "main".to_owned(),
        sha: "0".repeat(40),
        name: "owner/name".to_owned(),
        actor: "somebody".to_owned(),
    };
    Occasion::new("push", &repository, Vec::new())
}

fn planned(text: &str) {
    let workflow = Workflow::parse(text, "workflow.yml").expect("the workflow is sound");
    let occasion = occasion();
    let request = Request {
        occasion: &occasion,
        os: None,
        vars: Object::default(),
        job_outputs: &[],
        workspace: "/",
        load: &|_| Workflow::parse("", ""),
    };
    black_box(plan(&workflow, &request).expect("the plan can be made"));
}

fn evaluate() {
    let question = r#"{"id":1,"expr":"contains(github.ref, 'main') && format('{0}-{1}', github.sha, matrix.v) != 'x'","contexts":{"github":{"ref":"refs/heads/main","sha":"abc"},"matrix":{"v":1}}}"#;
    for _ in 0..1000 {
        black_box(batch::eval(question).expect("the question is JSON"));
    }
}

fn replayed(folder: &std::path::Path) {
    let steps = "      - run: 'true'\n".repeat(STEPS as usize);
    let text = format!("on: push\njobs:\n  a:\n    runs-on: self-hosted\n    steps:\n{steps}");
    let workflow = Workflow::parse(&text, "workflow.yml").expect("the workflow is sound");
    let options = Options {
        root: folder.to_owned(),
        occasion: occasion(),
        vars: Object::default(),
        secrets: Vec::new(),
        env: Vec::new(),
        selection: Selection {
            only: None,
            ..Selection::default()
        },
        resume: false,
        shell_on_failure: false,
        dirty: false,
        install: false,
        substitutes: std::collections::BTreeMap::new(),
        job_outputs: Vec::new(),
        limit: None,
        interrupt: Interrupt::never(),
    };
    let logs = LogFolder::open(folder, None).expect("logs can be written");
    let report = replay(&workflow, &options, logs, &mut |_| {}).expect("the replay can be made");
    assert_eq!(report.parity.ran, STEPS as usize, "every step ran");
}

/// The same by hand: the shell on a file that holds the script.
fn shells() {
    let script = std::env::temp_dir().join(format!("lunet-ci-bench-{}.sh", std::process::id()));
    std::fs::write(&script, "true").expect("the temporary folder can be written");
    for _ in 0..STEPS {
        Command::new("bash")
            .arg("-e")
            .arg(&script)
            .status()
            .expect("there is a bash");
    }
    std::fs::remove_file(&script).expect("the script was just written");
}
