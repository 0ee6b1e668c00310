#include "workload/contenders/list.hpp"

#include "workload/contenders/pond.hpp"

namespace workload {

const std::vector<contender_entry> &all_contenders() {
  static const std::vector<contender_entry> entries = {
      entry<pond_contender>("pond", "pond::pool"),
      entry<pond_c_contender>("pond-c", "pond.h, a call for each allocation"),
#ifdef POND_HAS_NGINX
      pond_ngx_entry(),
      nginx_entry(),
#endif
      malloc_entry(),
      pmr_entry(),
#ifdef POND_HAS_BOOST
      boost_entry(),
#endif
#ifdef POND_HAS_LLVM
      llvm_entry(),
#endif
#ifdef POND_HAS_PROTOBUF
      protobuf_entry(),
#endif
#ifdef POND_HAS_APR
      apr_entry(),
#endif
#ifdef POND_HAS_MIMALLOC
      mimalloc_heap_entry(),
      mimalloc_entry(),
#endif
#ifdef POND_HAS_JEMALLOC
      jemalloc_entry(),
#endif
  };
  return entries;
}

}  // namespace workload
