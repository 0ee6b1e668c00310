// contenders/malloc.cpp: the C library, an object at a time.
#include "workload/contenders/list.hpp"
#include "workload/contenders/per_object.hpp"

namespace workload {
namespace {

struct c_library {
  static void *allocate(std::size_t size) { return footprint_malloc(size); }
  static void *zeroed(std::size_t size) { return footprint_note(std::calloc(1, size), size); }
  static void *aligned(std::size_t alignment, std::size_t size) {
    return footprint_memalign(alignment, size);
  }
  static void free(void *p) { footprint_free(p); }
};

}  // namespace

contender_entry malloc_entry() {
  return entry<per_object_contender<c_library>>("malloc", "glibc malloc and free per object");
}

}  // namespace workload
