// ended.cpp: pools that have ended, and are used all the same.
//
// Something may outlive its pool: a container that stands before it in a struct, a scope, a second
// destructor. Where a tool watches, the pool's object then shows the place of a stone (shown.hpp)
// instead of the sentinel: as there, nothing fits, but it is known under which tag the pool went,
// if this copy of the library has ended it. Only its destructor leaves one: what is moved from,
// adopted or ended by its parent goes on as default-constructed; and where one of its own cleanups
// has destroyed it, its object shows nothing that holds.
//
// The head of a pond_pool lies in a block of its own, and goes with that. AddressSanitizer and
// memcheck do not hand freed memory out again soon, nor change it, but for its first bytes, which
// that head keeps clear of (placed): it tells what it showed last. With `own`, where nothing else
// is in such a block, the latest of them are kept.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cache.hpp"
#include "upstream.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

enum progress : std::uint8_t { blank, being_cut, cut };

struct stone {
  char tag[tag_capacity];
  std::uint8_t progress;  // atomic
};

/// One for each tag; the first has none, for pools without and for those of tags that come later
/// than these. Programs have a handful of them.
constinit stone stones[most_stones] = {{{}, cut}};

/// Whether a stone bears this tag, now at the latest. What another thread is just cutting does not.
bool bears(stone &one, const char *tag) noexcept {
  std::uint8_t seen = blank;
  if (__atomic_compare_exchange_n(&one.progress, &seen, being_cut, false, __ATOMIC_ACQUIRE,
                                  __ATOMIC_ACQUIRE)) {
    std::memcpy(one.tag, tag, tag_capacity);
    __atomic_store_n(&one.progress, cut, __ATOMIC_RELEASE);
    return true;
  }
  return seen == cut && std::strcmp(one.tag, tag) == 0;
}

/// Whoever uses a pool after its end mostly does so soon. 4 MiB at most are kept: nginx's pools
/// begin with 16 KiB or less.
constexpr std::size_t most_graves = 64;
constexpr std::size_t largest_grave = 65536;
constinit void *graves[most_graves] = {};  // atomic, each
constinit std::size_t buried = 0;          // atomic

/// The end of the process, or of this copy of the library in it.
[[gnu::destructor]] void clear_graves() noexcept {
  for (void *&grave : graves) std::free(__atomic_exchange_n(&grave, nullptr, __ATOMIC_ACQ_REL));
}

const stone *stone_of(const head &pool) noexcept {
  const auto first = reinterpret_cast<std::uintptr_t>(shown_at(shown_stones));
  const auto down = first - reinterpret_cast<std::uintptr_t>(pool.cur);
  return down < most_stones * block_alignment ? &stones[down / block_alignment] : nullptr;
}

}  // namespace

embedding placed(const embedding &where) noexcept {
  constexpr std::size_t noted = block_alignment;
  const std::size_t prefix =
      where.prefix + noted + (where.host == nullptr ? sizeof(where.host) : 0);
  if (prefix > largest_prefix || !watching() || !notes_in_freed()) return where;
  return {.prefix = prefix, .head_offset = where.head_offset + noted, .host = where.host};
}

bool outlasts(const state &s) noexcept {
  constexpr unsigned not_the_librarys = flag_borrowed | flag_own_upstream;
  return (s.flags & not_the_librarys) == 0 && s.first.size <= largest_grave && owns_each() &&
         takes_from_library() && !is_unloading();
}

/// Zeros hold nothing that a leak checker could follow.
void bury(state &s, head &left) noexcept {
  unsigned char *const block = base_of(s);
  const std::size_t size = s.first.size;
  const head told = left;
  returned(s, block, size);
  std::memset(block, 0, size);
  left = told;
  auto *const at = reinterpret_cast<unsigned char *>(&left);
  closed(block, static_cast<std::size_t>(at - block));
  closed(at + sizeof(left), size - static_cast<std::size_t>(at + sizeof(left) - block));
  const std::size_t next = __atomic_fetch_add(&buried, 1, __ATOMIC_RELAXED) % most_graves;
  std::free(__atomic_exchange_n(&graves[next], block, __ATOMIC_ACQ_REL));
}

unsigned char *shown_when_ended(const head &pool) noexcept {
  const state &s = *pool.state;
  if (s.prefix != 0) return nowhere();
  gone(s, &pool, sizeof(pool));
  return place_of_stone(s);
}

unsigned char *place_of_stone(const state &s) noexcept {
  stone *const end = stones + most_stones;
  stone *found = std::find_if(stones, end, [&](stone &one) { return bears(one, s.ext->tag); });
  return shown_at(shown_stones + static_cast<std::size_t>(found != end ? found - stones : 0));
}

bool tells_of_end(const head &pool) noexcept {
  const stone *found = stone_of(pool);
  if (found == nullptr) return false;
  report(found->tag, EINVAL, "used after its end");
  return true;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
