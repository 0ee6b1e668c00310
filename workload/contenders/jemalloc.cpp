// contenders/jemalloc.cpp: jemalloc, an object at a time. Its archive is linked under other names
// (see CMakeLists.txt), so that the malloc of everybody else stays the C library's.
#include "workload/contenders/list.hpp"
#include "workload/contenders/per_object.hpp"

extern "C" {
void *contender_je_malloc(std::size_t size);
void *contender_je_calloc(std::size_t count, std::size_t size);
void *contender_je_aligned_alloc(std::size_t alignment, std::size_t size);
void contender_je_free(void *p);
}

namespace workload {
namespace {

struct objects {
  static void *allocate(std::size_t size) { return contender_je_malloc(size); }
  static void *zeroed(std::size_t size) { return contender_je_calloc(1, size); }
  static void *aligned(std::size_t alignment, std::size_t size) {
    return contender_je_aligned_alloc(alignment, size);
  }
  static void free(void *p) { contender_je_free(p); }
};

class jemalloc_contender : public per_object_contender<objects> {
 public:
  using uncounted = void;  // from pages of its own
  using per_object_contender::per_object_contender;
};

}  // namespace

contender_entry jemalloc_entry() {
  return entry<jemalloc_contender>("jemalloc", "jemalloc per object");
}

}  // namespace workload
