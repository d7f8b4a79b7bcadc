/* The Lua state of the runtime. */
#ifndef LUNET_RT_H
#define LUNET_RT_H

#include "lunet_exports.h"
#include "lunet_lua.h"

LUNET_C_BEGIN

/* The main thread of the running state; NULL while there is no runtime. A plugin that keeps a state
 * for later keeps this one: the state of the call in progress may be a coroutine, which ends. */
LUNET_API lua_State *default_luaL(void);

/* Makes another state the default. Meant for hosts that run the SDK without lunet-run. */
LUNET_API void set_default_luaL(lua_State *L);

LUNET_C_END

#endif
