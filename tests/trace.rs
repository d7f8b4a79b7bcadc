//! Tracing costs nothing where it is off: nothing of it is in the program.

use crate::support;

/// What only a traced program says (the marks of the trace build), and what only it exports.
const MARKS: &[&str] = &[
    "[TRACE]",
    "[MEM_TRACE]",
    "[SOCKET_TRACE]",
    "[TIMER_TRACE]",
    "_lunet_trace_",
    "lunet_mem_alloc_at",
];

#[test]
fn a_program_without_tracing_has_none_of_it() {
    let program = std::fs::read(support::program("lunet-run")).unwrap();
    for mark in MARKS {
        let found = program
            .windows(mark.len())
            .any(|window| window == mark.as_bytes());
        assert!(!found, "{mark} is in the program");
    }
    let other = b"Coroutine error: ";
    let found = program.windows(other.len()).any(|window| window == other);
    assert!(found, "the search finds what is there");
}
