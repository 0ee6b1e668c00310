// marks.cpp: mark, rewind, commit.
//
// A mark is a record in the pool, above everything it protects. While it is open the rooms and
// spares below it are put away in the record, so nothing below it is filled, given back or used
// again; what is above it is known by its epoch (owned records) or by its place (blocks).
#include <cerrno>

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
  mark_record *open = s.ext != nullptr ? s.ext->marks : nullptr;
  while (open != nullptr && as_word(open) != mark.opaque[0]) open = open->outer;
  if (open != nullptr && open->epoch == mark.opaque[1] && as_word(&s) == mark.opaque[2]) {
    return open;
  }
  misuse(s, EINVAL, "stale mark");
  return nullptr;
}

template <class Record>
void append(Record *&list, Record *older) noexcept {
  Record **link = &list;
  while (*link != nullptr) link = &(*link)->next;
  *link = older;
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
  ext.marks = mark;  // a mark that a cleanup left open ends here
  return finish_running(s, outermost);
}

}  // namespace

pond_mark get_mark(head &pool) noexcept {
  if (pool.state == nullptr && !adopt_default(pool)) return {};
  state &s = *pool.state;
  if (refuses(s)) return {};
  extension *ext = extend_state(s);
  if (ext == nullptr) return {};
  head &h = real(pool);
  unsigned char *const cur = h.cur;
  unsigned char *const end = h.end;
  block *const newest = s.first.next;
  room *const rooms = s.rooms;
  s.rooms = nullptr;
  auto *mark = static_cast<mark_record *>(carve(h, sizeof(mark_record), alignof(mark_record)));
  if (mark == nullptr) {
    s.rooms = rooms;
    return {};
  }
  if (block *const b = s.first.next; b != newest) {
    // What the old block has left is below the mark, however little there is in the new one.
    s.rooms = nullptr;
    h.cur = reinterpret_cast<unsigned char *>(mark + 1);
    h.end = reinterpret_cast<unsigned char *>(b) + b->size;
  }
  *mark = {ext->marks, ++ext->last_epoch, cur, end, newest, rooms, s.spare};
  s.spare = nullptr;
  ext->marks = mark;
  return {{as_word(mark), mark->epoch, as_word(&s), 0}};
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
  if (!run_since(s, open) || (s.flags & flag_doomed) != 0) return true;  // the head may be gone
  release_larges(s, open->epoch);
  const mark_record was = *open;
  release_blocks(s, was.newest);
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
    append(s.rooms, innermost->rooms);
    append(s.spare, innermost->spare);
    s.ext->marks = innermost->outer;
    if (innermost == open) return true;
  }
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
