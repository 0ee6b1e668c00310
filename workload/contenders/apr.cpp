// contenders/apr.cpp: APR's pools as httpd uses them: a parent for each thread, with an allocator
// of its own that has no mutex and keeps a bounded amount of memory. They align to 8.
#include <apr_pools.h>

#include <stdexcept>

#include "workload/contenders/arena.hpp"
#include "workload/contenders/list.hpp"

namespace workload {
namespace {

class thread_parent {
 public:
  thread_parent() {
    apr_initialize();
    apr_allocator_t *allocator = nullptr;
    if (apr_allocator_create(&allocator) != APR_SUCCESS ||
        apr_pool_create_ex(&pool_, nullptr, nullptr, allocator) != APR_SUCCESS) {
      throw std::runtime_error("apr: no pool");
    }
    apr_allocator_max_free_set(allocator, most_kept);
    apr_allocator_owner_set(allocator, pool_);
  }
  [[nodiscard]] apr_pool_t *get() const { return pool_; }

 private:
  static constexpr std::size_t most_kept = std::size_t{2} << 20;  // httpd's MaxMemFree, 2 MiB
  apr_pool_t *pool_ = nullptr;
};

apr_pool_t *parent() {
  static const thread_parent only;
  return only.get();
}

class apr_contender {
 public:
  using uncounted = void;  // it takes from malloc itself, and offers no hook

  explicit apr_contender(const program &work) : pools_(work.pools) {}

  void create(const operation &o) { apr_pool_create(&pools_[o.pool], parent()); }
  void destroy(const operation &o) { apr_pool_destroy(pools_[o.pool]); }
  void reset(const operation &o) { apr_pool_clear(pools_[o.pool]); }
  void *aligned(const operation &o) { return apr_palloc(pools_[o.pool], o.size); }
  void *packed(const operation &o) { return aligned(o); }
  void *zeroed(const operation &o) { return apr_pcalloc(pools_[o.pool], o.size); }
  void *overaligned(const operation &o) {
    return over_aligned(o.size, o.alignment,
                        [&](std::size_t more) { return apr_palloc(pools_[o.pool], more); });
  }
  void *large(const operation &o) {
    return o.alignment > malloc_alignment ? overaligned(o) : aligned(o);
  }
  void *large_zeroed(const operation &o) { return zeroed(o); }
  void free(const operation &, void *) {}
  bool cleanup(const operation &o, void (*handler)(void *), void *, void **data) {
    if (o.size != 0) *data = aligned(o);
    apr_pool_cleanup_register(pools_[o.pool], reinterpret_cast<void *>(handler), run,
                              apr_pool_cleanup_null);
    return true;
  }

 private:
  static apr_status_t run(void *handler) {
    reinterpret_cast<void (*)(void *)>(handler)(nullptr);
    return APR_SUCCESS;
  }

  std::vector<apr_pool_t *> pools_;
};

}  // namespace

contender_entry apr_entry() { return entry<apr_contender>("apr", "APR's apr_pool_t"); }

}  // namespace workload
