/* What ngx_palloc.c wants of nginx's own configuration, in our words. */
#ifndef NGX_CONFIG_STUB_H
#define NGX_CONFIG_STUB_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned char u_char;
typedef intptr_t ngx_int_t;
typedef uintptr_t ngx_uint_t;
typedef int ngx_fd_t;
typedef int ngx_err_t;

#define ngx_inline inline
#define NGX_ALIGNMENT sizeof(unsigned long)
#define NGX_HAVE_POSIX_MEMALIGN 1
#define ngx_align_ptr(p, a) \
  (u_char *)(((uintptr_t)(p) + ((uintptr_t)(a)-1)) & ~((uintptr_t)(a)-1))

#endif
