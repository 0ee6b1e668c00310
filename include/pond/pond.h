/** @file pond/pond.h
 * The pool for C programs. C99; callable from C++ (but see pool.hpp).
 *
 * A pool hands out memory by moving a pointer, takes ownership of what must be released with it
 * (callbacks, descriptors, temporary files, child pools) and gives all of it back at once.
 *
 *     pond_pool *pool = pond_create(4096);
 *     char *name = pond_strdup(pool, "request 7");
 *     pond_own_fd(pool, open(path, O_RDONLY));
 *     ...
 *     pond_destroy(pool);                   // name is gone, the descriptor closed
 *
 * When not to use it: for objects that live and die one by one over a long time. What is allocated
 * small stays until reset, rewind or destroy (the newest and the large ones excepted).
 *
 * For every function, unless it says otherwise:
 * - **Failure**: NULL, -1 or false with errno: ENOMEM no memory, EDQUOT the quota says no, EINVAL an
 *   argument that can never be right, EPERM the pool is sealed. The pool is as it was.
 * - **Size 0** is fine: a pointer that is not NULL and must not be dereferenced.
 * - **NULL**: a pool that is NULL is refused: EINVAL, or nothing happens.
 * - **Lifetime**: memory lives until the pool is reset or destroyed, or rewound to before it.
 * - **Threads**: a pool, with its children, belongs to one thread at a time; it may be handed over.
 *   Different pools are independent: none waits for another.
 * - **Callbacks** must not throw and must not longjmp out. */
#ifndef POND_POND_H
#define POND_POND_H

#include <stdarg.h>

#include "pond/config.h"
#include "pond/types.h"

POND_BEGIN_DECLARATIONS

/** @name Life
 *  @{ */

/** A new pool whose first block has `first_block` bytes, 104 of which the pool needs itself.
 *  0: the default, 4096; any other size is accepted, too small or odd ones are rounded up (nginx
 *  writes past the end of both). Typically about 60 instructions: the block comes from a cache of
 *  this thread. */
POND_API pond_pool *pond_create(size_t first_block) POND_NOEXCEPT;

/** A new pool with options: quota, parent, upstream, tag, buffer; see pond_options. A struct of
 *  another size than the library's, or NULL, is EINVAL. */
POND_API pond_pool *pond_create_with(const pond_options *options) POND_NOEXCEPT;

/** Empties the pool: destroys its children, runs its cleanups (in the order of pond_destroy), frees
 *  large allocations and the blocks beyond options.keep. Every pointer, cleanup handle and mark of
 *  the pool is void. A sealed pool can be used again. Called by one of the pool's own cleanups it
 *  does nothing but say so on standard error. */
POND_API void pond_reset(pond_pool *pool) POND_NOEXCEPT;

/** Ends the pool: children first, then cleanups (last in, first out; one registered meanwhile runs
 *  too, and a child that one makes or adopts ends before the next), then all memory. NULL is fine.
 *  Called by one of the pool's own cleanups, the pool ends as soon as they have run, and must not be
 *  used after that call. A child of it must not be destroyed afterwards, nor the pool twice. */
POND_API void pond_destroy(pond_pool *pool) POND_NOEXCEPT;

/** Takes all of `other` over: its memory stays where it is, its cleanups run and its memory goes when
 *  `pool` ends, is reset, or rewound to before now; until then it is charged to `pool`, as a child is.
 *  For a result that outlives the request it was made in. `other` must not be used afterwards. 0, or
 *  -1: EDQUOT, ENOMEM, EINVAL `pool` is `other` or descends from it, EBUSY other's cleanups run, or
 *  others retain it; `other` is then as it was. Constant time but for pool's ancestors, nothing is copied;
 *  costs an extension of other's records where it has none (pond_options). A buffer in its options has to
 *  outlive `pool`. pond_free does not find its memory; not to be given to pond_free_sized. */
POND_API int pond_adopt(pond_pool *pool, pond_pool *other) POND_NOEXCEPT;

/** One more user of the pool, who calls pond_release: for several jobs that share what a pool holds
 *  and end in any order. The pool is destroyed by the last release, on the thread that calls it.
 *  0, or -1: ENOMEM. The first call belongs to the thread that uses the pool; from then on retaining
 *  and releasing, and nothing else, may be done by several threads at once. A retained pool that is
 *  destroyed directly is EBUSY and reported; with its parent it goes nevertheless. For pools that
 *  pond_create and its like made. */
POND_API int pond_retain(pond_pool *pool) POND_NOEXCEPT;

/** Ends one use of the pool, and the pool with the last one: pond_destroy where it was never
 *  retained. NULL is fine. One release too many uses a pool that is gone, as destroying it twice
 *  does: undefined; reported as a rule where a tool watches (POND_OPTIONS=own among them). */
POND_API void pond_release(pond_pool *pool) POND_NOEXCEPT;

/** @} */

/** @name Memory
 *  @{ */

/** `size` bytes, aligned as malloc's (16 on x86-64), not zeroed. Up to options.large_threshold from
 *  a block; above it, where the current block has no room, with memory of its own that pond_free
 *  gives back. About ten instructions where it fits. */
POND_API void *pond_alloc(pond_pool *pool, size_t size) POND_NOEXCEPT POND_ALLOC_SIZE(2);

/** The same at `alignment`, any power of two; else EINVAL. */
POND_API void *pond_alloc_aligned(pond_pool *pool, size_t size, size_t alignment) POND_NOEXCEPT
    POND_ALLOC_SIZE(2);

/** The same without alignment, right behind what was allocated before: for strings. */
POND_API void *pond_alloc_packed(pond_pool *pool, size_t size) POND_NOEXCEPT POND_ALLOC_SIZE(2);

/** `count` objects of `size` bytes, zeroed, aligned as malloc's. The product is checked. */
POND_API void *pond_calloc(pond_pool *pool, size_t count, size_t size) POND_NOEXCEPT
    POND_ALLOC_PRODUCT(2, 3);

/** `size` bytes with memory of their own, whatever the size, so that pond_free can give them back:
 *  for buffers that end before the pool. About twice the cost of a pool. */
POND_API void *pond_alloc_large(pond_pool *pool, size_t size) POND_NOEXCEPT POND_ALLOC_SIZE(2);

/** The same at `alignment`, any power of two. */
POND_API void *pond_alloc_large_aligned(pond_pool *pool, size_t size, size_t alignment)
    POND_NOEXCEPT POND_ALLOC_SIZE(2);

/** Changes the size of `p` from `old_size`, which must be what it was allocated with. The newest
 *  allocation changes in place while the block has room; a smaller size never moves (a large one
 *  that keeps less than half excepted, and in a pool that recycles one of another class: both may
 *  fail); otherwise the content is copied to new memory aligned as
 *  malloc's and `p` is given back as by pond_free_sized. NULL: as pond_alloc. On failure `p` is as
 *  it was. */
POND_API void *pond_resize(pond_pool *pool, void *p, size_t old_size, size_t new_size) POND_NOEXCEPT
    POND_ALLOC_SIZE(4);

/** Gives a large allocation back. true: `p` was one of this pool's and is gone; false: it was not,
 *  nothing happened, and if it is small memory of the pool it stays until reset. Any pointer is
 *  safe to ask about, a foreign, interior or freed one too: it is compared, never followed.
 *  Constant time on average, whatever the number of large allocations. */
POND_API bool pond_free(pond_pool *pool, const void *p) POND_NOEXCEPT;

/** Gives `p` back, which was allocated with `size` bytes: a large one at once, and the newest of a
 *  block too; anything else stays until reset. NULL is fine. Where a tool watches (POND_OPTIONS=own
 *  is one) memory that is not the pool's, or not any more, and a size that cannot be are reported. */
POND_API void pond_free_sized(pond_pool *pool, void *p, size_t size) POND_NOEXCEPT;

/** @} */

/** @name Strings: packed, ended by a zero byte
 *  @{ */

/** A copy of the whole text. */
POND_API char *pond_strdup(pond_pool *pool, const char *text) POND_NOEXCEPT;

/** At most `size` bytes of `text`, fewer where it ends before. */
POND_API char *pond_strndup(pond_pool *pool, const char *text, size_t size) POND_NOEXCEPT;

/** `size` bytes as they are, without a zero byte, aligned as malloc's. */
POND_API void *pond_memdup(pond_pool *pool, const void *data, size_t size) POND_NOEXCEPT
    POND_ALLOC_SIZE(3);

/** The text that printf would print. Formatted once up to 255 bytes, else twice. NULL
 *  also where printf fails. */
POND_API char *pond_printf(pond_pool *pool, const char *format, ...) POND_NOEXCEPT
    POND_PRINTF(2, 3);

/** The same of a va_list, which the caller still has to end. */
POND_API char *pond_vprintf(pond_pool *pool, const char *format, va_list arguments) POND_NOEXCEPT
    POND_PRINTF(2, 0);

/** @} */

/** @name Cleanups
 *  @{ */

/** Has handler(data) called when the pool is reset or destroyed, or rewound to before now; the last
 *  registered runs first. The handler may use the pool: allocate, register, cancel, mark. Costs 48
 *  bytes of the pool, which are used again after a cancel. A NULL handler is EINVAL. */
POND_API pond_cleanup *pond_on_destroy(pond_pool *pool, void (*handler)(void *data), void *data)
    POND_NOEXCEPT;

/** Forgets a cleanup without running it. Constant time. The handle is void afterwards. NULL, or the
 *  cleanup that is running now, is fine. */
POND_API void pond_cleanup_cancel(pond_pool *pool, pond_cleanup *cleanup) POND_NOEXCEPT;

/** Runs a cleanup now instead of later. The handle is void afterwards. */
POND_API void pond_cleanup_run(pond_pool *pool, pond_cleanup *cleanup) POND_NOEXCEPT;

/** Gives the pool a descriptor to close. 0, or -1: EBADF it is not open, ENOMEM; it is then still
 *  the caller's. Of -1, what a failed open() returns, errno stays as that has set it. */
POND_API int pond_own_fd(pond_pool *pool, int fd) POND_NOEXCEPT;

/** Gives the pool a descriptor to close and a file, whose path is copied, to unlink first. */
POND_API int pond_own_temp_file(pond_pool *pool, int fd, const char *path) POND_NOEXCEPT;

/** Closes an owned descriptor now, and unlinks its file where it has one (nginx overlooks those).
 *  0, or -1 with EBADF: the pool does not own it. Looks through the cleanups, newest first. */
POND_API int pond_close_fd(pond_pool *pool, int fd) POND_NOEXCEPT;

/** @} */

/** @name Values by key
 *  @{ */

/** Has pond_get answer `data` for `key`, an address that stands for the purpose (of a static object
 *  of the caller's, say). `end`, if not NULL, is called with `data` when the pool ends, is reset or
 *  rewound, as a cleanup. An earlier value of the key is hidden until then, not ended. 0, or -1.
 *  Costs 96 bytes of the pool, the first one an extension of its records, and the ninth at a time a table. */
POND_API int pond_set(pond_pool *pool, const void *key, void *data, void (*end)(void *data))
    POND_NOEXCEPT;

/** The newest value of `key` in this pool, or NULL. Constant time on average. */
POND_API void *pond_get(const pond_pool *pool, const void *key) POND_NOEXCEPT;

/** Ends the newest value of `key` now; false: there is none. */
POND_API bool pond_unset(pond_pool *pool, const void *key) POND_NOEXCEPT;

/** @} */

/** @name Marks
 *  @{ */

/** Notes where the pool stands. Costs 64 bytes of the pool until it is rewound, and the first one
 *  an extension of the pool's records, which stays: 384 bytes of the block that the pool takes from,
 *  or of one of its own where that has not as much left. While a mark is open, nothing older is
 *  grown in place, given back by pond_free_sized or pond_resize, or used again; pond_free does what
 *  it is told. On failure a mark that is always stale. */
POND_API pond_mark pond_get_mark(pond_pool *pool) POND_NOEXCEPT;

/** Goes back to a mark: exactly what came after it goes. Children are destroyed, cleanups run,
 *  large allocations freed, blocks given back. Ends the mark and those made after it. A stale mark
 *  (ended before, of another pool, from before a reset) is EINVAL and reported; nothing happens. */
POND_API bool pond_rewind(pond_pool *pool, pond_mark mark) POND_NOEXCEPT;

/** Ends a mark, and those made after it, and keeps what came after it. */
POND_API bool pond_commit(pond_pool *pool, pond_mark mark) POND_NOEXCEPT;

/** @} */

/** @name Questions and orders
 *  @{ */

/** From now until a reset, allocating from the pool fails with EPERM and a line on standard error
 *  that names its tag: for what is read once and must not grow unnoticed. (Requests of size 0 are
 *  not noticed.) Cleanups can be cancelled and run, large allocations freed. */
POND_API void pond_seal(pond_pool *pool) POND_NOEXCEPT;

/** What the pool holds. Takes time in proportion to its blocks, large allocations and cleanups. */
POND_API void pond_get_stats(const pond_pool *pool, pond_stats *stats) POND_NOEXCEPT;

/** The same with all descendants added up; `peak` is that of their sum. */
POND_API void pond_get_stats_recursive(const pond_pool *pool, pond_stats *stats) POND_NOEXCEPT;

/** The name given in the options, or "". */
POND_API const char *pond_get_tag(const pond_pool *pool) POND_NOEXCEPT;

/** Whether `a` lives at least as long as `b`: it is `b` or one of its ancestors. For assertions
 *  where memory of one pool is referred to from another. */
POND_API bool pond_outlives(const pond_pool *a, const pond_pool *b) POND_NOEXCEPT;

/** @} */

/** @name The process
 *  @{ */

/** The library's version, "major.minor.patch". */
POND_API const char *pond_version(void) POND_NOEXCEPT;

/** Gives the blocks that this thread has cached back to the upstream. A thread does so itself when
 *  it ends, and in part when its demand falls. */
POND_API void pond_trim(void) POND_NOEXCEPT;

/** Bytes that this thread has cached. */
POND_API size_t pond_cached_bytes(void) POND_NOEXCEPT;

/** How many bytes a thread may cache: 1 MiB unless said otherwise, 2 MiB at most, 0: none. For this
 *  thread, which is trimmed, and those whose first pool is still to come. */
POND_API void pond_set_cache_limit(size_t bytes) POND_NOEXCEPT;

/** Replaces the C library as the default upstream of the process; NULL: the C library again. To be
 *  called while no pool with the default upstream is alive, which is not checked, and before other
 *  threads have used pools: else EBUSY, and nothing is changed. This thread's cache is trimmed. */
POND_API int pond_set_default_upstream(const pond_upstream *upstream) POND_NOEXCEPT;

/** Has misuse reported to `report` from now on, with `context`: to a program's own log, for example.
 *  NULL: to standard error again. To be called while no other thread uses pools. */
POND_API void pond_set_report(pond_report_callback *report, void *context) POND_NOEXCEPT;

/** What the environment variable POND_OPTIONS says, said by the program: comma-separated words.
 *      abort     misuse that is reported stops the program after the report
 *      own       every allocation has upstream memory of its own, so that tools see its exact ends, and is
 *                a large one: pond_free gives it back
 *      fail=N    the N-th call of an upstream from now on fails (it may be tried again with less)
 *      fail=N-M  ... the N-th to the M-th
 *  Pools that already exist stay as they are. -1 with EINVAL: a word that is not known; nothing is
 *  changed. To be called before other threads use pools: one that has a cache already goes on with it,
 *  and its new pools are not watched. */
POND_API int pond_configure(const char *options) POND_NOEXCEPT;

/** @} */

POND_END_DECLARATIONS

#endif
