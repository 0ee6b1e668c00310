/* What a pool of nginx's interface wants of the rest of nginx. A line goes to ngx_log_error_core if
 * the log's level says so; lines of debugging only with NGX_DEBUG, as in nginx. */
#ifndef NGX_CORE_STUB_H
#define NGX_CORE_STUB_H

#define NGX_OK 0
#define NGX_DECLINED -5
#define NGX_FILE_ERROR -1
#define NGX_ENOENT ENOENT

#define NGX_LOG_EMERG 1
#define NGX_LOG_ALERT 2
#define NGX_LOG_CRIT 3
#define NGX_LOG_DEBUG 8
#define NGX_LOG_DEBUG_ALLOC 0x020

typedef struct ngx_log_s ngx_log_t;
typedef struct ngx_pool_s ngx_pool_t;
typedef struct ngx_chain_s ngx_chain_t;

/* Of a log: what is looked at. `data` is for whoever records the lines. */
struct ngx_log_s {
  ngx_uint_t log_level;
  void *data;
};

struct ngx_chain_s {
  void *buf;
  ngx_chain_t *next;
};

#ifdef __cplusplus
extern "C" {
#endif

extern ngx_uint_t ngx_pagesize;

/* As in nginx, functions of other files. */
void *ngx_alloc(size_t size, ngx_log_t *log);
void *ngx_memalign(size_t alignment, size_t size, ngx_log_t *log);
void ngx_free(void *p);
void ngx_log_error_core(ngx_uint_t level, ngx_log_t *log, ngx_err_t error, const char *format, ...);

#ifdef __cplusplus
}
#endif

#define NGX_STUB_LOG(wanted, level, log, ...)                     \
  do {                                                            \
    if (wanted) ngx_log_error_core((level), (log), __VA_ARGS__); \
  } while (0)

#define ngx_log_error(level, log, ...) \
  NGX_STUB_LOG((log)->log_level >= (level), level, log, __VA_ARGS__)
#if (NGX_DEBUG)
#define NGX_STUB_DEBUG(mask, log, ...) \
  NGX_STUB_LOG(((log)->log_level & (mask)) != 0, NGX_LOG_DEBUG, log, __VA_ARGS__)
#else
#define NGX_STUB_DEBUG(...)
#endif
#define ngx_log_debug1 NGX_STUB_DEBUG
#define ngx_log_debug2 NGX_STUB_DEBUG
#define ngx_log_debug3 NGX_STUB_DEBUG

#define ngx_memzero(p, n) (void)memset(p, 0, n)
#define ngx_errno errno
#define ngx_close_file close
#define ngx_close_file_n "close()"
#define ngx_delete_file(name) unlink((const char *)(name))
#define ngx_delete_file_n "unlink()"

#include <ngx_palloc.h>

#endif
