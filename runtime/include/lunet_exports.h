/* Visibility of the functions that plugins and embedders call. */
#ifndef LUNET_EXPORTS_H
#define LUNET_EXPORTS_H

#ifdef __cplusplus
#define LUNET_C_BEGIN extern "C" {
#define LUNET_C_END }
#else
#define LUNET_C_BEGIN
#define LUNET_C_END
#endif

#if defined(_WIN32)
#if defined(LUNET_BUILDING)
#define LUNET_API __declspec(dllexport)
#else
#define LUNET_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define LUNET_API __attribute__((visibility("default")))
#else
#define LUNET_API
#endif

/* On the `luaopen_*` function of a plugin. */
#if defined(_WIN32)
#define LUNET_PLUGIN __declspec(dllexport)
#else
#define LUNET_PLUGIN LUNET_API
#endif

#endif
