// sizes.hpp: all size arithmetic of the cold path, as pure functions, so that it can be tested and
// proven apart. A sum or a product that does not fit saturates at SIZE_MAX, which no upstream has.
#ifndef POND_SRC_SIZES_HPP
#define POND_SRC_SIZES_HPP

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "pond/detail/bump.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace sizes {

inline constexpr std::size_t quantum = detail::block_alignment;

inline constexpr unsigned word_bits = 8 * sizeof(std::size_t);

/// More than any object can have; refused before anything is added to it.
inline constexpr std::size_t impossible = PTRDIFF_MAX;

// Templates over their word, so that Z3 runs the same text on bit-vectors (tests/proof). It has
// names of its own for the unsigned comparison, the choice, a constant, shifts, and for whether a
// product is a word.
using detail::ule;
constexpr std::size_t pick(bool condition, std::size_t yes, std::size_t no) noexcept {
  return condition ? yes : no;
}
constexpr std::size_t as(std::size_t, std::size_t constant) noexcept { return constant; }
constexpr std::size_t shl(std::size_t n, std::size_t bits) noexcept { return n << bits; }
constexpr std::size_t lshr(std::size_t n, std::size_t bits) noexcept { return n >> bits; }
constexpr bool product_fits(std::size_t a, std::size_t b) noexcept {
  std::size_t product = 0;
  return !__builtin_mul_overflow(a, b, &product);
}

/// The second word of two: an int may stand for it.
template <class Word>
using also = std::type_identity_t<Word>;

template <class Word>
constexpr Word add(Word a, also<Word> b) {
  return pick(ule(a, ~b), a + b, a | ~a);
}

template <class Word>
constexpr Word multiply(Word a, also<Word> b) {
  return pick(product_fits(a, b), a * b, a | ~a);
}

constexpr bool is_power_of_two(std::size_t n) noexcept { return n != 0 && (n & (n - 1)) == 0; }

/// The next multiple of a power of two; saturates at the last one there is, which is impossible.
template <class Word>
constexpr Word round_up(Word n, also<Word> alignment) {
  return add(n, alignment - 1) & ~(alignment - 1);
}

/// A block's size: asked exactly, but whole quanta, because `end` has to be aligned.
template <class Word>
constexpr Word block(Word wanted, also<Word> least) {
  return round_up(pick(ule(least, wanted), wanted, least), as(wanted, quantum));
}

// Growth. Doubling at once costs up to 1.28 times nginx's peak over the recorded traces; blocks of
// one size, on a configuration of 63 MB, 2177 calls of the C library where doubling costs 351.
// Doubling after every eighth block costs what the first blocks would have wasted anyway, and no
// doubled block is more than a quarter of what its pool holds already. The cap is where larger
// blocks save few calls: 1014 with 64 KiB, 351 with 256, 251 with 512. (bench/README.md, "Growth".)
#ifdef POND_TINY_GEOMETRY
inline constexpr unsigned blocks_per_doubling = 2;
inline constexpr std::size_t default_largest_block = 512;
#else
inline constexpr unsigned blocks_per_doubling = 8;
inline constexpr std::size_t default_largest_block = 262144;
#endif

/// Blocks taken so far are counted up to here; by then every size has reached its cap, and there
/// are fewer doublings than a word has bits, so that no shift is undefined.
template <unsigned bits>
inline constexpr unsigned most_blocks_counted = (bits - 1) * blocks_per_doubling < 255
                                                    ? (bits - 1) * blocks_per_doubling
                                                    : 255;
inline constexpr unsigned most_counted_blocks = most_blocks_counted<word_bits>;

/// The size of the next block of a pool that began with `first` and has taken `taken` blocks.
template <class Word>
constexpr Word next_block(Word first, also<Word> taken, also<Word> largest) {
  const Word doublings = taken / as(taken, blocks_per_doubling);
  return pick(ule(largest, first), first,
              pick(ule(first, lshr(largest, doublings)), shl(first, doublings), largest));
}

/// nginx's rule: what is larger than a block's room, or than a page less one byte, is large.
inline constexpr std::size_t most_default_threshold = 4095;

constexpr std::size_t default_threshold(std::size_t room) noexcept {
  return room < most_default_threshold ? room : most_default_threshold;
}

/// Bytes that a block needs besides its header for `size` at `alignment`, wherever it begins.
template <class Word>
constexpr Word with_alignment(Word size, also<Word> alignment) {
  const Word ordinary = as(size, quantum);
  return pick(ule(alignment, ordinary), size, add(size, alignment - ordinary));
}

/// Bytes that a block with a header of `header` must have for `size` at `alignment`. The padding
/// behind a header that is no whole quantum, as on 32 bits, counts as part of it.
template <class Word>
constexpr Word least_block(Word size, also<Word> alignment, also<Word> header) {
  const Word behind_header = round_up(header, as(size, quantum));
  return round_up(add(with_alignment(size, alignment), behind_header), as(size, quantum));
}

/// Whether `more` can be added to `held` without passing `limit`. A quota that is already passed
/// stays in force: nothing is subtracted that could wrap, nothing reads "no room" as "no limit".
template <class Word>
constexpr auto within(Word held, also<Word> more, also<Word> limit) {
  return ule(held, limit) && ule(more, limit - held);
}

}  // namespace sizes
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
