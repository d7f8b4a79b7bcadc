//! Tables of expressions and their values.

use serde_json::{Value as Json, json};

use crate::batch;

fn contexts() -> Json {
    json!({
        "github": {"ref": "refs/heads/main", "event": {"commits": [{"id": "a", "who": {"name": "x"}}, {"id": "b"}]}},
        "env": {"EMPTY": "", "One": "1"},
        "list": ["a", "B", 3, null, true],
        "nested": {"x": {"k": 1}, "y": {"k": 2}, "z": 5},
    })
}

/// The text of the value, or the kind of the error.
fn check(expression: &str, expected: &str) {
    let found = match batch::evaluated(expression, &contexts()) {
        Ok(value) => format!("{} {}", value.kind(), value.to_json()),
        Err(error) => json!(error.kind).as_str().unwrap_or_default().to_owned(),
    };
    assert_eq!(found, expected, "{expression}");
}

#[test]
fn literals() {
    check("", "Null null");
    check("null", "Null null");
    check("'it''s'", r#"String "it's""#);
    check("-0xFF", "lexing");
    check(".5", "Number 0.5");
    check("+1e2", "Number 100");
    check("NaN", r#"Number "NaN""#);
    check("-Infinity", r#"Number "-Infinity""#);
    check("1.5e300", "Number 1.5e+300");
    check("TRUE", "parsing");
}

#[test]
fn members_and_filters() {
    check("github.event.commits[1].id", r#"String "b""#);
    check("GITHUB.REF", r#"String "refs/heads/main""#);
    check("github.event.commits.*.id", r#"Array ["a","b"]"#);
    check("github.event.commits.*.who.name", r#"Array ["x"]"#);
    check("nested.*.k", "Array [1,2]");
    check("list['1']", r#"String "B""#);
    check("list[-1]", "Null null");
    check("env.missing.deeper", "Null null");
    check("'text'.length", "lexing");
    check("github.", "parsing");
    check("unknown.x", "parsing");
}

#[test]
fn comparisons_are_loose() {
    check("1 == '1'", "Boolean true");
    check("'ABC' == 'abc'", "Boolean true");
    check("null == 0", "Boolean true");
    check("'' == 0", "Boolean true");
    check("'a' == 0", "Boolean false");
    check("NaN == NaN", "Boolean false");
    check("list == list", "Boolean true");
    check("fromJSON('[]') == fromJSON('[]')", "Boolean false");
    check("null >= null", "Boolean true");
    check("'b' > 'A'", "Boolean true");
    check("github > 1", "Boolean false");
}

#[test]
fn logic_gives_the_deciding_value() {
    check("'' || 'x'", r#"String "x""#);
    check("0 && 'x'", "Number 0");
    check("env.One && 'yes' || 'no'", r#"String "yes""#);
    check("!env.EMPTY", "Boolean true");
    check("1 < 2 == true", "Boolean true");
}

#[test]
fn functions() {
    check("contains(list, 'b')", "Boolean true");
    check("contains('Hello', 'ELL')", "Boolean true");
    check("startsWith(github.ref, 'REFS/')", "Boolean true");
    check("endsWith('abc', 'C')", "Boolean true");
    check("format('{{0}} {1} {0}', 'a', 'b')", r#"String "{0} b a""#);
    check("format('{0} {1}', 1)", "evaluation");
    check("format('{x}', 1)", "evaluation");
    check("join(list, '-')", r#"String "a-B-3--true""#);
    check("join('x')", r#"String "x""#);
    check("toJSON(nested.x)", r#"String "{\n  \"k\": 1\n}""#);
    check("toJSON(fromJSON('[]'))", r#"String "[]""#);
    check("fromJSON('{\"a\":[1]}').a[0]", "Number 1");
    check("fromJSON('')", "evaluation");
    check("case(false, 1, true, 2, 3)", "Number 2");
    check("case('x', 1, 2)", "evaluation");
    check("contains('a')", "parsing");
    check("always()", "parsing");
    check("contains('a', 'b',)", "parsing");
}

#[test]
fn hostile_expressions_end() {
    check(&"(".repeat(40), "parsing");
    check(&"(".repeat(20_000), "parsing");
    check(&"!".repeat(20_000), "parsing");
    check(&"a".repeat(30_000), "parsing");
    let big = format!(
        "format('{}', format('{}', toJSON(github)))",
        "{0}".repeat(900),
        "{0}".repeat(900)
    );
    check(&big, "evaluation");
}

/// What `tools ci condition` answers for a step.
fn check_condition(written: &str, expected: &str) {
    let line = json!({"id": 1, "scope": "step", "if": written}).to_string();
    let answer = batch::condition(&line).unwrap();
    let found = answer["condition"]
        .as_str()
        .unwrap_or_else(|| answer["error"]["kind"].as_str().unwrap());
    assert_eq!(found, expected, "{written}");
}

#[test]
fn conditions_are_guarded() {
    check_condition("", "success()");
    check_condition("  github.ref == 'x' ", "success() && (github.ref == 'x')");
    check_condition(
        "${{ github.ref == 'x' }}",
        "success() && (github.ref == 'x')",
    );
    check_condition("${{ a", "parsing");
    check_condition("Always()", "Always()");
    check_condition(
        "contains('success()', 'x')",
        "success() && (contains('success()', 'x'))",
    );
    check_condition(
        "${{ github.ref }} == 'x'",
        "success() && (format('{0} == ''x''', github.ref))",
    );
    check_condition("!${{ always() }}", "format('!{0}', always())");
    check_condition("secrets.X", "parsing");
    check_condition("${{ 'true' }}", "success() && (true)");
}

#[test]
fn conditions_look_at_the_status_of_their_scope() {
    let check = |scope: &str, job: &str, action: Option<&str>, condition: &str, expected: bool| {
        let question = json!({
            "scope": scope, "if": condition, "contexts": {}, "job_status": job, "action_status": action,
        });
        let answer = batch::condition(&question.to_string()).unwrap();
        assert_eq!(answer["result"], expected, "{question}");
    };
    check("step", "failure", None, "", false);
    check("step", "failure", None, "failure()", true);
    check("step", "cancelled", None, "cancelled()", true);
    check("composite-step", "failure", Some("success"), "", true);
    check(
        "composite-step",
        "success",
        Some("failure"),
        "failure()",
        true,
    );
    check("composite-step", "cancelled", None, "cancelled()", true);
    check("job", "failure", None, "always()", true);
}
