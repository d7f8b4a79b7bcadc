//! `handle-before-state`: a handle stands before the state or a reference in the same struct.

use std::borrow::Cow;

use crate::finding::{Findings, Level};
use crate::lexer::Kind;
use crate::role::Stream;
use crate::rule::{Page, Rule, Run};
use crate::source::to_u32;
use crate::state_type::{StateName, StateTypes};
use crate::unit::Unit;

pub(crate) const RULE: Rule = Rule {
    name: "handle-before-state",
    level: Level::Warning,
    run: Run::Text(run),
    page: Page {
        what: "It fires on a libuv-style handle member (`uv_tcp_t`, `uv_work_t`, …) that stands before a `lua_State *` or a reference member of the same struct.",
        why: "A handle that the library sees larger than the header it was compiled with overwrites what stands behind it. The state and the references must not be what it hits first.",
        bad: "struct connection {\n    uv_tcp_t handle; //~ handle-before-state\n    lua_State *owner_L;\n    int read_ref;\n};\n",
        good: "struct connection {\n    lua_State *owner_L;\n    int read_ref;\n    uv_tcp_t handle;\n};\n",
        example_path: "plugin.h",
        fix: "Move the handle to the end of the struct.",
    },
};

/// Types of libuv that are neither handles nor requests.
const PLAIN: [&str; 22] = [
    "uv_buf_t",
    "uv_mutex_t",
    "uv_rwlock_t",
    "uv_sem_t",
    "uv_cond_t",
    "uv_key_t",
    "uv_thread_t",
    "uv_once_t",
    "uv_barrier_t",
    "uv_loop_t",
    "uv_lib_t",
    "uv_file",
    "uv_pid_t",
    "uv_uid_t",
    "uv_gid_t",
    "uv_stat_t",
    "uv_timespec_t",
    "uv_rusage_t",
    "uv_os_fd_t",
    "uv_os_sock_t",
    "uv_dirent_t",
    "uv_timeval_t",
];

#[derive(Clone, Copy, PartialEq)]
enum Member {
    Handle,
    State,
    Other,
}

fn run(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(c) = unit.c() else {
        return;
    };
    c.each_stretch(
        |tokens| tokens.iter().any(|token| token.kind == Kind::BraceOpen),
        |stretch| judge(&stretch.stream, c.state_types(), findings),
    );
}

/// Whether a brace opens the members of a `struct`: the keyword, and perhaps attributes and a name before it.
fn opens_struct(stream: &Stream<'_>, open: usize) -> bool {
    let mut at = open;
    for _ in 0..8 {
        let Some(before) = at.checked_sub(1) else {
            return false;
        };
        at = match stream.kind(before) {
            Some(Kind::Identifier) if stream.is(before, "struct") => return true,
            Some(Kind::Identifier) => before,
            Some(Kind::ParenClose | Kind::BracketClose) => {
                let begin = stream.outline.parent(before) as usize;
                match attribute_before(stream, begin) {
                    Some(attribute) => attribute,
                    None => return false,
                }
            }
            _ => return false,
        };
    }
    false
}

/// The first token of the attribute whose list begins at a bracket.
fn attribute_before(stream: &Stream<'_>, open: usize) -> Option<usize> {
    if stream.kind(open)? == Kind::BracketOpen {
        return (stream.kind(open + 1) == Some(Kind::BracketOpen)).then_some(open);
    }
    let word = open.checked_sub(1)?;
    is_attribute(&stream.word(word)).then_some(word)
}

/// The last token of the attribute that begins at a token, if one does.
fn end_of_attribute(stream: &Stream<'_>, at: usize) -> Option<usize> {
    let open = match stream.kind(at)? {
        Kind::BracketOpen => at,
        Kind::Identifier if stream.kind(at + 1) == Some(Kind::ParenOpen) => at + 1,
        _ => return None,
    };
    attribute_before(stream, open)?;
    stream.close(open)
}

fn is_attribute(word: &str) -> bool {
    matches!(
        word,
        "__attribute__" | "__attribute" | "__declspec" | "_Alignas" | "alignas"
    )
}

/// A struct whose brace is open.
struct Struct {
    open: u32,
    close: u32,
    /// Where the current member begins, and what it is made of so far.
    start: u32,
    member: Parts,
    /// What all members are made of.
    all: Parts,
    /// The handles that no state has followed yet.
    handles: Vec<std::ops::Range<u32>>,
}

/// Goes once over all tokens, which may be little else than structs that are open: what stands within a nested struct belongs to the member around it, too.
fn judge(stream: &Stream<'_>, types: &StateTypes, findings: &mut Findings<'_>) {
    let mut open: Vec<Struct> = Vec::new();
    let mut behind_attribute = 0;
    for at in 0..stream.tokens.len() {
        if at < behind_attribute {
            continue;
        }
        while let Some(inner) = open.pop_if(|innermost| innermost.close as usize <= at) {
            if let Some(outer) = open.last_mut() {
                outer.member.append(stream, &inner.all);
                outer.all.append(stream, &inner.all);
            }
        }
        let kind = stream.tokens[at].kind;
        if kind == Kind::BraceOpen
            && opens_struct(stream, at)
            && let Some(close) = stream.close(at)
        {
            open.push(Struct {
                open: to_u32(at),
                close: to_u32(close),
                start: to_u32(at + 1),
                member: Parts::default(),
                all: Parts::default(),
                handles: Vec::new(),
            });
            continue;
        }
        let Some(innermost) = open.last_mut() else {
            continue;
        };
        if let Some(end) = end_of_attribute(stream, at) {
            behind_attribute = end + 1;
            continue;
        }
        if kind == Kind::Semicolon && stream.outline.parent(at) == innermost.open {
            innermost.end_member(stream, at, findings);
        } else {
            innermost.member.add(stream, types, at);
            innermost.all.add(stream, types, at);
        }
    }
}

impl Struct {
    /// A semicolon ends the current member.
    fn end_member(&mut self, stream: &Stream<'_>, at: usize, findings: &mut Findings<'_>) {
        match std::mem::take(&mut self.member).kind(stream) {
            Member::Handle => self.handles.push(self.start..to_u32(at)),
            Member::State => {
                let first = stream.tokens[self.start as usize].start as usize;
                let state = first..stream.tokens[at - 1].end() as usize;
                for handle in self.handles.drain(..) {
                    report(stream, &handle, state.clone(), findings);
                }
            }
            Member::Other => {}
        }
        self.start = to_u32(at + 1);
    }
}

/// What of the tokens of a member tells its kind.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own about the same tokens"
)]
struct Parts {
    is_pointer: bool,
    is_function: bool,
    names_state: bool,
    names_handle: bool,
    /// The first of several names is that of a handle, no pointer.
    holds_handle: bool,
    /// A word before the last one is an integer type.
    is_integer: bool,
    /// One of several names says that it is a reference.
    names_reference: bool,
    /// Behind the token of its last word; 0 if there is none.
    behind_last: u32,
}

impl Parts {
    fn add(&mut self, stream: &Stream<'_>, types: &StateTypes, at: usize) {
        match stream.tokens[at].kind {
            Kind::Star => self.is_pointer = true,
            // What stands before it is a name, and perhaps one of several.
            Kind::Comma => {
                self.names_reference |= self.ends_with_reference(stream);
                self.holds_handle |= self.names_handle && !self.is_pointer && !self.is_function;
            }
            Kind::BracketOpen => {
                let last = self.last(stream);
                self.names_reference |= last.is_some_and(|last| is_list_of_references(&last));
            }
            Kind::ParenOpen => self.is_function = true,
            Kind::Identifier => {
                let word = stream.word(at);
                let state = types.name(&word);
                self.names_state |= state.is_some();
                self.is_pointer |= state == Some(StateName::Pointer);
                let is_struct = at > 0 && stream.is(at - 1, "struct");
                self.names_handle |= is_handle(&word, is_struct);
                self.is_integer |= self.last(stream).is_some_and(|last| is_integer(&last));
                self.behind_last = to_u32(at + 1);
            }
            _ => {}
        }
    }

    /// Adds what stands within a nested struct.
    fn append(&mut self, stream: &Stream<'_>, inner: &Self) {
        self.is_pointer |= inner.is_pointer;
        self.is_function |= inner.is_function;
        self.names_state |= inner.names_state;
        self.names_handle |= inner.names_handle;
        self.holds_handle |= inner.holds_handle;
        self.names_reference |= inner.names_reference;
        if inner.behind_last > 0 {
            let is_integer = self.last(stream).is_some_and(|last| is_integer(&last));
            self.is_integer |= inner.is_integer || is_integer;
            self.behind_last = inner.behind_last;
        }
    }

    fn last<'a>(&self, stream: &Stream<'a>) -> Option<Cow<'a, str>> {
        let token = (self.behind_last as usize).checked_sub(1)?;
        Some(stream.word(token))
    }

    fn ends_with_reference(&self, stream: &Stream<'_>) -> bool {
        self.last(stream).is_some_and(|last| is_reference(&last))
    }

    fn kind(&self, stream: &Stream<'_>) -> Member {
        if self.holds_handle {
            return Member::Handle;
        }
        if self.is_function {
            return Member::Other;
        }
        let is_reference =
            self.is_integer && (self.names_reference || self.ends_with_reference(stream));
        match (self.is_pointer, self.names_state, self.names_handle) {
            (true, true, _) => Member::State,
            (false, _, true) => Member::Handle,
            (false, _, false) if is_reference => Member::State,
            (true, false, _) | (false, _, false) => Member::Other,
        }
    }
}

fn is_handle(word: &str, is_struct: bool) -> bool {
    let is_plain = |word: &str| PLAIN.contains(&word);
    (word.starts_with("uv_")
        && (word.ends_with("_t") || word.starts_with("uv_any_"))
        && !is_plain(word))
        // `struct uv_tcp_s` is `uv_tcp_t`.
        || (is_struct
            && word.starts_with("uv_")
            && word
                .strip_suffix("_s")
                .is_some_and(|name| !is_plain(&format!("{name}_t"))))
        || (word.starts_with("lunet_") && word.ends_with("_handle_t"))
}

fn is_integer(word: &str) -> bool {
    matches!(word, "int" | "int32_t" | "lua_Integer" | "long") || word.ends_with("ref_t")
}

/// Whether a name says that it is a registry reference: `ref`, `co_ref`, `coref`, `ref_read`, …
fn is_reference(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split('_')
        .any(|part| matches!(part, "ref" | "coref" | "valref"))
}

/// `refs[4]`, `callback_refs[2]`; without brackets it is how many there are.
fn is_list_of_references(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "refs" || name.ends_with("_refs")
}

fn report(
    stream: &Stream<'_>,
    handle: &std::ops::Range<u32>,
    state: std::ops::Range<usize>,
    findings: &mut Findings<'_>,
) {
    let token = |number: u32| stream.tokens[number as usize];
    let range = token(handle.start).start as usize..token(handle.end - 1).end() as usize;
    let text = &stream.text[range.clone()];
    let behind = &stream.text[state.clone()];
    let message = format!("the handle `{text}` stands before `{behind}`");
    let related = findings.related(state, "this is what an overflow of the handle hits");
    findings
        .add(&RULE, range, message)
        .help("move the handle to the end of the struct")
        .relate(related);
}
