// large_index.hpp: the table of large allocations by address: open addressing, never more than half
// full, so that a search which comes round again has found the table overwritten. What fills and
// empties it is large.cpp.
#ifndef POND_SRC_LARGE_INDEX_HPP
#define POND_SRC_LARGE_INDEX_HPP

#include "state.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

inline constexpr const char *index_of_larges = "the index of large allocations";

inline void put(large_index &index, owned *large) noexcept {
  const std::size_t home = home_of(large->memory, index.capacity);
  std::size_t at = home;
  while (index.slots[at] != nullptr) {
    at = (at + 1) & (index.capacity - 1);
    if (at == home) [[unlikely]]
      broken(index_of_larges);
  }
  index.slots[at] = large;
  ++index.count;
}

/// An entry, looked at before it is followed: the table lies among other people's memory.
inline owned *entry(const large_index &index, std::size_t at) noexcept {
  return looked_at(index.slots[at], index_of_larges);
}

/// Where p's record is, or would be. It stops before what is no entry, and where it began, which is
/// the caller's to look at: a call in this loop would cost each search a frame.
inline std::size_t find(const large_index &index, const void *p) noexcept {
  const std::size_t home = home_of(p, index.capacity);
  std::size_t at = home;
  while (index.slots[at] != nullptr && possible(index.slots[at]) && index.slots[at]->memory != p) {
    at = (at + 1) & (index.capacity - 1);
    if (at == home) break;
  }
  return at;
}

/// p's record, or null.
inline owned *record_in(const large_index &index, const void *p) noexcept {
  owned *large = entry(index, find(index, p));
  if (large != nullptr && large->memory != p) [[unlikely]]
    broken(index_of_larges);
  return large;
}

/// Removes without leaving a tombstone: later entries of the run move up where their home allows.
inline void remove(large_index &index, const void *p) noexcept {
  const std::size_t mask = index.capacity - 1;
  const std::size_t found = find(index, p);
  if (index.slots[found] == nullptr || entry(index, found)->memory != p) [[unlikely]]
    broken(index_of_larges);
  std::size_t hole = found;
  for (std::size_t at = (hole + 1) & mask; index.slots[at] != nullptr; at = (at + 1) & mask) {
    if (at == found) [[unlikely]]
      broken(index_of_larges);
    const std::size_t home = home_of(entry(index, at)->memory, index.capacity);
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      index.slots[hole] = index.slots[at];
      hole = at;
    }
  }
  index.slots[hole] = nullptr;
  --index.count;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
