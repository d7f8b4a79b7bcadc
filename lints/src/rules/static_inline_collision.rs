//! `static-inline-collision`: a source file defines again what an included header defines as `static inline`.

use crate::finding::{Findings, Level};
use crate::include::includes;
use crate::lexer::{DirectiveKind, Kind};
use crate::outline::Function;
use crate::rule::{Page, Rule, Run};
use crate::unit::{C, Unit};

pub(crate) const RULE: Rule = Rule {
    name: "static-inline-collision",
    level: Level::Warning,
    run: Run::Text(run),
    page: Page {
        what: "It fires on a function that a `.c` file defines although a header that it includes defines it as `static inline`. Where a condition of the preprocessor decides about one of the two, they may be alternatives: the rule stays silent then.",
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
    let includes = includes(c);
    for function in &c.outline.functions {
        let token = c.lexed.code[function.name as usize];
        let name = c.lexed.spelling(token);
        if let Some(place) = unit
            .facts
            .tree
            .static_inline(&name, unit.source.path, includes)
            && !is_conditional(c, function)
            && !is_made_by_macro(c, function)
        {
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

/// `NAME(x)(…) {`: what stands where the name does is a macro that makes it.
fn is_made_by_macro(c: &C<'_>, function: &Function) -> bool {
    let stream = c.stream();
    let close = stream.close(function.name as usize + 1);
    close.is_some_and(|close| stream.kind(close + 1) == Some(Kind::ParenOpen))
}

/// Whether a condition of the preprocessor decides about a function.
fn is_conditional(c: &C<'_>, function: &Function) -> bool {
    let before = c
        .lexed
        .directives
        .iter()
        .take_while(|directive| directive.at <= function.begin);
    let depth = before.fold(0_usize, |depth, directive| match directive.kind {
        DirectiveKind::If | DirectiveKind::Ifdef => depth + 1,
        DirectiveKind::Endif => depth.saturating_sub(1),
        _ => depth,
    });
    depth > 0
}
