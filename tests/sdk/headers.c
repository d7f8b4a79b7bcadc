/* Every header, function and macro of the SDK, in what C99 and C++ have in common. It is compiled
 * only. */
#include "lunet.h"
#include "rt.h"
#include "runtime.h"
#include "stl.h"
#include "work.h"
#include "lunet_mem.h"
#include "co.h"
#include "trace.h"

typedef struct {
    int coref;
    int value;
} job_t;

static void work(void *data)
{
    (void)data;
}

static void after(lua_State *L, void *data)
{
    job_t *job = (job_t *)data;
    int base = LUNET_STACK_BASE(L);
    lua_State *co = lunet_coref_push(L, job->coref);
    lunet_coref_release(L, job->coref);
    lua_rawgeti(co, LUA_REGISTRYINDEX, job->value);
    lunet_valref_release(L, job->value);
    lunet_free(job);
    if (lunet_co_resume(co, 1) != 0) {
        lunet_co_unanchor(co);
    }
    lua_pop(L, 1);
    LUNET_STACK_CHECK(L, base, 0);
}

static int later(lua_State *L)
{
    job_t *job;
    lunet_ensure_coroutine(L, "headers.later");
    job = (job_t *)lunet_calloc(1, sizeof(*job));
    if (job == NULL) {
        return luaL_error(L, "out of memory");
    }
    lua_settop(L, 1);
    lunet_valref_create_raw(L, job->value);
    lunet_coref_create(L, job->coref);
    if (lunet_work_submit(work, after, job) != 0) {
        lunet_valref_release(L, job->value);
        lunet_coref_release(L, job->coref);
        lunet_free(job);
        return luaL_error(L, "no thread");
    }
    return lua_yield(L, 0);
}

static int facts(lua_State *L)
{
    queue_t *queue = queue_init();
    void *block = lunet_alloc(4);
    void *larger = lunet_realloc(block, 8);
    lunet_free_nonnull(larger != NULL ? larger : block);
    if (queue != NULL && queue_enqueue(queue, L) == 0) {
        lua_pushboolean(L, queue_peek(queue) == L && queue_dequeue(queue) == L);
        lua_pushboolean(L, queue_is_empty(queue) && queue_size(queue) == 0);
    }
    queue_destroy(queue);
    if (default_luaL() == NULL) {
        set_default_luaL(L);
    }
    lua_pushboolean(L, g_lunet_config.dangerously_skip_loopback_restriction);
    lunet_trace_init();
    lunet_trace_dump();
    lunet_trace_assert_balanced("here");
    return lua_gettop(L);
}

static int embed(lua_State *L)
{
    lunet_runtime_options_t options = {NULL, 0};
    lunet_runtime_t *rt = NULL;
    char err[64];
    int code = 0;
    if (lunet_runtime_init(&rt, &options, err, sizeof(err)) == 0 &&
        lunet_runtime_run_file(rt, "a.lua", &code, err, sizeof(err)) != 0) {
        code = lunet_runtime_run_embedded(rt, (const unsigned char *)err, sizeof(err), "a.lua", &code, NULL, 0);
    }
    lua_pushboolean(L, lunet_runtime_get_lua_state(rt) != NULL);
    lunet_runtime_shutdown(rt);
    return 1;
}

LUNET_C_BEGIN

LUNET_PLUGIN int luaopen_headers(lua_State *L);

LUNET_PLUGIN int luaopen_headers(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"embed", embed}, {"facts", facts}, {"later", later}, {"spawn", lunet_spawn}, {NULL, NULL},
    };
    lua_newtable(L);
    luaL_register(L, NULL, functions);
    return 1;
}

LUNET_C_END
