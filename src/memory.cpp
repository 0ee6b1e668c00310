// memory.cpp: memory for pools that are not plain, and the extension that makes them so.
#include <cerrno>
#include <cstring>

#include "memory.hpp"
#include "pond/embed.h"
#include "upstream.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// Epochs of different pools are far apart, so that a mark of one that is gone is not taken for one
/// of a new pool in the same place.
constexpr std::uint64_t epochs_apart = std::uint64_t{1} << 16;
constinit std::uint64_t first_epochs = 0;  // atomic

/// A pool with an upstream of its own bypasses the cache, and so does a trapped one: memory that a
/// tool watches must not come back to life unseen, and sizes must be exact. Larger alignments do,
/// because a cached block has that of malloc.
bool cacheable(const state &s, std::size_t alignment) noexcept {
  return (s.flags & (flag_own_upstream | flag_trapped)) == 0 && alignment <= sizes::quantum;
}

const pond_upstream &upstream_of(const state &s) noexcept {
  return (s.flags & flag_own_upstream) != 0 ? s.ext->upstream : default_upstream();
}

/// A block that exceeds the request is taken if the quota bears it, otherwise an exact one.
void *take_cached(state &s, std::size_t &size) noexcept {
  block *b = cache_take(size);
  if (b == nullptr || b->size == size) [[likely]]
    return b;
  if (charge(s, b->size - size)) {
    size = b->size;
    return b;
  }
  cache_give(b, b->size);
  return upstream_take(default_upstream(), size, sizes::quantum);
}

}  // namespace

void *take_memory_slow(state &s, std::size_t &size, std::size_t alignment) noexcept {
  if (size > sizes::impossible) {
    errno = ENOMEM;
    return nullptr;
  }
  if (!charge(s, size)) return nullptr;
  const std::size_t asked = size;
  void *memory = cacheable(s, alignment) ? take_cached(s, size)
                                         : upstream_take(upstream_of(s), size, alignment);
  if (memory != nullptr) [[likely]] {
    if (has_extension(s)) tell_passed(s.ext, quanta(size) * sizes::quantum);
    return memory;
  }
  discharge(s, asked);
  errno = ENOMEM;
  return nullptr;
}

std::nullptr_t failed(state &s, std::size_t size, std::size_t alignment, bool large) noexcept {
  const int error = errno;
  const pond_embedding *host = host_of(s);
  if (error == ENOMEM && host != nullptr && host->on_failure != nullptr) {
    auto *const behind = reinterpret_cast<unsigned char *>(&s) - sizeof(host);
    host->on_failure(behind - host->prefix, size, alignment, large);
  } else if (error == EDQUOT) {
    tell_refused(s, quanta(size) * sizes::quantum);
  }
  errno = error;
  return nullptr;
}

void give_memory_slow(state &s, void *memory, std::size_t size, std::size_t alignment) noexcept {
  discharge(s, size);
  if (cacheable(s, alignment)) [[likely]] {
    cache_give(static_cast<block *>(memory), size);
    return;
  }
  // Copied: the extension, which holds it, may itself be what is given back.
  const pond_upstream upstream = upstream_of(s);
  if ((s.flags & flag_trapped) != 0) returned(s, memory, size);
  upstream_give(upstream, memory, size, alignment);
}

namespace {

extension *begin_extension(state &s, void *memory, block *holder,
                           const pond_upstream *own) noexcept {
  auto *ext = static_cast<extension *>(memory);
  std::memset(ext, 0, sizeof(extension));
  ext->holder = holder;
  ext->inside = extension_inside;
  if (own != nullptr) ext->upstream = *own;
  ext->reserved = std::size_t{s.reserved} * sizes::quantum;
  ext->peak = std::size_t{peak_of(s)} * sizes::quantum;
  ext->tree_reserved = ext->reserved;
  ext->tree_peak = ext->peak;
  ext->soft_limit = SIZE_MAX;
  ext->hard_limit = SIZE_MAX;
  ext->keep = POND_DEFAULT_KEEP;
  ext->usual_block = s.first.size;
  ext->largest_block = sizes::default_largest_block;
  ext->last_epoch = __atomic_fetch_add(&first_epochs, epochs_apart, __ATOMIC_RELAXED) &
                    ((std::uint64_t{1} << (epoch_bits - 1)) - 1);
  s.ext = ext;
  s.flags |= flag_extended;
  return ext;
}

/// The end of a later block, which `holder` is then, if the pool takes from that; or null: it has
/// no room, or is more than a reset keeps.
void *take_end_of_later_block(head &pool, block *&holder) noexcept {
  if (static_cast<std::size_t>(pool.end - pool.cur) < extension_inside) return nullptr;
  block *b = pool.state->first.next;
  while (b != nullptr && end_of(*b) != pool.end) b = next_of(*b);
  if (b == nullptr || b->size > POND_DEFAULT_KEEP) return nullptr;
  holder = b;
  return pool.end -= extension_inside;
}

}  // namespace

extension *make_extension(head &pool, const pond_upstream *own) noexcept {
  state &s = *pool.state;
  if (has_extension(s)) return s.ext;
  block *holder = nullptr;
  const unsigned char *const end = pool.end;
  void *at = take_end_of_first_block(pool, extension_inside, 0);
  if (at == nullptr) at = take_end_of_later_block(pool, holder);
  if (at == nullptr) return make_extension_apart(s, own);
  // Without one all marks are pending: their pools end here, too, from now on.
  for (mark_record *mark = s.marks; mark != nullptr; mark = mark->outer) {
    if (mark->end == end) mark->end = pool.end;
  }
  return begin_extension(s, at, holder, own);
}

/// In a block that has nothing else: of a pool whose head nobody knows, or that has no room for it.
extension *make_extension_apart(state &s, const pond_upstream *own) noexcept {
  std::size_t size = sizes::block(sizeof(block) + extension_inside, 0);
  void *memory = nullptr;
  if (own != nullptr) {
    memory = upstream_take(*own, size, sizes::quantum);
  } else {
    block *b = cache_take(size);
    if (b != nullptr) size = b->size;
    memory = b;
  }
  if (memory == nullptr) return failed(s, size, sizes::quantum, false);
  auto *holder = static_cast<block *>(memory);
  *holder = {s.first.next, size};
  s.first.next = holder;
  extension *ext = begin_extension(s, end_of(*holder) - extension_inside, holder, own);
  charge(s, size);  // no limit is set yet
  return ext;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
