/* A plugin for tests: every call of the SDK, in the ways in which it can go wrong. */
#include <string.h>

#include "co.h"
#include "lunet_mem.h"
#include "rt.h"
#include "runtime.h"
#include "stl.h"
#include "trace.h"
#include "work.h"

typedef struct {
    int coref;
    int value;
    int ran;
} job_t;

static void work(void *data)
{
    ((job_t *)data)->ran = 1;
}

static void after(lua_State *L, void *data)
{
    job_t *job = data;
    int base = LUNET_STACK_BASE(L);
    lua_State *co = lunet_coref_push(L, job->coref);
    lunet_coref_release(L, job->coref);
    lunet_coref_release(L, job->coref); /* a second release does nothing */
    lua_rawgeti(co, LUA_REGISTRYINDEX, job->value);
    lunet_valref_release(L, job->value);
    lua_pushboolean(co, job->ran);
    lunet_free(job);
    lunet_co_resume(co, 2);
    lua_pop(L, 1);
    LUNET_STACK_CHECK(L, base, 0);
}

/* later(value) -> value, true: after a trip to another thread. */
static int later(lua_State *L)
{
    lunet_ensure_coroutine(L, "probe.later");
    luaL_checkany(L, 1);
    job_t *job = lunet_calloc(1, sizeof(*job));
    if (job == NULL) {
        return luaL_error(L, "out of memory");
    }
    lua_pushvalue(L, 1);
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

static volatile long spins;

static void spin(void *data)
{
    (void)data;
    for (long turn = 0; turn < 20000000; turn++) {
        spins = spins + 1;
    }
}

static void forget(lua_State *L, void *data)
{
    (void)L;
    (void)data;
}

/* busy(): starts work that takes longer than the script. */
static int busy(lua_State *L)
{
    lua_pushboolean(L, lunet_work_submit(spin, forget, NULL) == 0);
    return 1;
}

static void idle(void *data)
{
    (void)data;
}

static int untidy_calls;

/* Leaves more on the stack than there is room for in the long run, or takes all of it away. */
static void leave_untidy(lua_State *L, void *data)
{
    (void)data;
    if (untidy_calls++ % 2 == 0) {
        lua_settop(L, 0);
    } else {
        lua_settop(L, lua_gettop(L) + 10);
    }
}

/* untidy() -> how often work has come back whose `after` leaves the stack of the main thread untidy;
 * sends away one more. */
static int untidy(lua_State *L)
{
    lua_pushinteger(L, untidy_calls);
    if (lunet_work_submit(idle, leave_untidy, NULL) != 0) {
        return luaL_error(L, "no thread");
    }
    return 1;
}

/* The coroutine that `keep` waits in, which is pinned for ever. */
static lua_State *kept;
static int kept_ref;

/* keep(): waits until `again` is called. */
static int keep(lua_State *L)
{
    lunet_ensure_coroutine(L, "probe.keep");
    lunet_coref_create(L, kept_ref);
    kept = L;
    return lua_yield(L, 0);
}

/* again() -> status of the coroutine of `keep`, resumed although nobody knows what it does by now. */
static int again(lua_State *L)
{
    lua_pushinteger(L, lunet_co_resume(kept, 0));
    return 1;
}

/* resume(co, ...) -> status of the coroutine, resumed from C. */
static int resume(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTHREAD);
    lua_State *co = lua_tothread(L, 1);
    int count = lua_gettop(L) - 1;
    lua_xmove(L, co, count);
    lua_pushinteger(L, lunet_co_resume(co, count));
    return 1;
}

/* begin(fn) -> status, what fn returns if it ends at once: a coroutine that C makes and begins. */
static int begin(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    int status = lunet_co_resume(co, 0);
    lua_pushinteger(L, status);
    int count = status == 0 ? lua_gettop(co) : 0;
    lua_xmove(co, L, count);
    return count + 1;
}

static int unanchor(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTHREAD);
    lunet_co_unanchor(lua_tothread(L, 1));
    return 0;
}

/* Its address is the key under which the registry has what the hook below calls. */
static const char hooked = 0;

static void set_hooked(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)&hooked);
    lua_insert(L, -2);
    lua_rawset(L, LUA_REGISTRYINDEX);
}

static void run_hooked(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    lua_pushlightuserdata(L, (void *)&hooked);
    lua_rawget(L, LUA_REGISTRYINDEX);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    lua_pushnil(L);
    set_hooked(L);
    lua_call(L, 0, 0);
}

/* hook(fn): calls fn once, in a hook that stays; hook(nil) takes the hook away. */
static int hook(lua_State *L)
{
    if (lua_isnil(L, 1)) {
        lua_sethook(L, NULL, 0, 0);
        return 0;
    }
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    set_hooked(L);
    lua_sethook(L, run_hooked, LUA_MASKCOUNT, 10);
    return 0;
}

/* globals(table): the globals of the running coroutine, set from C. */
static int globals(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_replace(L, LUA_GLOBALSINDEX);
    return 0;
}

/* facts() -> has a default state, any address may be bound, the queue keeps its order */
static int facts(lua_State *L)
{
    int numbers[3] = {1, 2, 3};
    queue_t *queue = queue_init();
    if (queue == NULL) {
        return luaL_error(L, "out of memory");
    }
    for (int i = 0; i < 3; i++) {
        queue_enqueue(queue, &numbers[i]);
    }
    int ordered = queue_size(queue) == 3 && queue_peek(queue) == &numbers[0] &&
                  queue_dequeue(queue) == &numbers[0] && queue_dequeue(queue) == &numbers[1];
    queue_destroy(queue);
    lua_pushboolean(L, default_luaL() != NULL);
    lua_pushboolean(L, g_lunet_config.dangerously_skip_loopback_restriction);
    lua_pushboolean(L, ordered);
    return 3;
}

LUNET_PLUGIN int luaopen_probe(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"again", again}, {"begin", begin}, {"busy", busy},     {"facts", facts},       {"globals", globals},
        {"hook", hook},   {"keep", keep},   {"later", later},   {"resume", resume},     {"spawn", lunet_spawn},
        {"unanchor", unanchor}, {"untidy", untidy}, {NULL, NULL},
    };
    lua_newtable(L);
    luaL_register(L, NULL, functions);
    return 1;
}
