// release.cpp: what is given back alone, and what grows or shrinks where it is.
//
//   release_allocated                    inline: what is small and stays
//    └─ release_sized                    the newest, large, or of a pool that hides its room
//        ├─ release_large                memory of its own (large.cpp)
//        └─ release_sized_slow           the same of any pool, but for the newest
//            ├─ release_trapped          a tool watches (watch.cpp)
//            └─ recycle                  is kept for the next one of its size (recycle.cpp)
#include <cerrno>
#include <cstring>

#include "recycle.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

[[gnu::always_inline]] inline bool release_found(state &s, const void *p) noexcept {
  owned *large = find_large(s, p);
  if (large == nullptr) return false;
  release_large(s, large);
  return true;
}

[[gnu::noinline]] bool release_trapped(state &s, const void *p) noexcept {
  const exclusive_use here(s);
  return release_found(s, p);
}

/// Whether large memory can be of this size where it is: at least half of it is kept.
bool can_have(const owned &large, std::size_t size) noexcept {
  return size <= large.size && size >= large.size / 2;
}

/// Whether a trapped pool's large memory may be given back with this size. What allocate_at_least()
/// gave has any size from the one that was asked for.
bool is_size_of(const owned &large, std::size_t size) noexcept {
  if (large.given == 0) return can_have(large, size);
  return size != 0 && size <= large.given && large.given - size < block_alignment;
}

/// Whether the large allocation at an address is meant by that and a size. What has no size may lie
/// where a block ends, and there an upstream without headers may have put something else.
bool is_meant(const state &s, const owned &large, std::size_t size) noexcept {
  if (size != 0) [[likely]]
    return true;
  const bool knows = (s.flags & flag_own_upstream) != 0;  // how much was asked for
  return knows ? large.given == 0 : large.size <= sizes::quantum;
}

owned *find_large(const state &s, const void *p, std::size_t size) noexcept {
  owned *const large = find_large(s, p);
  return large != nullptr && is_meant(s, *large, size) ? large : nullptr;
}

/// What is older than an open mark is there again after the rewind.
bool is_older_than_a_mark(const state &s, const owned &large) noexcept {
  return epoch_of(large) < epoch_of(s);
}
void release_unless_marked(state &s, owned *large) noexcept {
  if (!is_older_than_a_mark(s, *large)) release_large(s, large);
}

[[gnu::noinline]] void release_trapped(state &s, void *p, std::size_t size) noexcept {
  const exclusive_use here(s);
  owned *large = find_large(s, p);
  if (large == nullptr) return trapped_release(s, p, size);
  if (!is_size_of(*large, size)) return misuse(s, EINVAL, "given memory with a wrong size");
  release_unless_marked(s, large);
}

/// What is large, or may be.
[[gnu::noinline]] void release_by_address(state &s, void *p, std::size_t size) noexcept {
  if (owned *large = find_large(s, p, size)) {
    release_unless_marked(s, large);
  } else if (recycles(s, size)) {
    recycle(s, p, size);
  }
}

/// Everything but small memory of a plain pool, which containers give back node by node.
[[gnu::noinline]] void release_sized_slow(head &pool, void *p, std::size_t size) noexcept {
  if (p == nullptr || !is_there(pool)) return;
  state &s = *pool.state;
  if ((s.flags & flag_trapped) != 0) return release_trapped(s, p, size);
  if (!recycles(s, size) || s.ext->bins->small_larges) return release_by_address(s, p, size);
  recycle(s, p, size);
}

/// Whether what is not the newest can stay where it is. Large memory does unless most of it would
/// be wasted, or it is too small; of small memory a part is given up, but what is recycled has to
/// be of the class that its size says.
bool stays(const state &s, const void *p, std::size_t old_size, std::size_t new_size) noexcept {
  if (const owned *large = find_large(s, p, old_size); large != nullptr) {
    return can_have(*large, new_size);
  }
  if (recycles(s, old_size)) {  // what had no size has no memory
    return old_size != 0 && recycles(s, new_size) &&
           recycled_size(old_size) == recycled_size(new_size);
  }
  return new_size <= old_size;
}

/// What a trapped pool knows of memory that is of another size now, where it was.
void note_resized(state &s, void *p, std::size_t old_size, std::size_t new_size) noexcept {
  if (owned *large = find_large(s, p); large != nullptr) {
    large->given = is_older_than_a_mark(s, *large) ? 0 : new_size;
  } else if (new_size < old_size) {
    trapped_shrink(s, p, old_size, new_size);
  }
}

}  // namespace

bool release(head &pool, const void *p) noexcept {
  if (!is_there(pool) || pool.state->larges == nullptr) return false;
  if ((pool.state->flags & flag_trapped) != 0) return release_trapped(*pool.state, p);
  return release_found(*pool.state, p);
}

void release_sized(head &pool, void *p, std::size_t size) noexcept {
  if (retract(pool, p, size)) return;
  state *s = pool.state;
  if (s == nullptr || !plain(*s)) return release_sized_slow(pool, p, size);
  owned *large = s->larges;
  while (large != nullptr && large->memory != p) large = large->next;
  if (large != nullptr && is_meant(*s, *large, size)) release_unless_marked(*s, large);
}

void release_unbuilt(head &pool, void *p, std::size_t size, unsigned char *cur,
                     const unsigned char *end) noexcept {
  const auto padding = reinterpret_cast<std::uintptr_t>(p) - reinterpret_cast<std::uintptr_t>(cur);
  const bool same_room = end != nullptr ? end == pool.end : padding < block_alignment;
  if (!same_room || !is_newest(pool, p, size)) return release_sized(pool, p, size);
  pool.cur = cur;
}

void *resize(head &pool, void *p, std::size_t old_size, std::size_t new_size) noexcept {
  if (p == nullptr) return allocate(pool, new_size, block_alignment);
  if (!is_there(pool)) {
    errno = EINVAL;
    return nullptr;
  }
  state &s = *pool.state;
  if (extend(pool, p, old_size, new_size)) return p;
  if (stays(s, p, old_size, new_size)) {
    if ((s.flags & flag_trapped) != 0) note_resized(s, p, old_size, new_size);
    if (recycles(s, new_size) && !recycles(s, old_size)) s.ext->bins->small_larges = true;
    return p;
  }
  void *to = allocate(pool, new_size, block_alignment);
  if (to == nullptr) return nullptr;
  std::memcpy(to, p, old_size < new_size ? old_size : new_size);
  release_sized(pool, p, old_size);
  return to;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
