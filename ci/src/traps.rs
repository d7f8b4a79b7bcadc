//! Known traps of workflows, found by reading; what only a run shows (`hashFiles` of nothing) is told by the run.
//!
//! Not here: what makes a workflow invalid ([`crate::workflow`]).

use crate::{
    diagnostic::Span,
    expression::{Expression, Node, Scope, scope, template},
    verdict::Trap,
    workflow::{Job, Pairs, Step, StepWork, Text, Work, Workflow},
};

/// All traps of a workflow, in order.
pub(crate) fn find(workflow: &Workflow) -> Vec<Trap> {
    let mut finder = Finder {
        workflow,
        job: None,
        traps: Vec::new(),
    };
    for job in &workflow.jobs {
        finder.job(job);
    }
    finder.traps
}

struct Finder<'a> {
    workflow: &'a Workflow,
    job: Option<&'a Job>,
    traps: Vec<Trap>,
}

impl<'a> Finder<'a> {
    fn job(&mut self, job: &'a Job) {
        self.job = Some(job);
        if let Some(condition) = &job.condition {
            self.always_true(
                &condition.written.value,
                condition.written.span,
                &scope::JOB_IF,
                None,
            );
        }
        let Work::Steps { steps, .. } = &job.work else {
            return;
        };
        if job.timeout_minutes.is_none() {
            let message =
                "the job has no timeout-minutes: a step that hangs holds a machine for six hours";
            self.add("missing-timeout", job.span, None, message.to_owned());
        }
        for step in steps {
            self.step(job, step);
        }
    }

    fn step(&mut self, job: &Job, step: &Step) {
        if let Some(condition) = &step.condition {
            self.always_true(
                &condition.written.value,
                condition.written.span,
                &scope::STEP_IF,
                Some(step),
            );
        }
        match &step.work {
            StepWork::Run { script, shell, .. } => self.script(job, step, script, shell.is_some()),
            StepWork::Uses { action, with } => self.action(step, action, with),
        }
    }

    fn script(&mut self, job: &Job, step: &Step, script: &Text, own_shell: bool) {
        let named =
            own_shell || job.defaults.shell.is_some() || self.workflow.defaults.shell.is_some();
        if !named && pipes(&script.value) {
            let message = "the default shell has no pipefail: only the last command of a pipeline can fail the step (`shell: bash` has it)";
            self.add(
                "pipeline-without-pipefail",
                script.span,
                Some(step),
                message.to_owned(),
            );
        }
        for name in read_back(&script.value) {
            let message = format!(
                "'{name}' is written to GITHUB_ENV and read in the same step: it is set for later steps only"
            );
            self.add("env-read-too-early", script.span, Some(step), message);
        }
        for path in injected(&script.value) {
            let message = format!(
                "'${{{{ {path} }}}}' is pasted into the script, where others can write commands into it: pass it through env"
            );
            self.add("script-injection", script.span, Some(step), message);
        }
    }

    fn action(&mut self, step: &Step, action: &Text, with: &Pairs) {
        if is_unpinned(&action.value) {
            let message = format!(
                "'{}' is not pinned by a commit: whoever owns the name decides what runs",
                action.value
            );
            self.add("unpinned-action", action.span, Some(step), message);
        }
        let input = |name: &str| {
            with.iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, text)| text.value.trim())
        };
        let name = action
            .value
            .split('@')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        if name == "actions/upload-artifact" && input("if-no-files-found") != Some("error") {
            let message =
                "the upload stays green when no file is there: set if-no-files-found: error";
            self.add(
                "upload-of-nothing",
                action.span,
                Some(step),
                message.to_owned(),
            );
        }
        if name == "softprops/action-gh-release"
            && input("files").is_some()
            && input("fail_on_unmatched_files") != Some("true")
        {
            let message =
                "the release stays green when a file is missing: set fail_on_unmatched_files: true";
            self.add(
                "upload-of-nothing",
                action.span,
                Some(step),
                message.to_owned(),
            );
        }
    }

    /// `${{ a }} == 'b'` is a text, and a text that isn't empty is true.
    fn always_true(&mut self, written: &str, span: Span, scope: &Scope<'_>, step: Option<&Step>) {
        let Ok(parts) = template::split(written) else {
            return;
        };
        let has_text = parts
            .iter()
            .any(|part| matches!(part, template::Part::Text(_)));
        let has_expression = parts
            .iter()
            .any(|part| matches!(part, template::Part::Expression(..)));
        let guarded = crate::expression::condition::effective(written, scope).unwrap_or_default();
        if has_text && has_expression {
            let message = format!(
                "the condition is always true: it is evaluated as {guarded}; put all of it into one ${{{{ }}}}, or use none"
            );
            self.add("always-true-condition", span, step, message);
        }
    }

    fn add(&mut self, trap: &str, span: Span, step: Option<&Step>, message: String) {
        let name = step.map(|step| match (&step.name, &step.work) {
            (Some(name), _) => name.value.clone(),
            (None, StepWork::Run { script, .. }) => script
                .value
                .trim_start()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
            (None, StepWork::Uses { action, .. }) => action.value.clone(),
        });
        self.traps.push(Trap {
            trap: trap.to_owned(),
            file: self.workflow.file.clone(),
            line: span.line,
            column: span.column,
            job: self.job.map(|job| job.id.clone()).unwrap_or_default(),
            step: name,
            message,
        });
    }
}

/// Whether a script has a pipeline: a single `|` outside of quotes and comments.
fn pipes(script: &str) -> bool {
    script.lines().any(|line| {
        let mut quote = None;
        let mut previous = ' ';
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match (quote, c) {
                (None, '\\') => _ = chars.next(),
                (None, '\'' | '"') => quote = Some(c),
                (Some(open), c) if open == c => quote = None,
                (None, '#') if previous.is_whitespace() => break,
                (None, '|') if chars.next_if_eq(&'|').is_none() && previous != '>' => return true,
                _ => {}
            }
            previous = c;
        }
        false
    })
}

/// Names that a script writes to `GITHUB_ENV` and reads on a later line.
fn read_back(script: &str) -> Vec<String> {
    let mut written: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for line in script.lines() {
        for name in &written {
            let read = [
                format!("${{{name}}}"),
                format!("${{{name}:"),
                format!("$env:{name}"),
            ]
            .iter()
            .any(|form| line.contains(form.as_str()))
                || line
                    .match_indices(&format!("${name}"))
                    .any(|(at, form)| !line[at + form.len()..].starts_with(is_name));
            if read && !found.contains(name) {
                found.push(name.clone());
            }
        }
        if line.contains("GITHUB_ENV") {
            written.extend(assigned(line));
        }
    }
    found
}

/// `NAME` of the first `NAME=` or `NAME<<` in a line that writes to the file.
fn assigned(line: &str) -> Option<String> {
    let end = line.find(['=', '<'])?;
    let start = line[..end]
        .rfind(|c: char| !is_name(c))
        .map_or(0, |at| at + 1);
    let name = &line[start..end];
    (!name.is_empty() && name != "GITHUB_ENV" && !name.starts_with(|c: char| c.is_ascii_digit()))
        .then(|| name.to_owned())
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Paths below `github.event`, and `github.head_ref`, that a script has pasted in.
fn injected(script: &str) -> Vec<String> {
    let Ok(parts) = template::split(script) else {
        return Vec::new();
    };
    let mut found: Vec<String> = Vec::new();
    for part in parts {
        let template::Part::Expression(text, _) = part else {
            continue;
        };
        let Ok(expression) = Expression::parse(text, &scope::STEP) else {
            continue;
        };
        let Some(root) = expression.root() else {
            continue;
        };
        root.visit(&mut |node: &Node| {
            let Some(path) = node.path() else { return };
            let untrusted = match path.as_slice() {
                [github, event, _, ..] => {
                    github.eq_ignore_ascii_case("github") && event.eq_ignore_ascii_case("event")
                }
                [github, name] => {
                    github.eq_ignore_ascii_case("github") && name.eq_ignore_ascii_case("head_ref")
                }
                _ => false,
            };
            let path = path.join(".");
            if untrusted && !found.iter().any(|known| known.starts_with(&path)) {
                found.push(path);
            }
        });
    }
    found
}

fn is_unpinned(action: &str) -> bool {
    if action.starts_with("./") {
        return false;
    }
    if let Some(image) = action.strip_prefix("docker://") {
        return !image.contains("@sha256:");
    }
    let version = action
        .split_once('@')
        .map(|(_, version)| version)
        .unwrap_or_default();
    !(version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::{assigned, find, pipes, read_back};
    use crate::workflow::Workflow;

    fn check(job: &str, expected: &[&str]) {
        let text = format!("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n{job}");
        let workflow = Workflow::parse(&text, "w.yml").unwrap();
        let found: Vec<_> = find(&workflow)
            .into_iter()
            .map(|trap| format!("{}:{}", trap.trap, trap.line))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn traps_are_found_where_they_are() {
        check("    steps: [{run: a}]", &["missing-timeout:3"]);
        let steps = |steps: &str| format!("    timeout-minutes: 5\n    steps:\n{steps}");
        check(
            &steps("      - run: a | b"),
            &["pipeline-without-pipefail:7"],
        );
        check(&steps("      - run: a | b\n        shell: bash"), &[]);
        check(&steps("      - run: a || b"), &[]);
        check(
            &steps("      - run: a\n        if: ${{ github.ref }} == 'x'"),
            &["always-true-condition:8"],
        );
        check(
            &steps("      - run: a\n        if: ${{ github.ref == 'x' }}"),
            &[],
        );
        check(
            &steps("      - run: echo ${{ github.event.head_commit.message }}"),
            &["script-injection:7"],
        );
        check(
            &steps("      - uses: actions/checkout@v4"),
            &["unpinned-action:7"],
        );
        check(&steps("      - uses: ./here"), &[]);
        let upload = "      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f\n        with: {path: x";
        check(&steps(&format!("{upload}}}")), &["upload-of-nothing:7"]);
        check(
            &steps(&format!("{upload}, if-no-files-found: error}}")),
            &[],
        );
        check(
            &steps("      - run: |\n          echo X=1 >> $GITHUB_ENV\n          echo $X"),
            &["env-read-too-early:8"],
        );
    }

    #[test]
    fn pipelines_are_told_from_other_bars() {
        for (script, expected) in [
            ("a | b", true),
            ("a || b", false),
            ("echo 'a | b'", false),
            ("a # | b", false),
            ("a >| b", false),
            ("a |& b", true),
        ] {
            assert_eq!(pipes(script), expected, "{script}");
        }
    }

    #[test]
    fn names_written_and_read() {
        assert_eq!(
            assigned(r#"echo "A_B=1" >> "$GITHUB_ENV""#).as_deref(),
            Some("A_B")
        );
        assert_eq!(read_back("echo A=1 >> $GITHUB_ENV\necho ${A}"), ["A"]);
        assert!(read_back("echo A=1 >> $GITHUB_ENV\necho $AB").is_empty());
        assert!(read_back("echo $A\necho A=1 >> $GITHUB_ENV").is_empty());
    }
}
