// contenders/list.hpp: everything that pond is compared with, as far as it was there at the build.
#ifndef POND_WORKLOAD_CONTENDERS_LIST_HPP
#define POND_WORKLOAD_CONTENDERS_LIST_HPP

#include <vector>

#include "workload/measure.hpp"

namespace workload {

/// The name by which the results of the others are divided.
inline constexpr const char *baseline = "nginx";

/// In the order of the tables; pond first, then nginx.
const std::vector<contender_entry> &all_contenders();

contender_entry nginx_entry();
contender_entry pond_ngx_entry();
contender_entry malloc_entry();
contender_entry pmr_entry();
contender_entry boost_entry();
contender_entry llvm_entry();
contender_entry protobuf_entry();
contender_entry apr_entry();
contender_entry mimalloc_entry();
contender_entry mimalloc_heap_entry();
contender_entry jemalloc_entry();

}  // namespace workload

#endif
