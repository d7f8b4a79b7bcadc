//! How a Lua-visible function is entered and how it answers.
//!
//! The body of a function never calls what may raise: it reads arguments, does its work and
//! returns an [`Answer`] or a [`Misuse`]. Only when the body and everything it owned is gone does
//! the entry push values, raise or yield. A panic in a body becomes a Lua error.

use std::ffi::{CStr, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};

use mlua::ffi::{self, lua_CFunction, lua_State};

use crate::error::Text;
use crate::runtime::{self, Runtime};
use crate::vm;

/// What a call gives back.
#[derive(Debug)]
pub(crate) enum Answer {
    /// No values.
    Nothing,
    /// `nil`.
    Nil,
    /// `nil, nil`: the end of a stream.
    End,
    /// `text`: an error where success is `nil`.
    Error(Text),
    /// `nil, text`.
    Failure(Text),
    /// `bytes, nil`: so many bytes that a read left in the buffer of the sockets.
    Read(usize),
    /// `text, nil`.
    Word(String),
    /// `handle, nil`: a userdata of eight bytes with the metatable of that registry reference.
    Handle { bits: u64, metatable: c_int },
    /// `table, nil` with number fields.
    Fields(Vec<(&'static CStr, f64)>),
    /// The coroutine waits; whoever parked it wakes it.
    Yield,
}

/// Misuse of a function, which is raised.
#[derive(Debug)]
pub(crate) enum Misuse {
    /// A plain text without a position.
    Raise(Text),
    /// `bad argument #n to 'f' (expected X, got Y)`.
    WrongType(c_int, &'static CStr),
    /// `bad argument #n to 'f' (text)`.
    Argument(c_int, &'static CStr),
}

/// A call on a thread that is not a runtime's.
pub(crate) const NO_RUNTIME: Misuse = Misuse::Raise(Text::Borrowed(
    "lunet works on the thread of its runtime only",
));

/// What the body of a function returns.
pub(crate) type Outcome = Result<Answer, Misuse>;

/// A call in progress: its arguments and the runtime it belongs to.
pub(crate) struct Call {
    pub(crate) state: *mut lua_State,
    pub(crate) runtime: &'static Runtime,
}

/// The C function that runs a body. The body must be a plain function or a closure without captures.
pub(crate) fn function<F>(_body: F) -> lua_CFunction
where
    F: Fn(&Call) -> Outcome + Copy + 'static,
{
    const { assert!(size_of::<F>() == 0, "a body has no captures") };
    enter::<F>
}

/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn enter<F>(state: *mut lua_State) -> c_int
where
    F: Fn(&Call) -> Outcome + Copy + 'static,
{
    let Some(runtime) = runtime::current() else {
        // SAFETY: Lua calls with a valid state.
        unsafe { NO_RUNTIME.raise(state) }
    };
    // SAFETY: `function` has checked that F has no size, so any aligned address is one of it.
    let body = unsafe { std::ptr::NonNull::<F>::dangling().as_ref() };
    let outcome = catch_unwind(AssertUnwindSafe(|| body(&Call { state, runtime })))
        .unwrap_or_else(|panic| Err(Misuse::Raise(panic_text(panic.as_ref()))));
    match outcome {
        // SAFETY: Lua calls with a valid state and room for 20 values.
        Ok(answer) => unsafe { answer.finish(state) },
        // SAFETY: as above; the misuse owns nothing once it is consumed.
        Err(misuse) => unsafe { misuse.raise(state) },
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> Text {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Text::Owned(format!("internal error: {}", text.unwrap_or("unknown")))
}

impl Answer {
    /// Ends the call with this answer.
    ///
    /// # Safety
    /// `state` is in a C function called by Lua; what this returns is what the function returns.
    unsafe fn finish(self, state: *mut lua_State) -> c_int {
        if matches!(self, Self::Yield) {
            // SAFETY: the caller's.
            return unsafe { ffi::lua_yield(state, 0) };
        }
        // SAFETY: the caller's.
        unsafe { self.push(state) }
    }

    /// Pushes the values of the answer and gives their number. A yield has none.
    ///
    /// # Safety
    /// `state` is a thread of the runtime's state, suspended or in a C function, with room for
    /// four values.
    pub(crate) unsafe fn push(self, state: *mut lua_State) -> c_int {
        // SAFETY: the caller's, for every call below.
        unsafe {
            match self {
                Self::Nothing | Self::Yield => return 0,
                Self::Nil => {
                    ffi::lua_pushnil(state);
                    return 1;
                }
                Self::Error(text) => {
                    push_bytes(state, text.as_bytes());
                    return 1;
                }
                Self::Failure(text) => {
                    ffi::lua_pushnil(state);
                    push_bytes(state, text.as_bytes());
                    return 2;
                }
                Self::End => ffi::lua_pushnil(state),
                Self::Read(length) => {
                    let runtime = runtime::current().expect("answers are made inside a runtime");
                    runtime
                        .sockets
                        .with_read(length, |bytes| push_bytes(state, bytes));
                }
                Self::Word(text) => push_bytes(state, text.as_bytes()),
                Self::Handle { bits, metatable } => push_handle(state, bits, metatable),
                Self::Fields(fields) => push_fields(state, &fields),
            }
            ffi::lua_pushnil(state);
        }
        2
    }
}

impl Misuse {
    /// Raises the error. Nothing of Rust is alive in this frame when Lua unwinds it.
    ///
    /// # Safety
    /// `state` is in a C function called by Lua.
    pub(crate) unsafe fn raise(self, state: *mut lua_State) -> ! {
        // SAFETY: the caller's; the strings given to Lua end with NUL.
        unsafe {
            match self {
                Self::Raise(text) => {
                    push_bytes(state, text.as_bytes());
                    drop(text);
                }
                Self::WrongType(argument, expected) => {
                    ffi::luaL_typerror(state, argument, expected.as_ptr());
                }
                Self::Argument(argument, text) => {
                    ffi::luaL_argerror(state, argument, text.as_ptr());
                }
            }
            ffi::lua_error(state)
        }
    }
}

/// # Safety
/// `state` has room for one value.
unsafe fn push_bytes(state: *mut lua_State, bytes: &[u8]) {
    // SAFETY: the caller's; Lua copies the bytes.
    unsafe { ffi::lua_pushlstring_(state, bytes.as_ptr().cast(), bytes.len()) }
}

/// # Safety
/// `state` has room for two values; `metatable` is a reference to a table in the registry.
unsafe fn push_handle(state: *mut lua_State, bits: u64, metatable: c_int) {
    // SAFETY: the caller's; a new userdata of this size is aligned for it.
    unsafe {
        ffi::lua_newuserdata(state, size_of::<u64>())
            .cast::<u64>()
            .write(bits);
        ffi::lua_rawgeti_(state, ffi::LUA_REGISTRYINDEX, metatable);
        ffi::lua_setmetatable(state, -2);
    }
}

/// # Safety
/// `state` has room for two values.
unsafe fn push_fields(state: *mut lua_State, fields: &[(&CStr, f64)]) {
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_createtable(state, 0, c_int::try_from(fields.len()).unwrap_or(0));
        for (name, value) in fields {
            ffi::lua_pushnumber(state, *value);
            ffi::lua_setfield(state, -2, name.as_ptr());
        }
    }
}

impl Call {
    /// Raises unless the caller is a coroutine that may wait. `name` is what the script called.
    #[inline]
    pub(crate) fn must_be_coroutine(&self, name: &str) -> Result<(), Misuse> {
        // SAFETY: Lua called with this state.
        let yieldable = unsafe { vm::lua_isyieldable(self.state) } != 0;
        if yieldable && self.runtime.scheduler.is_current(self.state) {
            return Ok(());
        }
        self.must_be_yieldable(name, yieldable)
    }

    /// The same for callers that the scheduler did not resume.
    #[cold]
    fn must_be_yieldable(&self, name: &str, yieldable: bool) -> Result<(), Misuse> {
        let scheduler = &self.runtime.scheduler;
        let text = if scheduler.is_main(self.state) {
            format!("{name} must be called from coroutine")
        // SAFETY: Lua called with this state, and a C function has room for 20 values.
        } else if !yieldable || unsafe { scheduler.is_interrupted(self.state) } {
            format!("{name} called in non-yieldable context")
        } else {
            return Ok(());
        };
        Err(Misuse::Raise(Text::Owned(text)))
    }

    /// True when the call has so many arguments.
    pub(crate) fn has(&self, argument: c_int) -> bool {
        // SAFETY: Lua called with this state.
        unsafe { ffi::lua_gettop(self.state) >= argument }
    }

    /// Lua's type of an argument.
    pub(crate) fn kind(&self, argument: c_int) -> c_int {
        // SAFETY: Lua called with this state.
        unsafe { ffi::lua_type(self.state, argument) }
    }

    /// A string or number as bytes; none for other types.
    pub(crate) fn bytes(&self, argument: c_int) -> Option<&[u8]> {
        let mut length = 0;
        // SAFETY: Lua called with this state. A string, or a number that becomes one in place,
        // stays on the stack, and so alive, as long as the call; other values give null.
        unsafe {
            let start = ffi::lua_tolstring(self.state, argument, &raw mut length);
            (!start.is_null()).then(|| std::slice::from_raw_parts(start.cast(), length))
        }
    }

    /// A string or number as bytes, or the error of `luaL_checkstring`.
    pub(crate) fn string(&self, argument: c_int) -> Result<&[u8], Misuse> {
        self.bytes(argument)
            .ok_or(Misuse::WrongType(argument, c"string"))
    }

    /// A number or numeric string; none for other values.
    pub(crate) fn maybe_number(&self, argument: c_int) -> Option<f64> {
        // SAFETY: Lua called with this state.
        unsafe {
            if ffi::lua_isnumber(self.state, argument) == 0 {
                return None;
            }
            Some(ffi::lua_tonumber(self.state, argument))
        }
    }

    /// A number or numeric string, or the error of `luaL_checknumber`.
    pub(crate) fn number(&self, argument: c_int) -> Result<f64, Misuse> {
        self.maybe_number(argument)
            .ok_or(Misuse::WrongType(argument, c"number"))
    }

    /// Makes room for one more wait, and for its deadline if it has one; false when there is no memory
    /// for it. Asked before anything is begun that could not be taken back.
    #[inline]
    pub(crate) fn can_park(&self, deadline: bool) -> bool {
        self.runtime.scheduler.reserve(self.state)
            && (!deadline || self.runtime.reactor.timers.borrow_mut().reserve())
    }

    /// Parks the running coroutine. The body returns [`Answer::Yield`] next.
    #[track_caller]
    #[inline]
    pub(crate) fn park(&self, operation: crate::scheduler::Operation) -> crate::handle::Handle {
        self.runtime
            .scheduler
            .park(self.state, operation, self.runtime.reactor.turn_ms())
    }
}

/// One line of a module's table of contents.
pub(crate) type Export = (&'static CStr, lua_CFunction);

/// Pushes a table with the given functions.
///
/// # Safety
/// `state` is a thread of the runtime's state with room for two values.
pub(crate) unsafe fn push_module(state: *mut lua_State, exports: &[Export]) {
    // SAFETY: the caller's.
    unsafe {
        ffi::lua_createtable(state, 0, c_int::try_from(exports.len()).unwrap_or(0));
        for (name, function) in exports {
            ffi::lua_pushcclosure(state, *function, 0);
            ffi::lua_setfield(state, -2, name.as_ptr());
        }
    }
}
