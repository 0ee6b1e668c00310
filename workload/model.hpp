// model.hpp: which pools, marks and large allocations there are after an operation, and
// so which operation may be next. Generators choose by it, the reader of traces and the shrinker
// (shrink.hpp) refuse by it.
#ifndef POND_WORKLOAD_MODEL_HPP
#define POND_WORKLOAD_MODEL_HPP

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workload/program.hpp"

namespace workload {

struct model_pool {
  struct large {
    std::uint32_t id;
    std::size_t depth;  // how many marks were open
  };
  bool alive = false;
  bool adopted = false;  // ends with its parent; no operation is about it
  bool sealed = false;
  std::int64_t parent = -1;
  std::size_t depth_in_parent = 0;
  std::size_t children = 0;  // those that are alive
  std::size_t marks = 0;
  std::vector<large> larges;
};

/// Whether a pool is `from`, or one of its descendants.
template <class Pools>
bool descends(const Pools &pools, std::uint32_t pool, std::uint32_t from) {
  std::int64_t at = pool;
  while (at >= 0 && at != from) at = pools[static_cast<std::size_t>(at)].parent;
  return at == from;
}

class model {
 public:
  /// Whether the operation means something now: its pool is there, its id is or is not in use, the
  /// mark is open.
  [[nodiscard]] bool allows(const operation &o) const;

  /// What is allowed happens.
  void apply(const operation &o);

  [[nodiscard]] bool alive(std::uint32_t pool) const {
    return pool < pools_.size() && pools_[pool].alive;
  }
  /// Whether operations may be about it.
  [[nodiscard]] bool usable(std::uint32_t pool) const {
    return alive(pool) && !pools_[pool].adopted;
  }
  [[nodiscard]] const model_pool &at(std::uint32_t pool) const { return pools_[pool]; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(pools_.size()); }

  /// Ids of large allocations, and pools, that went with the last operation.
  [[nodiscard]] const std::vector<std::uint32_t> &gone_ids() const { return gone_ids_; }
  [[nodiscard]] const std::vector<std::uint32_t> &gone_pools() const { return gone_pools_; }

 private:
  void begin(const operation &o);
  void end(std::uint32_t pool);
  void adopt(const operation &o);
  void leave_parent(const model_pool &pool);
  void allocate_large(const operation &o);
  void free(const operation &o);
  void end_mark(const operation &o);
  void forget(std::uint32_t pool, std::size_t depth);
  void keep(std::uint32_t pool, std::size_t depth);

  std::vector<model_pool> pools_;
  std::vector<bool> ids_in_use_;
  std::vector<std::uint32_t> gone_ids_;
  std::vector<std::uint32_t> gone_pools_;
};

/// What ends a program: `add` gets the operation that destroys each pool that is still there, and
/// has to apply it, because children go with their parents.
template <class Add>
void destroy_all(const model &pools, Add add) {
  for (std::uint32_t i = 0; i < pools.size(); ++i) {
    if (pools.usable(i)) add(operation{kind::destroy, 0, i, {0}, 0, nullptr});
  }
}

}  // namespace workload

#endif
