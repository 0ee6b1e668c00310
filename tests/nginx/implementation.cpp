#include "implementation.hpp"

extern "C" {
decltype(ngx_create_pool) upstream_create_pool;
decltype(ngx_destroy_pool) upstream_destroy_pool;
decltype(ngx_reset_pool) upstream_reset_pool;
decltype(ngx_palloc) upstream_palloc;
decltype(ngx_pnalloc) upstream_pnalloc;
decltype(ngx_pcalloc) upstream_pcalloc;
decltype(ngx_pmemalign) upstream_pmemalign;
decltype(ngx_pfree) upstream_pfree;
decltype(ngx_pool_cleanup_add) upstream_pool_cleanup_add;
decltype(ngx_pool_run_cleanup_file) upstream_pool_run_cleanup_file;
decltype(ngx_pool_cleanup_file) upstream_pool_cleanup_file;
decltype(ngx_pool_delete_file) upstream_pool_delete_file;
}

namespace differential {

const implementation upstream = {"upstream",
                                 upstream_create_pool,
                                 upstream_destroy_pool,
                                 upstream_reset_pool,
                                 upstream_palloc,
                                 upstream_pnalloc,
                                 upstream_pcalloc,
                                 upstream_pmemalign,
                                 upstream_pfree,
                                 upstream_pool_cleanup_add,
                                 upstream_pool_run_cleanup_file,
                                 upstream_pool_cleanup_file,
                                 upstream_pool_delete_file};

const implementation shim = {"shim",
                             ngx_create_pool,
                             ngx_destroy_pool,
                             ngx_reset_pool,
                             ngx_palloc,
                             ngx_pnalloc,
                             ngx_pcalloc,
                             ngx_pmemalign,
                             ngx_pfree,
                             ngx_pool_cleanup_add,
                             ngx_pool_run_cleanup_file,
                             ngx_pool_cleanup_file,
                             ngx_pool_delete_file};

}  // namespace differential
