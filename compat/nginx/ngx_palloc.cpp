// compat/nginx/ngx_palloc.cpp: nginx's pool functions over pond. No algorithm of its own: what
// nginx shows to its modules is kept true here, everything else is the core's.
//
// Compiled against the tree of the nginx that it will be part of (ngx_config.h says what that is),
// and linked into it with cc: nothing here is noexcept, because then g++ would have calls of
// nginx's C functions guarded by the C++ runtime.
extern "C" {
#include <ngx_config.h>

#include <ngx_core.h>
}

#include <pond/embed.h>
#include <pond/pond.h>

#include <cstddef>
#include <cstring>
#include <pond/pool.hpp>

// The struct's first three words are a pond::pool; nothing else of it is pond's.
static_assert(offsetof(ngx_pool_t, d) == 0 &&
              sizeof(pond::pool) == offsetof(ngx_pool_data_t, failed));

namespace {

#if (NGX_DEBUG_PALLOC)
constexpr bool own_memory_for_each = true;
#else
constexpr bool own_memory_for_each = false;
#endif

pond_pool *handle_of(ngx_pool_t *pool) {
  return pond_embedded_pool(reinterpret_cast<pond_head *>(&pool->d));
}

/// The three words as C++ sees them, with the inlined fast path.
pond::pool &words_of(ngx_pool_t *pool) { return *reinterpret_cast<pond::pool *>(handle_of(pool)); }

/// What ngx_palloc asks of a large allocation: nginx asks malloc, which gives what it gives. Every
/// other alignment is ngx_pmemalign's, whose line is another one.
constexpr size_t as_malloc = 1;

/// In nginx's words: blocks are asked of posix_memalign there, large allocations of malloc.
void log_failure(ngx_log_t *log, size_t size, size_t alignment) {
  if (alignment == as_malloc) {
    ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "malloc(%uz) failed", size);
  } else {
    ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "posix_memalign(%uz, %uz) failed", alignment,
                  size);
  }
}

void on_failure(void *host, size_t size, size_t alignment, bool) {
  log_failure(static_cast<ngx_pool_t *>(host)->log, size, alignment);
}

constexpr pond_embedding embedding = {sizeof(pond_embedding), sizeof(ngx_pool_t),
                                      offsetof(ngx_pool_t, d), on_failure};

/// A cleanup leaves the list before it runs: whatever it does to the list, it runs once, and one
/// that it adds runs, too.
void run_cleanups(ngx_pool_t *pool) {
  while (ngx_pool_cleanup_t *c = pool->cleanup) {
    pool->cleanup = c->next;
    if (c->handler != nullptr) {
      ngx_log_debug1(NGX_LOG_DEBUG_ALLOC, pool->log, 0, "run cleanup: %p", c);
      c->handler(c->data);
    }
  }
}

#if (NGX_DEBUG)
/// Said before anything is freed, because the log may lie in the pool.
void log_frees(ngx_pool_t *pool) {
  if ((pool->log->log_level & NGX_LOG_DEBUG_ALLOC) == 0) return;
  pond_visit(
      handle_of(pool), nullptr,
      [](void *log, const void *p, size_t) {
        ngx_log_debug1(NGX_LOG_DEBUG_ALLOC, static_cast<ngx_log_t *>(log), 0, "free: %p", p);
      },
      pool->log);
  pond_visit(
      handle_of(pool),
      [](void *log, const void *p, size_t, size_t unused) {
        ngx_log_debug2(NGX_LOG_DEBUG_ALLOC, static_cast<ngx_log_t *>(log), 0,
                       "free: %p, unused: %uz", p, unused);
      },
      nullptr, pool->log);
}
#endif

[[gnu::noinline]] void *allocate_large(ngx_pool_t *pool, size_t size) {
  void *p = words_of(pool).try_allocate_large(size, as_malloc);
  ngx_log_debug2(NGX_LOG_DEBUG_ALLOC, pool->log, 0, "malloc: %p:%uz", p, size);
  return p;
}

[[gnu::noinline]] void *allocate_large_zeroed(ngx_pool_t *pool, size_t size) {
  void *p = allocate_large(pool, size);
  return p != nullptr ? std::memset(p, 0, size) : nullptr;
}

/// max is nginx's rule for what is large, whatever room there is, and modules may read it.
[[gnu::always_inline]] inline bool is_large(const ngx_pool_t *pool, size_t size) {
  return own_memory_for_each || size > pool->max;
}

[[gnu::always_inline]] inline void *allocate(ngx_pool_t *pool, size_t size, size_t alignment) {
  if (is_large(pool, size)) [[unlikely]]
    return allocate_large(pool, size);
  return words_of(pool).try_allocate(size, alignment);
}

void close_file(const ngx_pool_cleanup_file_t *file) {
  if (ngx_close_file(file->fd) == NGX_FILE_ERROR) {
    ngx_log_error(NGX_LOG_ALERT, file->log, ngx_errno, ngx_close_file_n " \"%s\" failed",
                  file->name);
  }
}

}  // namespace

ngx_pool_t *ngx_create_pool(size_t size, ngx_log_t *log) {
  const size_t room = size > sizeof(ngx_pool_t) ? size - sizeof(ngx_pool_t) : 0;
  const size_t max = room < NGX_MAX_ALLOC_FROM_POOL ? room : NGX_MAX_ALLOC_FROM_POOL;
  auto *pool = static_cast<ngx_pool_t *>(pond_embed(size, max, &embedding));
  if (pool == nullptr) [[unlikely]]
    log_failure(log, size, NGX_POOL_ALIGNMENT);
  ngx_log_debug3(NGX_LOG_DEBUG_ALLOC, log, 0, "posix_memalign: %p:%uz @%uz", pool, size,
                 static_cast<size_t>(NGX_POOL_ALIGNMENT));
  if (pool == nullptr) [[unlikely]]
    return nullptr;
  pool->d.failed = 0;
  pool->max = max;
  pool->current = pool;
  pool->chain = nullptr;
  pool->large = nullptr;
  pool->cleanup = nullptr;
  pool->log = log;
  return pool;
}

void ngx_destroy_pool(ngx_pool_t *pool) {
  run_cleanups(pool);
#if (NGX_DEBUG)
  log_frees(pool);
#endif
  pond_destroy(handle_of(pool));
}

void ngx_reset_pool(ngx_pool_t *pool) {
  run_cleanups(pool);
  pool->chain = nullptr;
  pond_reset(handle_of(pool));
}

void *ngx_palloc(ngx_pool_t *pool, size_t size) { return allocate(pool, size, NGX_ALIGNMENT); }

void *ngx_pnalloc(ngx_pool_t *pool, size_t size) { return allocate(pool, size, 1); }

void *ngx_pcalloc(ngx_pool_t *pool, size_t size) {
  if (is_large(pool, size)) [[unlikely]]
    return allocate_large_zeroed(pool, size);
  return words_of(pool).try_allocate_zeroed(size, NGX_ALIGNMENT);
}

void *ngx_pmemalign(ngx_pool_t *pool, size_t size, size_t alignment) {
  void *p = words_of(pool).try_allocate_large(size, alignment);
  ngx_log_debug3(NGX_LOG_DEBUG_ALLOC, pool->log, 0, "posix_memalign: %p:%uz @%uz", p, size,
                 alignment);
  return p;
}

ngx_int_t ngx_pfree(ngx_pool_t *pool, void *p) {
  if (!pond_free(handle_of(pool), p)) return NGX_DECLINED;
  ngx_log_debug1(NGX_LOG_DEBUG_ALLOC, pool->log, 0, "free: %p", p);
  return NGX_OK;
}

ngx_pool_cleanup_t *ngx_pool_cleanup_add(ngx_pool_t *p, size_t size) {
  auto *c = static_cast<ngx_pool_cleanup_t *>(ngx_palloc(p, sizeof(ngx_pool_cleanup_t)));
  if (c == nullptr) return nullptr;
  c->data = nullptr;
  if (size != 0 && (c->data = ngx_palloc(p, size)) == nullptr) return nullptr;
  c->handler = nullptr;
  c->next = p->cleanup;
  p->cleanup = c;
  ngx_log_debug1(NGX_LOG_DEBUG_ALLOC, p->log, 0, "add cleanup: %p", c);
  return c;
}

void ngx_pool_run_cleanup_file(ngx_pool_t *p, ngx_fd_t fd) {
  for (ngx_pool_cleanup_t *c = p->cleanup; c != nullptr; c = c->next) {
    const ngx_pool_cleanup_pt handler = c->handler;
    if (handler != ngx_pool_cleanup_file && handler != ngx_pool_delete_file) continue;
    if (static_cast<ngx_pool_cleanup_file_t *>(c->data)->fd != fd) continue;
    c->handler = nullptr;
    handler(c->data);
    return;
  }
}

void ngx_pool_cleanup_file(void *data) {
  const auto *file = static_cast<ngx_pool_cleanup_file_t *>(data);
  ngx_log_debug1(NGX_LOG_DEBUG_ALLOC, file->log, 0, "file cleanup: fd:%d", file->fd);
  close_file(file);
}

void ngx_pool_delete_file(void *data) {
  const auto *file = static_cast<ngx_pool_cleanup_file_t *>(data);
  ngx_log_debug2(NGX_LOG_DEBUG_ALLOC, file->log, 0, "file cleanup: fd:%d %s", file->fd, file->name);
  if (ngx_delete_file(file->name) == NGX_FILE_ERROR) {
    const ngx_err_t error = ngx_errno;
    if (error != NGX_ENOENT) {
      ngx_log_error(NGX_LOG_CRIT, file->log, error, ngx_delete_file_n " \"%s\" failed", file->name);
    }
  }
  close_file(file);
}
