//! Matrices and their entries.

use super::{expand, job_name};
use crate::expression::Value;

fn entries(matrix: &str) -> Result<String, String> {
    let matrix = Value::from(&serde_json::from_str::<serde_json::Value>(matrix).unwrap());
    let entries = expand(&matrix)?;
    Ok(entries
        .into_iter()
        .map(|entry| Value::object(entry).to_json().to_string())
        .collect::<Vec<_>>()
        .join(" "))
}

fn check(matrix: &str, expected: &str) {
    assert_eq!(entries(matrix).as_deref(), Ok(expected), "{matrix}");
}

fn check_error(matrix: &str, expected: &str) {
    assert_eq!(entries(matrix), Err(expected.to_owned()), "{matrix}");
}

#[test]
fn the_first_vector_varies_slowest() {
    check(
        r#"{"b":[1,2],"a":["x","y"]}"#,
        r#"{"b":1,"a":"x"} {"b":1,"a":"y"} {"b":2,"a":"x"} {"b":2,"a":"y"}"#,
    );
}

#[test]
fn exclude_matches_parts_and_any_case() {
    check(
        r#"{"os":["A","B"],"v":[1,2],"exclude":[{"os":"a"},{"v":"2"}]}"#,
        r#"{"os":"B","v":1}"#,
    );
    check(
        r#"{"o":[{"n":1,"m":2},{"n":2}],"exclude":[{"o":{"n":1}}]}"#,
        r#"{"o":{"n":2}}"#,
    );
}

#[test]
fn include_extends_what_it_fits_and_appends_the_rest() {
    let matrix = r#"{"fruit":["apple","pear"],"animal":["cat","dog"],"include":[{"color":"green"},
        {"color":"pink","animal":"cat"},{"fruit":"apple","shape":"circle"},{"fruit":"banana"},
        {"fruit":"banana","animal":"cat"}]}"#;
    let expected = r#"{"fruit":"apple","animal":"cat","color":"pink","shape":"circle"} {"fruit":"apple","animal":"dog","color":"green","shape":"circle"} {"fruit":"pear","animal":"cat","color":"pink"} {"fruit":"pear","animal":"dog","color":"green"} {"fruit":"banana"} {"fruit":"banana","animal":"cat"}"#;
    check(matrix, expected);
    check(r#"{"include":[{"a":1},{"a":2}]}"#, r#"{"a":1} {"a":2}"#);
}

#[test]
fn bad_matrices_are_refused() {
    check_error(r#"{"a":[]}"#, "the matrix vector 'a' has no value");
    check_error(
        r#"{"a":1}"#,
        "the matrix key 'a' must hold an array, not Number",
    );
    check_error("{}", "the matrix has no vector");
    check_error(
        r#"{"a":[1],"exclude":[{"b":1}]}"#,
        "the matrix excludes by 'b', which is no vector of it",
    );
    let many = (0..17).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let error = "the matrix has 289 entries, more than the 256 that are allowed";
    check_error(&format!(r#"{{"a":[{many}],"b":[{many}]}}"#), error);
}

#[test]
fn names_list_the_values() {
    let name = |entry: &str| {
        let Value::Object(entry) =
            Value::from(&serde_json::from_str::<serde_json::Value>(entry).unwrap())
        else {
            unreachable!("the tests hold objects")
        };
        job_name("build", &entry)
    };
    assert_eq!(name("{}"), "build");
    assert_eq!(
        name(r#"{"os":"linux","v":1.50,"x":true,"n":null}"#),
        "build (linux, 1.5, true)"
    );
    assert_eq!(name(r#"{"o":{"a":1,"b":[2,3]}}"#), "build (1, 2, 3)");
    assert_eq!(
        name(&format!(r#"{{"a":"{}"}}"#, "x".repeat(200))).len(),
        100
    );
}
