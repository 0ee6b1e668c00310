// pond/detail/marks.hpp: what a scope does where nothing happens in it, or memory is taken alone.
//
// Of what a pool is at a scope's beginning, taking small memory changes `cur` alone. So a scope
// notes that and the rest is put away in its record when something else is about to change
// (src/scopes.cpp). A scope in which that never is the case is over in here.
#ifndef POND_DETAIL_MARKS_HPP
#define POND_DETAIL_MARKS_HPP

#include "pond/detail/core.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

struct block;
struct room;
struct owned;

/// A mark: what its pool was. That of a scope lies in the scope, another one in the pool, above
/// what it protects.
struct mark_record {
  mark_record *outer;
  head *pool;          // the object that a scope was given, or null: nothing is left to do
  unsigned char *cur;  // of a scope of a pool that was not used: null
  unsigned char *end;
  std::uint64_t epoch;  // or pending: then what follows is not known yet
  block *newest;
  room *rooms;
  owned *spare;
};

/// The epoch of a mark since which nothing but `cur` has changed: all there is is older.
inline constexpr std::uint64_t pending = UINT64_MAX;

/// A pool's innermost mark, which is the first word of its state.
[[gnu::always_inline]] inline mark_record *&innermost(state *s) noexcept {
  return *reinterpret_cast<mark_record **>(s);
}

/// The pool hides its bounds, was not used yet or has no room left. False, with errno, where it is
/// sealed or has ended.
[[gnu::cold]] POND_API bool open_scope_slow(head &pool, mark_record &mark) noexcept;
/// Something has happened, or is wrong.
[[gnu::cold]] POND_API void close_scope_slow(mark_record &mark) noexcept;
POND_API void commit_scope(mark_record &mark) noexcept;

/// Whoever shows room has a state, and nothing to hide. One byte of the room is given up, so that
/// what is older than the mark does not end where `cur` is, and so is never the newest.
[[gnu::always_inline]] inline bool open_scope(head &pool, mark_record &mark) noexcept {
  if (pool.cur == pool.end) [[unlikely]]
    return open_scope_slow(pool, mark);
  mark_record *&marks = innermost(pool.state);
  mark.outer = marks;
  mark.pool = &pool;
  mark.cur = pool.cur++;
  mark.end = pool.end;
  mark.epoch = pending;
  marks = &mark;
  return true;
}

/// A pool that shows the end it had, which none without a state does, has one: its own, or that of
/// one which took its place, and does not know the mark.
[[gnu::always_inline]] inline void close_scope(mark_record &mark) noexcept {
  if (mark.epoch != pending || mark.pool->end != mark.end || innermost(mark.pool->state) != &mark)
      [[unlikely]] {
    return close_scope_slow(mark);
  }
  mark.pool->cur = mark.cur;
  innermost(mark.pool->state) = mark.outer;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
