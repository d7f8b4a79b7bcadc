/* Lunet inside another program: one runtime, which runs one script. */
#ifndef LUNET_H
#define LUNET_H

#include <stddef.h>

#include "lunet_exports.h"

LUNET_C_BEGIN

typedef struct lunet_runtime lunet_runtime_t;

typedef struct {
    /* Modules are looked for in the folder of this file and in `lunet` beside it. NULL: in none. */
    const char *executable_path;
    /* Not zero: addresses other than the loopback ones may be bound. */
    int dangerously_skip_loopback_restriction;
} lunet_runtime_options_t;

/* Every function returns 0, or -1 with the reason in `err`, which may be NULL. All of them are
 * called on the thread that called lunet_runtime_init. */

/* Makes the runtime of the process; there is never a second one. `opt` may be NULL. */
LUNET_API int lunet_runtime_init(lunet_runtime_t **out, const lunet_runtime_options_t *opt, char *err,
                                 size_t errlen);

/* Runs a script and its event loop to the end. `exit_code` (may be NULL) is what lunet-run would
 * exit with. A runtime runs one script, even when that fails. */
LUNET_API int lunet_runtime_run_file(lunet_runtime_t *rt, const char *path, int *exit_code, char *err,
                                     size_t errlen);

/* The same for scripts inside of the program: `blob` is a packed payload (docs/embedding.md), `entry`
 * the path in it of the script to run. The files are unpacked into a private folder, which is
 * first in package.path and package.cpath and is removed by lunet_runtime_shutdown. */
LUNET_API int lunet_runtime_run_embedded(lunet_runtime_t *rt, const unsigned char *blob, size_t len,
                                         const char *entry, int *exit_code, char *err, size_t errlen);

/* The lua_State of the runtime; NULL for NULL. */
LUNET_API void *lunet_runtime_get_lua_state(lunet_runtime_t *rt);

/* Closes everything. `rt` may be NULL. */
LUNET_API void lunet_runtime_shutdown(lunet_runtime_t *rt);

LUNET_C_END

#endif
