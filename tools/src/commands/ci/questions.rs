//! `tools ci eval`, `interpolate`, `condition`, `matrix`: one question, or many as JSON lines.

use std::{
    fmt::Write as _,
    fs,
    io::{self, BufRead as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use lunet_ci::batch::{self, Answer, Row};
use serde_json::{Value, json};

use crate::{exit, render};

/// Evaluate an expression.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cargo tools ci eval \"startsWith('lunet', 'lu')\"")]
pub(super) struct EvalArgs {
    /// The expression, without `${{ }}`.
    #[arg(value_name = "EXPR", required_unless_present_any = ["batch", "conformance"], allow_hyphen_values = true)]
    expression: Option<String>,
    /// A JSON file with the contexts by name.
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// Read lines `{"id","expr","contexts"}` and answer each with `{"id","kind","value"}`.
    #[arg(long, conflicts_with_all = ["expression", "context", "conformance"])]
    batch: bool,
    /// Compare with the known answers of these files (lines with `expected` or `error`) and print the score.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["expression", "context"])]
    conformance: Vec<PathBuf>,
}

/// Fill in the expressions of a text.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  cargo tools ci interpolate --context contexts.json 'on ${{ runner.os }}'"
)]
pub(super) struct InterpolateArgs {
    /// The text.
    #[arg(
        value_name = "TEMPLATE",
        required_unless_present = "batch",
        allow_hyphen_values = true
    )]
    template: Option<String>,
    /// A JSON file with the contexts by name.
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// Read lines `{"id","template","contexts"}` and answer each with `{"id","value"}`.
    #[arg(long, conflicts_with_all = ["template", "context"])]
    batch: bool,
}

/// Show what GitHub makes of an `if:`.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  cargo tools ci condition --scope job \"github.ref_type == 'tag'\""
)]
pub(super) struct ConditionArgs {
    /// What stands after `if:`.
    #[arg(
        value_name = "IF",
        required_unless_present = "batch",
        allow_hyphen_values = true
    )]
    condition: Option<String>,
    /// Whose condition it is: step, job or composite-step.
    #[arg(long, default_value = "step", value_parser = ["step", "job", "composite-step"])]
    scope: String,
    /// Read lines `{"id","scope","if"}` and answer each with `{"id","condition"}`.
    #[arg(long, conflicts_with = "condition")]
    batch: bool,
}

/// Show the entries of a matrix.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  cargo tools ci matrix --job build '{\"os\": [\"linux\", \"macos\"]}'"
)]
pub(super) struct MatrixArgs {
    /// The matrix as JSON.
    #[arg(value_name = "MATRIX", required_unless_present = "batch")]
    matrix: Option<String>,
    /// The name that the names of the entries begin with.
    #[arg(long, default_value = "job", value_name = "NAME")]
    job: String,
    /// Read lines `{"id","job","matrix"}` and answer each with `{"id","combinations","names"}`.
    #[arg(long, conflicts_with = "matrix")]
    batch: bool,
}

pub(super) fn eval(args: &EvalArgs) -> anyhow::Result<ExitCode> {
    if !args.conformance.is_empty() {
        return conformance(&args.conformance);
    }
    let Some(expression) = &args.expression else {
        return answer_lines(batch::eval);
    };
    one(
        batch::eval,
        &json!({"expr": expression, "contexts": contexts(args.context.as_deref())?}),
    )
}

pub(super) fn interpolate(args: &InterpolateArgs) -> anyhow::Result<ExitCode> {
    let Some(template) = &args.template else {
        return answer_lines(batch::interpolate);
    };
    one(
        batch::interpolate,
        &json!({"template": template, "contexts": contexts(args.context.as_deref())?}),
    )
}

pub(super) fn condition(args: &ConditionArgs) -> anyhow::Result<ExitCode> {
    let Some(condition) = &args.condition else {
        return answer_lines(batch::condition);
    };
    one(
        batch::condition,
        &json!({"scope": args.scope, "if": condition}),
    )
}

pub(super) fn matrix(args: &MatrixArgs) -> anyhow::Result<ExitCode> {
    let Some(matrix) = &args.matrix else {
        return answer_lines(batch::matrix);
    };
    let matrix: Value = serde_json::from_str(matrix).context("the matrix is not JSON")?;
    one(batch::matrix, &json!({"job": args.job, "matrix": matrix}))
}

/// Answers one question without its id. An error is printed like an answer and is "bad".
fn one(answer: Answer, question: &Value) -> anyhow::Result<ExitCode> {
    let mut answer = answer(&question.to_string())?;
    if let Some(object) = answer.as_object_mut() {
        object.shift_remove("id");
    }
    render::out(&format!("{answer}\n"));
    Ok(if answer.get("error").is_some() {
        exit::bad()
    } else {
        exit::well()
    })
}

/// Answers each line of stdin with one on stdout.
fn answer_lines(answer: Answer) -> anyhow::Result<ExitCode> {
    let mut answers = String::new();
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let line = line.with_context(|| format!("line {} of stdin can't be read", number + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        match answer(&line) {
            Ok(answer) => _ = writeln!(answers, "{answer}"),
            Err(error) => {
                render::out(&answers);
                bail!("line {} of stdin is no such question: {error}", number + 1);
            }
        }
        if answers.len() > 32 << 10 {
            render::out(&answers);
            answers.clear();
        }
    }
    render::out(&answers);
    Ok(exit::well())
}

/// Prints each row that differs, then the score of each file.
fn conformance(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut all_agree = true;
    for file in files {
        let text =
            fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
        let (mut agreeing, mut rows) = (0, 0);
        for (number, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
        {
            rows += 1;
            match batch::compare_row(line)
                .with_context(|| format!("{}:{} is no row", file.display(), number + 1))?
            {
                Row::Agrees => agreeing += 1,
                Row::Differs {
                    id,
                    expected,
                    found,
                } => {
                    render::out(&format!("{id}: expected {expected}, found {found}\n"));
                }
            }
        }
        all_agree &= agreeing == rows;
        render::out(&format!("{}: {agreeing} of {rows} agree\n", file.display()));
    }
    Ok(if all_agree { exit::well() } else { exit::bad() })
}

fn contexts(file: Option<&Path>) -> anyhow::Result<Value> {
    let Some(file) = file else {
        return Ok(json!({}));
    };
    let text =
        fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
    let value: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))?;
    if !value.is_object() {
        bail!("{} is no object of contexts by name", file.display());
    }
    Ok(value)
}
