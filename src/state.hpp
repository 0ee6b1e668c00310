// state.hpp: what a head's third word points to. Private to src/.
//
// A pool in memory (C: the head lies in the block; C++: in the pond::pool; nginx: in ngx_pool_t):
//
//   first block                                          later blocks
//   +--------+-------+-----------------+-----------+     +-------+-----------------+------+
//   | prefix | state | handed out ...  | room      |     | block | handed out ...  | room |
//   +--------+-------+-----------------+-----------+     +-------+-----------------+------+
//                                   cur^        end^
//
// Invariants, relied on everywhere in src/:
//  1. head.end is a multiple of 16 and head.cur <= head.end (bump.hpp).
//  2. The room between cur and end belongs to no allocation; so do the rooms in state.rooms, each
//     of which begins with its own `room` record.
//  3. state.first.next is the list of later blocks, newest first; those that a reset has kept are
//     in any order. The one with the extension is older than any open mark that is not pending.
//  4. Owned records (cleanups, larges) are newest first. What came after an open mark has at least
//     its epoch and stands before what is older, which has a lower one. A record's memory is older
//     than an open mark exactly if its epoch is below the mark's.
//  5. Between calls a pool is whole: each function either does its work or leaves it as it was.
//  6. A head that shows no room has head.cur == head.end: in nobody's page (shown.hpp) where the
//     pool is trapped or recycles (its real bounds are in extension.real), sealed, doomed, or was
//     full when a scope began, and where it was trapped and has ended (ended.cpp). Otherwise one
//     without a state shows the sentinel, or a child its record in its parent (announce.cpp).
#ifndef POND_SRC_STATE_HPP
#define POND_SRC_STATE_HPP

#include "extension.hpp"
#include "owned.hpp"
#include "pond/detail/marks.hpp"
#include "sizes.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

enum flag : std::uint8_t {
  flag_borrowed = 1,      // the first block is the user's buffer
  flag_own_upstream = 2,  // blocks do not come from the cache
  flag_trapped = 4,       // every allocation is seen; bounds are in extension.real
  flag_sealed = 8,        // allocating is an error
  flag_running = 16,      // cleanups are being run
  flag_doomed = 32,       // destroyed by one of its own cleanups: goes when they have run
  flag_recycling = 64,    // small memory given back is used again; bounds as of a trapped one
  flag_extended = 128,    // there is an extension; a flag, so that plain() is one comparison
};

/// What a state's `prefix` can count.
inline constexpr std::size_t largest_prefix = UINT8_MAX * sizeof(void *);

/// Flags of pools whose head does not show their bounds.
inline constexpr std::uint8_t hidden = flag_trapped | flag_recycling;

/// Flags of pools for which there are no short ways.
inline constexpr std::uint8_t unusual = hidden | flag_sealed | flag_doomed;

/// 80 bytes, because every pool pays for them: with the head, a C pool's first allocation begins
/// 104 bytes into its first block, nginx's at 152.
struct state {
  mark_record *marks;  // innermost first; scopes know that it is the first word
  block first;
  room *rooms;  // candidates, most recently left first
  owned *cleanups;
  owned *larges;
  owned *spare;  // records to use again
  extension *ext;
  std::uint32_t reserved;   // in quanta, by this pool alone; moves to ext where that exists,
  std::uint32_t peak;       // and before it would overflow; peak: before it last fell
  std::uint32_t threshold;  // above it a request that does not fit is large
  std::uint8_t prefix;      // bytes before the state in its block, in words
  std::uint8_t flags;
  std::uint8_t taken;        // blocks taken since the beginning or the reset, saturating
  std::uint8_t larges_seen;  // how many are in `larges`, while they are not indexed
};

static_assert(offsetof(state, marks) == 0);
static_assert(sizeof(state) == 8 * sizeof(void *) + 16 && sizeof(head) == 3 * sizeof(void *) &&
              sizeof(block) == 2 * sizeof(void *));

// --- Reading a pool ---------------------------------------------------------------------------

inline head &head_of(pond_pool *pool) noexcept { return *reinterpret_cast<head *>(pool); }
inline const head &head_of(const pond_pool *pool) noexcept {
  return *reinterpret_cast<const head *>(pool);
}

/// The bounds that allocations really come from.
inline head &real(head &pool) noexcept {
  return (pool.state->flags & hidden) != 0 ? whole(pool.state->ext).real : pool;
}
inline const head &real(const head &pool) noexcept { return real(const_cast<head &>(pool)); }

inline unsigned char *base_of(state &s) noexcept {
  const std::size_t prefix = s.prefix * sizeof(void *);
  return reinterpret_cast<unsigned char *>(&s) - prefix;
}

/// The host whose struct a pool lies in, or null: the word before the state, where there is more
/// than a head before that.
inline const pond_embedding *host_of(state &s) noexcept {
  constexpr std::size_t most_without = sizeof(head) / sizeof(void *);
  if (s.prefix <= most_without) return nullptr;
  return *(reinterpret_cast<const pond_embedding *const *>(&s) - 1);
}

/// Whether there is an extension.
inline bool has_extension(const state &s) noexcept { return (s.flags & flag_extended) != 0; }

/// The same for whoever is going to follow what is in it, and so looks at it first.
inline bool extended(const state &s) noexcept { return has_extension(s) && (whole(s.ext), true); }

/// Bytes at the end of the first block that are the pool's own.
inline std::size_t inside(const state &s) noexcept {
  return extended(s) && s.ext->holder == nullptr ? s.ext->inside : 0;
}

inline bool has_children(const state &s) noexcept {
  return extended(s) && s.ext->children != nullptr;
}

/// That of the innermost mark, pending or not, or 0.
inline std::uint64_t epoch_of(const state &s) noexcept {
  if (s.marks == nullptr) [[likely]]
    return 0;
  return looked_at(s.marks, "the state of a pool")->epoch;
}

/// Whether something other than taking small memory has to be preceded by open_pending.
inline bool has_pending(const state &s) noexcept { return epoch_of(s) == pending; }

/// Addresses spread over a whole table of a power of two, whatever their distances: after one
/// multiplication alone those of 2992 bytes, for example, make runs of hundreds.
inline std::size_t home_of(const void *p, std::size_t capacity) noexcept {
  constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15;
  constexpr unsigned half = 32;
  std::uint64_t hash = reinterpret_cast<std::uintptr_t>(p) * golden_ratio;
  hash = (hash ^ hash >> half) * golden_ratio;
  return static_cast<std::size_t>(hash >> half) & (capacity - 1);
}

// --- Between the files of src/ ----------------------------------------------------------------

// create.cpp
bool begin_default(head &pool) noexcept;

// announce.cpp
bool first_use(head &pool) noexcept;
void withdraw(head &pool) noexcept;
void leave_empty(void *child) noexcept;

// pool.cpp
void undo_first_use(head &pool) noexcept;
void begin_end(state &s) noexcept;
void end(state &s, head *pool, unsigned char *shown = nowhere()) noexcept;
void destroy_state(state &s, head *pool, unsigned char *shown = nowhere()) noexcept;
bool finish_running(state &s, bool outermost) noexcept;

// blocks.cpp
void *carve(head &h, std::size_t size, std::size_t alignment) noexcept;
owned *take_record_slow(head &h) noexcept;
bool keep_room(state &s, unsigned char *cur, unsigned char *end) noexcept;
void release_blocks(state &s, const block *until) noexcept;

// large.cpp
void *take_large(head &h, std::size_t size, std::size_t alignment) noexcept;
owned *find_large(const state &s, const void *p) noexcept;
void release_large(state &s, owned *large) noexcept;
void release_larges(state &s, std::uint64_t since) noexcept;

// marks.cpp
pond_mark get_mark(head &pool) noexcept;
bool rewind(head &pool, const pond_mark &mark) noexcept;
bool commit(head &pool, const pond_mark &mark) noexcept;

// scopes.cpp
bool open_pending(head &h) noexcept;
void end_scopes(state &s) noexcept;

// cleanup.cpp
void run_everything(state &s, std::uint64_t since) noexcept;

// values.cpp
void free_values(state &s) noexcept;

// memory.cpp
extension *make_extension(head &pool, const pond_upstream *own = nullptr) noexcept;
extension *make_extension_apart(state &s, const pond_upstream *own = nullptr) noexcept;

// tree.cpp
POND_COLD bool charge_extended(state &s, std::size_t bytes) noexcept;
POND_COLD void discharge_extended(state &s, std::size_t bytes) noexcept;
bool is_limited(const state &s) noexcept;
void tell_refused(state &s, std::size_t bytes) noexcept;
void tell_passed(const extension *ext, std::size_t bytes,
                 const extension *until = nullptr) noexcept;
bool enter_tree(state &s, head &parent) noexcept;
bool takes_children(head &parent) noexcept;
bool can_bear(state &above, std::size_t bytes, const extension *line = nullptr) noexcept;
void join(state &s, state &above, std::uint64_t epoch, const extension *line = nullptr) noexcept;
void leave_tree(state &s) noexcept;
void destroy_children(state &s, std::uint64_t since) noexcept;

/// A pool is going to end when the cleanups have run that run now; scopes that are open in them may
/// find another pool in its place.
inline void doom(state &s) noexcept {
  s.flags |= flag_doomed;
  if (s.marks != nullptr) end_scopes(s);
}

/// As default-constructed.
inline void empty(head &pool) noexcept { pool = {nowhere(), nowhere(), nullptr}; }

/// From now on a pool is known by a head of its own: the one in its block, or a copy of its user's.
inline void keep_head(state &s, head &pool) noexcept {
  if (s.prefix == 0) s.ext->kept = pool;
  s.ext->owner = s.prefix == 0 ? &s.ext->kept : &pool;
}

/// What is taken is counted in quanta; rounded up, both ways alike, where a tool wants exact sizes.
constexpr std::size_t quanta(std::size_t bytes) noexcept {
  return bytes / sizes::quantum + (bytes % sizes::quantum != 0);
}

/// Whether a pool has no flag, and so no extension: its memory comes from the cache, and nobody
/// else wants to know. Almost all pools, almost always.
inline bool plain(const state &s) noexcept { return s.flags == 0; }

/// Adds what the state's own counters can bear. Without an extension a pool is not trapped, and
/// takes whole quanta only.
inline void count(state &s, std::size_t bytes) noexcept {
  s.reserved += static_cast<std::uint32_t>(bytes / sizes::quantum);
}

/// The most that a pool without an extension has held. Looked at where that falls, not where it
/// grows: most pools only grow, and are destroyed.
inline std::uint32_t peak_of(const state &s) noexcept {
  return s.reserved > s.peak ? s.reserved : s.peak;
}

/// Adds to what the pool, and so each of its ancestors, holds; false when a quota does not bear it.
inline bool charge(state &s, std::size_t bytes) noexcept {
  if (has_extension(s) || bytes / sizes::quantum > UINT32_MAX - s.reserved) [[unlikely]] {
    return charge_extended(s, quanta(bytes) * sizes::quantum);
  }
  count(s, bytes);
  return true;
}

inline void discharge(state &s, std::size_t bytes) noexcept {
  if (has_extension(s)) [[unlikely]]
    return discharge_extended(s, quanta(bytes) * sizes::quantum);
  s.peak = peak_of(s);
  s.reserved -= static_cast<std::uint32_t>(bytes / sizes::quantum);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
