// recycle.cpp: pools that use small memory again.
#include "recycle.hpp"

#include <new>

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

/// Requests of more than malloc's alignment look at so many; others take the first.
constexpr unsigned most_looked_at = 8;

void *take_recycled(recycler &bins, std::size_t whole, std::size_t alignment) noexcept {
  recycled **link = &bins.newest[bin_of(whole)];
  for (unsigned looked = 0; *link != nullptr && looked < most_looked_at; ++looked) {
    recycled *found = looked_at(*link, "memory that was given back");
    if ((reinterpret_cast<std::uintptr_t>(found) & (alignment - 1)) == 0) [[likely]] {
      *link = found->next;
      bins.bytes -= whole;
      return found;
    }
    link = &found->next;
  }
  return nullptr;
}

}  // namespace

void *recycling_allocate(head &pool, std::size_t size, std::size_t alignment) noexcept {
  const state &s = *pool.state;
  if (size > s.threshold) return take_large(real(pool), size, alignment);
  const std::size_t whole = recycled_size(size);
  if (s.marks == nullptr) [[likely]] {
    if (void *taken = take_recycled(*s.ext->bins, whole, alignment)) return taken;
  }
  return carve(real(pool), whole, alignment < sizes::quantum ? sizes::quantum : alignment);
}

void recycle(state &s, void *p, std::size_t size) noexcept {
  const std::size_t whole = recycled_size(size);
  // A mark may be younger than this, which is then there again after the rewind.
  if (is_no_memory(p) || retract(s.ext->real, p, whole) || s.marks != nullptr) return;
  recycler &bins = *s.ext->bins;
  recycled *&newest = bins.newest[bin_of(whole)];
  newest = ::new (p) recycled{newest};
  bins.bytes += whole;
}

void forget_recycled(state &s) noexcept {
  if ((s.flags & flag_recycling) == 0) return;
  *s.ext->bins = {};
}

void end_recycling(state &s) noexcept {
  if ((s.flags & flag_recycling) == 0) return;
  if (s.ext->bins_size != 0) give_memory(s, s.ext->bins, s.ext->bins_size, sizes::quantum);
  s.ext->bins = nullptr;
  s.flags &= static_cast<std::uint8_t>(~flag_recycling);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
