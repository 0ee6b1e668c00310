// pond/options.hpp: how a pond::pool is made, and what it throws.
#ifndef POND_OPTIONS_HPP
#define POND_OPTIONS_HPP

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include "pond/types.h"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// See pond_upstream, pond_stats and pond_limit: the types are those of the C interface.
using upstream = pond_upstream;
using stats = pond_stats;
using cleanup = pond_cleanup;

/// Thrown when a hard limit refuses an allocation; nothing has changed, and the limit stays.
class limit_exceeded : public std::bad_alloc {
 public:
  const char *what() const noexcept override { return "pond: the pool's hard limit is reached"; }
};

/// Everything has a default: `pond::pool pool({.hard_limit = 1 << 20, .tag = "request"});`
/// Pointers are read during creation only, except the upstream's context and the buffer.
struct options {
  /// Bytes of the first block, the pool's own 72 included; 0: 4096. Odd or too small: rounded up.
  std::size_t first_block = 0;
  /// Blocks double up to this size, or stay at first_block where that is larger; 0: 65536.
  std::size_t largest_block = 0;
  /// Above it, what does not fit the current block gets memory of its own; 0: as nginx, the room
  /// of the first block, at most 4095.
  std::size_t large_threshold = 0;
  /// Bytes of blocks that reset keeps beside the first one.
  std::size_t keep = POND_DEFAULT_KEEP;
  /// Bytes reserved by the pool and its children above which on_limit is told.
  std::size_t soft_limit = SIZE_MAX;
  /// ... above which allocations throw limit_exceeded. Checked only where blocks and large
  /// allocations are taken, so it costs the fast path nothing.
  std::size_t hard_limit = SIZE_MAX;
  pond_limit_callback *on_limit = nullptr;
  void *on_limit_context = nullptr;
  /// Where blocks come from; null: the C library, through this thread's block cache.
  const pond::upstream *upstream = nullptr;
  /// A short name for reports; copied, cut at 31 bytes.
  const char *tag = nullptr;
  /// Memory to use as the first block, not given back: a stack array for example.
  std::span<std::byte> buffer = {};
};

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
