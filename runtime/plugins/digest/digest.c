/* lunet.digest: SHA-256 of strings and files, computed off the loop (FIPS 180-4).
 *
 *   local digest = require("lunet.digest")
 *   digest.sha256(data)       -> hex, nil | nil, err
 *   digest.sha256_file(path)  -> hex, nil | nil, err
 *
 * Both wait, so they are called from coroutines. It is also the example of a plugin that waits:
 * copy what must outlive the call, pin the coroutine, submit, yield; when the work is done, push the
 * results, unpin, resume. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "co.h"
#include "lunet_mem.h"
#include "trace.h"
#include "work.h"

#define BLOCK 64
#define DIGEST 32
#define CHUNK 65536

typedef struct {
    uint32_t state[8];
    uint64_t length;
    uint8_t pending[BLOCK];
    size_t pending_length;
} sha256_t;

/* What a call is about, from its start until its coroutine goes on. */
typedef struct {
    int coref;
    /* The file to read; NULL when `data` is what counts. */
    char *path;
    char *data;
    size_t length;
    /* errno of the file, or 0. */
    int failure;
    uint8_t digest[DIGEST];
} job_t;

static const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t START[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotate(uint32_t value, int bits)
{
    return (value >> bits) | (value << (32 - bits));
}

static void sha256_block(sha256_t *sha, const uint8_t *block)
{
    uint32_t w[64];
    for (int i = 0; i < 16; i++) {
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | (uint32_t)block[4 * i + 3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3);
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t v[8];
    memcpy(v, sha->state, sizeof(v));
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t t1 = v[7] + s1 + choice + ROUND[i] + w[i];
        uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        memmove(v + 1, v, 7 * sizeof(*v));
        v[4] += t1;
        v[0] = t1 + s0 + majority;
    }
    for (int i = 0; i < 8; i++) {
        sha->state[i] += v[i];
    }
}

static void sha256_start(sha256_t *sha)
{
    memcpy(sha->state, START, sizeof(START));
    sha->length = 0;
    sha->pending_length = 0;
}

static void sha256_add(sha256_t *sha, const uint8_t *data, size_t length)
{
    sha->length += length;
    while (length > 0) {
        size_t room = BLOCK - sha->pending_length;
        size_t take = length < room ? length : room;
        memcpy(sha->pending + sha->pending_length, data, take);
        sha->pending_length += take;
        data += take;
        length -= take;
        if (sha->pending_length == BLOCK) {
            sha256_block(sha, sha->pending);
            sha->pending_length = 0;
        }
    }
}

static void sha256_finish(sha256_t *sha, uint8_t digest[DIGEST])
{
    uint64_t bits = sha->length * 8;
    uint8_t end = 0x80;
    sha256_add(sha, &end, 1);
    end = 0;
    while (sha->pending_length != BLOCK - 8) {
        sha256_add(sha, &end, 1);
    }
    uint8_t length[8];
    for (int i = 0; i < 8; i++) {
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    sha256_add(sha, length, sizeof(length));
    for (int i = 0; i < DIGEST; i++) {
        digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
    }
}

/* Reads the whole file into the digest; errno where that fails. */
static int add_file(sha256_t *sha, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return errno;
    }
    uint8_t *chunk = lunet_alloc(CHUNK);
    int failure = chunk == NULL ? ENOMEM : 0;
    size_t length = 1;
    while (failure == 0 && length > 0) {
        errno = 0;
        length = fread(chunk, 1, CHUNK, file);
        failure = ferror(file) ? errno : 0;
        sha256_add(sha, chunk, length);
    }
    lunet_free(chunk);
    fclose(file);
    return failure;
}

/* On another thread. */
static void compute(void *data)
{
    job_t *job = data;
    sha256_t sha;
    sha256_start(&sha);
    if (job->path != NULL) {
        job->failure = add_file(&sha, job->path);
    } else {
        sha256_add(&sha, (const uint8_t *)job->data, job->length);
    }
    sha256_finish(&sha, job->digest);
}

static void free_job(job_t *job)
{
    lunet_free(job->path);
    lunet_free(job->data);
    lunet_free(job);
}

/* Pushes what the call returns: hex, nil or nil, message. */
static void push_result(lua_State *L, const job_t *job)
{
    static const char HEX[] = "0123456789abcdef";
    char text[2 * DIGEST];
    if (job->failure != 0) {
        lua_pushnil(L);
        lua_pushfstring(L, "%s: %s", job->path, strerror(job->failure));
        return;
    }
    for (int i = 0; i < DIGEST; i++) {
        text[2 * i] = HEX[job->digest[i] >> 4];
        text[2 * i + 1] = HEX[job->digest[i] & 15];
    }
    lua_pushlstring(L, text, sizeof(text));
    lua_pushnil(L);
}

/* On the loop thread. */
static void go_on(lua_State *L, void *data)
{
    job_t *job = data;
    lua_State *co = lunet_coref_push(L, job->coref);
    lunet_coref_release(L, job->coref);
    push_result(co, job);
    free_job(job);
    lunet_co_resume(co, 2);
    lua_pop(L, 1);
}

/* Sends a job away and waits. Returns what the calling function returns. */
static int submit(lua_State *L, job_t *job)
{
    lunet_coref_create(L, job->coref);
    if (lunet_work_submit(compute, go_on, job) != 0) {
        lunet_coref_release(L, job->coref);
        free_job(job);
        lua_pushnil(L);
        lua_pushliteral(L, "no thread could be started");
        return 2;
    }
    return lua_yield(L, 0);
}

/* A copy of bytes with a NUL behind them; NULL without memory. */
static char *copy(const char *bytes, size_t length)
{
    char *block = lunet_alloc(length + 1);
    if (block != NULL) {
        memcpy(block, bytes, length);
        block[length] = '\0';
    }
    return block;
}

/* A job about a copy of the given bytes, which are a path or the data; NULL without memory. */
static job_t *new_job(const char *bytes, size_t length, int is_path)
{
    job_t *job = lunet_calloc(1, sizeof(*job));
    char *block = copy(bytes, length);
    if (job == NULL || block == NULL) {
        lunet_free(job);
        lunet_free(block);
        return NULL;
    }
    job->coref = LUA_NOREF;
    job->length = length;
    if (is_path) {
        job->path = block;
    } else {
        job->data = block;
    }
    return job;
}

static int start(lua_State *L, const char *name, int is_path)
{
    lunet_ensure_coroutine(L, name);
    size_t length;
    const char *bytes = luaL_checklstring(L, 1, &length);
    if (is_path && memchr(bytes, '\0', length) != NULL) {
        lua_pushnil(L);
        lua_pushliteral(L, "invalid argument");
        return 2;
    }
    job_t *job = new_job(bytes, length, is_path);
    if (job == NULL) {
        lua_pushnil(L);
        lua_pushliteral(L, "out of memory");
        return 2;
    }
    return submit(L, job);
}

static int digest_sha256(lua_State *L)
{
    return start(L, "digest.sha256", 0);
}

static int digest_sha256_file(lua_State *L)
{
    return start(L, "digest.sha256_file", 1);
}

LUNET_PLUGIN int luaopen_lunet_digest(lua_State *L)
{
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, digest_sha256);
    lua_setfield(L, -2, "sha256");
    lua_pushcfunction(L, digest_sha256_file);
    lua_setfield(L, -2, "sha256_file");
    return 1;
}
