// large.cpp: allocations with memory of their own, which can be freed alone.
//
// Each has a record in the pool; the memory itself has no header, because buffers are powers of
// two. A few are found by looking through the list; more get an index by address, an open-addressed
// table that lives outside the pool, so that marks and resets need not know of it.
#include <cerrno>
#include <cstring>

#include "large_index.hpp"
#include "memory.hpp"
#include "records.hpp"
#include "recycle.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// Up to so many are looked through: in the traces a freed one is found at the second look on
/// average, and a proxied request holds eight, seldom more than twelve.
constexpr std::size_t most_looked_through = 16;

/// The table begins here and is never more than half full, so that probes stay short.
constexpr std::size_t first_capacity = 32;

void free_index(state &s, const large_index &index) noexcept {
  if (index.slots == nullptr) return;
  give_memory(s, index.slots, index.bytes, sizes::quantum);
}

/// A table of twice the size with everything that is in the list.
bool grow(state &s, large_index &index) noexcept {
  large_index grown{};
  grown.capacity = index.capacity != 0 ? index.capacity * 2 : first_capacity;
  grown.bytes = sizes::multiply(grown.capacity, sizeof(void *));
  grown.slots = static_cast<owned **>(take_memory(s, grown.bytes, sizes::quantum));
  if (grown.slots == nullptr) {
    failed(s, grown.bytes, sizes::quantum, false);
    return false;
  }
  std::memset(grown.slots, 0, grown.capacity * sizeof(void *));
  for (owned *large = s.larges; large != nullptr; large = large->next) put(grown, large);
  free_index(s, index);
  index = grown;
  return true;
}

bool indexed(const state &s) noexcept { return extended(s) && s.ext->index.slots != nullptr; }

/// Makes room in the index for one more where there is one or has to be one.
[[gnu::noinline]] bool prepare_index(head &h) noexcept {
  state &s = *h.state;
  if (!indexed(s)) {
    if (s.larges_seen < most_looked_through) return true;
    return make_extension(h) != nullptr && grow(s, s.ext->index);
  }
  large_index &index = s.ext->index;
  return index.count < index.capacity / 2 || grow(s, index);
}

/// How an alignment is noted in a record: the common ones, up to malloc's, cost nothing.
std::uint64_t noted(std::size_t alignment) noexcept {
  if (alignment <= sizes::quantum) [[likely]]
    return 0;
  const auto steps = static_cast<unsigned>(__builtin_ctzl(alignment / sizes::quantum));
  return std::uint64_t{steps} << epoch_bits;
}

std::size_t at_least_one(std::size_t size) noexcept { return size + (size == 0); }

std::size_t rounded(std::size_t size) noexcept {
  return sizes::round_up(at_least_one(size), sizes::quantum);
}

/// Enters a large allocation where there is no index.
[[gnu::always_inline]] inline void *note(state &s, owned *large, void *memory,
                                         std::size_t bytes) noexcept {
  large->memory = memory;
  large->size = bytes;
  link(s.larges, large);
  ++s.larges_seen;
  return memory;
}

}  // namespace

void *take_large(head &h, std::size_t size, std::size_t alignment) noexcept {
  state &s = *h.state;
  const bool few = !has_extension(s) && s.larges_seen < most_looked_through;
  if (!few && !prepare_index(h)) return nullptr;
  owned *large = take_record(h);
  if (large == nullptr) return nullptr;
  // Exact where somebody looks; else whole quanta, as whatever the cache keeps.
  const bool exact = (s.flags & flag_trapped) != 0;
  std::size_t bytes = exact ? at_least_one(size) : rounded(size);
  large->memory = take_memory(s, bytes, alignment < sizes::quantum ? sizes::quantum : alignment);
  if (large->memory == nullptr) {
    spare_record(s, large);
    return failed(s, size, alignment, true);
  }
  large->when |= noted(alignment);
  large->given = size;
  if (indexed(s)) {
    large->size = bytes;
    link(s.larges, large);
    put(s.ext->index, large);
    return large->memory;
  }
  return note(s, large, large->memory, bytes);
}

owned *find_large(const state &s, const void *p) noexcept {
  if (indexed(s)) return record_in(s.ext->index, p);
  owned *large = s.larges;
  while (large != nullptr && large->memory != p) large = large->next;
  return large;
}

void release_large(state &s, owned *large) noexcept {
  if (indexed(s)) {
    remove(s.ext->index, large->memory);
  } else {
    --s.larges_seen;
  }
  unlink(s.larges, large);
  give_memory(s, large->memory, large->size, alignment_of(*large));
  spare_record(s, large);
}

void release_larges(state &s, std::uint64_t since) noexcept {
  if (since == 0) {
    // All of them, and the index with them: nothing needs to be found any more.
    for (owned *large = s.larges; large != nullptr; large = large->next) {
      give_memory(s, large->memory, large->size, alignment_of(*large));
      (void)looked_at(large->next, "a record of a pool");
    }
    s.larges = nullptr;
    s.larges_seen = 0;
    if (!indexed(s)) return;
    free_index(s, s.ext->index);
    s.ext->index = {};
    return;
  }
  while (s.larges != nullptr && epoch_of(*s.larges) >= since) release_large(s, s.larges);
}

namespace {

/// Everything that is not an ordinary large allocation.
[[gnu::noinline]] void *allocate_large_slow(head &pool, std::size_t size,
                                            std::size_t alignment) noexcept {
  if (!sizes::is_power_of_two(alignment)) {
    errno = EINVAL;
    return nullptr;
  }
  const bool impossible = size > sizes::impossible || alignment > sizes::impossible;
  if (impossible) errno = ENOMEM;
  if (pool.state == nullptr && (impossible || !first_use(pool))) return nullptr;
  if (refuses(*pool.state)) return nullptr;
  const exclusive_use here(*pool.state);
  if (impossible) return failed(*pool.state, size, alignment, true);
  if (recycles(*pool.state, size)) pool.state->ext->bins->small_larges = true;
  return take_large(real(pool), size, alignment);
}

/// A large allocation for which the cache has a block. As in from_new_block, nothing is taken
/// before all is known to be at hand; in two functions neither has to save a register for the slow
/// way (79 instructions, 92 before).
[[gnu::noinline]] void *allocate_large_cached(head &pool, bin &from, std::size_t size,
                                              std::size_t alignment) noexcept {
  owned *large = record_at_hand(pool);
  if (large == nullptr) [[unlikely]]
    return allocate_large_slow(pool, size, alignment);
  const std::size_t bytes = from.newest->size;
  take_found(pool, large)->when = 0;  // no mark is open
  count(*pool.state, bytes);
  return note(*pool.state, large, cache_take_newest(from), bytes);
}

}  // namespace

void *allocate_large(head &pool, std::size_t size, std::size_t alignment) noexcept {
  const state *s = pool.state;
  if (s == nullptr || !takes_cached(*s) || s->marks != nullptr ||
      s->larges_seen == most_looked_through || !is_ordinary(alignment, block_alignment) ||
      size > most_cached_block - sizes::quantum) [[unlikely]] {
    return allocate_large_slow(pool, size, alignment);
  }
  bin *from = cache_look(rounded(size));
  if (from == nullptr) [[unlikely]]
    return allocate_large_slow(pool, size, alignment);
  return allocate_large_cached(pool, *from, size, alignment);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
