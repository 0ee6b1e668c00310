// announce.cpp: children that were not used yet, and the first use of any pool.
//
//   parent.child()        a record among the parent's cleanups: the child is announced
//    ├─ first use          a pool with a block, in the tree of its parent; the record is spared
//    ├─ end of the child   the record is spared
//    └─ end of the parent, reset, rewind to before: the child is as default-constructed
//
// The two know each other only by that record: the child's head shows it where that of another pool
// without a state shows the sentinel (owned.hpp), and the record knows where the head is.
#include <cerrno>

#include "records.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

void forget(owned *record) noexcept {
  state &parent = *record->parent;
  unlink(parent.cleanups, record);
  spare_record(parent, record);
}

/// Whether what was just begun can be a child of this pool; otherwise it is gone again. One that
/// was sealed meanwhile still bears it: the child was there before.
bool is_borne(head &child, state &parent) noexcept {
  const extension *ext = make_extension(child);
  if (ext != nullptr && can_bear(parent, ext->tree_reserved)) return true;
  const int error = errno;
  destroy_state(*child.state, nullptr);
  errno = error;
  return false;
}

/// An announced child becomes what was just begun.
bool arrive(head &child, owned *record, head &begun) noexcept {
  state &s = *begun.state;
  state &parent = *record->parent;
  const std::uint64_t epoch = epoch_of(*record);
  if (!is_borne(begun, parent)) return false;
  forget(record);
  child = begun;
  s.ext->owner = &child;
  join(s, parent, epoch);
  return true;
}

}  // namespace

/// The cleanup of its parent.
void leave_empty(void *child) noexcept { empty(*static_cast<head *>(child)); }

bool announce(head &child, head &parent) noexcept {
  if (!takes_children(parent)) return false;
  state &s = *parent.state;
  owned *record = take_record(real(parent));
  if (record == nullptr) return false;
  record->handler = leave_empty;
  record->data = &child;
  record->parent = &s;
  link(s.cleanups, record);
  auto *at = reinterpret_cast<unsigned char *>(record);
  child = {at, at, nullptr};
  return true;
}

bool first_use(head &pool) noexcept {
  owned *record = announced(pool);
  if (record == nullptr && has_ended(pool)) return false;
  head begun{};
  if (!begin_default(begun)) return false;
  if (record != nullptr) return arrive(pool, record, begun);
  pool = begun;
  return true;
}

void withdraw(head &pool) noexcept {
  owned *record = announced(pool);
  if (record == nullptr) {
    (void)has_ended(pool);
    return;
  }
  forget(record);
  empty(pool);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
