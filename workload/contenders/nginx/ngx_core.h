/* What ngx_palloc.c wants of the rest of nginx. Logging is compiled out, as in a nginx without
 * --with-debug. */
#ifndef NGX_CORE_STUB_H
#define NGX_CORE_STUB_H

#define NGX_OK 0
#define NGX_DECLINED -5
#define NGX_FILE_ERROR -1
#define NGX_ENOENT ENOENT
#define NGX_LOG_ALERT 2
#define NGX_LOG_CRIT 3

typedef struct ngx_log_s ngx_log_t;
typedef struct ngx_pool_s ngx_pool_t;
typedef struct ngx_chain_s ngx_chain_t;

extern ngx_uint_t ngx_pagesize;

/* As in nginx, functions of another file. */
void *ngx_alloc(size_t size, ngx_log_t *log);
void *ngx_memalign(size_t alignment, size_t size, ngx_log_t *log);
void ngx_free(void *p);

#define ngx_memzero(p, n) (void)memset(p, 0, n)
#define ngx_log_debug0(...)
#define ngx_log_debug1(...)
#define ngx_log_debug2(...)
#define ngx_log_debug3(...)
#define ngx_log_error(...)
#define ngx_errno errno
#define ngx_close_file close
#define ngx_close_file_n "close()"
#define ngx_delete_file(name) unlink((const char *)(name))
#define ngx_delete_file_n "unlink()"

#include <ngx_palloc.h>

#endif
