//! `handle-before-state`: a handle stands before the state or a reference in the same struct.

use crate::finding::{Findings, Level};
use crate::lexer::Kind;
use crate::role::Stream;
use crate::rule::{Page, Rule, Run};
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
        |stretch| {
            let stream = &stretch.stream;
            for open in 0..stream.tokens.len() {
                if stream.kind(open) == Some(Kind::BraceOpen) && opens_struct(stream, open) {
                    judge(stream, open, findings);
                }
            }
        },
    );
}

/// Whether a brace opens the members of a `struct`: the keyword, and perhaps a name and attributes before it.
fn opens_struct(stream: &Stream<'_>, open: usize) -> bool {
    let begin = stream.outline.begin[open] as usize;
    (begin..open)
        .rev()
        .take(12)
        .take_while(|&at| {
            matches!(
                stream.kind(at),
                Some(Kind::Identifier | Kind::ParenOpen | Kind::ParenClose | Kind::Number)
            )
        })
        .any(|at| stream.is(at, "struct"))
}

fn judge(stream: &Stream<'_>, open: usize, findings: &mut Findings<'_>) {
    let Some(close) = stream.close(open) else {
        return;
    };
    let mut handles = Vec::new();
    let mut start = open + 1;
    for at in open + 1..close {
        let is_end =
            stream.kind(at) == Some(Kind::Semicolon) && stream.outline.parent[at] as usize == open;
        if !is_end {
            continue;
        }
        match kind_of(stream, start, at) {
            Member::Handle => handles.push(start..at),
            Member::State => {
                let state = stream.tokens[start].start as usize..stream.tokens[at - 1].end as usize;
                for handle in handles.drain(..) {
                    report(stream, &handle, state.clone(), findings);
                }
            }
            Member::Other => {}
        }
        start = at + 1;
    }
}

/// What the member between two tokens is.
fn kind_of(stream: &Stream<'_>, start: usize, end: usize) -> Member {
    let is_pointer = (start..end).any(|at| stream.kind(at) == Some(Kind::Star));
    let is_function = (start..end).any(|at| stream.kind(at) == Some(Kind::ParenOpen));
    let words = (start..end).filter(|&at| stream.kind(at) == Some(Kind::Identifier));
    let words: Vec<_> = words.map(|at| stream.word(at)).collect();
    let is_handle = |word: &str| {
        (word.starts_with("uv_")
            && (word.ends_with("_t") || word.starts_with("uv_any_"))
            && !PLAIN.contains(&word))
            || (word.starts_with("lunet_") && word.ends_with("_handle_t"))
    };
    if is_function {
        return Member::Other;
    }
    if is_pointer {
        let is_state = words.iter().any(|word| word == "lua_State");
        return if is_state {
            Member::State
        } else {
            Member::Other
        };
    }
    if words.iter().any(|word| is_handle(word)) {
        return Member::Handle;
    }
    match &words[..] {
        [kind @ .., name] if is_integer(kind) && is_reference(name) => Member::State,
        _ => Member::Other,
    }
}

fn is_integer(words: &[std::borrow::Cow<'_, str>]) -> bool {
    words.iter().any(|word| {
        matches!(&**word, "int" | "int32_t" | "lua_Integer" | "long") || word.ends_with("ref_t")
    })
}

/// Whether a name says that it is a registry reference: `ref`, `co_ref`, `coref`, `ref_read`, …
fn is_reference(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split('_')
        .any(|part| matches!(part, "ref" | "coref" | "valref"))
}

fn report(
    stream: &Stream<'_>,
    handle: &std::ops::Range<usize>,
    state: std::ops::Range<usize>,
    findings: &mut Findings<'_>,
) {
    let range =
        stream.tokens[handle.start].start as usize..stream.tokens[handle.end - 1].end as usize;
    let text = &stream.text[range.clone()];
    let behind = &stream.text[state.clone()];
    let message = format!("the handle `{text}` stands before `{behind}`");
    let related = findings.related(state, "this is what an overflow of the handle hits");
    findings
        .add(&RULE, range, message)
        .help("move the handle to the end of the struct")
        .relate(related);
}
