// marks.hpp: what marks and scopes have in common. Private to src/.
#ifndef POND_SRC_MARKS_HPP
#define POND_SRC_MARKS_HPP

#include <cerrno>

#include "records.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

inline std::uint64_t as_word(const void *p) noexcept { return reinterpret_cast<std::uintptr_t>(p); }

/// The open mark at an address, if it is as wanted. One that was used up, or belongs to another
/// pool, is in no list, and is never followed.
template <class Wanted>
mark_record *find_mark(const head &pool, std::uint64_t address, Wanted wanted) noexcept {
  if (!is_there(pool)) {
    errno = EINVAL;
    return nullptr;
  }
  const state &s = *pool.state;
  mark_record *open = looked_at(s.marks, "the state of a pool");
  while (open != nullptr && as_word(open) != address) {
    open = looked_at(open->outer, "the record of a mark");
  }
  if (open != nullptr && wanted(*open, s)) return open;
  misuse(s, EINVAL, "stale mark");
  return nullptr;
}

inline constexpr const char *being_rewound = "commit of a mark that is being rewound";

/// Whether a mark may not end now, because cleanups that came after it run.
inline bool is_held(const state &s, const mark_record &open, const char *what) noexcept {
  if (open.epoch == pending || open.epoch > s.ext->floor) return false;
  misuse(s, EBUSY, what);
  return true;
}

template <class Record>
void append(Record *&list, Record *older, const char *what) noexcept {
  Record **link = &list;
  while (looked_at(*link, what) != nullptr) link = &(*link)->next;
  *link = older;
}

/// The innermost mark is there no more, and what it had put away is as what is outside of it. Of
/// the epoch 0 is what is over: a rewind that is under way sees that.
inline mark_record *keep_innermost(state &s) noexcept {
  mark_record *const innermost = s.marks;
  if (innermost->epoch != pending) {
    append(s.rooms, innermost->rooms, "the room of a block");
    append(s.spare, innermost->spare, "a record of a pool");
  }
  innermost->epoch = 0;
  s.marks = innermost->outer;
  return innermost;
}

/// Whatever is in a mark now stays.
inline void keep(state &s, const mark_record &mark) noexcept {
  while (keep_innermost(s) != &mark) {
  }
}

/// Takes back what came since an open mark: anything may have happened. False: it is refused, and
/// nothing has happened.
bool rewind_to(head &pool, mark_record &open) noexcept;

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
