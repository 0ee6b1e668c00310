// program.hpp: what a workload is: a list of operations on numbered pools.
//
// Programs come from a trace (trace.hpp), from a seed or from bytes (generate.hpp), and run over
// any contender through one interpreter (interpret.hpp).
#ifndef POND_WORKLOAD_PROGRAM_HPP
#define POND_WORKLOAD_PROGRAM_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace workload {

enum class kind : std::uint8_t {
  create,        // pool, size of its first block
  create_child,  // the same, of the pool `other`
  destroy,
  reset,
  aligned,      // size bytes aligned as malloc's
  packed,       // ... without alignment
  zeroed,       // ... zeroed
  overaligned,  // ... at `alignment`
  large,        // ... with memory of their own, which `free` may give back by `id`
  large_zeroed,
  free,
  cleanup,  // registers a callback with size bytes of data
  cancel,   // forgets one of the cleanups; `size` chooses, 0 the newest
  mark,
  rewind,        // to the mark that is `size` marks further out than the innermost
  commit,        // the same mark
  grow_newest,   // the newest allocation by size bytes, in place or not at all
  free_newest,   // gives the newest allocation back
  free_any,      // gives one of those that are not large back; `size` chooses
  resize_any,    // one of those that are not large to size bytes, wherever that is; `other` chooses
  busy_cleanup,  // a cleanup that does something with its pool when it runs; `size` says what
  run,           // what `cancel` would forget, now
  set_value,     // under a key that `size` chooses
  end_value,     // the newest of a key
  adopt,         // takes over the pool `other`, which nobody refers to from then on
  seal,          // unless it is; what it is asked for then it must refuse
  stale_mark,    // rewinds to a mark that was used up, or commits it; `size` chooses
  own_descriptor,
  close_descriptor,  // one of those it owns; `size` chooses
};

/// 32 bytes, with pointers of 32 bits 24. Pools are small numbers that are used again once a pool
/// is gone; ids likewise.
struct operation {
  kind what;
  std::uint32_t alignment;
  std::uint32_t pool;
  union {
    std::uint32_t id;
    std::uint32_t other;
  };
  std::size_t size;
  unsigned char *planned;  // where the plan puts it; see plan.hpp
};
static_assert(sizeof(operation) == 16 + sizeof(std::size_t) + sizeof(void *));

constexpr bool allocates(kind k) noexcept { return k >= kind::aligned && k <= kind::large_zeroed; }
/// Whether the trace format's first version has it: what a recorded nginx can do.
constexpr bool in_version_1(kind k) noexcept { return k < kind::cancel && k != kind::create_child; }
constexpr bool is_large(kind k) noexcept { return k == kind::large || k == kind::large_zeroed; }
constexpr bool is_zeroed(kind k) noexcept { return k == kind::zeroed || k == kind::large_zeroed; }

/// Keys of values: few, so that values hide others.
inline constexpr std::size_t keys = 4;

/// nginx aligns to 8 what is not packed; contenders that say nothing else align as malloc.
inline constexpr std::uint32_t malloc_alignment = 16;

struct program {
  std::vector<operation> operations;
  std::uint32_t pools = 0;  // most numbers in use at once
  std::uint32_t ids = 0;
  std::size_t allocations = 0;

  /// Whether every contender can run it: nothing in it but what version 1 of the format has.
  [[nodiscard]] bool plain() const {
    return std::all_of(operations.begin(), operations.end(),
                       [](const operation &o) { return in_version_1(o.what); });
  }

  void add(operation o) {
    if (o.pool >= pools) pools = o.pool + 1;
    if (is_large(o.what) && o.id >= ids) ids = o.id + 1;
    if (allocates(o.what)) ++allocations;
    operations.push_back(o);
  }
};

}  // namespace workload

#endif
