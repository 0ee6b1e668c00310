// blocks.cpp: the cold half of an allocation.
//
//   refill(pool, size, alignment)
//    ├─ allocate_large                      above the threshold: memory of its own (large.cpp)
//    ├─ from_rooms                          what earlier blocks have left
//    ├─ from_new_block                      from the cache
//    │   └─ from_grown_block                any other way
//    └─ refill_slow
//        ├─ first_use             of a default-constructed pool, or a child (announce.cpp)
//        ├─ trapped_allocate      a tool watches, the pool is sealed or gone (watch.cpp)
//        ├─ recycling_allocate    what was given back first (recycle.cpp)
//        └─ take_large            large, in a scope or of an alignment above 16
#include <cerrno>
#include <utility>

#include "memory.hpp"
#include "records.hpp"
#include "recycle.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

// nginx's two numbers, kept: it looks at no more than a handful of blocks before it takes a new one
// (7 at most in the recorded traces), and passes over a block that failed more than four times.
constexpr unsigned most_rooms_looked_at = 4;
constexpr std::size_t most_failures = 4;

constexpr std::uint8_t watched = flag_trapped | flag_sealed | flag_doomed;

/// A room that holds less than the smallest common requests is not worth its place in the walk.
constexpr std::ptrdiff_t least_kept_room = 128;
static_assert(least_kept_room >= std::ptrdiff_t{sizeof(room) + alignof(room)});

/// Where `size` bytes at any power of two go between cur and end, or null. Nothing here wraps: the
/// padding is compared before it is subtracted.
unsigned char *fit(unsigned char *cur, const unsigned char *end, std::size_t size,
                   std::size_t alignment) noexcept {
  const auto available = static_cast<std::size_t>(end - cur);
  const std::size_t padding = -reinterpret_cast<std::uintptr_t>(cur) & (alignment - 1);
  return padding <= available && size <= available - padding ? cur + padding : nullptr;
}

/// Of the head's room and another one the larger becomes the head and the other is kept: a request
/// that does not fit never costs the pool what is left of its current block.
[[gnu::always_inline]] inline void settle(head &h, unsigned char *cur,
                                          unsigned char *end) noexcept {
  if (end - cur > h.end - h.cur) [[likely]] {
    std::swap(cur, h.cur);
    std::swap(end, h.end);
  }
  if (end - cur >= least_kept_room) keep_room(*h.state, cur, end);
}

[[gnu::noinline]] void *from_rooms(head &h, std::size_t size, std::size_t alignment) noexcept {
  room **link = &h.state->rooms;
  for (unsigned looked = 0; *link != nullptr && looked < most_rooms_looked_at; ++looked) {
    room *r = whole(*link);
    auto *cur = reinterpret_cast<unsigned char *>(r);
    if (unsigned char *at = fit(cur, r->end, size, alignment)) {
      unsigned char *end = r->end;
      *link = r->next;
      settle(h, at + size, end);
      return at;
    }
    if (++r->failed > most_failures) {
      *link = r->next;
    } else {
      link = &r->next;
    }
  }
  return nullptr;
}

/// A block that was taken becomes the newest.
[[gnu::always_inline]] inline void add_block(state &s, block *b) noexcept {
  b->next = s.first.next;
  s.first.next = b;
  if (s.taken < sizes::most_counted_blocks) ++s.taken;
}

/// Memory for the next block: of the size that growth says, or as much as is needed where that
/// cannot be had.
[[gnu::noinline]] void *take_grown_block(state &s, std::size_t &bytes, std::size_t least) noexcept {
  const std::size_t largest =
      has_extension(s) ? s.ext->largest_block : sizes::default_largest_block;
  const std::size_t usual = has_extension(s) ? s.ext->usual_block : s.first.size;
  bytes = sizes::next_block(usual, s.taken, largest);
  if (bytes < least) bytes = least;
  void *memory = take_memory(s, bytes, sizes::quantum);
  if (memory == nullptr && least < bytes) {
    bytes = least;
    memory = take_memory(s, bytes, sizes::quantum);
  }
  return memory != nullptr ? memory : failed(s, bytes, sizes::quantum, false);
}

[[gnu::noinline]] void *from_grown_block(head &h, std::size_t size,
                                         std::size_t alignment) noexcept {
  state &s = *h.state;
  std::size_t bytes = 0;
  auto *b = static_cast<block *>(
      take_grown_block(s, bytes, sizes::least_block(size, alignment, sizeof(block))));
  if (b == nullptr) [[unlikely]]
    return nullptr;
  b->size = bytes;
  add_block(s, b);
  unsigned char *cur = begin_of(*b);
  unsigned char *end = end_of(*b);
  if ((s.flags & flag_trapped) != 0) {
    taken(s, b, bytes);
    closed(cur, static_cast<std::size_t>(end - cur));
  }
  unsigned char *at = cur + (-reinterpret_cast<std::uintptr_t>(cur) & (alignment - 1));
  settle(h, at + size, end);
  return at;
}

/// What stands behind a block's header is aligned to so much.
constexpr std::size_t alignment_behind_header = sizeof(block) & -sizeof(block);

/// The next block that growth asks for, if the cache has it. What is at hand is looked at before it
/// is taken, so that the other way is called last, and nothing else is: 80 instructions, where
/// taking first and asking then took 120. A block that is larger than the first one takes 7 more;
/// by the other way it took 72 more.
[[gnu::noinline]] void *from_new_block(head &h, std::size_t size, std::size_t alignment) noexcept {
  state &s = *h.state;
  std::size_t bytes = s.first.size;
  if (s.taken >= sizes::blocks_per_doubling)  // before, it is the same
    bytes = sizes::next_block(bytes, s.taken, sizes::default_largest_block);
  if (bytes > most_cached_block || !takes_cached(s) || size > bytes - sizeof(block) ||
      alignment > alignment_behind_header) [[unlikely]] {
    return from_grown_block(h, size, alignment);
  }
  bin *from = cache_look(bytes);
  if (from == nullptr) [[unlikely]]
    return from_grown_block(h, size, alignment);
  block *b = cache_take_newest(*from);
  count(s, b->size);
  add_block(s, b);
  unsigned char *at = begin_of(*b);
  settle(h, at + size, end_of(*b));
  return at;
}

}  // namespace

bool keep_room(state &s, unsigned char *cur, unsigned char *end) noexcept {
  // Of a trapped pool the rest of a block stays closed: a record there would have to be open.
  if (end - cur < least_kept_room || (s.flags & flag_trapped) != 0) return false;
  const std::size_t padding = -reinterpret_cast<std::uintptr_t>(cur) & (alignof(room) - 1);
  auto *r = reinterpret_cast<room *>(cur + padding);
  *r = {s.rooms, end, 0};
  s.rooms = r;
  return true;
}

void release_blocks(state &s, const block *until) noexcept {
  while (s.first.next != until) {
    block *b = s.first.next;
    s.first.next = next_of(*b);
    give_memory(s, b, b->size, sizes::quantum);
  }
}

/// For records, and for pools that hide their bounds: from a block, never a large one, which would
/// itself need a record. Open when the pool is trapped. No mark is pending.
void *carve(head &h, std::size_t size, std::size_t alignment) noexcept {
  void *at = fit(h.cur, h.end, size, alignment);
  if (at != nullptr) {
    h.cur = static_cast<unsigned char *>(at) + size;
  } else if (at = from_rooms(h, size, alignment); at == nullptr) {
    at = from_new_block(h, size, alignment);
  }
  if (at != nullptr && (h.state->flags & flag_trapped) != 0) opened(at, size);
  return at;
}

/// The record is not at hand, or would be taken from below a mark.
owned *take_record_slow(head &h) noexcept {
  if (has_pending(*h.state) && !open_pending(h)) return nullptr;
  owned *record = record_at_hand(h);
  if (record != nullptr) {
    take_found(h, record);
  } else {
    record = static_cast<owned *>(carve(h, sizeof(owned), alignof(owned)));
    if (record == nullptr) return nullptr;
  }
  record->when = epoch_of(*h.state);
  return record;
}

namespace {

/// The first block, or room of an earlier one, in a scope.
[[gnu::noinline]] void *refill_in_scope(head &pool, std::size_t size,
                                        std::size_t alignment) noexcept {
  return open_pending(pool) ? refill(pool, size, alignment) : nullptr;
}

/// Everything that is not a small request at an ordinary alignment to an ordinary pool.
[[gnu::noinline]] void *refill_slow(head &pool, std::size_t size, std::size_t alignment) noexcept {
  if (!sizes::is_power_of_two(alignment)) {
    errno = EINVAL;
    return nullptr;
  }
  const bool impossible = size > sizes::impossible || alignment > sizes::impossible;
  if (impossible) errno = ENOMEM;
  if (pool.state == nullptr) {
    return !impossible && first_use(pool) ? allocate(pool, size, alignment) : nullptr;
  }
  if (impossible) return failed(*pool.state, size, alignment, true);
  state &s = *pool.state;
  if ((s.flags & watched) != 0) return trapped_allocate(pool, size, alignment);
  if ((s.flags & flag_recycling) != 0) return recycling_allocate(pool, size, alignment);
  if (unsigned char *at = fit(pool.cur, pool.end, size, alignment)) {  // an alignment above 16
    pool.cur = at + size;
    return at;
  }
  if (sizes::with_alignment(size, alignment) > s.threshold)
    return take_large(pool, size, alignment);
  if (has_pending(s)) return refill_in_scope(pool, size, alignment);
  if (void *at = from_rooms(pool, size, alignment)) return at;
  return from_new_block(pool, size, alignment);
}

}  // namespace

void *refill(head &pool, std::size_t size, std::size_t alignment) noexcept {
  const state *s = pool.state;
  if (s == nullptr || (s->flags & unusual) != 0 || has_pending(*s) ||
      !is_ordinary(alignment, block_alignment)) [[unlikely]] {
    return refill_slow(pool, size, alignment);
  }
  if (size > s->threshold) return allocate_large(pool, size, alignment);
  if (s->rooms != nullptr) {
    if (void *at = from_rooms(pool, size, alignment)) return at;
  }
  return from_new_block(pool, size, alignment);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
