// contenders/mimalloc.cpp: mimalloc, a heap for each request, and an object at a time.
//
// Its library replaces malloc for whoever links it; loaded at run time it leaves ours alone.
#include <dlfcn.h>
#include <mimalloc.h>

#include <stdexcept>
#include <string>

#include "workload/contenders/arena.hpp"
#include "workload/contenders/list.hpp"
#include "workload/contenders/per_object.hpp"

namespace workload {
namespace {

class library {
 public:
  decltype(&mi_malloc) malloc = load<decltype(&mi_malloc)>("mi_malloc");
  decltype(&mi_zalloc) zalloc = load<decltype(&mi_zalloc)>("mi_zalloc");
  decltype(&mi_malloc_aligned) aligned = load<decltype(&mi_malloc_aligned)>("mi_malloc_aligned");
  decltype(&mi_free) free = load<decltype(&mi_free)>("mi_free");
  decltype(&mi_heap_new) heap_new = load<decltype(&mi_heap_new)>("mi_heap_new");
  decltype(&mi_heap_destroy) heap_destroy = load<decltype(&mi_heap_destroy)>("mi_heap_destroy");
  decltype(&mi_heap_malloc) heap_malloc = load<decltype(&mi_heap_malloc)>("mi_heap_malloc");
  decltype(&mi_heap_zalloc) heap_zalloc = load<decltype(&mi_heap_zalloc)>("mi_heap_zalloc");
  decltype(&mi_heap_malloc_aligned) heap_aligned =
      load<decltype(&mi_heap_malloc_aligned)>("mi_heap_malloc_aligned");

 private:
  template <class Function>
  static Function load(const char *name) {
    static void *const handle = dlopen("libmimalloc.so.2", RTLD_NOW | RTLD_LOCAL);
    void *symbol = handle != nullptr ? dlsym(handle, name) : nullptr;
    if (symbol == nullptr) throw std::runtime_error(std::string("mimalloc: ") + dlerror());
    return reinterpret_cast<Function>(symbol);
  }
};

library &mimalloc() {
  static library loaded;
  return loaded;
}

struct objects {
  static void *allocate(std::size_t size) { return mimalloc().malloc(size); }
  static void *zeroed(std::size_t size) { return mimalloc().zalloc(size); }
  static void *aligned(std::size_t alignment, std::size_t size) {
    return mimalloc().aligned(size, alignment);
  }
  static void free(void *p) { mimalloc().free(p); }
};

class uncounted_objects : public per_object_contender<objects> {
 public:
  using uncounted = void;  // from pages of its own
  using per_object_contender::per_object_contender;
};

/// A heap destroyed with its request.
class heap {
 public:
  explicit heap(std::size_t) : heap_(mimalloc().heap_new()) {}
  ~heap() { mimalloc().heap_destroy(heap_); }
  heap(const heap &) = delete;
  heap &operator=(const heap &) = delete;
  void *allocate(std::size_t size, std::size_t alignment) {
    if (alignment > malloc_alignment) return mimalloc().heap_aligned(heap_, size, alignment);
    return mimalloc().heap_malloc(heap_, size);
  }
  void *zeroed(std::size_t size) { return mimalloc().heap_zalloc(heap_, size); }
  void reset() {
    mimalloc().heap_destroy(heap_);
    heap_ = mimalloc().heap_new();
  }

 private:
  mi_heap_t *heap_;
};

class heap_contender : public arena_contender<heap> {
 public:
  using uncounted = void;
  using arena_contender::arena_contender;
  void free(const operation &, void *p) { mimalloc().free(p); }
};

}  // namespace

contender_entry mimalloc_entry() {
  return entry<uncounted_objects>("mimalloc", "mimalloc per object");
}
contender_entry mimalloc_heap_entry() {
  return entry<heap_contender>("mi-heap", "mimalloc, a heap per request");
}

}  // namespace workload
