/** @file pond/embed.h
 * A pool inside somebody else's pool struct. C99 and C++20.
 *
 * For a host that already has a pool type, with callers who look into it: the struct lies at the
 * start of the pool's first block (16 bytes behind that under AddressSanitizer), pond's three words
 * somewhere in it, and all functions of pond.h take what pond_embedded_pool() makes of those.
 * nginx's ngx_pool_t is the case this was made for.
 *
 * When not to use it: everywhere else. pond.h hides what this shows. */
#ifndef POND_EMBED_H
#define POND_EMBED_H

#include "pond/config.h"
#include "pond/types.h"

POND_BEGIN_DECLARATIONS

/** The three words of a pool, for a struct that contains them. The host may move `cur` back to give
 *  the newest allocation back, and forward up to `end` to grow it; `end` and `state` are pond's. A
 *  pool that hides its room (a tool watches it, it recycles or is sealed) shows cur == end, where no
 *  memory is: in the upper half of the address space; of 32 bits in its first page, where null and
 *  some size of nearly 4096 end: do not give null back. */
typedef struct pond_head {
  unsigned char *cur; /**< where the room begins that is left in the current block */
  unsigned char *end; /**< where it ends, a multiple of 16 */
  void *state;        /**< everything else */
} pond_head;

/** What a host is: one constant object, which must outlive its pools. */
typedef struct pond_embedding {
  size_t struct_size; /**< sizeof(pond_embedding); another size is EINVAL */
  size_t prefix;      /**< bytes of the first block that are the host's, a multiple of 8, <= 2032 */
  size_t head_offset; /**< where in them the pond_head lies, a multiple of 8 */
  /** Told when the upstream had no memory for a large allocation of `size` bytes or for a block, so
   *  that the host can log it in its own words, and of a size that no upstream could have; may be
   *  NULL. `alignment` is what was asked, for a block 16. `host` is the host's struct. It must not
   *  use the pool, nor throw. A first block that cannot be had is told by the NULL of creation. */
  void (*on_failure)(void *host, size_t size, size_t alignment, bool large);
} pond_embedding;

/** Creates a pool whose first block has `first_block` bytes, POND_EMBEDDED_SIZE behind the prefix its
 *  own; any size, as for pond_create. Requests above `large_threshold` are large where they do not
 *  fit; 0: by the size of the first block. Returns the host's struct, `prefix` bytes aligned to 16,
 *  of which only the pond_head is written. NULL as from pond_create; EINVAL for an embedding that
 *  cannot be. About 110 instructions where a block of that size was used before. */
POND_API void *pond_embed(size_t first_block, size_t large_threshold,
                          const pond_embedding *embedding) POND_NOEXCEPT;

/** The same with options: a quota, a parent, an upstream, a tag. Costs what pond_create_with costs beside
 *  pond_create: an extension of the pool's records (pond_options). */
POND_API void *pond_embed_with(const pond_options *options, const pond_embedding *embedding)
    POND_NOEXCEPT;

/** The pool whose three words are at `head`. */
static inline pond_pool *pond_embedded_pool(pond_head *head) {
  return POND_POINTER_CAST(pond_pool *, head);
}

/** Bytes of a first block that pond needs behind the host's prefix: 88, or 52 where a pointer has 32
 *  bits. */
#define POND_EMBEDDED_SIZE (9 * sizeof(void *) + 16)

/** Calls block(context, memory, size, unused) for every block of the pool, the newest first and the
 *  first block last, `unused` being the room that is left in it; then large(context, memory, size)
 *  for every large allocation, the newest first. Either may be NULL. The callbacks must not change
 *  the pool. */
POND_API void pond_visit(const pond_pool *pool,
                         void (*block)(void *context, const void *memory, size_t size,
                                       size_t unused),
                         void (*large)(void *context, const void *memory, size_t size),
                         void *context) POND_NOEXCEPT;

POND_END_DECLARATIONS

#endif
