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

/// The end of the first block, taken from the pool, or null: that is small, or the pool has gone on
/// to another one, or is sealed. The end, so that the newest allocation stays the newest, and a
/// reset has one room. `taken`: bytes there that were before. Not while a mark is open, which would
/// give it back to the pool, unless all are pending and are told.
[[gnu::always_inline]] inline void *take_end_of_first_block(head &pool, std::size_t size,
                                                            std::size_t taken) noexcept {
  // A small buffer is for what its user allocates.
  constexpr std::size_t least_room_over_taken = 2;
  state &s = *pool.state;
  const unsigned char *const end = base_of(s) + s.first.size - taken;
  const auto room = static_cast<std::size_t>(end - reinterpret_cast<unsigned char *>(&s + 1));
  const auto left = static_cast<std::size_t>(pool.end - pool.cur);
  if (pool.end != end || left < size || room / least_room_over_taken < size) return nullptr;
  pool.end -= size;
  return pool.end;
}

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
