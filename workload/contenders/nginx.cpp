// contenders/nginx.cpp: nginx's own pool, compiled from Debian's source package.
#include <upstream_names.h>

#include "workload/contenders/list.hpp"
#include "workload/contenders/nginx_interface.hpp"

namespace workload {

contender_entry nginx_entry() {
  return entry<nginx_interface>("nginx", "nginx's ngx_pool_t, Debian's source");
}

}  // namespace workload
