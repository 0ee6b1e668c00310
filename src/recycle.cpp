// recycle.cpp: pools that use small memory again.
#include "recycle.hpp"

#include <new>
#include <utility>

#include "memory.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// Where the first block has room for the bins, it had for the extension, beside which they lie.
static_assert(sizeof(recycler) > sizeof(extension));

bool begin_recycling(head &pool) noexcept {
  state &s = *pool.state;
  std::size_t size = sizes::round_up(sizeof(recycler), sizes::quantum);
  void *bins = take_end_of_first_block(pool, size, inside(s));
  if (bins != nullptr) {
    s.ext->inside += size;
  } else {
    bins = take_memory(s, size, sizes::quantum);
    if (bins == nullptr) return false;
    s.ext->bins_size = size;
  }
  s.ext->bins = new (bins) recycler{};
  if (s.threshold > most_recycled) s.threshold = most_recycled;
  s.ext->real = pool;
  s.flags |= flag_recycling;
  hide(pool);
  return true;
}

namespace {

constexpr const char *was_given_back = "memory that was given back";

[[gnu::always_inline]] inline void *take_from(recycler &bins, recycled *&newest,
                                              std::size_t whole) noexcept {
  recycled *const found = looked_at(newest, was_given_back);
  newest = found->next;
  bins.bytes -= whole;
  return found;
}

/// From the bins of this alignment, or a larger one.
[[gnu::noinline]] void *take_aligned(recycler &bins, std::size_t whole,
                                     std::size_t alignment) noexcept {
  const std::size_t bin = bin_of(whole);
  for (aligned_bins *aligned = bins.aligned; aligned != nullptr; aligned = aligned->wider) {
    if (aligned->alignment < alignment || aligned->newest[bin] == nullptr) continue;
    return take_from(bins, aligned->newest[bin], whole);
  }
  return nullptr;
}

/// Whether there are bins for this alignment, now at the latest. Not without memory for them.
bool has_bins_for(state &s, std::size_t alignment) noexcept {
  aligned_bins **link = &s.ext->bins->aligned;
  while (*link != nullptr && (*link)->alignment < alignment) link = &(*link)->wider;
  if (*link != nullptr && (*link)->alignment == alignment) return true;
  std::size_t size = sizes::round_up(sizeof(aligned_bins), sizes::quantum);
  void *const memory = take_memory(s, size, sizes::quantum);
  if (memory == nullptr) return false;
  *link = new (memory) aligned_bins{*link, alignment, size, {}};
  return true;
}

/// What is large, or of a larger alignment than malloc's. What there are no bins for to go back to
/// has memory of its own.
[[gnu::noinline]] void *allocate_unusual(head &pool, std::size_t size,
                                         std::size_t alignment) noexcept {
  state &s = *pool.state;
  if (size > s.threshold || sizes::with_alignment(size, alignment) > most_recycled ||
      !has_bins_for(s, alignment)) {
    // What allocate_at_least() has rounded up may come back with the size that was asked for.
    if (size < s.threshold + sizes::quantum) s.ext->bins->small_larges = true;
    return take_large(real(pool), size, alignment);
  }
  const std::size_t whole = recycled_size(size);
  void *taken = s.marks == nullptr ? take_aligned(*s.ext->bins, whole, alignment) : nullptr;
  return taken != nullptr ? taken : carve(real(pool), whole, alignment);
}

}  // namespace

void *recycling_allocate(head &pool, std::size_t size, std::size_t alignment) noexcept {
  const state &s = *pool.state;
  if (size > s.threshold || alignment > sizes::quantum) [[unlikely]]
    return allocate_unusual(pool, size, alignment);
  const std::size_t whole = recycled_size(size);
  if (s.marks == nullptr) [[likely]] {
    recycler &bins = *s.ext->bins;
    recycled *&newest = bins.newest[bin_of(whole)];
    if (newest != nullptr) [[likely]]
      return take_from(bins, newest, whole);
    if (bins.aligned != nullptr) {
      if (void *taken = take_aligned(bins, whole, sizes::quantum)) return taken;
    }
  }
  return carve(real(pool), whole, sizes::quantum);
}

void recycle(state &s, void *p, std::size_t size) noexcept {
  const std::size_t whole = recycled_size(size);
  // A mark may be younger than this, which is then there again after the rewind.
  if (is_no_memory(p) || retract(s.ext->real, p, whole) || s.marks != nullptr) return;
  recycler &bins = *s.ext->bins;
  const std::size_t bin = bin_of(whole);
  recycled **newest = &bins.newest[bin];
  const auto at = reinterpret_cast<std::uintptr_t>(p);
  for (aligned_bins *aligned = bins.aligned; aligned != nullptr; aligned = aligned->wider) {
    if ((at & (aligned->alignment - 1)) != 0) break;
    newest = &aligned->newest[bin];
  }
  *newest = ::new (p) recycled{*newest};
  bins.bytes += whole;
}

void forget_recycled(state &s) noexcept {
  if ((s.flags & flag_recycling) == 0) return;
  for (aligned_bins *aligned = s.ext->bins->aligned; aligned != nullptr;) {
    aligned_bins *const gone = std::exchange(aligned, aligned->wider);
    give_memory(s, gone, gone->size, sizes::quantum);
  }
  *s.ext->bins = {};
}

void end_recycling(state &s) noexcept {
  forget_recycled(s);
  if (s.ext->bins_size != 0) give_memory(s, s.ext->bins, s.ext->bins_size, sizes::quantum);
  s.ext->bins = nullptr;
  s.flags &= static_cast<std::uint8_t>(~flag_recycling);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
