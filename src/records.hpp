// records.hpp: the records of cleanups and large allocations: taken, linked, put by.
#ifndef POND_SRC_RECORDS_HPP
#define POND_SRC_RECORDS_HPP

#include "state.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// Room for a record in the current block of a pool that no tool watches, or null.
[[gnu::always_inline]] inline void *room_at_hand(const head &h, std::size_t size,
                                                 std::size_t alignment) noexcept {
  const auto [at, fits] = place_in(h, size, alignment);
  return fits && (h.state->flags & flag_trapped) == 0 ? reinterpret_cast<void *>(at) : nullptr;
}

/// A spare record, or room for one; or null.
[[gnu::always_inline]] inline owned *record_at_hand(const head &h) noexcept {
  if (h.state->spare != nullptr) return h.state->spare;
  return static_cast<owned *>(room_at_hand(h, sizeof(owned), alignof(owned)));
}

/// Takes what record_at_hand has found; `when` is the caller's to write.
[[gnu::always_inline]] inline owned *take_found(head &h, owned *record) noexcept {
  if (h.state->spare == record) {
    h.state->spare = looked_at(record->next, "a record of a pool");
  } else {
    h.cur = reinterpret_cast<unsigned char *>(record + 1);
  }
  return record;
}

/// From the spares, or from the pool: bumped inline, because every large allocation pays for it.
[[gnu::always_inline]] inline owned *take_record(head &h) noexcept {
  const std::uint64_t when = epoch_of(*h.state);
  owned *record = record_at_hand(h);
  if (record == nullptr || when == pending) [[unlikely]]
    return take_record_slow(h);
  take_found(h, record)->when = when;
  return record;
}

inline void link(owned *&list, owned *record) noexcept {
  record->prev = nullptr;
  record->next = list;
  if (list != nullptr) list->prev = record;
  list = record;
}

/// Takes a record out, unless its links are none, or its neighbours do not know it: then one of
/// them was overwritten.
inline void unlink(owned *&list, owned *record) noexcept {
  owned *const newer = record->prev;
  owned *const older = record->next;
  const std::uintptr_t both =
      reinterpret_cast<std::uintptr_t>(newer) | reinterpret_cast<std::uintptr_t>(older);
  if ((both & never_in_address_of<owned>) != 0 ||
      (list != record && (newer == nullptr || newer->next != record)) ||
      (older != nullptr && older->prev != record)) [[unlikely]] {
    broken("a record of a pool");
  }
  if (older != nullptr) older->prev = newer;
  if (list == record) {
    list = older;
  } else {
    newer->next = older;
  }
}

/// Does what a cleanup is there for. Its record leaves the list before: whatever the handler does
/// to the pool, it runs once.
[[gnu::always_inline]] inline void call(state &s, owned *cleanup) noexcept {
  unlink(s.cleanups, cleanup);
  void (*handler)(void *) = cleanup->handler;
  cleanup->handler = nullptr;
  handler(cleanup->data);
}

/// A record whose memory lies below an open mark is not used before that mark is gone: it goes to
/// the spares as they were when the oldest mark that covers it was made.
inline void spare_record(state &s, owned *record) noexcept {
  owned **list = &s.spare;
  mark_record *mark = s.marks;
  for (; mark != nullptr && epoch_of(*record) < looked_at(mark, "the record of a mark")->epoch;
       mark = mark->outer) {
    if (mark->epoch != pending) list = &mark->spare;
  }
  record->handler = nullptr;
  record->next = *list;
  *list = record;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
