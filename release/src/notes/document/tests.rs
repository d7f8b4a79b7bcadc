//! Outlines of texts, in a short notation: the title, then each section with `+` where it has text.

use super::*;

fn check(text: &str, expected: &str) {
    let document = Document::parse(text);
    let title = document
        .title
        .map(|title| title.split_whitespace().collect::<Vec<_>>().join(" "));
    let sections = document.sections.iter().map(|section| {
        let heading = section.heading.as_deref().unwrap_or("-");
        format!("{heading}{}", if section.has_text { "+" } else { "" })
    });
    let outline: Vec<String> = title
        .into_iter()
        .map(|title| format!("[{title}]"))
        .chain(sections)
        .collect();
    assert_eq!(outline.join("|"), expected, "{text}");
}

#[test]
fn the_title_is_the_level_1_heading_that_the_text_opens_with() {
    check("# Lunet v1.2.0\n", "[Lunet v1.2.0]|-");
    check("\n\n  # Lunet `v1.2.0` #\r\ntext\r\n", "[Lunet v1.2.0]|-+");
    check("Lunet v1.2.0\n===\n", "[Lunet v1.2.0]|-");
    check("<!-- drafted -->\n\n# Lunet\n", "[Lunet]|-");
    check("# [Lunet](v1.2.0) <!-- v1.2.0 -->\n", "[Lunet]|-");
    check("text\n# Lunet\n", "-");
    check("> # Lunet\n", "");
    check("---\n# Lunet\n", "-");
    check("<h1>Lunet</h1>\n\n# Lunet\n", "-");
    check("## A\n# Lunet\n", "A|-");
    check("#Lunet\n", "");
}

#[test]
fn sections_have_atx_headings_of_the_document_itself() {
    check("## A\nx\n   ##  B b  ##\ny\n", "A+|B b+");
    check("##\tA\t\n## \n##\n", "A||");
    check("##A\n    ## B\n", "");
    check("A\n---\nx\n", "-+");
    check("```\n## A\n```\n~~~ x\n## B\n", "");
    check("- ## A\n> ## B\n", "");
    check("<!--\n## A\n-->\n## B\n", "B");
    check("<div>\n## A\n</div>\n\n## B\n", "B");
    check("<div>\n<!--\n\n## A\n\ntext\n\n<p>-->\n\n## B\n", "B");
    check(
        "## A#\n## B \\#\n## C ## ##\n## **D**\n",
        "A#|B \\#|C ##|**D**",
    );
}

#[test]
fn text_is_what_a_reader_sees() {
    check("## A\n\n \t\n", "A");
    check("## A\n<!-- text -->\n## B\na <!-- x -->\n", "A|B+");
    check("## A\n### sub\n#### sub\n", "A");
    check(
        "## A\n### sub\ntext\n## B\n```\n```\n## C\n```sh\nrun\n```\n",
        "A+|B|C+",
    );
    check(
        "## A\n`x`\n## B\n- x\n## C\n***\n## D\n&nbsp;\n## E\n- \n",
        "A+|B+|C|D|E",
    );
    check(
        "## A\n<br>\n\n## B\n<p>x</p>\n\n## C\n[x]: y\n## D\n![x](y)\n",
        "A|B+|C|D+",
    );
    check("## A\n    code\n## B\n> quoted\n", "A+|B+");
}

#[test]
fn words_of_a_section_are_text_code_and_link_targets() {
    let words = |text: &str| {
        let document = Document::parse(text);
        let words = document.sections.last().unwrap().words.split_whitespace();
        words.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        words("## A\na\\_b.zip and `c.zip`d\n"),
        "A a_b.zip and c.zip d"
    );
    assert_eq!(
        words("## A\n[x](http://h/a.zip)__b.zip__\n"),
        "A http://h/a.zip x b.zip"
    );
    assert_eq!(
        words("## A\n<!-- a.zip --><b title=\"c.zip\">d</b>\n"),
        "A <b title=\"c.zip\">d</b>"
    );
}
