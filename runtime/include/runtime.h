/* What the command line of the runtime decided. */
#ifndef LUNET_RUNTIME_H
#define LUNET_RUNTIME_H

#include "lunet_exports.h"

LUNET_C_BEGIN

typedef struct {
    /* Not zero: addresses other than the loopback ones may be bound. */
    int dangerously_skip_loopback_restriction;
} lunet_config_t;

/* To be read only. */
LUNET_API extern lunet_config_t g_lunet_config;

LUNET_C_END

#endif
