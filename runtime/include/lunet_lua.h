/* The Lua API, which must be LuaJIT's: plugins run inside a LuaJIT state, and the headers of other
 * Luas declare other numbers for the same names. */
#ifndef LUNET_LUA_H
#define LUNET_LUA_H

#ifdef __cplusplus
extern "C" {
#endif
#include <lua.h>
#include <lauxlib.h>
#include <luajit.h>
#ifdef __cplusplus
}
#endif

#if !defined(LUAJIT_VERSION) || !defined(LUA_VERSION_NUM) || LUA_VERSION_NUM != 501
#error "lunet plugins need the headers of LuaJIT 2.1 (lua.h of Lua 5.1 with luajit.h beside it)"
#endif

#endif
