//! The LuaJIT state: making it, what it can require, running a script on it and ending it.

mod finalizer;
mod heap;
mod hook;
mod kept;
mod message;
mod protect;

use std::ffi::{CStr, CString, c_char, c_int};
use std::io;
use std::path::Path;
use std::ptr::NonNull;

use mlua::ffi::{self, lua_State};

use crate::abi;
use crate::console;
use crate::modules;
use crate::policy::Policy;
use crate::reactor::kernel::{Kernel, System};
use crate::runtime::{self, Runtime};
use crate::trace;

pub(crate) use finalizer::in_finalizer;
pub(crate) use hook::in_hook;
pub(crate) use message::{error_text, traceback};

unsafe extern "C-unwind" {
    /// LuaJIT's own; true where a yield is possible.
    pub(crate) fn lua_isyieldable(state: *mut lua_State) -> c_int;
    fn luaL_traceback(to: *mut lua_State, of: *mut lua_State, text: *const c_char, level: c_int);
}

/// A Lua state with its runtime. One script runs on it, then it ends.
pub(crate) struct Vm {
    main: NonNull<lua_State>,
    /// Ends after the state: [`Vm::drop`] sees to it.
    runtime: Option<Box<Runtime>>,
    /// Holds every object of the state.
    _heap: Box<heap::Heap>,
}

/// Why a script did not run to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("out of memory")]
    OutOfMemory,
    #[error("failed to start the event loop: {0}")]
    Loop(#[from] io::Error),
    /// What the script or its loading said, as bytes.
    #[error("{}", String::from_utf8_lossy(.0))]
    Script(Vec<u8>),
}

impl Error {
    /// The text for people; of a script's error, its very bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Script(text) => text.clone(),
            other => other.to_string().into_bytes(),
        }
    }
}

/// A new thread that the registry holds for ever, to work on without touching a script's stack.
///
/// # Safety
/// `idle` is a thread that does not run and has room for two values.
pub(crate) unsafe fn desk(idle: NonNull<lua_State>) -> NonNull<lua_State> {
    // SAFETY: the caller's; the thread is in the registry before it leaves the stack.
    unsafe {
        let desk = ffi::lua_newthread(idle.as_ptr());
        ffi::luaL_ref(idle.as_ptr(), ffi::LUA_REGISTRYINDEX);
        NonNull::new(desk).expect("Lua raises when it has no memory")
    }
}

impl Vm {
    /// A state with the standard libraries and every module at hand.
    pub(crate) fn new(policy: Policy) -> Result<Self, Error> {
        Self::with_kernel(policy, &System)
    }

    /// The same, over a kernel of the caller's.
    pub(crate) fn with_kernel(policy: Policy, kernel: &'static dyn Kernel) -> Result<Self, Error> {
        // SAFETY: a new state belongs to nobody else; it is closed by drop, after the runtime.
        unsafe {
            let mut heap = Box::new(heap::Heap::new());
            let main = new_state(&mut heap).ok_or(Error::OutOfMemory)?;
            let mut vm = Self {
                main,
                runtime: None,
                _heap: heap,
            };
            protect::protected(main, || vm.open(policy, kernel))??;
            Ok(vm)
        }
    }

    /// Opens the libraries and makes the runtime. Lua may raise at any step.
    ///
    /// # Safety
    /// The state is new, and this is called once.
    unsafe fn open(&mut self, policy: Policy, kernel: &'static dyn Kernel) -> Result<(), Error> {
        let main = self.main;
        // SAFETY: the caller's.
        unsafe {
            ffi::lua_gc(main.as_ptr(), ffi::LUA_GCSTOP, 0);
            ffi::luaL_openlibs(main.as_ptr());
            kept::libraries(main);
            kept::word(main);
            let runtime = Box::new(Runtime::new(main, policy, kernel)?);
            runtime.enter();
            abi::publish(main, policy);
            trace::start();
            self.runtime = Some(runtime);
            self.preload();
            ffi::lua_gc(main.as_ptr(), ffi::LUA_GCRESTART, -1);
        }
        Ok(())
    }

    /// The main thread.
    pub(crate) fn main(&self) -> NonNull<lua_State> {
        self.main
    }

    fn state(&self) -> *mut lua_State {
        self.main.as_ptr()
    }

    fn runtime(&self) -> &Runtime {
        self.runtime
            .as_ref()
            .expect("the runtime lives as long as the state")
    }

    /// Puts every module into `package.preload`.
    fn preload(&self) {
        let state = self.state();
        // SAFETY: the state is ours and idle; `package.preload` is a table after openlibs.
        unsafe {
            ffi::lua_getglobal(state, c"package".as_ptr());
            ffi::lua_getfield_(state, -1, c"preload".as_ptr());
            for (module, index) in modules::ALL.iter().zip(0..) {
                ffi::lua_pushinteger(state, index);
                ffi::lua_pushcclosure(state, open_module, 1);
                ffi::lua_setfield(state, -2, module.name.as_ptr());
            }
            modules::prepare(state);
            ffi::lua_settop(state, 0);
        }
    }

    /// Puts the folders of the modules beside the executable first in the search paths.
    pub(crate) fn add_module_folder(&self, folder: &Path) -> Result<(), Error> {
        self.protected(|| {
            self.add_folder(folder);
            if trace::ON {
                self.add_folder(&folder.join(trace::PLUGIN_FOLDER));
            }
        })
    }

    /// Does something with the idle state, and gives what Lua raised meanwhile.
    fn protected<T>(&self, act: impl FnOnce() -> T) -> Result<T, Error> {
        // SAFETY: the state is ours and idle.
        unsafe { protect::protected(self.main, act) }
    }

    fn add_folder(&self, folder: &Path) {
        let library = if cfg!(windows) { "dll" } else { "so" };
        self.search(folder, "path", &["/lunet/?.lua", "/?.lua"]);
        self.search(
            folder,
            "cpath",
            &[&format!("/lunet/?.{library}"), &format!("/?.{library}")],
        );
    }

    /// Puts the folder of unpacked scripts first in the search paths.
    pub(crate) fn add_script_folder(&self, folder: &Path) -> Result<(), Error> {
        self.protected(|| {
            self.search(folder, "path", &["/?.lua", "/?/init.lua"]);
            self.search(folder, "cpath", &["/?.so", "/?/init.so", "/lunet/?.so"]);
        })
    }

    /// Puts patterns below a folder first in a search path.
    fn search(&self, folder: &Path, field: &str, patterns: &[&str]) {
        let folder = folder.as_os_str().as_encoded_bytes();
        // A folder with these characters can't be named in a search path (package.config).
        if folder.iter().any(|byte| matches!(byte, b';' | b'?' | 0)) {
            return;
        }
        let entry = |pattern: &&str| [folder, pattern.as_bytes(), b";"].concat();
        let entries: Vec<u8> = patterns.iter().flat_map(entry).collect();
        self.prepend(field, &entries);
    }

    fn prepend(&self, field: &str, entries: &[u8]) {
        let state = self.state();
        let name = CString::new(field).expect("field names have no NUL");
        // SAFETY: the state is ours and idle; `package` is a table after openlibs.
        unsafe {
            ffi::lua_getglobal(state, c"package".as_ptr());
            ffi::lua_pushlstring_(state, entries.as_ptr().cast(), entries.len());
            ffi::lua_getfield_(state, -2, name.as_ptr());
            ffi::lua_concat(state, 2);
            ffi::lua_setfield(state, -2, name.as_ptr());
            ffi::lua_settop(state, 0);
        }
    }

    /// Sets the global `arg`: the script at 0, its arguments from 1.
    pub(crate) fn set_arguments(&self, script: &[u8], arguments: &[Vec<u8>]) -> Result<(), Error> {
        let state = self.state();
        // SAFETY: the state is ours and idle.
        self.protected(|| unsafe {
            ffi::lua_createtable(state, c_int::try_from(arguments.len()).unwrap_or(0), 1);
            let all = std::iter::once(script).chain(arguments.iter().map(Vec::as_slice));
            for (argument, index) in all.zip(0..) {
                ffi::lua_pushlstring_(state, argument.as_ptr().cast(), argument.len());
                ffi::lua_rawseti_(state, -2, index);
            }
            ffi::lua_setglobal(state, c"arg".as_ptr());
        })
    }

    /// Runs a script, then its event loop to the end. Gives the exit code.
    pub(crate) fn run_file(&self, path: &CStr) -> Result<i32, Error> {
        let state = self.state();
        // SAFETY: the state is ours and idle; the path ends with NUL.
        unsafe {
            let loaded = ffi::luaL_loadfile(state, path.as_ptr());
            let status = if loaded == 0 {
                ffi::lua_pcall(state, 0, 0, 0)
            } else {
                loaded
            };
            if status != 0 {
                return Err(Error::Script(message::main_text(self.main)));
            }
        }
        self.run_loop()?;
        self.run_on_stop();
        Ok(self.exit_code())
    }

    /// Runs the event loop. Protected, because Lua raises when there is no memory for what a
    /// coroutine is woken with, and in the loop nobody else would catch it.
    fn run_loop(&self) -> Result<(), Error> {
        match self.protected(|| self.runtime().run()) {
            Ok(ended) => Ok(ended?),
            Err(Error::OutOfMemory) => Err(Error::Script(b"not enough memory".to_vec())),
            // A plugin has raised.
            Err(error) => Err(error),
        }
    }

    /// Calls what was given to `lunet.on_stop`; one that fails does not keep the others from running.
    fn run_on_stop(&self) {
        let state = self.state();
        let mut next = 0;
        loop {
            let Some(&reference) = self.runtime().on_stop.borrow().get(next) else {
                break;
            };
            next += 1;
            // SAFETY: the state is ours and idle, and the reference is to a function.
            unsafe {
                ffi::lua_rawgeti_(state, ffi::LUA_REGISTRYINDEX, reference);
                if ffi::lua_pcall(state, 0, 0, 0) != 0 {
                    self.runtime().scheduler.fail();
                    console::complain(&[b"Error: ", &message::main_text(self.main)]);
                }
                ffi::lua_settop(state, 0);
            }
        }
    }

    /// The global `__lunet_exit_code` where it is a number that is not negative; else 1 after an
    /// uncaught error and 0 without.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is too large wraps, as exit codes do"
    )]
    fn exit_code(&self) -> i32 {
        let state = self.state();
        // SAFETY: the state is ours and idle; the word is there and the access raw, so it can't raise.
        let asked = unsafe {
            ffi::lua_pushlstring_(
                state,
                kept::EXIT_CODE.as_ptr(),
                kept::EXIT_CODE.count_bytes(),
            );
            ffi::lua_rawget_(state, ffi::LUA_GLOBALSINDEX);
            let number = ffi::lua_isnumber(state, -1) != 0;
            let value = if number {
                ffi::lua_tonumber(state, -1)
            } else {
                -1.0
            };
            ffi::lua_settop(state, 0);
            value
        };
        if asked >= 0.0 {
            asked as i64 as i32
        } else {
            i32::from(self.runtime().scheduler.has_failed())
        }
    }

    /// Says what was left open, unless the script asked for the end.
    fn complain_of_open_handles(&self) {
        let runtime = self.runtime();
        if !runtime.stopped.get() && !runtime.handles.borrow().is_empty() {
            console::complain(&[
                b"[LUNET] uv_loop_close failed at shutdown: resource busy or locked",
            ]);
        }
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        if let Some(runtime) = &self.runtime {
            let cut_short = runtime.stopped.get() || runtime.offload.is_busy();
            runtime.scheduler.abandon();
            trace::end(cut_short);
            self.complain_of_open_handles();
        }
        // SAFETY: finalizers of the script may still call functions of ours while the state
        // closes, so the runtime ends after it; nobody uses the state afterwards.
        unsafe { ffi::lua_close(self.state()) };
        abi::clear(self.main);
        Runtime::leave();
        self.runtime = None;
    }
}

/// A state on the given heap, or on LuaJIT's own, which sanitizers can be taught to see.
///
/// # Safety
/// The heap outlives the state and does not move.
unsafe fn new_state(heap: &mut heap::Heap) -> Option<NonNull<lua_State>> {
    // SAFETY: the caller's.
    NonNull::new(unsafe {
        if cfg!(feature = "system-heap") {
            ffi::luaL_newstate()
        } else {
            ffi::lua_newstate(heap::Heap::allocate, (&raw mut *heap).cast())
        }
    })
}

/// Opens the module whose place in [`modules::ALL`] is the first upvalue.
///
/// # Safety
/// Called by Lua only, as a loader in `package.preload`.
unsafe extern "C-unwind" fn open_module(state: *mut lua_State) -> c_int {
    // SAFETY: Lua calls with a valid state and room for 20 values.
    unsafe {
        let index = ffi::lua_tointeger_(state, ffi::lua_upvalueindex(1));
        let module = usize::try_from(index)
            .ok()
            .and_then(|index| modules::ALL.get(index));
        let (Some(module), Some(runtime)) = (module, runtime::current()) else {
            return 0;
        };
        (module.open)(state, runtime);
    }
    1
}
