// sizes.hpp: all size arithmetic of the cold path, as pure functions, so that it can be tested and
// proven apart. A sum or a product that does not fit saturates at SIZE_MAX, which no upstream has.
#ifndef POND_SRC_SIZES_HPP
#define POND_SRC_SIZES_HPP

#include <cstddef>
#include <cstdint>

namespace pond::sizes {

inline constexpr std::size_t quantum = alignof(std::max_align_t);

/// More than any object can have; refused before anything is added to it.
inline constexpr std::size_t impossible = PTRDIFF_MAX;

constexpr std::size_t add(std::size_t a, std::size_t b) noexcept {
  return a <= SIZE_MAX - b ? a + b : SIZE_MAX;
}

constexpr std::size_t multiply(std::size_t a, std::size_t b) noexcept {
  std::size_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

constexpr bool is_power_of_two(std::size_t n) noexcept { return n != 0 && (n & (n - 1)) == 0; }

/// The next multiple of a power of two; saturates at the last one there is, which is impossible.
constexpr std::size_t round_up(std::size_t n, std::size_t alignment) noexcept {
  return add(n, alignment - 1) & ~(alignment - 1);
}

/// A block's size: asked exactly, but whole quanta, because `end` has to be aligned.
constexpr std::size_t block(std::size_t wanted, std::size_t least) noexcept {
  return round_up(wanted < least ? least : wanted, quantum);
}

// Growth. Doubling at once costs 1.02 to 1.38 times nginx's peak over the recorded traces; blocks
// of one size make a configuration of 4.6 MB 283 blocks. Doubling after every eighth block costs
// what the first blocks would have wasted anyway, and the cap keeps the unused tail of the last
// block below 64 KiB. (bench/README.md, "growth", has the figures.)
#ifdef POND_TINY_GEOMETRY
inline constexpr unsigned blocks_per_doubling = 2;
inline constexpr std::size_t default_largest_block = 512;
#else
inline constexpr unsigned blocks_per_doubling = 8;
inline constexpr std::size_t default_largest_block = 65536;
#endif

/// Blocks taken so far are counted up to here; by then every size has reached its cap.
inline constexpr unsigned most_counted_blocks =
    63 * blocks_per_doubling < 255 ? 63 * blocks_per_doubling : 255;

/// The size of the next block of a pool that began with `first` and has taken `taken` blocks. There
/// are at most 63 doublings, so no shift is undefined.
constexpr std::size_t next_block(std::size_t first, unsigned taken, std::size_t largest) noexcept {
  const unsigned doublings = taken / blocks_per_doubling;
  if (doublings == 0 || first >= largest) return first;
  return first <= largest >> doublings ? first << doublings : largest;
}

/// nginx's rule: what is larger than a block's room, or than a page less one byte, is large.
inline constexpr std::size_t most_default_threshold = 4095;

constexpr std::size_t default_threshold(std::size_t room) noexcept {
  return room < most_default_threshold ? room : most_default_threshold;
}

/// Bytes that a block needs besides its header for `size` at `alignment`, wherever it begins.
constexpr std::size_t with_alignment(std::size_t size, std::size_t alignment) noexcept {
  return alignment <= quantum ? size : add(size, alignment - quantum);
}

/// Bytes that a block with a header of `header` must have for `size` at `alignment`.
constexpr std::size_t least_block(std::size_t size, std::size_t alignment,
                                  std::size_t header) noexcept {
  return round_up(add(with_alignment(size, alignment), header), quantum);
}

/// Whether `more` can be added to `held` without passing `limit`. A quota that is already passed
/// stays in force: nothing is subtracted that could wrap, nothing reads "no room" as "no limit".
constexpr bool within(std::size_t held, std::size_t more, std::size_t limit) noexcept {
  return held <= limit && more <= limit - held;
}

}  // namespace pond::sizes

#endif
