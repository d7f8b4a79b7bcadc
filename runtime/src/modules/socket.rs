//! `lunet.socket`: TCP and Unix sockets whose calls wait without blocking other coroutines.
//!
//! Every call tries its work first and parks only when the kernel says "not yet". The files
//! below are one group of calls each; what they share stands here.

mod arguments;
mod connect;
mod control;
mod listen;
mod read;
mod stream;
mod write;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};

use mlua::ffi::{self, lua_State};

use super::{Module, Resource};
use crate::entry::{Answer, Export, function, push_module};
use crate::error::Text;
use crate::handle::{Handle, HandleTable};
use crate::reactor::{Readiness, transport};
use crate::runtime::Runtime;
use crate::scheduler::Operation;

/// The module.
pub(super) const MODULE: Module = Module {
    name: c"lunet.socket",
    open,
};

/// How much one read takes at most until the script says otherwise.
const READ_SIZE: usize = 4096;

/// What a wait answers when its deadline has come.
const TIMED_OUT: Text = Text::Borrowed("operation timed out");

/// What a call answers that has to wait and can't, because nothing can be noted any more.
const NO_MEMORY: Text = Text::Borrowed("out of memory");

/// What a call on a closed socket answers.
const CLOSED: Text = Text::Borrowed("socket closed");

/// What a handle of this module stands for.
#[derive(Debug)]
pub(crate) enum Socket {
    Stream(stream::Stream),
    /// An entry of [`State::listening`].
    Listener(Handle),
    /// An entry of [`State::connecting`].
    Connecting(Handle),
}

/// What the sockets of one runtime share.
pub(crate) struct State {
    /// Registry reference of the metatable of handles.
    metatable: Cell<c_int>,
    /// Where that metatable is, to know a handle by.
    metatable_address: Cell<*const c_void>,
    /// What the bits in a script's handles are sealed with.
    seal: Cell<u64>,
    /// The most that one read takes.
    read_size: Cell<usize>,
    /// What the last read gave; grown by the first read that needs it.
    buffer: RefCell<Box<[u8]>>,
    /// How much was read for coroutines that have not been resumed yet.
    ahead: Cell<usize>,
    /// Writes that the kernel did not take whole, by the handle that is written to.
    writes: RefCell<BTreeMap<Handle, write::PendingWrite>>,
    /// Listeners that could not accept because descriptors had run out.
    starved: RefCell<Vec<Handle>>,
    /// Answers of `connect` that are given when it is their turn, by the wait that they end.
    late: RefCell<Vec<(Handle, Answer)>>,
    /// What a listener is besides its handle. Apart from the handles, so that a connection's entry stays small.
    listening: RefCell<HandleTable<listen::Listener>>,
    /// What a connection in the making is besides its handle.
    connecting: RefCell<HandleTable<connect::Connecting>>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            metatable: Cell::new(ffi::LUA_NOREF),
            metatable_address: Cell::new(std::ptr::null()),
            seal: Cell::new(0),
            read_size: Cell::new(READ_SIZE),
            buffer: RefCell::default(),
            ahead: Cell::new(0),
            writes: RefCell::new(BTreeMap::new()),
            starved: RefCell::new(Vec::new()),
            late: RefCell::new(Vec::new()),
            listening: RefCell::new(HandleTable::new()),
            connecting: RefCell::new(HandleTable::new()),
        }
    }
}

impl State {
    /// True while a listener is open.
    pub(crate) fn has_listeners(&self) -> bool {
        !self.listening.borrow().is_empty()
    }

    /// Resumes the coroutines that were read for ahead of their turn.
    pub(crate) fn resume_readers(&self, runtime: &Runtime) {
        self.ahead.set(0);
        runtime.scheduler.resume_answered();
    }

    /// The bytes that the last read gave, of which there were `length`.
    pub(crate) fn with_read<T>(&self, length: usize, take: impl FnOnce(&[u8]) -> T) -> T {
        take(&self.buffer.borrow()[..length])
    }
}

/// # Safety
/// As [`Module::open`].
unsafe fn open(state: *mut lua_State, runtime: &Runtime) {
    let exports: [Export; 12] = [
        (c"accept", function(listen::accept)),
        (c"close", function(control::close)),
        (c"connect", function(connect::connect)),
        (c"getpeercred", function(control::getpeercred)),
        (c"getpeername", function(control::getpeername)),
        (c"getsockname", function(control::getsockname)),
        (c"listen", function(listen::listen)),
        (c"read", function(read::read)),
        (c"set_nodelay", function(control::set_nodelay)),
        (
            c"set_read_buffer_size",
            function(control::set_read_buffer_size),
        ),
        (c"shutdown", function(control::shutdown)),
        (c"write", function(write::write)),
    ];
    runtime.sockets.seal.set(arguments::new_seal());
    // SAFETY: the caller's.
    unsafe {
        ffi::luaL_newmetatable_(state, c"lunet.socket.handle".as_ptr());
        ffi::lua_pushcclosure(state, collected, 0);
        ffi::lua_setfield(state, -2, c"__gc".as_ptr());
        runtime
            .sockets
            .metatable_address
            .set(ffi::lua_topointer(state, -1));
        runtime
            .sockets
            .metatable
            .set(ffi::luaL_ref(state, ffi::LUA_REGISTRYINDEX));
        push_module(state, &exports);
    }
}

/// `__gc` of a handle: nothing. A socket is closed by `close`, never by the collector.
///
/// # Safety
/// Called by Lua only.
unsafe extern "C-unwind" fn collected(_state: *mut lua_State) -> c_int {
    0
}

/// Takes a new connection in and gives the handle for the script.
fn adopt(runtime: &Runtime, mut transport: transport::Stream) -> Answer {
    if let Err(error) = transport.set_nodelay(true) {
        return Answer::Failure(crate::error::system_text(&error));
    }
    let mut handles = runtime.handles.borrow_mut();
    let handle = handles.next_handle();
    let bits = handle.to_bits();
    if let Err(error) = runtime.reactor.watch(&mut transport, bits, false) {
        return Answer::Failure(crate::error::system_text(&error));
    }
    let stream = stream::Stream::new(transport);
    handles.insert(Resource::Socket(Socket::Stream(stream)));
    handle_answer(runtime, handle, false)
}

/// The answer that gives a handle to the script.
fn handle_answer(runtime: &Runtime, handle: Handle, listens: bool) -> Answer {
    let bits = arguments::to_script(runtime, handle, listens);
    Answer::Handle {
        bits,
        metatable: runtime.sockets.metatable.get(),
    }
}

/// Deals with an event of one socket.
pub(crate) fn ready(runtime: &Runtime, handle: Handle, readiness: Readiness) {
    if stream::ready(runtime, handle, readiness) {
        return;
    }
    runtime.sockets.resume_readers(runtime);
    let connecting = match runtime.handles.borrow().get(handle) {
        Some(Resource::Socket(socket)) => matches!(socket, Socket::Connecting(_)),
        None => return,
    };
    if connecting {
        connect::ready(runtime, handle, readiness);
    } else {
        listen::ready(runtime, handle);
    }
}

/// Tries an operation again that was put off to let others have their turn.
pub(crate) fn retry(runtime: &Runtime, handle: Handle, operation: Operation) {
    match operation {
        Operation::Accept => listen::ready(runtime, handle),
        Operation::Read => read::go_on(runtime, handle),
        Operation::Write => write::go_on(runtime, handle),
        Operation::Connect => connect::go_on(runtime),
        Operation::Sleep => {}
    }
}

/// Ends a wait whose deadline has come.
pub(crate) fn expired(
    runtime: &Runtime,
    wait: Handle,
    operation: Operation,
    target: Option<Handle>,
) {
    let Some(handle) = target else { return };
    match operation {
        Operation::Accept => listen::expired(runtime, wait, handle),
        Operation::Connect => connect::expired(runtime, wait, handle),
        Operation::Read => read::expired(runtime, wait, handle),
        Operation::Write => write::expired(runtime, wait, handle),
        Operation::Sleep => {}
    }
}
