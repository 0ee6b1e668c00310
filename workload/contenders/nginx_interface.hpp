// contenders/nginx_interface.hpp: a contender over nginx's pool interface. Compiled twice: over
// nginx's own functions, which upstream_names.h gives other names, and over pond's.
#ifndef POND_WORKLOAD_CONTENDERS_NGINX_INTERFACE_HPP
#define POND_WORKLOAD_CONTENDERS_NGINX_INTERFACE_HPP

#include <vector>

#include "workload/program.hpp"

extern "C" {
#include <ngx_config.h>

#include <ngx_core.h>
}

namespace workload {
namespace {  // NOLINT(cert-dcl59-cpp): each of the two has its own

class nginx_interface {
 public:
  explicit nginx_interface(const program &work) : pools_(work.pools) {}

  void create(const operation &o) { pools_[o.pool] = ngx_create_pool(o.size, &quiet_); }
  void destroy(const operation &o) { ngx_destroy_pool(pools_[o.pool]); }
  void reset(const operation &o) { ngx_reset_pool(pools_[o.pool]); }
  void *aligned(const operation &o) { return ngx_palloc(pools_[o.pool], o.size); }
  void *packed(const operation &o) { return ngx_pnalloc(pools_[o.pool], o.size); }
  void *zeroed(const operation &o) { return ngx_pcalloc(pools_[o.pool], o.size); }
  void *overaligned(const operation &o) {
    return ngx_pmemalign(pools_[o.pool], o.size, o.alignment);
  }
  void *large(const operation &o) { return o.alignment > 16 ? overaligned(o) : aligned(o); }
  void *large_zeroed(const operation &o) { return zeroed(o); }
  void free(const operation &o, void *p) { ngx_pfree(pools_[o.pool], p); }
  bool cleanup(const operation &o, void (*handler)(void *), void *token, void **data) {
    ngx_pool_cleanup_t *c = ngx_pool_cleanup_add(pools_[o.pool], o.size);
    if (c == nullptr) return false;
    *data = c->data;
    c->handler = handler;
    c->data = token;
    return true;
  }

 protected:
  std::vector<ngx_pool_t *> pools_;

 private:
  ngx_log_t quiet_{};
};

}  // namespace
}  // namespace workload

#endif
