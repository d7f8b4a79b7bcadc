/* A program with the runtime inside. Arguments: a script that sets the exit code 23, one that fails. */
#include <stdio.h>
#include <string.h>

#include "lunet.h"

static int failures = 0;

static void check(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so: %s\n", what);
        failures++;
    }
}

int main(int argc, char **argv)
{
    char err[256] = "";
    char cut[6] = "";
    int code = -1;
    lunet_runtime_t *rt = NULL;
    lunet_runtime_t *second = NULL;
    lunet_runtime_options_t options = {argv[0], 0};
    if (argc != 2) {
        return 2;
    }
    check(lunet_runtime_init(NULL, &options, err, sizeof(err)) == -1, "a place for the runtime is needed");
    check(strcmp(err, "out_runtime is required") == 0, err);
    check(lunet_runtime_get_lua_state(NULL) == NULL, "no runtime has no state");
    lunet_runtime_shutdown(NULL);

    check(lunet_runtime_init(&rt, &options, err, sizeof(err)) == 0, err);
    check(lunet_runtime_get_lua_state(rt) != NULL, "a runtime has a state");
    check(lunet_runtime_init(&second, NULL, err, sizeof(err)) == -1 && second == NULL, "there is one runtime");
    check(strcmp(err, "only one Lunet runtime is supported per process") == 0, err);
    check(lunet_runtime_init(&second, NULL, cut, sizeof(cut)) == -1 && strcmp(cut, "only ") == 0, cut);
    check(lunet_runtime_init(&second, NULL, NULL, 0) == -1, "the reason may go nowhere");

    check(lunet_runtime_run_file(rt, NULL, &code, err, sizeof(err)) == -1, "a path is needed");
    check(strcmp(err, "invalid runtime or script path") == 0, err);
    check(lunet_runtime_run_file(NULL, argv[1], &code, err, sizeof(err)) == -1, "a runtime is needed");

    check(lunet_runtime_run_file(rt, argv[1], &code, err, sizeof(err)) == 0, err);
    check(code == 23, "the script decides the exit code");
    check(lunet_runtime_run_file(rt, argv[1], &code, err, sizeof(err)) == -1, "a runtime runs one script");
    check(strcmp(err, "a Lunet runtime can run only one application") == 0, err);

    lunet_runtime_shutdown(rt);
    check(lunet_runtime_init(&second, NULL, err, sizeof(err)) == -1, "there is never a second runtime");
    return failures == 0 ? 0 : 1;
}
