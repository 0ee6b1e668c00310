// marks.cpp: mark, rewind, commit.
//
// A mark has a record: in the pool, above everything it protects, or in a scope (scopes.cpp). While
// it is open the rooms and spares below it are put away in the record, so nothing below it is
// filled, given back or used again; what is above it is known by its epoch (owned records) or by
// its place (blocks).
#include "marks.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// Whether a mark is this one of this pool.
[[gnu::always_inline]] inline bool names(const pond_mark &mark, const mark_record *open,
                                         const state &s) noexcept {
  return open != nullptr && as_word(open) == mark.opaque[0] && open->epoch == mark.opaque[1] &&
         as_word(&s) == mark.opaque[2];
}

/// A pool that may have had a mark before, and whose head shows its bounds.
[[gnu::always_inline]] inline bool is_usual(const state *s) noexcept {
  return s != nullptr && (s->flags & (flag_extended | unusual)) == flag_extended;
}

mark_record *find_mark(const head &pool, const pond_mark &mark) noexcept {
  return find_mark(pool, mark.opaque[0], [&mark](const mark_record &open, const state &s) {
    return names(mark, &open, s);
  });
}

/// Whether there is something to run: most scopes only take memory.
[[gnu::always_inline]] inline bool registered_since(const state &s, std::uint64_t since) noexcept {
  const state *child = s.ext->children;
  return (s.cleanups != nullptr && epoch_of(*s.cleanups) >= since) ||
         (child != nullptr && child->ext->epoch >= since);
}

/// Whether there is anything but memory to see to.
[[gnu::always_inline]] inline bool has_since(const state &s, std::uint64_t since) noexcept {
  return registered_since(s, since) || (s.larges != nullptr && epoch_of(*s.larges) >= since);
}

/// Runs what was registered since the mark, children first; false when the pool went with it.
bool run_since(state &s, mark_record &mark) noexcept {
  extension &ext = *s.ext;
  const std::uint64_t outer_floor = ext.floor;
  const std::uint64_t since = mark.epoch;
  const bool outermost = (s.flags & flag_running) == 0;
  s.marks = &mark;
  ext.floor = since;
  s.flags |= flag_running;
  run_everything(s, since);
  ext.floor = outer_floor;
  return finish_running(s, outermost);
}

/// The record of a mark that is made now: what the pool is. Word by word: a struct that is copied
/// goes over the stack, where halves are written and wholes read, which takes ten cycles each.
[[gnu::always_inline]] inline void picture(mark_record &mark, const state &s,
                                           const head &h) noexcept {
  mark.outer = s.marks;
  mark.pool = nullptr;
  mark.epoch = s.ext->last_epoch + 1;
  mark.cur = h.cur;
  mark.end = h.end;
  mark.newest = s.first.next;
  mark.rooms = s.rooms;
  mark.spare = s.spare;
}

/// What the mark protects is put away in it.
[[gnu::always_inline]] inline pond_mark open_mark(state &s, mark_record *mark) noexcept {
  s.rooms = nullptr;
  s.spare = nullptr;
  s.marks = mark;
  s.ext->last_epoch = mark->epoch;
  return {{as_word(mark), mark->epoch, as_word(&s), 0}};
}

/// What it had put away is there again.
[[gnu::always_inline]] inline void close_mark(state &s, const mark_record &mark) noexcept {
  s.rooms = mark.rooms;
  s.spare = mark.spare;
  s.marks = mark.outer;
}

/// The record does not fit the current block, or the pool is not an ordinary one.
[[gnu::noinline]] pond_mark get_mark_slow(head &pool) noexcept {
  if (pool.state == nullptr && !first_use(pool)) return {};
  state &s = *pool.state;
  if (refuses(s) || make_extension(pool) == nullptr) return {};
  head &h = real(pool);
  if (has_pending(s)) open_pending(h);
  mark_record was;
  picture(was, s, h);
  s.rooms = nullptr;
  auto *mark = static_cast<mark_record *>(carve(h, sizeof(mark_record), alignof(mark_record)));
  if (mark == nullptr) {
    s.rooms = was.rooms;
    return {};
  }
  if (block *const b = s.first.next; b != was.newest) {
    // What the old block has left is below the mark, however little there is in the new one.
    h.cur = reinterpret_cast<unsigned char *>(mark + 1);
    h.end = end_of(*b);
  }
  *mark = was;
  return open_mark(s, mark);
}

/// All but what a pending mark knows. Its record may be in what goes.
void give_back(state &s, const mark_record &since) noexcept {
  const mark_record was = since;
  if (s.larges != nullptr) release_larges(s, was.epoch);
  if (s.first.next != was.newest) release_blocks(s, was.newest);
  s.rooms = was.rooms;
  s.spare = was.spare;
}

}  // namespace

pond_mark get_mark(head &pool) noexcept {
  state *s = pool.state;
  if (!is_usual(s) || has_pending(*s)) [[unlikely]]
    return get_mark_slow(pool);
  auto *mark =
      static_cast<mark_record *>(room_at_hand(pool, sizeof(mark_record), alignof(mark_record)));
  if (mark == nullptr) [[unlikely]]
    return get_mark_slow(pool);
  picture(*mark, *s, pool);
  pool.cur = reinterpret_cast<unsigned char *>(mark + 1);
  return open_mark(*s, mark);
}

bool rewind_to(head &pool, mark_record &open) noexcept {
  state &s = *pool.state;
  if (is_held(s, open, "rewind past a rewind that is under way")) return false;
  const bool others = open.epoch != pending;  // than bytes
  if (others && registered_since(s, open.epoch) && !run_since(s, open)) return true;
  // A cleanup has destroyed or moved the pool, or ended what is around: the mark is gone.
  if ((s.flags & flag_doomed) != 0 || open.epoch == 0) return true;
  unsigned char *const cur = open.cur;
  unsigned char *const end = open.end;
  s.marks = open.outer;
  if (others) give_back(s, open);
  if ((s.flags & (flag_sealed | flag_trapped)) == flag_sealed) {
    // What was left is a room already where the mark did not put that away.
    if (s.rooms != nullptr && s.rooms->end == end) s.rooms = s.rooms->next;
    keep_room(s, cur, end);  // and the head goes on showing nothing
    return true;
  }
  head &h = real(pool);
  h.cur = cur;
  h.end = end;
  if ((s.flags & flag_trapped) != 0) closed(h.cur, static_cast<std::size_t>(h.end - h.cur));
  return true;
}

namespace {

bool rewind_found(head &pool, const pond_mark &mark) noexcept {
  mark_record *open = find_mark(pool, mark);
  return open != nullptr && rewind_to(pool, *open);
}

}  // namespace

/// The innermost mark of an ordinary pool, which has only moved `cur` since: asked for here,
/// because most scopes are so.
bool rewind(head &pool, const pond_mark &mark) noexcept {
  state *s = pool.state;
  if (!is_usual(s)) [[unlikely]]
    return rewind_found(pool, mark);
  const mark_record *open = s->marks;
  if (!names(mark, open, *s) || open->epoch <= s->ext->floor || s->first.next != open->newest ||
      has_since(*s, open->epoch)) [[unlikely]]
    return rewind_found(pool, mark);
  close_mark(*s, *open);
  pool.cur = open->cur;
  pool.end = open->end;
  return true;
}

bool commit(head &pool, const pond_mark &mark) noexcept {
  const mark_record *open = find_mark(pool, mark);
  if (open == nullptr || is_held(*pool.state, *open, being_rewound)) return false;
  keep(*pool.state, *open);
  return true;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
