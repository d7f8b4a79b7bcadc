//! Published releases, told by a server on loopback in the shapes of GitHub's REST API.

#![cfg(test)]

#[path = "kit/containers.rs"]
#[expect(dead_code, reason = "the kit uses all of it, this test a part")]
mod containers;
#[path = "published/judged.rs"]
mod judged;
#[path = "kit/pack.rs"]
#[expect(dead_code, reason = "the kit uses all of it, this test a part")]
mod pack;
#[path = "kit/programs.rs"]
#[expect(dead_code, reason = "the kit uses all of it, this test a part")]
mod programs;
#[path = "published/server.rs"]
mod server;
#[path = "published/site.rs"]
mod site;

use std::time::Duration;

use lunet_release::{Error, outcome::Status, report::Verdict};
use serde_json::{Value, json};
use server::{Answer, Server};
use site::{
    COMMIT, REPOSITORY, SOUND, Site, TOKEN, assert_quiet, check_at, check_through, fails, trouble,
};

#[test]
fn a_published_release_is_sound() {
    fails(|_| {}, &[]);
    fails(
        |site| {
            site.set(
                "git/ref/tags/v1.2.0",
                vec![Answer::json(
                    &json!({"object": {"type": "commit", "sha": COMMIT}}),
                )],
            );
        },
        &[],
    );
    fails(
        |site| {
            site.assets
                .iter_mut()
                .for_each(|asset| asset["digest"] = Value::Null);
        },
        &[],
    );
}

#[test]
fn pages_are_followed_to_the_last() {
    let mut site = Site::sound();
    let last = site.assets.split_off(2);
    let path = format!("{REPOSITORY}/releases/7/assets");
    let server = Server::start(|url| {
        let first = Answer::json(&Value::Array(std::mem::take(&mut site.assets)));
        let first = first.with(
            "Link",
            &format!("<{url}{path}?page=2>; rel=\"next\", <{url}{path}?page=2>; rel=\"last\""),
        );
        site.answers.insert(
            format!("{path}?page=2"),
            vec![Answer::json(&Value::Array(last))],
        );
        site.answers.insert(path.clone(), vec![first]);
        site.answers()
    });
    let checked = check_at(&server.url(), "v1.2.0", Duration::from_mins(1));
    assert_eq!(checked.report.unwrap().verdict, Verdict::Sound);
    assert!(checked.log.contains("page=2 200"), "{}", checked.log);
    trouble(
        |site| {
            let answer = Answer::json(&json!([])).with(
                "Link",
                &format!("<{REPOSITORY}/releases/7/assets?per_page=100>; rel=next"),
            );
            site.set("releases/7/assets", vec![answer]);
        },
        "have no end",
    );
}

#[test]
fn what_is_not_there_is_a_finding_when_the_repository_answers() {
    fails(
        |site| site.set("releases/tags/v1.2.0", vec![Answer::status(404)]),
        &["page"],
    );
    trouble(
        |site| {
            site.set("releases/tags/v1.2.0", vec![Answer::status(404)]);
            site.answers.remove(REPOSITORY);
        },
        "the repository o/lunet was not found, or there is no access to it (404)",
    );
    fails(
        |site| site.set("releases/assets/0", vec![Answer::status(404)]),
        &["page"],
    );
}

#[test]
fn refusals_are_told_in_clear_words() {
    let page = "releases/tags/v1.2.0";
    trouble(
        |site| site.set(page, vec![Answer::status(401)]),
        "the token is not accepted (401): told by the server",
    );
    trouble(
        |site| site.set(page, vec![Answer::status(403)]),
        "no access (403)",
    );
    let limited = Answer::status(403)
        .with("x-ratelimit-remaining", "0")
        .with("x-ratelimit-reset", "4102444800");
    trouble(
        |site| site.set(page, vec![limited]),
        "rate limited until 2100-01-01 00:00:00 UTC",
    );
    trouble(
        |site| site.set(page, vec![Answer::status(429).with("Retry-After", "3600")]),
        "rate limited until",
    );
    trouble(
        |site| site.set(page, vec![Answer::status(418)]),
        "unexpected answer 418",
    );
    trouble(
        |site| {
            site.set(
                page,
                vec![Answer::new(
                    401,
                    "application/json",
                    json!({"message": format!("bad {TOKEN}")}).to_string(),
                )],
            );
        },
        "bad ***",
    );
}

/// Makes an answer of something.
type Make<From> = fn(&From) -> Answer;

/// A fault, made of the answer that should have come, and what is said when it stays.
const FAULTS: &[(Make<Answer>, &str)] = &[
    (|_| Answer::status(502), "answers 502"),
    (
        |answer| Answer {
            cut: Some(10),
            ..answer.clone()
        },
        "cut short",
    ),
    (
        |answer| Answer {
            drop: true,
            ..answer.clone()
        },
        "can't be reached",
    ),
];

#[test]
fn what_may_pass_is_tried_again() {
    let page = |site: &Site| Answer::json(&site.page);
    let asset = |site: &Site| site.answers[&format!("{REPOSITORY}/releases/assets/1")][0].clone();
    let paths: [(&str, Make<Site>); 2] =
        [("releases/tags/v1.2.0", page), ("releases/assets/1", asset)];
    for (path, well) in paths {
        for (fault, expected) in FAULTS {
            fails(
                |site| {
                    let well = well(site);
                    site.set(path, vec![fault(&well), fault(&well), well]);
                },
                &[],
            );
            trouble(
                |site| {
                    let well = well(site);
                    site.set(path, vec![fault(&well)]);
                },
                expected,
            );
        }
    }
    let soon = Answer::status(429).with("Retry-After", "0");
    fails(
        |site| {
            let well = page(site);
            site.set("releases/tags/v1.2.0", vec![soon, well]);
        },
        &[],
    );
}

#[test]
fn what_is_no_json_is_no_answer() {
    let page = "releases/tags/v1.2.0";
    trouble(
        |site| site.set(page, vec![Answer::new(200, "text/html", "<html>")]),
        "no JSON",
    );
    trouble(
        |site| {
            let body = site.page.to_string();
            site.set(page, vec![Answer::new(200, "text/html", body)]);
        },
        "no JSON",
    );
    trouble(
        |site| site.set(page, vec![Answer::new(200, "application/json", "{\"id\":")]),
        "no JSON",
    );
    trouble(
        |site| site.set(page, vec![Answer::json(&json!([1]))]),
        "no JSON of its shape",
    );
    trouble(
        |site| site.page["draft"] = json!("no"),
        "no JSON of its shape",
    );
    trouble(
        |site| {
            site.set(
                page,
                vec![Answer {
                    endless: true,
                    ..Answer::new(200, "application/json", vec![b' '; 1 << 20])
                }],
            );
        },
        "more than",
    );
}

#[test]
fn endless_and_overlong_downloads_are_ended() {
    fails(
        |site| {
            let well = site.answers[&format!("{REPOSITORY}/releases/assets/1")][0].clone();
            site.set(
                "releases/assets/1",
                vec![Answer {
                    endless: true,
                    ..well
                }],
            );
        },
        &["page", "sums"],
    );
}

#[test]
fn a_token_goes_to_its_origin_only() {
    let store = Server::start(|_| {
        let (assets, _) = &*SOUND;
        assets
            .iter()
            .enumerate()
            .map(|(index, (_, bytes))| (format!("/store/{index}"), vec![Answer::bytes(bytes)]))
            .collect()
    });
    let mut site = Site::sound();
    for index in 0..site.assets.len() {
        site.set(
            &format!("releases/assets/{index}"),
            vec![Answer::redirect(&format!("{}/store/{index}", store.url()))],
        );
    }
    // A repository that was renamed answers with a redirect on the same origin.
    let page = Answer::json(&site.page);
    site.answers
        .insert("/repositories/5/releases/7".to_owned(), vec![page]);
    site.set(
        "releases/tags/v1.2.0",
        vec![Answer::redirect("/repositories/5/releases/7")],
    );
    let server = Server::start(|_| site.answers());
    let checked = check_at(&server.url(), "v1.2.0", Duration::from_mins(1));
    assert_quiet(&checked);
    assert_eq!(
        checked.report.unwrap().verdict,
        Verdict::Sound,
        "{}",
        checked.log
    );
    assert!(
        server
            .asked()
            .iter()
            .all(|asked| asked.authorization == Some(format!("Bearer {TOKEN}")))
    );
    assert_eq!(store.asked().len(), SOUND.0.len());
    assert!(
        store
            .asked()
            .iter()
            .all(|asked| asked.authorization.is_none())
    );
}

#[test]
fn redirects_that_lead_nowhere_are_no_answer() {
    let page = "releases/tags/v1.2.0";
    trouble(
        |site| {
            site.set(
                page,
                vec![Answer::redirect(&format!("{REPOSITORY}/{page}"))],
            );
        },
        "redirect loop",
    );
    trouble(
        |site| site.set(page, vec![Answer::redirect("file:///etc/passwd")]),
        "leads elsewhere",
    );
    trouble(
        |site| site.set(page, vec![Answer::redirect(&format!("http://{TOKEN}@h/"))]),
        "leads elsewhere",
    );
}

#[test]
fn a_silent_server_meets_the_time_limit() {
    let mut site = Site::sound();
    let silent = Answer {
        silent: true,
        ..Answer::status(200)
    };
    site.set("releases/tags/v1.2.0", vec![silent]);
    let server = Server::start(|_| site.answers());
    let checked = check_at(&server.url(), "v1.2.0", Duration::from_millis(300));
    assert!(
        matches!(checked.report, Err(Error::TimedOut(_))),
        "{:?}",
        checked.report.err()
    );
}

#[test]
fn a_tag_of_another_shape_asks_nobody() {
    let checked = check_at("http://127.0.0.1:1", "v1.2", Duration::from_secs(5));
    let report = checked.report.unwrap();
    assert_eq!(report.checks_with(Status::Fail), ["tag"]);
    assert_eq!(checked.log, "");
}

#[test]
fn a_proxy_gets_whole_addresses() {
    let api = "http://api.example.test/v3";
    let answers = Site::sound().answers();
    let proxied = answers
        .into_iter()
        .map(|(path, answers)| (format!("{api}{path}"), answers));
    let proxy = Server::start(|_| proxied.collect());
    let named = proxy.url().replace("http://", "http://user:pass@");
    let variable = |name: &str| (name == "http_proxy").then(|| named.clone());
    let checked = check_through(api, "v1.2.0", Duration::from_mins(1), &variable);
    assert_quiet(&checked);
    assert_eq!(
        checked.report.unwrap().verdict,
        Verdict::Sound,
        "{}",
        checked.log
    );
    let known = proxy
        .asked()
        .iter()
        .all(|asked| asked.proxy_authorization.as_deref() == Some("Basic dXNlcjpwYXNz"));
    assert!(known, "{:?}", proxy.asked());
    assert!(!checked.log.contains("pass"), "{}", checked.log);
}
