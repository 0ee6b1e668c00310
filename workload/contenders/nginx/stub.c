/* The functions that ngx_palloc.c calls, over the C library. */
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
