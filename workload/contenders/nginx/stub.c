/* The functions of other files that a pool of nginx's interface calls, over the C library. A
 * benchmark that has no memory left says nothing and fails. */
#include <ngx_config.h>

#include <ngx_core.h>

#include "workload/footprint.h"

ngx_uint_t ngx_pagesize = 4096;

void *ngx_alloc(size_t size, ngx_log_t *log) {
  (void)log;
  return footprint_malloc(size);
}

void *ngx_memalign(size_t alignment, size_t size, ngx_log_t *log) {
  (void)log;
  return footprint_memalign(alignment, size);
}

void ngx_free(void *p) { footprint_free(p); }

void ngx_log_error_core(ngx_uint_t level, ngx_log_t *log, ngx_err_t error, const char *format, ...) {
  (void)level;
  (void)log;
  (void)error;
  (void)format;
}
