//! `lunet`: coroutines and time.

use std::ffi::c_int;

use mlua::ffi::{self, lua_State};

use super::Module;
use crate::boundary::Boundary;
use crate::console;
use crate::entry::{Answer, Call, Export, Misuse, NO_RUNTIME, Outcome, function, push_module};
use crate::error::Text;
use crate::runtime::Runtime;
use crate::scheduler::Operation;
use crate::trace::{self, TimerEvent};
use crate::vm;

/// The module.
pub(super) const MODULE: Module = Module {
    name: c"lunet",
    open,
};

/// # Safety
/// As [`Module::open`].
unsafe fn open(state: *mut lua_State, _runtime: &Runtime) {
    let exports: [Export; 5] = [
        (c"on_stop", on_stop),
        (c"sleep", function(sleep)),
        (c"spawn", spawn),
        (c"stop", function(stop)),
        (c"waits", waits),
    ];
    // SAFETY: the caller's.
    unsafe { push_module(state, &exports) };
}

/// `lunet.spawn(fn)`: runs `fn` in a coroutine until it first waits. Not a body like the others:
/// making a thread raises when there is no memory, which nothing may catch on the way.
///
/// # Safety
/// Called by Lua, or by C with the function at 1.
pub(super) unsafe extern "C-unwind" fn spawn(state: *mut lua_State) -> c_int {
    let Some(runtime) = crate::runtime::current() else {
        // SAFETY: Lua calls with a valid state.
        unsafe { NO_RUNTIME.raise(state) }
    };
    // SAFETY: Lua calls with a valid state and room for 20 values.
    unsafe {
        if ffi::lua_type(state, 1) != ffi::LUA_TFUNCTION {
            Misuse::WrongType(1, c"function").raise(state)
        }
        if ffi::lua_gettop(state) != 1 {
            ffi::lua_settop(state, 1);
        }
        if !runtime.scheduler.spawn(state) {
            Misuse::Raise(Text::Borrowed("not enough memory")).raise(state)
        }
    }
    0
}

/// `lunet.sleep(ms)`: waits at least that long.
fn sleep(call: &Call) -> Outcome {
    call.must_be_coroutine("lunet.sleep")?;
    let milliseconds = call.number(1)?.trunc();
    if milliseconds.is_nan() || milliseconds < 0.0 {
        return Err(Misuse::Raise(Text::Borrowed(
            "lunet.sleep duration must be >= 0",
        )));
    }
    if !call.can_park(true) {
        return Err(Misuse::Raise(Text::Borrowed("lunet.sleep: out of memory")));
    }
    trace::event!(trace::timer(TimerEvent::Sleep, milliseconds));
    let reactor = &call.runtime.reactor;
    let wait = call.park(Operation::Sleep);
    reactor
        .timers
        .borrow_mut()
        .set(after_ms(reactor.now_ns(), milliseconds), wait, None);
    Ok(Answer::Yield)
}

/// The time so many milliseconds after another; the end of time for absurd numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
pub(super) fn after_ms(now_ns: u64, milliseconds: f64) -> u64 {
    now_ns.saturating_add((milliseconds * 1e6) as u64)
}

/// `lunet.stop()`: the loop ends after this turn.
#[expect(clippy::unnecessary_wraps, reason = "every body has this shape")]
fn stop(call: &Call) -> Outcome {
    call.runtime.stopped.set(true);
    Ok(Answer::Nothing)
}

/// `lunet.on_stop(fn)`: runs `fn` once when the loop has ended. As [`spawn`], it may raise.
///
/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn on_stop(state: *mut lua_State) -> c_int {
    let Some(runtime) = crate::runtime::current() else {
        // SAFETY: Lua calls with a valid state.
        unsafe { NO_RUNTIME.raise(state) }
    };
    // SAFETY: Lua calls with a valid state and room for 20 values.
    let reference = unsafe {
        if ffi::lua_type(state, 1) != ffi::LUA_TFUNCTION {
            Misuse::WrongType(1, c"function").raise(state)
        }
        ffi::lua_settop(state, 1);
        ffi::luaL_ref(state, ffi::LUA_REGISTRYINDEX)
    };
    runtime.on_stop.borrow_mut().push(reference);
    0
}

/// `lunet.waits()`: who waits, for what and for how long, as an array of
/// `{coroutine =, operation =, waited_ms =}` in no order.
///
/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn waits(state: *mut lua_State) -> c_int {
    let Some(runtime) = crate::runtime::current() else {
        return 0;
    };
    let now_ms = runtime.reactor.now_ns() / 1_000_000;
    let waits = runtime.scheduler.waits();
    // SAFETY: Lua calls with a valid state and room for 20 values; the threads are anchored.
    unsafe {
        ffi::lua_createtable(state, c_int::try_from(waits.len()).unwrap_or(0), 0);
        for (wait, index) in waits.iter().zip(1..) {
            ffi::lua_createtable(state, 0, 3);
            ffi::lua_pushthread(wait.thread.as_ptr());
            ffi::lua_xmove(wait.thread.as_ptr(), state, 1);
            ffi::lua_setfield(state, -2, c"coroutine".as_ptr());
            ffi::lua_pushstring_(state, wait.operation.name().as_ptr());
            ffi::lua_setfield(state, -2, c"operation".as_ptr());
            let waited_ms = now_ms.saturating_sub(u64::from(wait.since_ms));
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of a process")]
            ffi::lua_pushnumber(state, waited_ms as f64);
            ffi::lua_setfield(state, -2, c"waited_ms".as_ptr());
            ffi::lua_rawseti_(state, -2, index);
        }
    }
    1
}

/// Puts a `coroutine.running` in place that notes who asks: a thread that a script holds is not
/// used again for another coroutine.
///
/// # Safety
/// As [`super::prepare`].
pub(super) unsafe fn replace_running(state: *mut lua_State) {
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_getglobal(state, c"coroutine".as_ptr());
        if ffi::lua_type(state, -1) == ffi::LUA_TTABLE {
            ffi::lua_pushcclosure(state, running, 0);
            ffi::lua_setfield(state, -2, c"running".as_ptr());
        }
        ffi::lua_settop(state, -2);
    }
}

/// Puts a `debug.sethook` and a `jit.attach` in place that note when something of Lua's may be called
/// inside of which nothing can wait.
///
/// # Safety
/// As [`super::prepare`].
pub(super) unsafe fn replace_noted(state: *mut lua_State) {
    // A tail call, so that levels and errors stay what they are.
    let text = c"local note, call = ...
        return function(...)
          note()
          return call(...)
        end";
    // SAFETY: the caller's; the text ends with NUL and is sound.
    unsafe {
        ffi::luaL_loadbuffer(state, text.as_ptr(), text.count_bytes(), c"=[C]".as_ptr());
        for (library, function) in [(c"debug", c"sethook"), (c"jit", c"attach")] {
            ffi::lua_getglobal(state, library.as_ptr());
            ffi::lua_pushvalue(state, -2);
            ffi::lua_pushcclosure(state, note_hooks, 0);
            ffi::lua_getfield_(state, -3, function.as_ptr());
            ffi::lua_call(state, 2, 1);
            ffi::lua_setfield(state, -2, function.as_ptr());
            ffi::lua_settop(state, -2);
        }
        ffi::lua_settop(state, -2);
    }
}

/// Has an error in a finalizer told, which nobody can catch. Before [`replace_noted`], so that it does not
/// count as a script's.
///
/// # Safety
/// As [`super::prepare`].
pub(super) unsafe fn tell_of_finalizers(state: *mut lua_State) {
    // SAFETY: the caller's; `jit.attach` takes a function and the name of an event.
    unsafe {
        ffi::lua_getglobal(state, c"jit".as_ptr());
        ffi::lua_getfield_(state, -1, c"attach".as_ptr());
        ffi::lua_pushcclosure(state, finalizer_failed, 0);
        ffi::lua_pushlstring_(state, c"errfin".as_ptr(), c"errfin".count_bytes());
        ffi::lua_call(state, 2, 0);
        ffi::lua_settop(state, -2);
    }
}

/// Prints the error of a finalizer, with the words of LuaJIT's own program.
///
/// # Safety
/// Called by Lua only, with the error on top.
unsafe extern "C-unwind" fn finalizer_failed(state: *mut lua_State) -> c_int {
    let _boundary = Boundary::new();
    // SAFETY: the caller's; a function has room for 20 values.
    let text = unsafe { vm::error_text(state, state) };
    console::complain(&[b"ERROR in finalizer: ", &text]);
    0
}

/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn note_hooks(_state: *mut lua_State) -> c_int {
    if let Some(runtime) = crate::runtime::current() {
        runtime.scheduler.has_hooks();
    }
    0
}

/// `coroutine.running()`: the running coroutine, or nothing on the main thread.
///
/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn running(state: *mut lua_State) -> c_int {
    if let Some(runtime) = crate::runtime::current() {
        runtime.scheduler.share(state);
    }
    // SAFETY: Lua calls with a valid state and room for 20 values.
    unsafe {
        if ffi::lua_pushthread(state) == 1 {
            ffi::lua_pushnil(state);
        }
    }
    1
}
