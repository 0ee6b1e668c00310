// owned.hpp: the record of what a pool must see to. Private to src/.
#ifndef POND_SRC_OWNED_HPP
#define POND_SRC_OWNED_HPP

#include "pond/detail/core.hpp"
#include "shown.hpp"
#include "sizes.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// Something the pool must see to: a cleanup (handler and data), a large allocation (memory and
/// size), or a child that was not used yet, which is a cleanup that empties its head. One record
/// for all, so that one list of spare records serves all. Aligned as a head's `end`, which shows
/// the record of such a child.
struct alignas(block_alignment) owned {
  owned *next;  // older
  owned *prev;  // newer
  union {
    void (*handler)(void *);
    void *memory;
  };
  union {
    void *data;
    std::size_t size;
  };
  std::uint64_t when;  // the epoch, and above it how far a large one's alignment exceeds 16
  union {
    state *parent;      // of a child
    std::size_t given;  // of a large one that did not come from the cache, what was asked for; of
                        // a trapped pool's: its size by now; 0: not known
  };
};

/// The epoch is that of the innermost mark that was open when the record was made.
inline constexpr unsigned epoch_bits = 58;
inline std::uint64_t epoch_of(const owned &record) noexcept {
  return record.when & ((std::uint64_t{1} << epoch_bits) - 1);
}
inline std::size_t alignment_of(const owned &large) noexcept {
  return sizes::quantum << (large.when >> epoch_bits);
}

/// The record of a child that was not used yet, or null. Such a head has no state, as that of any
/// pool that was not used or has ended; where those show the sentinel, which is zeros of a record's
/// length and so has no parent, or an address that is nobody's, it shows the record.
inline owned *announced(const head &pool) noexcept {
  static_assert(sizeof(owned) <= sizeof(sentinel));
  if (pool.state != nullptr || is_nobodys(pool.cur)) return nullptr;
  auto *record = reinterpret_cast<owned *>(pool.cur);
  return record->parent != nullptr ? record : nullptr;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
