// links.hpp: links that are looked at before they are followed or written through.
//
// Between a pool's own words lies its users' memory, and behind a block's end other people's. What
// overflows there, or is written after its pool has ended or it was given back, meets the header of
// a block, a room, a record of a cleanup or large allocation or a value; the program stops then,
// with a message, instead of writing to wherever that points.
#ifndef POND_SRC_LINKS_HPP
#define POND_SRC_LINKS_HPP

#include <cstddef>
#include <cstdint>

#include "sizes.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// The header of a block; also of a free block in the cache. Follow `next` by next_of.
struct block {
  block *next;
  std::size_t size;
};

/// Says what was overwritten, and aborts.
[[noreturn, gnu::cold, gnu::noinline]] void broken(const char *what) noexcept;

/// Bits that are zero in every block's address: those below its alignment, and where pointers have
/// 64 bits those above any address space, but for the highest ones, in which tools put tags. Text
/// has some of them, and so has any other word in all but one of 4096 cases. (Links that are mixed
/// with a secret would also find the pointers of an attacker: that cost 11 of then 92 instructions
/// of a create and destroy instead of 3, and hid every block from leak checkers.)
inline constexpr std::uintptr_t above_addresses =
    sizeof(std::uintptr_t) == 8 ? static_cast<std::uintptr_t>(0x00FF000000000000ULL) : 0;
inline constexpr std::uintptr_t never_in_address = above_addresses | (sizes::quantum - 1);

/// The same of what is aligned as a T.
template <class T>
inline constexpr std::uintptr_t never_in_address_of = above_addresses | (alignof(T) - 1);

/// Whether a link may be one: null, or where a T can lie.
template <class T>
[[gnu::always_inline]] inline bool possible(const T *link) noexcept {
  return (reinterpret_cast<std::uintptr_t>(link) & never_in_address_of<T>) == 0;
}

/// A link, looked at before it is followed or kept.
template <class T>
[[gnu::always_inline]] inline T *looked_at(T *link, const char *what) noexcept {
  if (!possible(link)) [[unlikely]]
    broken(what);
  return link;
}

[[gnu::always_inline]] inline block *next_of(const block &b) noexcept {
  if ((reinterpret_cast<std::uintptr_t>(b.next) & never_in_address) != 0) [[unlikely]]
    broken("the header of a block");
  return b.next;
}

/// What a block has behind its header, and where that ends.
inline unsigned char *begin_of(block &b) noexcept {
  return reinterpret_cast<unsigned char *>(&b + 1);
}
inline unsigned char *end_of(block &b) noexcept {
  return reinterpret_cast<unsigned char *>(&b) + b.size;
}

/// Room left in an earlier block, recorded where the room begins: it costs the pool nothing, and an
/// overflow of what was handed out before it meets it first. Take it out of a list by whole().
struct room {
  room *next;
  unsigned char *end;
  std::size_t failed;
};

[[gnu::always_inline]] inline room *whole(room *r) noexcept {
  const std::uintptr_t both =
      reinterpret_cast<std::uintptr_t>(r->next) | reinterpret_cast<std::uintptr_t>(r->end);
  const bool backwards = r->end < reinterpret_cast<unsigned char *>(r);
  if ((both & never_in_address_of<room>) != 0 || backwards) [[unlikely]]
    broken("the room of a block");
  return r;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
