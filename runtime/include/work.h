/* Work that would block the loop, on another thread. */
#ifndef LUNET_WORK_H
#define LUNET_WORK_H

#include "lunet_exports.h"
#include "lunet_lua.h"

LUNET_C_BEGIN

/* Runs on another thread. It must not touch Lua, nor anything that the loop thread changes
 * meanwhile. */
typedef void (*lunet_work_fn)(void *data);

/* Runs on the loop thread once the work is done. L is the main thread of the state: results go to
 * the coroutine that was pinned, not to L, and what is left on L's stack is dropped. It must not raise. */
typedef void (*lunet_after_fn)(lua_State *L, void *data);

/* Sends work away; `after` is called exactly once for each success, unless the runtime ends before.
 * The loop runs on while work is under way; when the script ends all the same, nobody waits for the
 * work, and the library that it is in stays loaded. Returns 0, or -1 when no thread could be started or
 * there is no runtime: then neither function is called. Only on the loop thread. */
LUNET_API int lunet_work_submit(lunet_work_fn work, lunet_after_fn after, void *data);

LUNET_C_END

#endif
