/** @file pond/types.h
 * The plain types that the C and the C++ interface share. C99 and C++20.
 *
 * No function is declared here. pond.h (C) and pool.hpp (C++) stand beside each other on these
 * types, so that neither drags in the other's error model. */
#ifndef POND_TYPES_H
#define POND_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pond/config.h"

POND_BEGIN_DECLARATIONS

/** A pool. Its inside is nobody's business but the library's; C++ sees it as pond::pool. */
typedef struct pond_pool pond_pool;

/** A registered cleanup. Valid until it ran or was cancelled; its memory is then used again, so
 *  a handle must not be used after that. */
typedef struct pond_cleanup pond_cleanup;

/** Where blocks and large allocations come from: the C library unless said otherwise.
 *
 *  `allocate` returns `size` bytes aligned to `alignment` (a power of two), or NULL when it has
 *  none. `deallocate` is given back exactly the pointer, size and alignment of one earlier
 *  allocate. Both may be called from whichever thread uses the pool, and must neither throw nor
 *  use that pool. `context` is passed through. */
typedef struct pond_upstream {
  /** `size` bytes, or NULL. */
  void *(*allocate)(void *context, size_t size, size_t alignment);
  /** Takes them back. */
  void (*deallocate)(void *context, void *memory, size_t size, size_t alignment);
  void *context; /**< the first argument of both */
} pond_upstream;

/** Which limit of a pool's quota was passed. */
typedef enum pond_limit {
  POND_LIMIT_SOFT, /**< the allocation went through; told once each time the limit is passed */
  POND_LIMIT_HARD  /**< the allocation was refused */
} pond_limit;

/** Told when a limit of `pool` is passed: `reserved` bytes are held by it and its descendants,
 *  `requested` more were asked of the upstream. It may read the pool's statistics; it must not
 *  allocate from, reset or destroy this pool, its ancestors or descendants, and must not throw. */
typedef void pond_limit_callback(void *context, pond_pool *pool, pond_limit which,
                                 size_t reserved, size_t requested);

/** Told of misuse in place of standard error: the tag of the pool, or "", the errno that it means,
 *  and what happened, without a newline. `error` 0: words of pond's own were overwritten. Where the
 *  text says so the program is stopped when this returns. On the thread whose call it was, perhaps on several at
 *  once. EFAULT: AddressSanitizer, whose report went before, found an address that is or was the
 *  pool's. It must not use that pool, nor throw, nor keep the texts; it may end the program. */
typedef void pond_report_callback(void *context, const char *tag, int error, const char *what);

/** How a pool is made. Start from POND_OPTIONS_INIT and change what you need:
 *
 *      pond_options options = POND_OPTIONS_INIT;
 *      options.hard_limit = 1 << 20;
 *
 *  The first member is the size of the struct the caller was compiled with, so that later versions
 *  can add members; any other size is refused (EINVAL). Pointers are only read during creation,
 *  except `upstream`'s functions and context, `on_limit` and its context, `parent` and
 *  `buffer`, which must outlive the pool. */
typedef struct pond_options {
  /** sizeof(pond_options), as the caller was compiled. */
  size_t struct_size;

  /** Bytes of the first block, the pool's own records included; 0: POND_DEFAULT_BLOCK. Any size is
   *  accepted: too small or odd is rounded up. Above PTRDIFF_MAX it is EINVAL, a size that no memory
   *  can have (for pond_create, which knows no mistakes, ENOMEM). */
  size_t first_block;

  /** Blocks double, after every eighth, up to this, or stay at first_block where that is larger;
   *  0: 262144. */
  size_t largest_block;

  /** Requests above it that do not fit the current block get memory of their own, which pond_free
   *  gives back; 0: the room of the first block, at most 4095, as nginx. At least 79. */
  size_t large_threshold;

  /** Bytes of blocks that reset keeps, besides the first block; none where a hard_limit, the pool's
   *  or an ancestor's, would count them. */
  size_t keep;

  /** Bytes reserved by the pool and its descendants above which on_limit is told; SIZE_MAX: none. */
  size_t soft_limit;

  /** ... above which allocations fail with EDQUOT; SIZE_MAX: none. A limit once passed stays. */
  size_t hard_limit;

  pond_limit_callback *on_limit; /**< told of either; NULL: nobody */
  void *on_limit_context;        /**< its first argument */

  /** Copied; NULL: the default one, through the block cache of the thread. */
  const pond_upstream *upstream;

  /** The pool is destroyed with it, and is then no pool any more; charged to it; NULL: none. */
  pond_pool *parent;

  /** A short name for reports; copied, cut at 31 bytes; NULL: none. */
  const char *tag;

  /** Memory to use as the first block, never given back; ignored where it is too small for the
   *  pool's records, of which those with options (384 bytes) have a block to themselves where it
   *  is of less than 880 bytes. With a hard_limit of 0 the pool has nothing else. One that would
   *  reach into the first page, that in which the upper half of the addresses begins, or the last
   *  bytes, which are the kernel's (2^55 on x86-64 and aarch64, elsewhere 4096), cannot be memory:
   *  EINVAL. NULL: none. */
  void *buffer; /**< later blocks, and what is large, go by first_block as without it */
  size_t buffer_size; /**< its bytes */

  /** Small memory that pond_free_sized is given goes to the next request of its size, so that
   *  containers which insert and erase for long have bounded memory. Costs 1056 bytes a pool,
   *  as many for each alignment above 16 that is asked for, and 172 instructions to give back and
   *  allocate again, otherwise 26; sizes are rounded up to a
   *  multiple of 16 or by a sixteenth, and nothing grows in place or shrinks without moving, where it
   *  does not stay in its class. While a mark is open, what is given back stays.
   *  Under AddressSanitizer and memcheck nothing is used again. */
  bool recycle;
} pond_options;

/** Bytes of blocks that a reset keeps beside the first block, unless said otherwise: enough for a
 *  busy request of a server, too little to matter after a peak. */
#define POND_DEFAULT_KEEP 65536U

/** Bytes of the first block unless said otherwise: a page less what malloc puts before it would
 *  be odd; nginx's users have lived with 4096 for 20 years. */
#define POND_DEFAULT_BLOCK 4096U

/** The defaults, and the size of the struct. */
#define POND_OPTIONS_INIT                                                                       \
  {sizeof(pond_options), 0, 0, 0, POND_DEFAULT_KEEP, SIZE_MAX, SIZE_MAX, NULL, NULL, NULL, NULL, \
   NULL, NULL, 0, false}

/** A place in the life of a pool, to which pond_rewind goes back. Copy it freely; it is used up
 *  by the first rewind or commit that covers it, and using it again is diagnosed as stale. */
typedef struct pond_mark {
  uint64_t opaque[4]; /**< the library's business */
} pond_mark;

/** What a pool holds at this moment. Bytes throughout. */
typedef struct pond_stats {
  /** Handed out from blocks, alignment padding included, large allocations excluded. */
  size_t used;
  /** Taken from the upstream or the cache: blocks, large allocations, the pool's own records. */
  size_t reserved;
  /** The most `reserved` has ever been. */
  size_t peak;
  /** Number of blocks; where no other had room for the pool's records, one has only those. */
  size_t blocks;
  /** Number of large allocations alive. */
  size_t large;
  /** Their bytes, which are part of `reserved`. */
  size_t large_bytes;
  /** Cleanups registered and not yet run. */
  size_t cleanups;
  /** Child pools alive. */
  size_t children;
} pond_stats;

POND_END_DECLARATIONS

#endif
