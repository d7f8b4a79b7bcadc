//! What is told of a release and its run, and what the checks make of it.

use serde_json::{Value, json};

use crate::{server::Answer, site::fails};

#[test]
fn the_page_is_judged() {
    fails(|site| site.page["draft"] = json!(true), &["page"]);
    fails(|site| site.page["prerelease"] = json!(true), &["page"]);
    fails(|site| site.page["tag_name"] = json!("v1.2.1"), &["page"]);
    fails(|site| site.page["name"] = json!("Lunet v1.2.01"), &["page"]);
    fails(|site| site.page["name"] = Value::Null, &["page"]);
    fails(|site| site.page["body"] = Value::Null, &["notes"]);
    fails(|site| site.assets[0]["state"] = json!("starter"), &["page"]);
    fails(
        |site| site.assets[1]["uploader"]["login"] = json!("somebody"),
        &["page"],
    );
    fails(|site| site.assets[1]["uploader"] = Value::Null, &["page"]);
    fails(
        |site| site.assets[2]["digest"] = json!(format!("sha256:{}", "0".repeat(64))),
        &["page"],
    );
    fails(|site| site.assets[2]["size"] = json!(1_000_000), &["page"]);
}

#[test]
fn the_run_is_judged() {
    fails(
        |site| site.run["conclusion"] = json!("failure"),
        &["build-run"],
    );
    fails(|site| site.run["conclusion"] = Value::Null, &["build-run"]);
    fails(
        |site| site.run["event"] = json!("workflow_dispatch"),
        &["build-run"],
    );
    fails(
        |site| site.run["head_branch"] = json!("main"),
        &["build-run"],
    );
    fails(
        |site| site.run["head_sha"] = json!("another"),
        &["build-run"],
    );
    fails(
        |site| site.set("git/ref/tags/v1.2.0", vec![Answer::status(404)]),
        &["build-run"],
    );
    fails(
        |site| {
            site.set(
                "actions/workflows/build.yml/runs",
                vec![Answer::status(404)],
            );
        },
        &["build-run"],
    );
    fails(
        |site| {
            site.set(
                "git/tags/aa",
                vec![Answer::json(
                    &json!({"object": {"type": "tag", "sha": "aa"}}),
                )],
            );
        },
        &["build-run"],
    );
}
