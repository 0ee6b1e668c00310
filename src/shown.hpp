// shown.hpp: what the head of a pool shows that shows no room. Private to src/.
#ifndef POND_SRC_SHOWN_HPP
#define POND_SRC_SHOWN_HPP

#include "pond/detail/bump.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// Below all memory: no object lies in the page that begins with null. Nothing fits there, no
/// allocation ends there, and each one that ever was made is above it (release_allocated).
inline constexpr std::size_t first_page = 4096;

/// What is shown there, by number.
enum shown : std::size_t {
  shown_hidden,  // there may be room elsewhere; or the pool is sealed, or full and in a scope
  shown_stones,  // and the next, as many as there are stones: it has ended (ended.cpp)
};
inline constexpr std::size_t most_stones = 64;

inline unsigned char *below_memory(std::size_t number) noexcept {
  return reinterpret_cast<unsigned char *>((number + 1) * block_alignment);
}
static_assert((shown_stones + most_stones + 1) * block_alignment < first_page);

inline bool is_below_memory(const void *p) noexcept {
  return reinterpret_cast<std::uintptr_t>(p) < first_page;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
