//! `unknown-suppression`: a suppression that can't be obeyed.

use crate::finding::{Findings, Level};
use crate::rule::{Page, Rule, Run};
use crate::suppress::Suppression;

pub(crate) const RULE: Rule = Rule {
    name: "unknown-suppression",
    level: Level::Error,
    run: Run::Suppressions(run),
    page: Page {
        what: "It fires on a suppression that names no rule, names a rule that does not exist, or gives no reason. Such a suppression silences nothing.",
        why: "A misspelt suppression looks like a decision and is none. A suppression without a reason can't be judged by the next reader.",
        bad: "// lunet-lint: allow(internal-calls) the tracing itself is under test //~ unknown-suppression\nint plugin_open(lua_State *L);\n",
        good: "int plugin_open(lua_State *L);\n",
        example_path: "plugin.c",
        fix: "Write `// lunet-lint: allow(rule-name) reason` with a name from `tools lint --list` and the reason in a few words.",
    },
};

fn run(suppressions: &[Suppression<'_>], findings: &mut Findings<'_>) {
    for suppression in suppressions {
        if let Some(fault) = &suppression.fault {
            findings
                .add(
                    &RULE,
                    suppression.range.clone(),
                    format!("this suppression silences nothing: {fault}"),
                )
                .help("write `lunet-lint: allow(rule-name) reason`; `tools lint --list` has the names");
        }
    }
}
