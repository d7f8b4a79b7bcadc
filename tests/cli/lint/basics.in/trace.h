int _lunet_ensure_coroutine(lua_State *L, const char *name);
#define lunet_ensure_coroutine(L, name) _lunet_ensure_coroutine(L, name)
