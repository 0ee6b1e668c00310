// scopes.cpp: scopes in which something happens.
//
// The mark of a scope is pending (pond/detail/marks.hpp) until something but `cur` is about to
// change, and open_pending makes it one as any other. So whoever takes room, a block or a record
// for what is new asks has_pending first. What only goes, or is older than any mark that is open (a
// child that was announced before, the extension, what a seal leaves), needs nothing. Only
// innermost marks are pending.
#include <utility>

#include "marks.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

bool is_pending(const mark_record *mark) noexcept {
  return mark != nullptr && mark->epoch == pending;
}

mark_record *find_mark(const head &pool, const mark_record &of_scope) noexcept {
  return find_mark(pool, as_word(&of_scope), [](const auto &...) { return true; });
}

}  // namespace

/// Pending marks get an epoch, the same one, as there is nothing between them, and the outermost of
/// them what is to be put away. The first of a pool has an extension made, which may fail.
bool open_pending(head &h) noexcept {
  if (!has_extension(*h.state) && make_extension(h) == nullptr) return false;
  state &s = *h.state;
  const std::uint64_t epoch = ++s.ext->last_epoch;
  mark_record *outermost = s.marks;
  for (mark_record *mark = s.marks; is_pending(mark); mark = mark->outer) {
    mark->epoch = epoch;
    mark->newest = s.first.next;
    mark->rooms = nullptr;
    mark->spare = nullptr;
    outermost = mark;
  }
  outermost->rooms = std::exchange(s.rooms, nullptr);
  outermost->spare = std::exchange(s.spare, nullptr);
  return true;
}

bool open_scope_slow(head &pool, mark_record &mark) noexcept {
  mark.pool = &pool;
  mark.epoch = 0;
  if (pool.state == nullptr) {  // not used yet, unless it has ended
    mark.cur = nullptr;
    mark.end = pool.end;
    return !has_ended(pool);
  }
  if (refuses(*pool.state)) return false;
  state &s = *pool.state;
  head &h = real(pool);
  mark = {s.marks, &pool, h.cur, h.end, pending, nullptr, nullptr, nullptr};
  s.marks = &mark;
  if (h.cur != h.end) {
    ++h.cur;
  } else {
    hide(h);  // what is older ends where they were
  }
  // Whoever hides its bounds has an extension, and asks for epochs without looking first.
  return (s.flags & hidden) == 0 || open_pending(h);
}

void close_scope_slow(mark_record &mark) noexcept {
  if (mark.pool == nullptr) return;
  head &pool = *mark.pool;
  if (mark.cur == nullptr) {  // a child stays one
    return mark.end == nowhere() ? undo_first_use(pool) : reset(pool);
  }
  mark_record *open = find_mark(pool, mark);
  // One that may not end now, and does: its record goes, and it cannot stay open.
  if (open != nullptr && !rewind_to(pool, *open)) keep(*pool.state, *open);
}

void commit_scope(mark_record &mark) noexcept {
  if (mark.pool == nullptr) return;
  if (mark.cur != nullptr) {
    const mark_record *open = find_mark(*mark.pool, mark);
    if (open != nullptr && is_held(*mark.pool->state, *open, being_rewound)) return;
    if (open != nullptr) keep(*mark.pool->state, *open);
  }
  mark.pool = nullptr;
  mark.epoch = 0;
}

/// A pool goes where its scopes do not find it, and they are committed: otherwise it would not know
/// when they have ended, and they lie where they please. What is inside of them ends, too.
void end_scopes(state &s) noexcept {
  const mark_record *outermost = nullptr;
  for (const mark_record *mark = s.marks; mark != nullptr; mark = mark->outer) {
    if (mark->pool != nullptr) outermost = mark;
  }
  for (const mark_record *ended = nullptr; ended != outermost;) {
    mark_record *mark = keep_innermost(s);
    mark->pool = nullptr;
    ended = mark;
  }
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
