//! The outline of a CommonMark text: the heading that opens it, and the sections below its headings.
//!
//! Only headings of the document itself count; one in a list, a quotation, code or an HTML comment is
//! none. Pure CommonMark, no extensions: <https://spec.commonmark.org/0.31.2/>.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// What the checks want to know of notes.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// The words of the level-1 heading that the text opens with, if it does.
    pub(crate) title: Option<String>,
    /// In order. Text above the first heading belongs to none.
    pub(crate) sections: Vec<Section>,
}

/// What stands below a heading of level 1 or 2, up to the next one.
#[derive(Debug, Default)]
pub(crate) struct Section {
    /// The exact text of an ATX heading of level 2; nothing for other headings.
    pub(crate) heading: Option<String>,
    /// Where its text lies in the source, heading and all.
    pub(crate) range: Range<usize>,
    /// Whether there is text besides blanks, comments and headings.
    pub(crate) has_text: bool,
    /// The words, code and link targets of the section, pieces parted by line ends.
    pub(crate) words: String,
}

impl Document {
    /// Parses notes.
    pub(crate) fn parse(text: &str) -> Self {
        let mut outline = Outline::new(text);
        for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
            outline.take(event, range);
        }
        outline.document
    }
}

/// The parse under way.
struct Outline<'a> {
    source: &'a str,
    document: Document,
    comments: Comments,
    /// The HTML block being read: a comment may span its events.
    html: Option<String>,
    /// How many elements are open; a heading at 0 is one of the document.
    depth: usize,
    in_heading: bool,
    in_title: bool,
    /// Whether anything but comments came already.
    opened: bool,
}

impl<'a> Outline<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            document: Document::default(),
            comments: Comments::default(),
            html: None,
            depth: 0,
            in_heading: false,
            in_title: false,
            opened: false,
        }
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => {
                self.start(&tag, range);
                self.depth += 1;
            }
            Event::End(tag) => {
                self.depth -= 1;
                self.end(tag);
            }
            Event::Text(text) => self.words(&text, ""),
            Event::Code(text) => self.words(&text, "\n"),
            Event::Html(html) if self.html.is_some() => {
                self.html.get_or_insert_default().push_str(&html);
            }
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            Event::SoftBreak | Event::HardBreak => self.part(),
            Event::Rule => self.opened = true,
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        self.part();
        match tag {
            Tag::HtmlBlock => self.html = Some(String::new()),
            Tag::Heading { level, .. } => {
                self.in_heading = true;
                if self.depth == 0 && !self.comments.open && *level <= HeadingLevel::H2 {
                    self.heading(*level, range);
                }
            }
            Tag::Link {
                dest_url, title, ..
            }
            | Tag::Image {
                dest_url, title, ..
            } => {
                for hidden in [dest_url, title] {
                    self.address(hidden);
                    self.address("\n");
                }
            }
            _ => {}
        }
    }

    fn heading(&mut self, level: HeadingLevel, range: Range<usize>) {
        let source = &self.source[range.clone()];
        if let Some(last) = self.document.sections.last_mut() {
            last.range.end = range.start;
        }
        if level == HeadingLevel::H1 && !self.opened {
            self.document.title = Some(String::new());
            self.in_title = true;
        }
        self.opened = true;
        self.document.sections.push(Section {
            range: range.start..self.source.len(),
            heading: (level == HeadingLevel::H2)
                .then(|| atx_text(source))
                .flatten(),
            ..Section::default()
        });
    }

    fn end(&mut self, tag: TagEnd) {
        self.part();
        match tag {
            TagEnd::Heading(_) => {
                self.in_heading = false;
                self.in_title = false;
            }
            TagEnd::HtmlBlock => {
                let html = self.html.take().unwrap_or_default();
                self.html(&html);
            }
            _ => {}
        }
    }

    /// HTML counts for the words in it, without comments and tags.
    fn html(&mut self, html: &str) {
        let html = self.comments.strip(html);
        self.address(&html);
        self.text(&without_tags(&html));
    }

    fn words(&mut self, text: &str, apart: &str) {
        if self.comments.open {
            return;
        }
        if let (Some(title), true) = (&mut self.document.title, self.in_title) {
            for piece in [apart, text, apart] {
                title.push_str(piece);
            }
        }
        for piece in [apart, text, apart] {
            self.address(piece);
        }
        self.text(text);
    }

    /// Text that a reader sees.
    fn text(&mut self, text: &str) {
        if text.chars().all(char::is_whitespace) {
            return;
        }
        self.opened = true;
        if !self.in_heading
            && let Some(section) = self.document.sections.last_mut()
        {
            section.has_text = true;
        }
    }

    /// What may hold names, seen or not.
    fn address(&mut self, text: &str) {
        if !self.comments.open
            && let Some(section) = self.document.sections.last_mut()
        {
            section.words.push_str(text);
        }
    }

    /// Ends a piece of text: what follows belongs to another word.
    fn part(&mut self) {
        self.address("\n");
        if let (Some(title), true) = (&mut self.document.title, self.in_title) {
            title.push('\n');
        }
    }
}

/// Which part of the HTML is in a comment; one that a block leaves open goes on in the next.
#[derive(Default)]
struct Comments {
    open: bool,
}

impl Comments {
    /// The HTML without comments.
    fn strip(&mut self, mut html: &str) -> String {
        let mut kept = String::new();
        loop {
            if self.open {
                let Some(end) = html.find("-->") else {
                    return kept;
                };
                html = &html[end + 3..];
                self.open = false;
            }
            let Some(start) = html.find("<!--") else {
                kept.push_str(html);
                return kept;
            };
            kept.push_str(&html[..start]);
            kept.push('\n');
            // `<!-->` is a whole comment: its dashes count for both ends.
            html = &html[start + 2..];
            self.open = true;
        }
    }
}

/// HTML without its tags. An unfinished tag is dropped to the end.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('>') else {
            return text;
        };
        rest = &rest[start + end + 1..];
    }
    text.push_str(rest);
    text
}

/// The exact text of an ATX heading of level 2, or nothing if it is underlined.
fn atx_text(source: &str) -> Option<String> {
    let blank = |letter: char| matches!(letter, ' ' | '\t');
    let line = source.lines().next()?.trim_matches(blank);
    let text = line.strip_prefix("##")?;
    if !(text.is_empty() || text.starts_with(blank)) {
        return None;
    }
    let closed = text.trim_end_matches('#');
    let text = if closed.is_empty() || closed.ends_with(blank) {
        closed
    } else {
        text
    };
    Some(text.trim_matches(blank).to_owned())
}

#[cfg(test)]
mod tests;
