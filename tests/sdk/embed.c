/* A program with the runtime inside. Its argument is a script that sets the exit code 23; with a second
 * one, the first is a payload and the second the script in it. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "lunet.h"

static int failures = 0;

static void check(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "not so: %s\n", what);
        failures++;
    }
}

static unsigned char payload[65536];

static int run_embedded(const char *file, const char *entry)
{
    char err[256] = "";
    int code = -1;
    lunet_runtime_t *rt = NULL;
    FILE *in = fopen(file, "rb");
    if (in == NULL) {
        return 2;
    }
    size_t len = fread(payload, 1, sizeof(payload), in);
    fclose(in);
    check(lunet_runtime_init(&rt, NULL, err, sizeof(err)) == 0, err);
    check(lunet_runtime_run_embedded(rt, NULL, len, entry, &code, err, sizeof(err)) == -1, "a blob is needed");
    check(strcmp(err, "invalid runtime, embedded blob, or entry script") == 0, err);
    check(lunet_runtime_run_embedded(rt, payload, len, "../x", &code, err, sizeof(err)) == -1, "a safe path");
    check(strcmp(err, "unsafe embedded script path '../x'") == 0, err);
    check(lunet_runtime_run_embedded(rt, payload, len, "x.lua", &code, err, sizeof(err)) == -1, "a script");
    check(strcmp(err, "embedded entry script not found: x.lua") == 0, err);
    check(lunet_runtime_run_embedded(rt, payload, len / 2, entry, &code, err, sizeof(err)) == -1, "all of it");
    check(strcmp(err, "truncated gzip payload") == 0, err);
    check(lunet_runtime_run_embedded(rt, payload, len, entry, &code, err, sizeof(err)) == 0, err);
    check(code == 23, "the script decides the exit code");
    check(lunet_runtime_run_embedded(rt, payload, len, entry, &code, err, sizeof(err)) == -1, "one script");
    check(strcmp(err, "a Lunet runtime can run only one application") == 0, err);
    lunet_runtime_shutdown(rt);
    return failures == 0 ? 0 : 1;
}

/* A runtime that could not be made is none: the next one is the first. */
static void fail_once(void)
{
    char err[256] = "";
    lunet_runtime_t *rt = NULL;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    struct rlimit none = files;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    check(lunet_runtime_init(&rt, NULL, err, sizeof(err)) == -1 && rt == NULL, "a runtime needs descriptors");
    setrlimit(RLIMIT_NOFILE, &files);
    check(strncmp(err, "failed to start the event loop: ", 32) == 0, err);
}

int main(int argc, char **argv)
{
    char err[256] = "";
    char cut[6] = "";
    int code = -1;
    lunet_runtime_t *rt = NULL;
    lunet_runtime_t *second = NULL;
    lunet_runtime_options_t options = {argv[0], 0};
    if (argc == 3) {
        return run_embedded(argv[1], argv[2]);
    }
    if (argc != 2) {
        return 2;
    }
    check(lunet_runtime_init(NULL, &options, err, sizeof(err)) == -1, "a place for the runtime is needed");
    check(strcmp(err, "out_runtime is required") == 0, err);
    check(lunet_runtime_get_lua_state(NULL) == NULL, "no runtime has no state");
    lunet_runtime_shutdown(NULL);

    fail_once();
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
