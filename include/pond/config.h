/** @file pond/config.h
 * Version, symbol visibility and compiler attributes. C99 and C++20.
 *
 * Everything a compiler or a platform does differently is named here, once, so that no other
 * public header has conditions around its declarations. */
#ifndef POND_CONFIG_H
#define POND_CONFIG_H

/** The version of this header; pond_version() is the version of the library that was linked. */
#define POND_VERSION_MAJOR 0
#define POND_VERSION_MINOR 1 /**< raised where something was added */
#define POND_VERSION_PATCH 0 /**< raised where nothing was */
/** All of it; CMake, pkg-config and the manual take it from here. */
#define POND_VERSION_STRING "0.1.0"

/** Marks what libpond exports; the library is compiled with hidden visibility. */
#define POND_API __attribute__((visibility("default")))

/** The compiler checks the arguments as printf's: `text` is the place of the format string,
 *  `first` that of the first argument to check, 0 for a va_list. */
#define POND_PRINTF(text, first) __attribute__((format(printf, text, first)))

/** The result is fresh memory of `size` bytes (the place of that parameter), NULL when there is
 *  none. `malloc` is deliberately not said: a pool's memory is reachable through the pool. */
#define POND_ALLOC_SIZE(size) __attribute__((alloc_size(size), warn_unused_result))

/** Two parameters whose product is the size. */
#define POND_ALLOC_PRODUCT(count, size) __attribute__((alloc_size(count, size), warn_unused_result))

/** For functions that fast paths call when they do not fit: kept out of line and out of the way. */
#define POND_COLD __attribute__((noinline, cold))

/** The last 2^n bytes of the address space are the kernel's. On x86-64 and aarch64 its half is; on
 *  aarch64 a program's pointers may carry a tag above bit 55, which says whose they are. Elsewhere
 *  it is the last page, whose addresses are error numbers (Linux: up to 4095): other machines may
 *  give a program all other addresses. */
#if defined(__LP64__) && (defined(__x86_64__) || defined(__aarch64__))
#define POND_KERNELS_BITS 55
#else
#define POND_KERNELS_BITS 12
#endif

/** C++ callers may rely on it: nothing in the C ABI throws. */
#ifdef __cplusplus
#define POND_NOEXCEPT noexcept
/** Each language's own cast. */
#define POND_POINTER_CAST(type, p) reinterpret_cast<type>(p)
/** What is declared from here on has C's names. */
#define POND_BEGIN_DECLARATIONS extern "C" {
#define POND_END_DECLARATIONS } /**< ... up to here. */
#else
#define POND_NOEXCEPT
#define POND_POINTER_CAST(type, p) ((type)(void *)(p))
#define POND_BEGIN_DECLARATIONS
#define POND_END_DECLARATIONS
#endif

/** Two major versions can be linked into one program: the C++ names carry this tag. */
#define POND_NAMESPACE_TAG v1

#endif
