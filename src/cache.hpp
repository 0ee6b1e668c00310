// cache.hpp: recently used blocks of one thread, large allocations among them.
//
// A thread takes from and gives to its own cache only: no lock, no shared line. A block that was
// taken on one thread and is given back on another stays with the one that gives it back.
#ifndef POND_SRC_CACHE_HPP
#define POND_SRC_CACHE_HPP

#include "state.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

// Size classes: sixteen for each power of two, from 16 bytes up. They only search: what is asked of
// the upstream is exact, and a block is taken for a request that it exceeds by less than a
// sixteenth. Four classes held 1.08 times nginx's peak on the upload trace (blocks of 4096 bytes
// replaced by some of 5104 that the configuration had left); sixteen hold 1.03.
inline constexpr unsigned least_cached_log = 4;
inline constexpr unsigned most_cached_log = 20;
inline constexpr unsigned class_bits = 4;
inline constexpr unsigned classes = 1U << class_bits;
inline constexpr std::size_t most_cached_block = (std::size_t{1} << (most_cached_log + 1)) - 1;
inline constexpr unsigned bin_count = classes * (most_cached_log - least_cached_log + 1);

/// A thread keeps at most this many bytes unless told otherwise. The recorded traffic of one
/// nginx worker holds 0.02 to 0.72 MB at its peak; what exceeds the bound goes to the upstream.
#ifdef POND_TINY_GEOMETRY
inline constexpr std::size_t default_cache_limit = 8192;
#else
inline constexpr std::size_t default_cache_limit = std::size_t{1} << 20;
#endif

struct bin {
  block *newest;
  std::int32_t more;   // than those that are idle; as a difference, taking costs two instructions
  std::uint32_t idle;  // the fewest there were since the last trim: nobody needed those
};

struct cache {
  std::size_t room;   // bytes that may still be cached
  std::size_t limit;  // bytes that may be cached in all; 0: the two shared empty ones
  std::uint32_t until_trim;
  std::ptrdiff_t
      outside;  // bytes the upstream gave less those given back: pools and cache hold them
  std::ptrdiff_t most_outside;  // since memory last went back to the system
  bin bins[bin_count];
};

/// This thread's cache; two shared empty ones, never written to, stand for "not begun" and "over".
extern __thread cache *thread_cache __attribute__((tls_model("initial-exec")));

/// `size` is 16 bytes at least, 16 million at most. The upper bits of a float are its exponent and
/// the top of its mantissa: linear classes within each power of two, in half the instructions that
/// counting zeros and shifting would take (of a create and destroy, 10 of then 103).
constexpr std::size_t bin_of(std::size_t size) noexcept {
  constexpr unsigned mantissa_bits = 23;
  constexpr std::size_t exponent_bias = 127;
  const auto number = static_cast<float>(static_cast<std::int32_t>(size));
  return (__builtin_bit_cast(std::uint32_t, number) >> (mantissa_bits - class_bits)) -
         (exponent_bias + least_cached_log) * classes;
}
static_assert(bin_of(16) == 0 && bin_of(31) == 15 && bin_of(32) == 16);
static_assert(bin_of(most_cached_block) == bin_count - 1);

/// Whether a pool takes from the cache alone, and its own counters can bear whatever that has.
inline bool takes_cached(const state &s) noexcept {
  return plain(s) && s.reserved <= UINT32_MAX - most_cached_block / sizes::quantum;
}

/// A block of at least `size` bytes (its own size says how many), or null: no memory.
POND_COLD block *cache_take_slow(std::size_t size) noexcept;
POND_COLD void cache_give_slow(block *b, std::size_t size) noexcept;

[[gnu::always_inline]] inline void taken_from(bin &from) noexcept {
  if (--from.more < 0) [[unlikely]] {
    from.more = 0;
    --from.idle;
  }
}

/// The bin whose newest block is large enough and not too large; or null. At most
/// most_cached_block bytes.
[[gnu::always_inline]] inline bin *cache_look(std::size_t size) noexcept {
  bin &from = thread_cache->bins[bin_of(size)];
  return from.newest != nullptr && from.newest->size >= size ? &from : nullptr;
}

/// Takes the newest block of what cache_look has found.
[[gnu::always_inline]] inline block *cache_take_newest(bin &from) noexcept {
  block *b = from.newest;
  from.newest = next_of(*b);
  taken_from(from);
  thread_cache->room += b->size;
  return b;
}

[[gnu::always_inline]] inline block *cache_try(std::size_t size) noexcept {
  bin *from = cache_look(size);
  return from != nullptr ? cache_take_newest(*from) : nullptr;
}

[[gnu::always_inline]] inline block *cache_take(std::size_t size) noexcept {
  block *b = size <= most_cached_block ? cache_try(size) : nullptr;
  return b != nullptr ? b : cache_take_slow(size);
}

/// Takes `size` bytes at `b`, which came from cache_take with that size.
[[gnu::always_inline]] inline void cache_give(block *b, std::size_t size) noexcept {
  cache &c = *thread_cache;
  if (size > c.room || --c.until_trim == 0) [[unlikely]] {
    return cache_give_slow(b, size);
  }
  bin &to = c.bins[bin_of(size)];
  b->next = to.newest;
  b->size = size;
  to.newest = b;
  ++to.more;
  c.room -= size;
}

/// Whether this copy of the library is being unloaded, or the process ends.
bool is_unloading() noexcept;

/// Gives everything this thread has cached back.
void cache_trim() noexcept;

/// The bytes this thread has cached, and how many it may.
std::size_t cache_bytes() noexcept;
void cache_set_limit(std::size_t bytes) noexcept;

/// Whether a thread other than this one has a cache.
bool cache_elsewhere() noexcept;

/// Empties this thread's cache and lets it read the settings again.
void cache_restart() noexcept;

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
