//! The way of one text: a search for what the rules look for, tokens, rules, suppressions, levels.

pub(crate) mod functions;

use std::ops::Range;

use crate::facts::{Facts, Header};
use crate::finding::{Findings, Level, List};
use crate::gate::{Gate, may_allocate, may_be_pieced, splits_words};
use crate::language::Language;
use crate::lua;
use crate::piece;
use crate::rule::Run;
use crate::rules;
use crate::rust_source;
use crate::settings::{DEFAULT_PREFIX, Patterns, Settings};
use crate::source::Source;
use crate::suppress;
use crate::unit::{C, Content, Unit, has_header_name};

/// Judges texts under one configuration. Cheap to share between threads.
#[derive(Debug)]
pub struct Linter {
    settings: Settings,
    homes: Patterns,
    rust_homes: Patterns,
    /// Finds out in one pass whether any rule could have something to say.
    gate: Gate,
    lua_gate: lua::Gate,
}

/// What came out of one text.
#[derive(Debug, Default)]
pub struct Report {
    /// Sorted by place, then rule. Suppressed ones are among them.
    pub findings: List,
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("there is no rule `{0}`")]
    UnknownRule(String),
    #[error("the prefix must be an identifier, not `{0}`")]
    Prefix(String),
    #[error(transparent)]
    Pattern(#[from] globset::Error),
    #[error(transparent)]
    Search(#[from] aho_corasick::BuildError),
}

impl Linter {
    /// Checks the settings and prepares the search.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        for rule in settings.levels.keys() {
            if rules::find(rule).is_none() {
                return Err(SettingsError::UnknownRule(rule.clone()));
            }
        }
        let is_identifier = settings
            .prefix
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if settings.prefix.is_empty() || !is_identifier {
            return Err(SettingsError::Prefix(settings.prefix));
        }
        Ok(Self {
            homes: Patterns::new(&settings.homes)?,
            rust_homes: Patterns::new(&settings.rust_homes)?,
            gate: Gate::new(&settings.prefix)?,
            lua_gate: lua::Gate::new()?,
            settings,
        })
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a C file may use internals.
    pub fn is_home(&self, path: &str) -> bool {
        self.homes.matches(path)
    }

    /// Reads a header of the tree, and tells whether no rule has anything to say about it, as long as no header
    /// [brings a piece](crate::facts::Headers::bring_pieces) of the name of an internal.
    pub fn read_header(&self, path: &str, text: &str) -> (Header, bool) {
        let prefix = &self.settings.prefix;
        let header = Header::read(path, text, prefix);
        let is_pieced = if header.pastes() {
            may_be_pieced(text, prefix)
        } else {
            splits_words(text)
        };
        let is_c = Language::of(path, text) == Language::C;
        let is_quiet = is_c && !is_pieced && !self.gate.is_open(text);
        (header, is_quiet)
    }

    /// Judges one text. `path` is what findings show and what homes are matched against.
    pub fn judge(&self, path: &str, text: &str, facts: &Facts) -> Report {
        let source = Source::new(path, text);
        let language = Language::of(path, text);
        let mut findings = Findings::new(&source);
        let content = self.content(&source, language, facts, &mut findings);
        let unit = Unit {
            source: &source,
            prefix: &self.settings.prefix,
            facts,
            is_home: match content {
                Content::C(_) => self.is_home(path),
                Content::Rust(_) => self.rust_homes.matches(path),
                _ => false,
            },
            content,
        };
        // What the flows of functions answer the other rules ask, too.
        if let Some(c) = unit.c() {
            functions::judge(c, &mut findings);
        }
        for rule in rules::ALL.into_iter().filter(|_| !unit.only_allocates()) {
            if let Run::Text(run) = rule.run {
                run(&unit, &mut findings);
            }
        }
        self.set_levels(&unit, &mut findings);
        self.suppress(&unit, &mut findings);
        Report {
            findings: findings.sorted(),
        }
    }

    /// Whether a search finds anything in a text that a rule might have a word about.
    pub fn may_judge(&self, path: &str, text: &str, facts: &Facts) -> bool {
        Language::of(path, text) != Language::C || self.may_judge_c(path, text, facts)
    }

    fn may_judge_c(&self, path: &str, text: &str, facts: &Facts) -> bool {
        self.gate.is_open(text) || self.facts_judge(path, text, facts)
    }

    /// Whether what is known of the tree makes a C text of interest.
    fn facts_judge(&self, path: &str, text: &str, facts: &Facts) -> bool {
        may_be_pieced(text, &self.settings.prefix)
            || facts.tree.may_use_piece(text)
            || (facts.tree.has_allocator() && may_allocate(text))
            || (!has_header_name(path) && facts.tree.may_define(text))
    }

    /// A text in the form of its language. What is no C is judged while it is read.
    fn content<'a>(
        &self,
        source: &Source<'a>,
        language: Language,
        facts: &Facts,
        findings: &mut Findings<'_>,
    ) -> Content<'a> {
        let text = source.text;
        match language {
            Language::C if self.may_judge_c(source.path, text, facts) => {
                let mut c = C::new(source, facts.tree.clone());
                c.has_sdk_prefix = self.settings.prefix == DEFAULT_PREFIX;
                c.only_allocations = self.gate.only_allocations(text);
                c.only_allocations
                    .take_if(|_| self.facts_judge(source.path, text, facts));
                Content::C(Box::new(c))
            }
            Language::Shell | Language::Workflow => {
                Content::Pieces(judge_pieces(text, language, findings))
            }
            Language::Lua if self.lua_gate.opens(text) => {
                Content::Pieces(judge_pieces(text, language, findings))
            }
            Language::Rust if self.may_use_internals(text) => {
                Content::Rust(rust_source::read(text, &self.settings.prefix))
            }
            Language::C | Language::Lua | Language::Rust => Content::Nothing,
        }
    }

    /// Whether a Rust source may have findings, or suppressions of them.
    fn may_use_internals(&self, text: &str) -> bool {
        let prefix = &self.settings.prefix;
        memchr::memmem::find(text.as_bytes(), prefix.as_bytes()).is_some()
            || suppress::mentions_marker(text)
    }

    fn suppress(&self, unit: &Unit<'_>, findings: &mut Findings<'_>) {
        if !suppress::mentions_marker(unit.source.text) {
            return;
        }
        let comments = unit.comments().into_iter();
        let mut suppressions =
            suppress::suppressions(unit.source, comments, |name| rules::find(name).is_some());
        suppress::apply(&mut suppressions, findings.list());
        let mut about = Findings::new(unit.source);
        for rule in rules::ALL {
            if let Run::Suppressions(run) = rule.run {
                run(&suppressions, &mut about);
            }
        }
        self.set_levels(unit, &mut about);
        findings.list().append(about.list());
    }

    /// The levels of the configuration; what no compiler sees is a warning at most.
    fn set_levels(&self, unit: &Unit<'_>, findings: &mut Findings<'_>) {
        findings.list().set_levels(|rule, level, start| {
            let level = match self.settings.levels.get(rule) {
                None => level,
                Some(setting) => setting.level()?,
            };
            let is_dead = unit.c().is_some_and(|c| c.conditionals.is_dead(start));
            Some(if is_dead { Level::Warning } else { level })
        });
    }
}

/// The pieces of a text that is no C through all rules that judge them; answers comments that may be suppressions.
fn judge_pieces(text: &str, language: Language, findings: &mut Findings<'_>) -> Vec<Range<usize>> {
    let rules: Vec<_> = rules::ALL
        .iter()
        .filter_map(|rule| match rule.run {
            Run::Pieces(run) => Some(run),
            _ => None,
        })
        .collect();
    piece::read(text, language, &mut |piece| {
        for run in &rules {
            run(piece, findings);
        }
    })
}
