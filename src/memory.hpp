// memory.hpp: what a pool takes from and gives to the cache or its upstream, charged to it.
#ifndef POND_SRC_MEMORY_HPP
#define POND_SRC_MEMORY_HPP

#include "cache.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// Any pool, any alignment: quota, upstream of its own, trap.
void *take_memory_slow(state &s, std::size_t &size, std::size_t alignment) noexcept;
void give_memory_slow(state &s, void *memory, std::size_t size, std::size_t alignment) noexcept;

/// No memory, or a quota said no: tells the host, if there is one and it is memory that lacks.
/// Returns null, and leaves errno as it was.
POND_COLD std::nullptr_t failed(state &s, std::size_t size, std::size_t alignment,
                                bool large) noexcept;

/// At least `size` bytes (16 or more); sets `size` to what was really taken. Null: errno says why.
[[gnu::always_inline]] inline void *take_memory(state &s, std::size_t &size,
                                                std::size_t alignment) noexcept {
  if (!plain(s) || alignment > sizes::quantum) [[unlikely]] {
    return take_memory_slow(s, size, alignment);
  }
  block *b = cache_take(size);
  if (b == nullptr) [[unlikely]]
    return nullptr;
  size = b->size;
  if (charge(s, size)) [[likely]]
    return b;
  cache_give(b, size);  // the counters are full, and could not be widened
  return nullptr;
}

[[gnu::always_inline]] inline void give_memory(state &s, void *memory, std::size_t size,
                                               std::size_t alignment) noexcept {
  if (!plain(s) || alignment > sizes::quantum) [[unlikely]] {
    return give_memory_slow(s, memory, size, alignment);
  }
  discharge(s, size);
  cache_give(static_cast<block *>(memory), size);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
