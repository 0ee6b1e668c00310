/* What a pool of nginx's interface, nginx's own and pond's, wants of nginx's configuration, in our
 * words. NGX_DEBUG and NGX_DEBUG_PALLOC are the compiler's command line's to say, as nginx's
 * configure does. */
#ifndef NGX_CONFIG_STUB_H
#define NGX_CONFIG_STUB_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef NGX_DEBUG
#define NGX_DEBUG 0
#endif

typedef unsigned char u_char;
typedef intptr_t ngx_int_t;
typedef uintptr_t ngx_uint_t;
typedef int ngx_fd_t;
typedef int ngx_err_t;

#define ngx_inline inline
#define NGX_ALIGNMENT sizeof(unsigned long)
#define NGX_HAVE_POSIX_MEMALIGN 1
#define ngx_align(n, a) (((n) + ((a)-1)) & ~((a)-1))
#define ngx_align_ptr(p, a) \
  (u_char *)(((uintptr_t)(p) + ((uintptr_t)(a)-1)) & ~((uintptr_t)(a)-1))

#endif
