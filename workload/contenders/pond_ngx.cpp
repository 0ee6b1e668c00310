// contenders/pond_ngx.cpp: pond behind nginx's interface (compat/nginx), as nginx itself uses it.
#include <pond/embed.h>
#include <pond/pond.h>

#include "workload/contenders/list.hpp"
#include "workload/contenders/nginx_interface.hpp"

namespace workload {
namespace {

class pond_ngx_contender : public nginx_interface {
 public:
  using nginx_interface::nginx_interface;

  [[nodiscard]] pond_stats stats(std::uint32_t pool) const {
    pond_stats result;
    auto *head = reinterpret_cast<pond_head *>(&pools_[pool]->d);
    pond_get_stats(pond_embedded_pool(head), &result);
    return result;
  }
};

}  // namespace

contender_entry pond_ngx_entry() {
  return entry<pond_ngx_contender>("pond-ngx", "pond behind nginx's functions");
}

}  // namespace workload
