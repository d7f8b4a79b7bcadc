//! What the calls of this module read from their arguments.

use std::collections::hash_map::RandomState;
use std::ffi::c_int;
use std::hash::{BuildHasher as _, Hasher as _};

use mlua::ffi;

use crate::entry::{Call, Misuse};
use crate::handle::Handle;
use crate::modules::core::after_ms;
use crate::runtime::Runtime;

/// Set in the bits that a script holds when the handle is a listener's. The bit is the highest of
/// the slot number, which no process reaches.
const LISTENS: u64 = 1 << 31;

/// A handle as a script holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) handle: Handle,
    pub(super) listens: bool,
}

/// What is written into the userdata of a handle: its bits under the seal of the runtime.
pub(super) fn to_script(runtime: &Runtime, handle: Handle, listens: bool) -> u64 {
    let kind = if listens { LISTENS } else { 0 };
    (handle.to_bits() | kind) ^ runtime.sockets.seal.get()
}

/// The number that seals the handles of a runtime. Nobody outside knows it, so eight bytes of
/// another userdata are no handle of this runtime, but for one in 2^63 at each slot in use.
pub(super) fn new_seal() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The bits in an argument if it is a userdata of eight bytes. Those of another module's userdata
/// name no living handle, because they lack the seal: who finds nothing under the bits asks
/// [`held`] why.
pub(super) fn unsealed(call: &Call, argument: c_int) -> Option<u64> {
    // SAFETY: Lua called with this state. A light userdata has an address, but no length.
    let memory = unsafe { ffi::lua_touserdata(call.state, argument).cast::<u64>() };
    if memory.is_null()
        // SAFETY: as above.
        || unsafe { ffi::lua_objlen(call.state, argument) } != size_of::<u64>()
    {
        return None;
    }
    // SAFETY: a userdata of this size is aligned for it and alive as long as the call.
    let sealed = unsafe { memory.read() };
    Some(sealed ^ call.runtime.sockets.seal.get())
}

/// The handle in an argument; none for any other value.
pub(super) fn held(call: &Call, argument: c_int) -> Option<Held> {
    let known = call.runtime.sockets.metatable_address.get();
    // SAFETY: Lua called with this state, and a C function has room for 20 values.
    let found = unsafe {
        if ffi::lua_getmetatable(call.state, argument) == 0 {
            return None;
        }
        let found = ffi::lua_topointer(call.state, -1);
        ffi::lua_settop(call.state, -2);
        found
    };
    if found != known {
        return None;
    }
    let bits = unsealed(call, argument)?;
    Some(Held {
        handle: Handle::from_bits(bits & !LISTENS),
        listens: bits & LISTENS != 0,
    })
}

/// A port in `lowest..=65535`; fractions are cut off as Lua's integers are.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked before the cast"
)]
pub(super) fn port(number: f64, lowest: u16) -> Option<u16> {
    let whole = number.trunc();
    // A comparison with NaN is false, so it is refused.
    (whole >= f64::from(lowest) && whole <= f64::from(u16::MAX)).then_some(whole as u16)
}

/// The deadline that a table `{timeout_ms = n}` asks for, as a time of the reactor; none where
/// the argument is no table or names no time.
#[inline]
pub(super) fn deadline_ns(call: &Call, argument: c_int) -> Result<Option<u64>, Misuse> {
    if call.has(argument) && call.kind(argument) == ffi::LUA_TTABLE {
        deadline_of_table(call, argument)
    } else {
        Ok(None)
    }
}

fn deadline_of_table(call: &Call, argument: c_int) -> Result<Option<u64>, Misuse> {
    // SAFETY: Lua called with this state; the argument is a table, and the access is raw.
    let timeout_ms = unsafe {
        ffi::lua_pushlstring_(
            call.state,
            c"timeout_ms".as_ptr(),
            c"timeout_ms".count_bytes(),
        );
        ffi::lua_rawget_(call.state, argument);
        let kind = ffi::lua_type(call.state, -1);
        let number = if kind == ffi::LUA_TNUMBER {
            ffi::lua_tonumber(call.state, -1)
        } else {
            f64::NAN
        };
        ffi::lua_settop(call.state, -2);
        if kind == ffi::LUA_TNIL {
            return Ok(None);
        }
        number
    };
    if timeout_ms.is_nan() || timeout_ms < 0.0 {
        return Err(Misuse::Argument(
            argument,
            c"timeout_ms must be a number that is not negative",
        ));
    }
    Ok(Some(after_ms(call.runtime.reactor.now_ns(), timeout_ms)))
}

/// Sets the timer of a wait that has a deadline.
#[inline]
pub(super) fn arm(call: &Call, deadline_ns: Option<u64>, wait: Handle, target: Handle) {
    if let Some(deadline_ns) = deadline_ns {
        set_timer(call.runtime, deadline_ns, wait, target);
    }
}

#[cold]
fn set_timer(runtime: &Runtime, deadline_ns: u64, wait: Handle, target: Handle) {
    runtime.scheduler.has_deadline(wait);
    let mut timers = runtime.reactor.timers.borrow_mut();
    timers.set(deadline_ns, wait, Some(target));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_refused_and_never_wrapped() {
        for wrong in [
            -1.0,
            65_536.0,
            65_537.0,
            1e300,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            assert_eq!(port(wrong, 0), None, "{wrong}");
        }
        assert_eq!(port(0.0, 1), None);
        assert_eq!(port(0.9, 0), Some(0));
        assert_eq!(port(65_535.5, 1), Some(65_535));
    }
}
