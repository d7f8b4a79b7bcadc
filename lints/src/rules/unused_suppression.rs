//! `unused-suppression`: a suppression without a finding.

use crate::finding::{Findings, Fix, Level};
use crate::rule::{Page, Rule, Run};
use crate::suppress::Suppression;

pub(crate) const RULE: Rule = Rule {
    name: "unused-suppression",
    level: Level::Warning,
    run: Run::Suppressions(run),
    page: Page {
        what: "It fires on a suppression that silences nothing: no finding of the rule it names is on its line or the next.",
        why: "It would silence the next finding that appears there, which nobody has judged.",
        bad: "// lunet-lint: allow(internal-call) was needed before 0.2 //~ unused-suppression\nint plugin_open(lua_State *L);\n",
        good: "int plugin_open(lua_State *L);\n",
        example_path: "plugin.c",
        fix: "Delete the comment.",
    },
};

fn run(suppressions: &[Suppression<'_>], findings: &mut Findings<'_>) {
    for suppression in suppressions {
        if suppression.fault.is_some() {
            continue;
        }
        let unused: Vec<_> = suppression
            .rules
            .iter()
            .filter(|rule| !suppression.used.contains(rule))
            .map(|rule| format!("`{rule}`"))
            .collect();
        if unused.is_empty() {
            continue;
        }
        let message = format!("this suppression of {} silences nothing", unused.join(", "));
        let edit = findings.deletion(suppression.range.clone());
        let finding = findings.add(&RULE, suppression.range.clone(), message);
        finding.help("delete it");
        if unused.len() == suppression.rules.len() {
            finding.fix(Some(Fix {
                description: "delete the suppression".into(),
                edits: vec![edit],
                safe: true,
            }));
        }
    }
}
