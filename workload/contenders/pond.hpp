// contenders/pond.hpp: pond, as C++ uses it and as C uses it.
#ifndef POND_WORKLOAD_CONTENDERS_POND_HPP
#define POND_WORKLOAD_CONTENDERS_POND_HPP

#include <pond/pond.h>

#include <cstring>
#include <pond/pool.hpp>
#include <vector>

#include "workload/program.hpp"

namespace workload {

inline void *zeroed(void *p, std::size_t size) noexcept {
  return p != nullptr ? std::memset(p, 0, size) : nullptr;
}

/// What the two have in common: a cleanup with its data.
inline bool register_cleanup(pond_pool *pool, std::size_t size, void (*handler)(void *),
                             void *token, void **data) noexcept {
  if (size != 0 && (*data = pond_alloc(pool, size)) == nullptr) return false;
  return pond_on_destroy(pool, handler, token) != nullptr;
}

/// pond::pool. A pool lives in its place from create to destroy, as a member or a local would.
class pond_contender {
 public:
  explicit pond_contender(const program &work) : pools_(work.pools) {}

  void create(const operation &o) { std::construct_at(&pools_[o.pool], o.size); }
  void destroy(const operation &o) {
    std::destroy_at(&pools_[o.pool]);
    std::construct_at(&pools_[o.pool]);
  }
  void reset(const operation &o) { pools_[o.pool].reset(); }
  void *aligned(const operation &o) { return pools_[o.pool].allocate(o.size); }
  void *packed(const operation &o) { return pools_[o.pool].allocate(o.size, 1); }
  void *zeroed(const operation &o) { return workload::zeroed(aligned(o), o.size); }
  void *overaligned(const operation &o) { return pools_[o.pool].allocate(o.size, o.alignment); }
  void *large(const operation &o) { return pools_[o.pool].allocate_large(o.size, o.alignment); }
  void *large_zeroed(const operation &o) { return workload::zeroed(large(o), o.size); }
  bool free(const operation &o, void *p) { return pools_[o.pool].free(p); }
  bool cleanup(const operation &o, void (*handler)(void *), void *token, void **data) {
    return register_cleanup(pools_[o.pool].handle(), o.size, handler, token, data);
  }

  [[nodiscard]] pond_stats stats(std::uint32_t pool) const { return pools_[pool].stats(); }

 private:
  std::vector<pond::pool> pools_;
};

/// The same through the C interface, a call for each operation.
class pond_c_contender {
 public:
  explicit pond_c_contender(const program &work) : pools_(work.pools) {}

  void create(const operation &o) { pools_[o.pool] = pond_create(o.size); }
  void destroy(const operation &o) { pond_destroy(pools_[o.pool]); }
  void reset(const operation &o) { pond_reset(pools_[o.pool]); }
  void *aligned(const operation &o) { return pond_alloc(pools_[o.pool], o.size); }
  void *packed(const operation &o) { return pond_alloc_packed(pools_[o.pool], o.size); }
  void *zeroed(const operation &o) { return pond_calloc(pools_[o.pool], 1, o.size); }
  void *overaligned(const operation &o) {
    return pond_alloc_aligned(pools_[o.pool], o.size, o.alignment);
  }
  void *large(const operation &o) {
    return pond_alloc_large_aligned(pools_[o.pool], o.size, o.alignment);
  }
  void *large_zeroed(const operation &o) { return workload::zeroed(large(o), o.size); }
  bool free(const operation &o, void *p) { return pond_free(pools_[o.pool], p); }
  bool cleanup(const operation &o, void (*handler)(void *), void *token, void **data) {
    return register_cleanup(pools_[o.pool], o.size, handler, token, data);
  }

  [[nodiscard]] pond_stats stats(std::uint32_t pool) const {
    pond_stats result;
    pond_get_stats(pools_[pool], &result);
    return result;
  }

 private:
  std::vector<pond_pool *> pools_;
};

}  // namespace workload

#endif
