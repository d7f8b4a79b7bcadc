int plugin_close(lua_State *L);
