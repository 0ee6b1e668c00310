// extension.hpp: what a pool knows that most never have to: tree, quota, tag, upstream.
#ifndef POND_SRC_EXTENSION_HPP
#define POND_SRC_EXTENSION_HPP

#include "links.hpp"
#include "owned.hpp"
#include "pond/types.h"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// The large allocations by address, once there are too many to look through.
struct large_index {
  owned **slots;
  std::size_t capacity;  // a power of two
  std::size_t count;
  std::size_t bytes;  // of the table
};

inline constexpr std::size_t tag_capacity = 32;

/// A copy, which ends with a zero whatever became of the pool's own.
struct tag_text {
  char text[tag_capacity];
};

struct recycler;

/// A keyed value; where one of its key was set before, that is hidden by it.
struct value {
  value *next;  // of its bucket, newer before older
  const void *key;
  void *data;
  void (*handler)(void *);  // ends the data, or null
  state *pool;
  pond_cleanup *cleanup;  // unlinks and ends it
};

/// The keyed values. A few hang together; more have a table, which lies outside the pool, so that
/// marks and resets need not know of it.
struct value_table {
  union {
    value *few;
    value **buckets;
  };
  std::size_t capacity;  // a power of two; 0: there is no table
  std::size_t count;
  std::size_t bytes;  // of the buckets
};

/// What most pools never use, made on first use: at the end of the block that the pool takes from,
/// or of one of its own, which then stays as long as the pool does. An overflow of what was handed
/// out before it meets its first word: see whole().
struct extension {
  block *holder;       // the later block in which it lies, or null: it lies in the first one
  head real;           // the true bounds of a pool that hides them
  std::size_t inside;  // bytes at the end of that, of the extension and the bins
  head *owner;         // with options or a parent the head: for callbacks, and to be emptied
  state *parent;
  state *children;  // newest first
  state *older;     // siblings
  state *newer;
  std::uint64_t epoch;       // as in `owned`, against the parent's marks
  std::uint64_t last_epoch;  // never used twice: this is what tells a stale mark
  std::uint64_t floor;       // of the mark being rewound to: its cleanups may not rewind so far
  large_index index;
  value_table values;
  recycler *bins;            // of a pool that recycles
  std::size_t bins_size;     // of memory of their own, or 0
  head kept;                 // of an adopted pool, whose own head is empty
  std::uint64_t references;  // beside the first one; atomic
  std::size_t reserved;      // bytes, by this pool alone
  std::size_t peak;
  std::size_t tree_reserved;  // and by it and its descendants, which is what the limits are about
  std::size_t tree_peak;
  std::size_t owed;  // what children of an ending pool held and its ancestors still count
  bool ending;
  bool has_open_tails;          // a trapped pool's memory was shortened under a mark
  std::uint32_t thread_inside;  // of a trapped pool, or 0; atomic
  std::size_t soft_limit;
  std::size_t hard_limit;
  pond_limit_callback *on_limit;
  void *on_limit_context;
  pond_upstream upstream;
  std::size_t keep;
  std::size_t usual_block;  // from which blocks grow: not the user's buffer, but first_block
  std::size_t largest_block;
  char tag[tag_capacity];
};

/// What it takes of a block: as `end`, so that this stays what it has to be.
inline constexpr std::size_t extension_inside = sizes::round_up(sizeof(extension), block_alignment);

/// An extension, looked at before what is in it is followed.
[[gnu::always_inline]] inline extension &whole(extension *ext) noexcept {
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): where the flag is set there is one
  looked_at(ext->holder, "the extension of a pool's records");
  return *ext;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
