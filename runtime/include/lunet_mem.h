/* Memory of plugins. In a release build these are the functions of the C library; in a traced build
 * (LUNET_TRACE) the runtime counts every block and finds overruns and double frees. */
#ifndef LUNET_MEM_H
#define LUNET_MEM_H

#include <stddef.h>
#include <stdlib.h>

#include "lunet_exports.h"

LUNET_C_BEGIN

#if defined(LUNET_TRACE)

LUNET_API void *lunet_mem_alloc_at(size_t size, const char *file, int line);
LUNET_API void *lunet_mem_calloc_at(size_t count, size_t size, const char *file, int line);
LUNET_API void *lunet_mem_realloc_at(void *block, size_t size, const char *file, int line);
LUNET_API void lunet_mem_free_at(void *block, const char *file, int line);

#define lunet_alloc(size) lunet_mem_alloc_at((size), __FILE__, __LINE__)
#define lunet_calloc(count, size) lunet_mem_calloc_at((count), (size), __FILE__, __LINE__)
#define lunet_realloc(block, size) lunet_mem_realloc_at((block), (size), __FILE__, __LINE__)
/* `block` is an lvalue; it is NULL afterwards. */
#define lunet_free(block) (lunet_mem_free_at((block), __FILE__, __LINE__), (void)((block) = NULL))
/* For blocks that are no lvalue. */
#define lunet_free_nonnull(block) lunet_mem_free_at((block), __FILE__, __LINE__)

#else

#define lunet_alloc(size) malloc(size)
#define lunet_calloc(count, size) calloc((count), (size))
#define lunet_realloc(block, size) realloc((block), (size))
#define lunet_free(block) free(block)
#define lunet_free_nonnull(block) free(block)

#endif

LUNET_C_END

#endif
