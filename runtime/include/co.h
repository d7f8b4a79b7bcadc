/* Coroutines: starting one, and going on with one that waits.
 *
 * A function of a plugin that waits pins the running coroutine (lunet_coref_create in trace.h),
 * starts its work (work.h), and returns lua_yield(L, 0). When the work is done, on the loop thread,
 * it fetches the coroutine, pushes the results onto it and calls lunet_co_resume.
 *
 * Inside of a hook (lua_sethook) nothing can wait, and what is spawned or resumed has its turn
 * later. The runtime knows a hook by being set: one that calls Lua is taken away after the call. */
#ifndef LUNET_CO_H
#define LUNET_CO_H

#include "lunet_exports.h"
#include "lunet_lua.h"

LUNET_C_BEGIN

/* lunet.spawn as a lua_CFunction: runs the function at index 1 in a coroutine until it first waits.
 * Returns 0; raises when the value at index 1 is no function. */
LUNET_API int lunet_spawn(lua_State *L);

/* Goes on with a suspended coroutine; the top `nargs` values of its stack are what its call returns.
 * An uncaught error is printed. Returns the status of lua_resume: 0 when the coroutine has ended,
 * LUA_YIELD when it waits again, else the error's. A coroutine that is not suspended, because it runs
 * or has ended, is left alone: LUA_ERRRUN. What a coroutine returns goes to nobody, unless this call
 * has begun it (the function below the values) and it ends at once: then it is left on its stack, to
 * be popped. Only on the loop thread. */
LUNET_API int lunet_co_resume(lua_State *co, int nargs);

/* Lets go of a spawned coroutine that will never be resumed. lunet_co_resume does this by itself
 * when a coroutine ends. */
LUNET_API void lunet_co_unanchor(lua_State *co);

/* Use lunet_ensure_coroutine (trace.h). Raises unless L is a coroutine that may yield; else 0. */
LUNET_API int _lunet_ensure_coroutine(lua_State *L, const char *name);

LUNET_C_END

#endif
