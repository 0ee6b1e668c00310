/* nginx's own pool under other names, so that it and pond's can live in one program. Included before
 * anything else where ngx_palloc.c, or a caller of it, is compiled. The types keep their names. */
#ifndef NGINX_UPSTREAM_NAMES_H
#define NGINX_UPSTREAM_NAMES_H

#define ngx_create_pool upstream_create_pool
#define ngx_destroy_pool upstream_destroy_pool
#define ngx_reset_pool upstream_reset_pool
#define ngx_palloc upstream_palloc
#define ngx_pnalloc upstream_pnalloc
#define ngx_pcalloc upstream_pcalloc
#define ngx_pmemalign upstream_pmemalign
#define ngx_pfree upstream_pfree
#define ngx_pool_cleanup_add upstream_pool_cleanup_add
#define ngx_pool_run_cleanup_file upstream_pool_run_cleanup_file
#define ngx_pool_cleanup_file upstream_pool_cleanup_file
#define ngx_pool_delete_file upstream_pool_delete_file

#endif
