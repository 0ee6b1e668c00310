/// @file pond/options.hpp
/// How a pond::pool is made, and what it throws.
#ifndef POND_OPTIONS_HPP
#define POND_OPTIONS_HPP

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include "pond/types.h"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// Where blocks and large allocations come from when it is not the C library: two functions and a
/// context. See pond_upstream in types.h.
using upstream = pond_upstream;

/// What a pool holds at a moment. See pond_stats in types.h.
using stats = pond_stats;

/// A handle to what was registered with on_destroy, for cancel() and run(); void after either.
using cleanup = pond_cleanup;

/// Thrown when a hard limit refuses an allocation; nothing has changed, and the limit stays.
class limit_exceeded : public std::bad_alloc {
 public:
  /// A constant text.
  const char *what() const noexcept override { return "pond: the pool's hard limit is reached"; }
};

/// Everything has a default: `pond::pool pool({.hard_limit = 1 << 20, .tag = "request"});`
/// Pointers are read during creation only, except the contexts of upstream and on_limit and the
/// buffer, which must outlive the pool. A pool with options has an extension of its records, 384
/// bytes: of its first block where that has 848 or more, otherwise of one that has nothing else.
struct options {
  /// Bytes of the first block, the pool's own included, 80 and 384; 0: 4096. Odd or too small:
  /// rounded up.
  std::size_t first_block = 0;

  /// Blocks double, after every eighth, up to this size, or stay at first_block where that is
  /// larger; 0: 262144. A large allocation never drives growth.
  std::size_t largest_block = 0;

  /// Above it, what does not fit the current block gets memory of its own; 0: as nginx, the room
  /// of the first block, at most 4095. At least 79.
  std::size_t large_threshold = 0;

  /// Bytes of blocks that reset keeps beside the first one; none under a hard_limit. What
  /// exceeds it goes back to the cache: memory is not kept for ever after a peak.
  std::size_t keep = POND_DEFAULT_KEEP;

  /// Bytes reserved by the pool and its children above which on_limit is told, once each time it is
  /// passed. Allocating goes on.
  std::size_t soft_limit = SIZE_MAX;

  /// ... above which allocations throw limit_exceeded, and the constructor where the first block is
  /// larger. Checked only where blocks and large allocations are taken, so it costs the fast path
  /// nothing. A limit once passed stays in force.
  std::size_t hard_limit = SIZE_MAX;

  /// Told when a limit is passed, with the pool, the bytes it and its children hold, and those that
  /// were asked for on top. Must neither throw nor allocate from the pool.
  pond_limit_callback *on_limit = nullptr;
  void *on_limit_context = nullptr;  ///< its first argument

  /// Where blocks come from; null: the C library, through this thread's block cache, which a pool
  /// with an upstream of its own does not use. Copied; the context must outlive the pool.
  const pond::upstream *upstream = nullptr;

  /// A short name for reports; copied, cut at 31 bytes.
  const char *tag = nullptr;

  /// Memory to use as the first block, not given back: a stack array for example. Too small a one
  /// is ignored; one that reaches past the end of the address space is refused.
  std::span<std::byte> buffer = {};

  /// Small memory that is deallocated goes to the next request of its size, so that containers
  /// which insert and erase for long have bounded memory: see pond_options in types.h for what it
  /// costs. When not to use it: for a request that builds up and ends, or for what is erased inside
  /// a scope. Memory given back twice is handed out twice, as with malloc.
  bool recycle = false;
};

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
