// recycle.hpp: small memory that was given back alone, kept by size for the next request.
//
// A pool with options.recycle hides its bounds, as a trapped one does: each request comes here, is
// rounded up to a size class, and takes what was given back of that class before it takes room.
// There is no header: whoever gives memory back says its size.
#ifndef POND_SRC_RECYCLE_HPP
#define POND_SRC_RECYCLE_HPP

#include "cache.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// What is larger has memory of its own, always, and goes back through the block cache.
inline constexpr std::size_t most_recycled = 4096;

struct recycled {
  recycled *next;
};

/// The block cache's, sixteen for each power of two: a sixteenth is lost at most.
inline constexpr std::size_t recycled_classes = bin_of(most_recycled) + 1;

/// What was given back where such an alignment is: requests for it look nowhere else, or memory for
/// which they have no use could hide what they need. They lie outside the pool.
struct aligned_bins {
  aligned_bins *wider;  // those of the next larger alignment
  std::size_t alignment;
  std::size_t size;  // that they take
  recycled *newest[recycled_classes];
};

struct recycler {
  std::size_t bytes;      // in all bins
  bool small_larges;      // a large allocation of a small size may be there: first it is looked for
  aligned_bins *aligned;  // of each alignment above malloc's that was asked for
  recycled *newest[recycled_classes];
};

/// The least size of the class of `size`, rounded up: the next class where it is not that itself.
constexpr std::size_t recycled_size(std::size_t size) noexcept {
  if (size <= sizes::quantum) return sizes::quantum;
  const auto log = static_cast<unsigned>(int{sizes::word_bits - 1} - __builtin_clzl(size));
  const std::size_t step = (std::size_t{1} << log) / classes;
  return sizes::round_up(size, step < sizes::quantum ? sizes::quantum : step);
}
static_assert(recycled_size(17) == 32 && recycled_size(257) == 272 && recycled_size(1025) == 1088);
static_assert(recycled_size(most_recycled - 1) == most_recycled);

/// Makes a new pool one that recycles; false when there is no memory for the bins.
bool begin_recycling(head &pool) noexcept;

/// refill for a pool that recycles. While a mark is open the bins are left alone: what is in them
/// is older than the mark, and what comes after it goes with it.
void *recycling_allocate(head &pool, std::size_t size, std::size_t alignment) noexcept;

/// Whether memory of this size is recycled: the pool does that, and it is not large.
inline bool recycles(const state &s, std::size_t size) noexcept {
  return (s.flags & flag_recycling) != 0 && size <= s.threshold;
}

/// Takes back what was allocated with this size, which is recycled.
void recycle(state &s, void *p, std::size_t size) noexcept;

/// Empties the bins: all memory is room again. And the end of them.
void forget_recycled(state &s) noexcept;
void end_recycling(state &s) noexcept;

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
