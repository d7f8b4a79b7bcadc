/* The safe wrappers of the SDK. Plugins use these and never the functions and registry references
 * behind them, so that a traced build (LUNET_TRACE) can count what is pinned and released.
 *
 * Include co.h first. */
#ifndef LUNET_TRACE_H
#define LUNET_TRACE_H

#include <assert.h>

#include "co.h"
#include "lunet_exports.h"
#include "lunet_lua.h"

LUNET_C_BEGIN

/* Raises unless the caller is a coroutine that may wait; `name` is what the script called, such as
 * "digest.sha256". A function that must never wait does not need it. */
#define lunet_ensure_coroutine(L, name) _lunet_ensure_coroutine((L), (name))

#if defined(LUNET_TRACE)

/* What the wrappers below tell the traced runtime. */
LUNET_API void _lunet_trace_coref_add(const char *file, int line, int ref);
LUNET_API void _lunet_trace_coref_release(const char *file, int line, int ref);
LUNET_API void _lunet_trace_stack_check(lua_State *L, const char *file, int line, int base, int delta);

/* Does nothing: the runtime has begun to trace before it loads a plugin. */
LUNET_API void lunet_trace_init(void);
/* Prints the references that are alive, by the line that created them. */
LUNET_API void lunet_trace_dump(void);
/* Ends the process unless every reference was released. `where` is told. */
LUNET_API void lunet_trace_assert_balanced(const char *where);

#else

#define _lunet_trace_coref_add(file, line, ref) ((void)0)
#define _lunet_trace_coref_release(file, line, ref) ((void)0)
#define _lunet_trace_stack_check(L, file, line, base, delta) ((void)(base))
#define lunet_trace_init() ((void)0)
#define lunet_trace_dump() ((void)0)
#define lunet_trace_assert_balanced(where) ((void)0)

#endif

/* Pins the running coroutine; `ref` is an int lvalue. The stack is left as it was. */
#define lunet_coref_create(L, ref)                                   \
    do {                                                             \
        lua_pushthread(L);                                           \
        lunet_coref_create_raw((L), (ref));                          \
    } while (0)

/* Pins the thread on top of the stack and pops it. */
#define lunet_coref_create_raw(L, ref)                               \
    do {                                                             \
        (ref) = luaL_ref((L), LUA_REGISTRYINDEX);                    \
        _lunet_trace_coref_add(__FILE__, __LINE__, (ref));           \
    } while (0)

/* Unpins a coroutine. `ref` is LUA_NOREF afterwards, so that a second release does nothing. */
#define lunet_coref_release(L, ref)                                  \
    do {                                                             \
        if ((ref) != LUA_NOREF) {                                    \
            _lunet_trace_coref_release(__FILE__, __LINE__, (ref));   \
            luaL_unref((L), LUA_REGISTRYINDEX, (ref));               \
            (ref) = LUA_NOREF;                                       \
        }                                                            \
    } while (0)

/* The same for any other value: keeps the one on top of the stack and pops it. */
#define lunet_valref_create_raw(L, ref) lunet_coref_create_raw(L, ref)
#define lunet_valref_release(L, ref) lunet_coref_release(L, ref)

/* Pushes the coroutine that `ref` pins and gives its state. Leave it on the stack until it has been
 * resumed: the stack keeps it alive once the reference is released. */
#define lunet_coref_push(L, ref) (lua_rawgeti((L), LUA_REGISTRYINDEX, (ref)), lua_tothread((L), -1))

/* The height of the stack, to be given to LUNET_STACK_CHECK later. */
#define LUNET_STACK_BASE(L) lua_gettop(L)
/* In a traced build, ends the process unless the stack is `delta` values higher than at `base`. */
#define LUNET_STACK_CHECK(L, base, delta)                            \
    _lunet_trace_stack_check((L), __FILE__, __LINE__, (base), (delta))

LUNET_C_END

#endif
