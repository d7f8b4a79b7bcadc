//! Annotated source for people. Long lines are cut around what is marked.

use std::io;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet,
};
use lunet_lints::finding::Related;
use lunet_lints::format::place::Place;
use lunet_lints::format::plain::Plain;
use lunet_lints::{Finding, Level};

use super::Judged;
use super::printable;
use crate::render;

/// Marks that are further apart are shown one by one.
const APART_BYTES: usize = 16 << 10;

/// Of longer marks the begin is drawn: each byte would take several of memory.
const MARK_CAP_BYTES: usize = 16 << 10;

/// Writes the findings, one snippet each.
pub(super) fn write(
    stream: &mut dyn Iterator<Item = Judged>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let renderer = if render::stdout_has_color() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut plain = (!render::stdout_has_color()).then(Plain::default);
    let mut page = String::new();
    for judged in stream {
        let path = printable(&judged.path);
        let counts = |finding: &Finding| finding.suppressed.is_none();
        for mut finding in judged.findings.iter().filter(counts) {
            shorten(&mut finding, &judged.text);
            let finding = &finding;
            page.clear();
            let place = Place::of(&path, &judged.text, finding);
            let is_drawn = plain
                .as_mut()
                .is_some_and(|plain| plain.draw(&place, finding, &mut page));
            if !is_drawn {
                page = renderer.render(&[group(&place, finding)]);
                page.push('\n');
            }
            page.push('\n');
            out.write_all(page.as_bytes())?;
        }
    }
    Ok(())
}

/// Ends long marks.
fn shorten(finding: &mut Finding, text: &str) {
    let related = finding.related.iter_mut().map(|related| &mut related.range);
    for range in related.chain([&mut finding.range]) {
        if range.len() > MARK_CAP_BYTES {
            range.end = text.floor_char_boundary(range.start + MARK_CAP_BYTES);
        }
    }
}

/// A finding with its source.
fn group<'a>(place: &Place<'a>, finding: &'a Finding) -> Group<'a> {
    let group = if place.window.len() > APART_BYTES {
        apart(place, finding)
    } else {
        snippet(place, finding)
    };
    match &*finding.help {
        "" => group,
        help => group.element(Severity::HELP.message(help)),
    }
}

fn title(finding: &Finding) -> Group<'_> {
    let severity = match finding.level {
        Level::Error => Severity::ERROR,
        Level::Warning => Severity::WARNING,
    };
    Group::with_title(severity.primary_title(&*finding.message).id(finding.rule))
}

/// Adds where a finding is, without its source.
fn origin<'a>(group: Group<'a>, path: &'a str, finding: &Finding) -> Group<'a> {
    group.element(
        Origin::path(path)
            .line(finding.start.line as usize)
            .char_column(finding.start.column as usize),
    )
}

fn snippet<'a>(place: &Place<'a>, finding: &'a Finding) -> Group<'a> {
    let related = finding.related.iter().map(|related| related.start.line);
    let first_line = related.chain([finding.start.line]).min().unwrap_or(1);
    // A snippet that begins within a line would count its columns from there.
    let is_cut = place.begins_within_line();
    let mut source = source(place, first_line)
        .path((!is_cut).then_some(place.path))
        .annotation(AnnotationKind::Primary.span(place.within(&finding.range)));
    for related in &finding.related {
        source = source.annotation(context(place, related));
    }
    let mut group = title(finding);
    if is_cut {
        group = origin(group, place.path, finding);
    }
    group.element(source)
}

/// A snippet for each mark: nobody lays out all that stands between them.
fn apart<'a>(place: &Place<'a>, finding: &'a Finding) -> Group<'a> {
    let around = |range| Place::around(place.path, place.text, std::iter::once(range));
    let first = around(&finding.range);
    let mark = AnnotationKind::Primary.span(first.within(&finding.range));
    let snippet = source(&first, finding.start.line).annotation(mark);
    let mut group = origin(title(finding), place.path, finding).element(snippet);
    for related in &finding.related {
        let place = around(&related.range);
        let snippet = source(&place, related.start.line).annotation(context(&place, related));
        group = group.element(snippet);
    }
    group
}

/// The lines of a place, of which the first is known by its number.
fn source<'a>(place: &Place<'a>, first_line: u32) -> Snippet<'a, Annotation<'a>> {
    Snippet::source(&place.text[place.window.clone()]).line_start(first_line as usize)
}

fn context<'a>(place: &Place<'_>, related: &'a Related) -> Annotation<'a> {
    AnnotationKind::Context
        .span(place.within(&related.range))
        .label(&*related.message)
}

#[cfg(test)]
mod tests {
    use annotate_snippets::Renderer;
    use lunet_lints::format::place::Place;
    use lunet_lints::format::plain::Plain;
    use lunet_lints::{Facts, Linter, Settings};

    use super::group;

    /// Draws all findings of a text both ways. Answers how many are drawn plainly.
    fn check(path: &str, text: &str) -> usize {
        let linter = Linter::new(Settings::default()).unwrap();
        let renderer = Renderer::plain();
        let mut plain = Plain::default();
        let mut count = 0;
        for finding in &linter.judge(path, text, &Facts::default()).findings {
            let finding = &finding;
            let place = Place::of(path, text, finding);
            let mut page = String::new();
            if plain.draw(&place, finding, &mut page) {
                let laid_out = renderer.render(&[group(&place, finding)]);
                // Before a snippet that is cut the library draws a line for a second file.
                let lines = laid_out.lines().filter(|line| line.trim() != ":::");
                let lines: String = lines.flat_map(|line| [line, "\n"]).collect();
                assert_eq!(lines, page, "{path}");
                count += 1;
            }
        }
        count
    }

    #[test]
    fn plain_findings_look_like_those_of_the_library() {
        let fixtures =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../lints/tests/fixtures");
        let mut count = 0;
        for entry in std::fs::read_dir(fixtures).unwrap() {
            let path = entry.unwrap().path();
            if let Ok(text) = std::fs::read_to_string(&path) {
                count += check(&path.to_string_lossy(), &text);
            }
        }
        assert!(count > 300, "{count}");
    }

    #[test]
    fn labels_and_long_lines_look_like_those_of_the_library() {
        let calls = "lunet_coref_create(L, ref); if (a) { if (b) return 0; } lua_pushthread(L); x = luaL_ref(L, LUA_REGISTRYINDEX); ";
        for text in [
            format!("int f(lua_State *L, int *c) {{ int a, b, ref, x; {calls} return 0; }}\n"),
            format!(
                "int f(lua_State *L) {{\n{}{calls}return 0; }}\n",
                " ".repeat(60)
            ),
            format!("int f(lua_State *L) {{\n\t{calls}\n\n\t\t\t{calls}return 0; }}\n"),
            format!("int f(lua_State *L) {{ {} }}", calls.repeat(8)),
            format!("int f(lua_State *L) {{ {} }}", "_lunet_x(L); ".repeat(100)),
        ] {
            assert!(check("a.c", &text) > 0, "{text}");
        }
    }

    #[test]
    fn marks_over_several_lines_look_like_those_of_the_library() {
        let mut texts = vec![
            "rm \\\n -r \\\n\ta\n".to_owned(),
            "cd b && rm -r \\\n a\n".to_owned(),
            "\tcd b && rm -r \\\n\ta b # c\n".to_owned(),
            format!("{}rm -rf a \\\n b\n", "\n".repeat(97)),
            format!("rm -rf a \\\n{} b\n", " ".repeat(120)),
            "rm -rf a \"\n{\n// c\n}\n\" b".to_owned(),
        ];
        for lines in 1..9 {
            texts.push(format!("rm -rf{}\n", " \\\n  a".repeat(lines)));
            texts.push(format!("  a; rm -rf \"{}\"\n", "\n".repeat(lines)));
            texts.push(format!(
                "rm -rf \"a{}b\"\n",
                "\n{\n// c\n/// d\n".repeat(lines)
            ));
            texts.push(format!("rm -rf \"\n{}b\"\n", "a\n{\n//! c\n".repeat(lines)));
        }
        for text in texts {
            assert_eq!(check("a.sh", &text), 1, "{text}");
        }
    }
}
