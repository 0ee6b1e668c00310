/* compat/nginx/ngx_palloc.h: nginx's pool interface, served by pond.
 *
 * Stands on the include path before nginx's own header of this name: the same functions, types and
 * macros, and the same size and offsets of every struct, so that nginx's sources and modules that
 * were compiled against the original keep working (tests/nginx/layout.c compares it with the
 * original header). integration/nginx/build.sh makes an nginx with it.
 *
 * When not to use it: in code that is not nginx's, or a module's. pond/pond.h has the same pool
 * with more to it.
 *
 * For every function, unless it says otherwise:
 *   Failure    NULL, and nginx's own line in the pool's log, at its level. The pool is as it was.
 *   Size 0     is fine: a pointer that is not NULL and must not be dereferenced.
 *   Lifetime   memory lives until the pool is reset or destroyed.
 *   Threads    a pool belongs to one thread at a time.
 * Differences from nginx that can be seen are listed in DESIGN.md, "nginx". */
#ifndef _NGX_PALLOC_H_INCLUDED_
#define _NGX_PALLOC_H_INCLUDED_

#include <ngx_config.h>

#include <ngx_core.h>

/* Larger requests than this, or than a pool's size less its struct, are large: they have memory of
 * their own, whatever room there is, and ngx_pfree gives it back. As in nginx, huge until
 * ngx_os_init has asked for the page size. */
#define NGX_MAX_ALLOC_FROM_POOL (ngx_pagesize - 1)

/* Names and values that nginx's modules and configuration directives use. */
#define NGX_DEFAULT_POOL_SIZE (16 * 1024)
#define NGX_POOL_ALIGNMENT 16
#define NGX_MIN_POOL_SIZE \
  ngx_align((sizeof(ngx_pool_t) + 2 * sizeof(ngx_pool_large_t)), NGX_POOL_ALIGNMENT)

typedef void (*ngx_pool_cleanup_pt)(void *data);

typedef struct ngx_pool_cleanup_s ngx_pool_cleanup_t;

/* A cleanup: handler(data) is called when the pool ends, the newest first. Modules set the two
 * after ngx_pool_cleanup_add; a handler of NULL is passed over. */
struct ngx_pool_cleanup_s {
  ngx_pool_cleanup_pt handler;
  void *data;
  ngx_pool_cleanup_t *next;
};

typedef struct ngx_pool_large_s ngx_pool_large_t;

/* Only for its size, which NGX_MIN_POOL_SIZE counts. Large allocations are pond's records. */
struct ngx_pool_large_s {
  ngx_pool_large_t *next;
  void *alloc;
};

/* pond's three words, which ngx_array.c moves, under nginx's names. */
typedef struct {
  u_char *last;      /* where the next allocation begins; may be moved back, and up to `end` */
  u_char *end;       /* end of the current block's room; equal to last where a tool watches */
  ngx_pool_t *next;  /* pond's own: not a pool */
  ngx_uint_t failed; /* always 0 */
} ngx_pool_data_t;

/* A pool, at the start of its first block. */
struct ngx_pool_s {
  ngx_pool_data_t d;
  size_t max;                  /* the largest request that is not large */
  ngx_pool_t *current;         /* always the pool itself */
  ngx_chain_t *chain;          /* free chain links: ngx_buf.c's */
  ngx_pool_large_t *large;     /* always NULL: pond_visit (pond/embed.h) shows large allocations */
  ngx_pool_cleanup_t *cleanup; /* newest first; may be walked, unlinked from and assigned */
  ngx_log_t *log;              /* may be assigned, and may lie in the pool's own memory */
};

/* The data of the two file cleanups below. */
typedef struct {
  ngx_fd_t fd;
  u_char *name;
  ngx_log_t *log;
} ngx_pool_cleanup_file_t;

#ifdef __cplusplus
extern "C" {
#endif

/* A pool whose first block has `size` bytes, the 80 of the struct and pond's 80 included. Any size:
 * what is too small or not a multiple of 16, which nginx writes past the end of, is rounded up.
 * `size` also says what is large: see ngx_pool_s.max. The block comes from a cache of the thread,
 * in about 150 instructions. */
ngx_pool_t *ngx_create_pool(size_t size, ngx_log_t *log);

/* Ends the pool: cleanups, newest first, each once, those registered meanwhile included; then large
 * allocations and blocks. A cleanup leaves the list before it is called. */
void ngx_destroy_pool(ngx_pool_t *pool);

/* Empties the pool: cleanups run (nginx leaves their list in memory that is handed out again), large
 * allocations and blocks beyond 64 KiB go back. */
void ngx_reset_pool(ngx_pool_t *pool);

/* `size` bytes aligned to NGX_ALIGNMENT, from a block up to max, else large. About 15 instructions
 * where the current block has room. */
void *ngx_palloc(ngx_pool_t *pool, size_t size);

/* The same without alignment: for strings. */
void *ngx_pnalloc(ngx_pool_t *pool, size_t size);

/* ngx_palloc, zeroed. */
void *ngx_pcalloc(ngx_pool_t *pool, size_t size);

/* A large allocation at `alignment`, a power of two (below 8, too), whatever the size. */
void *ngx_pmemalign(ngx_pool_t *pool, size_t size, size_t alignment);

/* Gives a large allocation back: NGX_OK, in constant time on average; NGX_DECLINED: `p` is not one
 * of this pool's, nothing happened. `p` is compared, never followed. */
ngx_int_t ngx_pfree(ngx_pool_t *pool, void *p);

/* A new cleanup with `size` bytes of data (none: data is NULL) and no handler yet. */
ngx_pool_cleanup_t *ngx_pool_cleanup_add(ngx_pool_t *p, size_t size);

/* Runs the file cleanup of `fd` now, and not again. Where that is ngx_pool_delete_file, which nginx
 * overlooks, the file is deleted, too. */
void ngx_pool_run_cleanup_file(ngx_pool_t *p, ngx_fd_t fd);

/* Handlers for ngx_pool_cleanup_file_t: close the descriptor; delete the file, if it is there, and
 * close. What fails is logged, as nginx does: alert for close, crit for unlink. */
void ngx_pool_cleanup_file(void *data);
void ngx_pool_delete_file(void *data);

#ifdef __cplusplus
}
#endif

#endif
