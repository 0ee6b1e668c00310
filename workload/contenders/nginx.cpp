// contenders/nginx.cpp: nginx's own pool, compiled from Debian's source package.
#include "workload/contenders/list.hpp"
#include "workload/measure.hpp"

extern "C" {
#include <ngx_config.h>

#include <ngx_core.h>
}

namespace workload {
namespace {

class nginx_contender {
 public:
  explicit nginx_contender(const program &work) : pools_(work.pools) {}

  void create(const operation &o) { pools_[o.pool] = ngx_create_pool(o.size, nullptr); }
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

 private:
  std::vector<ngx_pool_t *> pools_;
};

}  // namespace

contender_entry nginx_entry() {
  return entry<nginx_contender>("nginx", "nginx's ngx_pool_t, Debian's source");
}

}  // namespace workload
