// marks.cpp: mark, rewind, commit.
//
// A mark is a record in the pool, above everything it protects. While it is open the rooms and
// spares below it are put away in the record, so nothing below it is filled, given back or used
// again; what is above it is known by its epoch (owned records) or by its place (blocks).
#include <cerrno>

#include "records.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

std::uint64_t as_word(const void *p) noexcept { return reinterpret_cast<std::uintptr_t>(p); }

/// The record that a mark names, found among the open ones: a mark that was used up, or belongs to
/// another pool, is in no list, and is never followed.
mark_record *find_mark(const head &pool, const pond_mark &mark) noexcept {
  if (pool.state == nullptr) {
    errno = EINVAL;
    return nullptr;
  }
  const state &s = *pool.state;
  mark_record *open = extended(s) ? s.ext->marks : nullptr;
  while (open != nullptr && as_word(open) != mark.opaque[0]) {
    open = looked_at(open->outer, "the record of a mark");
  }
  if (open != nullptr && open->epoch == mark.opaque[1] && as_word(&s) == mark.opaque[2]) {
    return open;
  }
  misuse(s, EINVAL, "stale mark");
  return nullptr;
}

template <class Record>
void append(Record *&list, Record *older, const char *what) noexcept {
  Record **link = &list;
  while (looked_at(*link, what) != nullptr) link = &(*link)->next;
  *link = older;
}

/// Whether there is something to run: most scopes only take memory.
bool registered_since(const state &s, std::uint64_t since) noexcept {
  const state *child = s.ext->children;
  return (s.cleanups != nullptr && epoch_of(*s.cleanups) >= since) ||
         (child != nullptr && child->ext->epoch >= since);
}

/// Runs what was registered since the mark, children first; false when the pool went with it.
bool run_since(state &s, mark_record *mark) noexcept {
  extension &ext = *s.ext;
  const std::uint64_t outer_floor = ext.floor;
  const std::uint64_t since = mark->epoch;
  const bool outermost = (s.flags & flag_running) == 0;
  ext.marks = mark;
  ext.floor = since;
  s.flags |= flag_running;
  run_everything(s, since);
  ext.floor = outer_floor;
  return finish_running(s, outermost);
}

/// The record of a mark that is made now: what the pool is.
[[gnu::always_inline]] inline mark_record picture(const state &s, const head &h) noexcept {
  const extension &ext = *s.ext;
  return {ext.marks, ext.last_epoch + 1, h.cur, h.end, s.first.next, s.rooms, s.spare};
}

/// Opens it at `mark`; what it protects is put away in it.
[[gnu::always_inline]] inline pond_mark open_mark(state &s, mark_record *mark,
                                                  const mark_record &was) noexcept {
  *mark = was;
  s.rooms = nullptr;
  s.spare = nullptr;
  s.ext->marks = mark;
  s.ext->last_epoch = was.epoch;
  return {{as_word(mark), was.epoch, as_word(&s), 0}};
}

/// The record does not fit the current block, or the pool is not an ordinary one.
[[gnu::noinline]] pond_mark get_mark_slow(head &pool) noexcept {
  if (pool.state == nullptr && !adopt_default(pool)) return {};
  state &s = *pool.state;
  if (refuses(s) || extend_state(s) == nullptr) return {};
  head &h = real(pool);
  const mark_record was = picture(s, h);
  s.rooms = nullptr;
  auto *mark = static_cast<mark_record *>(carve(h, sizeof(mark_record), alignof(mark_record)));
  if (mark == nullptr) {
    s.rooms = was.rooms;
    return {};
  }
  if (block *const b = s.first.next; b != was.newest) {
    // What the old block has left is below the mark, however little there is in the new one.
    h.cur = reinterpret_cast<unsigned char *>(mark + 1);
    h.end = reinterpret_cast<unsigned char *>(b) + b->size;
  }
  return open_mark(s, mark, was);
}

}  // namespace

pond_mark get_mark(head &pool) noexcept {
  state *s = pool.state;
  if (s == nullptr || !extended(*s) || (s->flags & (flag_sealed | flag_doomed)) != 0) [[unlikely]]
    return get_mark_slow(pool);
  head &h = real(pool);
  auto *mark =
      static_cast<mark_record *>(room_at_hand(h, sizeof(mark_record), alignof(mark_record)));
  if (mark == nullptr) [[unlikely]]
    return get_mark_slow(pool);
  const mark_record was = picture(*s, h);
  h.cur = reinterpret_cast<unsigned char *>(mark + 1);
  return open_mark(*s, mark, was);
}

bool rewind(head &pool, const pond_mark &mark) noexcept {
  mark_record *open = find_mark(pool, mark);
  if (open == nullptr) return false;
  state &s = *pool.state;
  extension &ext = *s.ext;
  if (open->epoch <= ext.floor) {
    misuse(s, EBUSY, "rewind past a rewind that is under way");
    return false;
  }
  if (registered_since(s, open->epoch) && !run_since(s, open)) return true;
  if ((s.flags & flag_doomed) != 0) return true;  // the head may be gone
  const mark_record was = *open;
  if (s.larges != nullptr) release_larges(s, was.epoch);
  if (s.first.next != was.newest) release_blocks(s, was.newest);
  s.rooms = was.rooms;
  s.spare = was.spare;
  ext.marks = was.outer;
  if ((s.flags & (flag_sealed | flag_trapped)) == flag_sealed) {
    keep_room(s, was.cur, was.end);  // and the head goes on showing nothing
    return true;
  }
  head &h = real(pool);
  h.cur = was.cur;
  h.end = was.end;
  if ((s.flags & flag_trapped) != 0) closed(h.cur, static_cast<std::size_t>(h.end - h.cur));
  return true;
}

bool commit(head &pool, const pond_mark &mark) noexcept {
  mark_record *open = find_mark(pool, mark);
  if (open == nullptr) return false;
  state &s = *pool.state;
  if (open->epoch <= s.ext->floor) {
    misuse(s, EBUSY, "commit of a mark that is being rewound");
    return false;
  }
  while (true) {
    mark_record *innermost = s.ext->marks;
    append(s.rooms, innermost->rooms, "the room of a block");
    append(s.spare, innermost->spare, "a record of a pool");
    s.ext->marks = innermost->outer;
    if (innermost == open) return true;
  }
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
