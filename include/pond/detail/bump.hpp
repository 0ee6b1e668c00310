// pond/detail/bump.hpp: the hot path, all of it.
//
//   allocate(head, size, alignment)         inline, in the caller
//    └─ place_in(head, size, alignment)
//        └─ place(cur, end, size, ...)      the arithmetic, also run on Z3's bit-vectors
//    └─ refill(head, size, alignment)       out of line: everything else a pool can do
//
// There is nothing between the two. Whatever wants to see each allocation (sanitizers, tracing,
// a sealed pool) sets cur == end, where no memory is, so that nothing fits and every call is a
// refill.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "pond/config.h"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

struct state;

/// What every block and therefore `end` is aligned to: as malloc, which may give more than
/// alignof(std::max_align_t) asks for: that is 8 on s390x, where glibc's malloc gives 16, too.
inline constexpr std::size_t block_alignment = 16;
static_assert(block_alignment >= alignof(std::max_align_t));

/// An address that is never null, aligned for anything up to 16 and belongs to no pool: the
/// bounds of a pool that is as default-constructed. A zero-sized request "fits" and returns it. As
/// long as a record, and zero, so that one of another copy of the library is no child's
/// (src/owned.hpp).
extern POND_API const unsigned char sentinel[3 * block_alignment];

constexpr unsigned char *nowhere() noexcept { return const_cast<unsigned char *>(sentinel); }

/// So many bytes at the end of the address space are the kernel's: no object reaches into them.
inline constexpr std::size_t kernels_bytes = std::size_t{1} << POND_KERNELS_BITS;

/// A page of addresses that are nobody's: where the upper half of the address space begins, which
/// is not a program's; of 32 bits, where it may be, the page that begins with null.
inline constexpr std::size_t nobodys_bytes = 4096;
inline constexpr std::uintptr_t nobodys_page =
    sizeof(void *) == 8 ? std::uintptr_t{1} << (8 * sizeof(void *) - 1) : 0;
static_assert(nobodys_page + nobodys_bytes <= -std::uintptr_t{kernels_bytes});

/// A program has no more in one piece: so many bytes that they are short, if these are not few.
inline constexpr std::size_t largest_object =
    kernels_bytes > nobodys_bytes ? kernels_bytes - 1 : PTRDIFF_MAX;

/// A pool's three public words. Invariant: `end` is a multiple of block_alignment and not beyond
/// where the kernel's bytes begin, cur <= end. A pool that has a state and hides its room shows
/// bounds in nobody's page: it is watched, recycles, or is sealed, doomed, or full in a scope. So
/// does one that was watched, and has ended.
struct head {
  unsigned char *cur;
  unsigned char *end;
  detail::state *state;
};

/// The unsigned comparisons, under the names that Z3 gives its own: operators are signed there.
constexpr bool ule(std::uintptr_t a, std::uintptr_t b) noexcept { return a <= b; }
constexpr bool ult(std::uintptr_t a, std::uintptr_t b) noexcept { return a < b; }

/// And the signed one with 0.
constexpr bool is_not_positive(std::uintptr_t a) noexcept {
  return static_cast<std::intptr_t>(a) <= 0;
}

/// Whether it is an address as a pool shows that hides its room.
[[gnu::always_inline]] inline bool is_nobodys(const void *p) noexcept {
  return ult(reinterpret_cast<std::uintptr_t>(p) - nobodys_page, nobodys_bytes);
}

/// Whether an alignment is a power of two of at most `most`: one that place() may be given.
template <class Word>
constexpr auto is_ordinary(Word alignment, Word most) {
  return ult(alignment - 1, most) && (alignment & (alignment - 1)) == 0;
}

template <class Word>
struct placement {
  Word at;                                 // where the allocation begins
  decltype(ule(Word(at), Word(at))) fits;  // whether it ends inside
};

/// Whether a size is so short that no sum of it and an address up to `end` wraps.
template <class Word>
constexpr auto is_short(Word size, Word kernels) {
  return ult(size, kernels);
}

/// Where `size` bytes at `alignment` (a power of two, at most block_alignment) go between cur and
/// end. By the invariant, rounding cur up cannot pass end; so `end - at` does not wrap, and this
/// one comparison is right for every size, SIZE_MAX included. nginx adds instead of subtracting
/// and relies on the same rule without saying it: its pools of odd size hand out what is not
/// theirs. What is known to be short is added, too: the sum is what cur becomes, so that this takes
/// two instructions fewer.
template <class Word>
constexpr placement<Word> place(Word cur, Word end, Word size, Word alignment, bool known_short) {
  Word at = (cur + (alignment - 1)) & -alignment;
  return {at, known_short ? ule(at + size, end) : ule(size, end - at)};
}

/// Where an allocation goes in the room of a pool. A compiler knows that a size is short where it
/// is constant, an unsigned of 32 bits (and an address has 64), or was compared with a bound
/// before.
[[gnu::always_inline]] inline placement<std::uintptr_t> place_in(const head &pool, std::size_t size,
                                                                 std::size_t alignment) noexcept {
  return place(reinterpret_cast<std::uintptr_t>(pool.cur),
               reinterpret_cast<std::uintptr_t>(pool.end), size, alignment,
               __builtin_constant_p(size < kernels_bytes) && is_short(size, kernels_bytes));
}

/// The other path: rooms left in earlier blocks, a new block, a large allocation, the trap.
/// Any power of two is a valid alignment here. Null when there is no memory or a quota says no
/// (errno ENOMEM, EDQUOT; EINVAL, EPERM for misuse); the pool is then as it was.
[[gnu::noinline]] POND_API void *refill(head &pool, std::size_t size,
                                        std::size_t alignment) noexcept;

/// What becomes of memory that fits: nothing, or zeros.
inline void *as_it_is(void *p, std::size_t /*size*/) noexcept { return p; }
inline void *zeroed(void *p, std::size_t size) noexcept { return std::memset(p, 0, size); }

/// `size` bytes at a constant alignment: ten instructions on x86-64, return included, eight of a
/// size that is known to be short (of an alignment that is not constant, refill sees the wrong
/// ones). `Refill` is the other path, called last; pool.hpp has others, which throw. `Finish` is
/// called last, too, so that nothing is kept across it.
template <auto Refill = refill, auto Finish = as_it_is>
[[gnu::always_inline]] inline void *allocate(
    head &pool, std::size_t size,
    std::size_t alignment) noexcept(noexcept(Refill(pool, size, alignment))) {
  if (is_ordinary(alignment, block_alignment)) [[likely]] {
    const auto [at, fits] = place_in(pool, size, alignment);
    if (fits) [[likely]] {
      pool.cur = reinterpret_cast<unsigned char *>(at + size);
      return Finish(reinterpret_cast<void *>(at), size);
    }
  }
  return Refill(pool, size, alignment);
}

/// The other path of allocate<refill_zeroed<Refill>, zeroed>.
template <auto Refill = refill>
[[gnu::noinline]] inline void *refill_zeroed(
    head &pool, std::size_t size,
    std::size_t alignment) noexcept(noexcept(Refill(pool, size, alignment))) {
  void *p = Refill(pool, size, alignment);
  return p != nullptr ? zeroed(p, size) : nullptr;
}

/// Whether [p, p + size) is the newest allocation, the one that cur follows: it can be given back
/// or grown in place. A mark's record, or a byte for a scope, lies between an older allocation and
/// cur, so what is below an open mark is never the newest. Nor is null, which with some size lies
/// where a head that hides its room has cur; nor is anything of a child that was not used, whose
/// cur is the address of its record in the parent, where an allocation of the parent's may end.
[[gnu::always_inline]] inline bool is_newest(const head &pool, const void *p,
                                             std::size_t size) noexcept {
  const auto end = reinterpret_cast<std::uintptr_t>(p) + size;
  return end == reinterpret_cast<std::uintptr_t>(pool.cur) && p != nullptr && pool.state != nullptr;
}

/// Whether what ends at `end` is the newest, or of a pool that hides its room: in one look, since
/// the addresses of memory have the same sign, and what is shown instead has the other one.
template <class Word>
constexpr auto is_equal_or_signed(Word end, Word cur) {
  return is_not_positive(end ^ cur);
}

/// The same, of 32 bits too, where memory may lie in both halves. A pool that hides its room has to
/// see what it is given back.
[[gnu::always_inline]] inline bool is_newest_or_hidden(const head &pool,
                                                       std::uintptr_t end) noexcept {
  const auto cur = reinterpret_cast<std::uintptr_t>(pool.cur);
  if constexpr (nobodys_page != 0) return is_equal_or_signed(end, cur);
  return end == cur || is_nobodys(pool.cur);
}

/// Gives the newest allocation back; false when `p` is not that.
[[gnu::always_inline]] inline bool retract(head &pool, void *p, std::size_t size) noexcept {
  if (!is_newest(pool, p, size)) return false;
  pool.cur = static_cast<unsigned char *>(p);
  return true;
}

/// Grows or shrinks the newest allocation where it stands; false when it is not the newest or
/// does not fit. `end - p` does not wrap: p is the newest, so p <= cur <= end.
[[gnu::always_inline]] inline bool extend(head &pool, void *p, std::size_t old_size,
                                          std::size_t new_size) noexcept {
  auto *bytes = static_cast<unsigned char *>(p);
  if (!is_newest(pool, p, old_size)) return false;
  if (new_size > static_cast<std::size_t>(pool.end - bytes)) return false;
  pool.cur = bytes + new_size;
  return true;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
