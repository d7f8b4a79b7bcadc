//! `static-inline-collision`: a source file defines again what an included header defines as `static inline`.

use crate::finding::{Findings, Level};
use crate::include::{Include, includes};
use crate::rule::{Page, Rule, Run};
use crate::unit::Unit;

pub(crate) const RULE: Rule = Rule {
    name: "static-inline-collision",
    level: Level::Warning,
    run: Run::Text(run),
    page: Page {
        what: "It fires on a function that a `.c` file defines although a header that it includes defines it as `static inline`.",
        why: "The two bodies drift apart, and which one is called depends on the file. Where both are visible the compiler refuses the file, on some systems only.",
        bad: "#include \"lunet_sizes.h\"\n\nstatic size_t lunet_round_up(size_t size) { //~ static-inline-collision\n    return (size + 7) & ~(size_t)7;\n}\n",
        good: "#include \"lunet_sizes.h\"\n\nstatic size_t plugin_round_up(size_t size) {\n    return (size + 7) & ~(size_t)7;\n}\n",
        example_path: "plugin.c",
        fix: "Delete one of the two, or rename the one in the source file.",
    },
};

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.c().filter(|c| !c.is_header) else {
        return;
    };
    let headers: Vec<_> = includes(c).iter().map(Include::name).collect();
    for function in &c.outline.functions {
        let token = c.lexed.code[function.name as usize];
        let name = c.lexed.spelling(token);
        if let Some(place) = unit.facts.tree.static_inline(&name, &headers) {
            findings
                .add(
                    &RULE,
                    token.range(),
                    format!("`{name}` is already defined as static inline in {place}"),
                )
                .help("delete one of the two, or rename this one");
        }
    }
}
