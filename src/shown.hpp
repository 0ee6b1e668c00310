// shown.hpp: what the head of a pool shows that shows no room. Private to src/.
#ifndef POND_SRC_SHOWN_HPP
#define POND_SRC_SHOWN_HPP

#include "pond/detail/bump.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// What is shown in nobody's page, by number. No size but 0 fits there, and no memory ends there;
/// but of 32 bits null with some size does (is_newest).
enum shown : std::size_t {
  shown_hidden,  // room is elsewhere, or there is none: sealed, doomed, or full when a scope began
  shown_stones,  // and the next, as many as there are stones: it has ended (ended.cpp)
};
inline constexpr std::size_t most_stones = 64;

/// From the end of the page down: a host that adds an ordinary size to null, as nginx's arrays may,
/// does not come there.
inline unsigned char *shown_at(std::size_t number) noexcept {
  return reinterpret_cast<unsigned char *>(nobodys_page + nobodys_bytes -
                                           (number + 1) * block_alignment);
}
static_assert((shown_stones + most_stones) * block_alignment < nobodys_bytes);

/// Whether it is what a pool without room gives for size 0.
inline bool is_no_memory(const void *p) noexcept { return is_nobodys(p) || p == nowhere(); }

/// Shows no room. Where there was some, it is known elsewhere.
inline void hide(head &pool) noexcept { pool.cur = pool.end = shown_at(shown_hidden); }

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
