// implementation.hpp: nginx's pool functions as tables, so that one test body runs on both.
#ifndef POND_TESTS_NGINX_IMPLEMENTATION_HPP
#define POND_TESTS_NGINX_IMPLEMENTATION_HPP

extern "C" {
#include <ngx_config.h>

#include <ngx_core.h>
}

namespace differential {

struct implementation {
  const char *name;
  decltype(&ngx_create_pool) create;
  decltype(&ngx_destroy_pool) destroy;
  decltype(&ngx_reset_pool) reset;
  decltype(&ngx_palloc) palloc;
  decltype(&ngx_pnalloc) pnalloc;
  decltype(&ngx_pcalloc) pcalloc;
  decltype(&ngx_pmemalign) pmemalign;
  decltype(&ngx_pfree) pfree;
  decltype(&ngx_pool_cleanup_add) cleanup_add;
  decltype(&ngx_pool_run_cleanup_file) run_cleanup_file;
  decltype(&ngx_pool_cleanup_file) cleanup_file;
  decltype(&ngx_pool_delete_file) delete_file;
};

extern const implementation upstream;  // nginx's own ngx_palloc.c
extern const implementation shim;      // compat/nginx over pond

/// The page size as nginx knows it, while this lives. 0: ngx_os_init has not asked yet.
class page_size {
 public:
  explicit page_size(ngx_uint_t bytes) : before_(ngx_pagesize) { ngx_pagesize = bytes; }
  ~page_size() { ngx_pagesize = before_; }
  page_size(const page_size &) = delete;
  page_size &operator=(const page_size &) = delete;

 private:
  ngx_uint_t before_;
};

}  // namespace differential

#endif
