#include "co.h"
#include "trace.h"

#define ENTER(L) _lunet_ensure_coroutine(L, "plugin.open")

int plugin_open(lua_State *L) {
    return ENTER(L);
}
