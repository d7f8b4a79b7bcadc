//! Holds `docs/lints/` equal to the rules. `LUNET_WRITE_PAGES=1 cargo test -p lunet-lints --test pages` writes it.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::fs;
use std::path::{Path, PathBuf};

use lunet_lints::{rules, stack};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/lints")
}

fn check(name: &str, expected: &str) {
    let path = folder().join(name);
    if std::env::var_os("LUNET_WRITE_PAGES").is_some() {
        fs::create_dir_all(folder()).unwrap();
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{name}: write it with LUNET_WRITE_PAGES=1");
}

#[test]
fn each_rule_has_its_page() {
    for rule in rules::ALL {
        check(&format!("{}.md", rule.name), &rule.markdown());
    }
}

#[test]
fn no_page_is_left_over() {
    let known = ["README.md", "rules.md", "stack-effects.md"];
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let rule = name.strip_suffix(".md").and_then(rules::find);
        assert!(rule.is_some() || known.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn the_list_of_rules_and_the_stack_table_are_generated() {
    let mut list = String::from("# The rules\n\n| rule | level | what it does |\n|---|---|---|\n");
    for rule in rules::ALL {
        let name = rule.name;
        let level = rule.level.name();
        list.extend([
            "| [",
            name,
            "](",
            name,
            ".md) | ",
            level,
            " | ",
            rule.summary(),
            " |\n",
        ]);
    }
    check("rules.md", &list);
    let table = format!(
        "# What the Lua C API does to the stack\n\nThe flow rules count with these numbers.\nA function that is not listed is unknown, and the rules say nothing of a path through it.\n\n{}",
        stack::markdown()
    );
    check("stack-effects.md", &table);
}
