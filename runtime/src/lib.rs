//! The runtime: a LuaJIT state, a scheduler of coroutines and one event loop.
