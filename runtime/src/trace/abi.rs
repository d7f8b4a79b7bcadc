//! What the headers call in traced builds: `trace.h` and `lunet_mem.h` under `LUNET_TRACE`.

use std::ffi::{CStr, c_char, c_int, c_void};

use mlua::ffi::{self, lua_State};

use super::memory::{self, Place};
use super::{corefs, corefs::say};

/// # Safety
/// `file` is the `__FILE__` of a plugin, which stays loaded.
unsafe fn file(file: *const c_char) -> &'static str {
    // SAFETY: the caller's.
    unsafe { CStr::from_ptr(file) }.to_str().unwrap_or("?")
}

fn line(line: c_int) -> u32 {
    u32::try_from(line).unwrap_or(0)
}

/// References of plugins get negative numbers here, those of the runtime's own waits positive ones.
fn reference(reference: c_int) -> i64 {
    -i64::from(reference)
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn _lunet_trace_coref_add(at: *const c_char, number: c_int, made: c_int) {
    // SAFETY: the macros of trace.h give `__FILE__`.
    corefs::add(unsafe { file(at) }, line(number), reference(made));
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn _lunet_trace_coref_release(
    at: *const c_char,
    number: c_int,
    made: c_int,
) {
    // SAFETY: the macros of trace.h give `__FILE__`.
    corefs::release(unsafe { file(at) }, line(number), reference(made));
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn _lunet_trace_stack_check(
    state: *mut lua_State,
    at: *const c_char,
    number: c_int,
    base: c_int,
    delta: c_int,
) {
    // SAFETY: the macros of trace.h are used inside C functions of Lua.
    let top = unsafe { ffi::lua_gettop(state) };
    let expected = base + delta;
    corefs::stack_checked(top == expected);
    if top == expected {
        return;
    }
    // SAFETY: as above.
    let at = unsafe { file(at) };
    say(&format!(
        "[TRACE] STACK_CHECK FAILED at {at}:{number}: expected top={expected} (base={base} + \
         delta={delta}), actual={top}\n[TRACE] Stack contents:"
    ));
    for index in 1..=top {
        // SAFETY: the index is on the stack; type names are constants.
        let (kind, value) = unsafe {
            let kind = ffi::lua_typename(state, ffi::lua_type(state, index));
            (CStr::from_ptr(kind), ffi::lua_topointer(state, index))
        };
        say(&format!(
            "[TRACE]   [{index}] {} = {value:p}",
            kind.to_string_lossy()
        ));
    }
    std::process::abort();
}

/// The runtime has begun to trace before it loads a plugin.
#[unsafe(no_mangle)]
extern "C-unwind" fn lunet_trace_init() {}

#[unsafe(no_mangle)]
extern "C-unwind" fn lunet_trace_dump() {
    corefs::dump();
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn lunet_trace_assert_balanced(place: *const c_char) {
    // SAFETY: trace.h asks for a text.
    corefs::assert_balanced(unsafe { file(place) });
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn lunet_mem_alloc_at(
    size: usize,
    file: *const c_char,
    line: c_int,
) -> *mut c_void {
    memory::allocate(size, Place { file, line })
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn lunet_mem_calloc_at(
    count: usize,
    size: usize,
    file: *const c_char,
    line: c_int,
) -> *mut c_void {
    let Some(size) = count.checked_mul(size) else {
        return std::ptr::null_mut();
    };
    memory::allocate(size, Place { file, line })
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn lunet_mem_realloc_at(
    block: *mut c_void,
    size: usize,
    file: *const c_char,
    line: c_int,
) -> *mut c_void {
    // SAFETY: lunet_mem.h asks for a block of its own.
    unsafe { memory::change(block, size, Place { file, line }) }
}

#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn lunet_mem_free_at(
    block: *mut c_void,
    file: *const c_char,
    line: c_int,
) {
    // SAFETY: lunet_mem.h asks for a block of its own.
    unsafe { memory::free(block, Place { file, line }) };
}
