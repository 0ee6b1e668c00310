// tree.cpp: parents and children, and the quota that goes up the tree.
#include <cerrno>

#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

void tell(const extension &ext, pond_limit which, std::size_t reserved,
          std::size_t requested) noexcept {
  if (ext.on_limit == nullptr) return;
  ext.on_limit(ext.on_limit_context, reinterpret_cast<pond_pool *>(ext.owner), which, reserved,
               requested);
}

extension *parent_of(const extension &ext) noexcept {
  return ext.parent != nullptr ? ext.parent->ext : nullptr;
}

/// The first of a pool and its ancestors below `until` whose hard limit does not bear `bytes` more,
/// or null.
extension *refusing(extension *ext, std::size_t bytes, const extension *until = nullptr) noexcept {
  for (; ext != until; ext = parent_of(*ext)) {
    if (!sizes::within(ext->tree_reserved, bytes, ext->hard_limit)) return ext;
  }
  return nullptr;
}

std::size_t depth(const extension *ext) noexcept {
  std::size_t result = 0;
  for (; ext != nullptr; ext = parent_of(*ext)) ++result;
  return result;
}

/// The first that is in both lines of ancestors, or null.
const extension *common(const extension *a, const extension *b) noexcept {
  if (b == nullptr) return nullptr;  // as for all that had no parent before
  std::size_t below_a = depth(a);
  std::size_t below_b = depth(b);
  while (a != b) {
    const bool a_is_deeper = below_a >= below_b;
    const bool b_is_deeper = below_b >= below_a;
    if (a_is_deeper) {
      a = parent_of(*a);
      --below_a;
    }
    if (b_is_deeper) {
      b = parent_of(*b);
      --below_b;
    }
  }
  return a;
}

void add_to_tree(extension *ext, std::size_t bytes) noexcept {
  for (; ext != nullptr; ext = parent_of(*ext)) {
    ext->tree_reserved += bytes;
    if (ext->tree_reserved > ext->tree_peak) ext->tree_peak = ext->tree_reserved;
  }
}

void take_from_tree(extension *ext, std::size_t bytes) noexcept {
  for (; ext != nullptr; ext = parent_of(*ext)) ext->tree_reserved -= bytes;
}

/// A child that runs its cleanups while its parent goes: it ends when they have run, on its own.
/// Its user's object is as default-constructed from now on.
void orphan(state &child) noexcept {
  doom(child);
  empty(*child.ext->owner);
  leave_tree(child);
}

}  // namespace

bool is_limited(const state &s) noexcept { return refusing(s.ext, sizes::impossible) != nullptr; }

bool charge_extended(state &s, std::size_t bytes) noexcept {
  // A plain pool that passes 64 GiB: its counters move to where they are wide enough.
  extension *ext = extended(s) ? s.ext : make_extension_apart(s);
  if (ext == nullptr) return false;
  if (refusing(ext, bytes) != nullptr) [[unlikely]] {
    errno = EDQUOT;
    return false;
  }
  ext->reserved += bytes;
  if (ext->reserved > ext->peak) ext->peak = ext->reserved;
  add_to_tree(ext, bytes);
  return true;
}

void discharge_extended(state &s, std::size_t bytes) noexcept {
  whole(s.ext).reserved -= bytes;
  take_from_tree(s.ext, bytes);
}

void tell_refused(state &s, std::size_t bytes) noexcept {
  const extension *refuses = refusing(s.ext, bytes);
  if (refuses != nullptr) tell(*refuses, POND_LIMIT_HARD, refuses->tree_reserved, bytes);
}

void tell_passed(const extension *ext, std::size_t bytes, const extension *until) noexcept {
  for (; ext != until; ext = parent_of(*ext)) {
    const std::size_t before = ext->tree_reserved - bytes;
    if (before <= ext->soft_limit && ext->tree_reserved > ext->soft_limit) {
      tell(*ext, POND_LIMIT_SOFT, before, bytes);
    }
  }
}

/// Whether a pool can be given children: it is used, and not sealed.
bool takes_children(head &parent) noexcept {
  return (parent.state != nullptr || first_use(parent)) && !refuses(*parent.state);
}

/// Makes a pool ready to have a child that holds so many bytes, which `line` bears already.
bool can_bear(state &above, std::size_t bytes, const extension *line) noexcept {
  if (!extended(above) && make_extension_apart(above) == nullptr) return false;
  const extension *refuses = refusing(above.ext, bytes, common(above.ext, line));
  if (refuses == nullptr) return true;
  tell(*refuses, POND_LIMIT_HARD, refuses->tree_reserved, bytes);
  errno = EDQUOT;
  return false;
}

namespace {

/// What no child's epoch reaches.
constexpr std::uint64_t never = UINT64_MAX;

/// The epoch of the oldest open mark that came after this one.
std::uint64_t next_mark(const state &s, std::uint64_t epoch) noexcept {
  std::uint64_t next = never;
  for (const mark_record *mark = s.marks; mark != nullptr && mark->epoch > epoch;
       mark = mark->outer) {
    next = mark->epoch;
  }
  return next;
}

}  // namespace

/// As the newest. But a child that was announced before a mark, as `epoch` says, and is used after
/// it is older than the mark, and than the children that came after that.
void join(state &s, state &above, std::uint64_t epoch, const extension *line) noexcept {
  extension &ext = *s.ext;
  add_to_tree(above.ext, ext.tree_reserved);
  ext.parent = &above;
  ext.epoch = epoch;
  ext.newer = nullptr;
  state **link = &above.ext->children;
  const std::uint64_t mark = next_mark(above, epoch);
  while (*link != nullptr && (*link)->ext->epoch >= mark) {
    ext.newer = *link;
    link = &(*link)->ext->older;
  }
  ext.older = *link;
  if (ext.older != nullptr) ext.older->ext->newer = &s;
  *link = &s;
  tell_passed(above.ext, ext.tree_reserved, common(above.ext, line));
}

namespace {

/// The same of a pool that may not be used yet, and whose head is known.
bool makes_place(head &parent, std::size_t bytes, const extension *line = nullptr) noexcept {
  return takes_children(parent) && make_extension(parent) != nullptr &&
         (!has_pending(*parent.state) || open_pending(real(parent))) &&
         can_bear(*parent.state, bytes, line);
}

/// Nobody refers to the pool any more, but the one it belongs to. A head that lies in its own
/// block stays there; another one is its user's.
void part_from_user(head &pool, state &s) noexcept {
  s.marks = nullptr;
  keep_head(s, pool);
  if (s.prefix == 0) empty(pool);
}

}  // namespace

bool enter_tree(state &s, head &parent) noexcept {
  if (!makes_place(parent, s.ext->tree_reserved)) return false;
  join(s, *parent.state, epoch_of(*parent.state));
  return true;
}

bool adopt(head &pool, head &other) noexcept {
  if (other.state == nullptr) {
    if (&pool == &other || has_ended(other)) {
      errno = EINVAL;
      return false;
    }
    withdraw(other);
    return true;
  }
  state &s = *other.state;
  if ((s.flags & (flag_running | flag_doomed)) != 0) {
    misuse(s, EBUSY, "adopted while its cleanups run");
    return false;
  }
  if (outlives(other, pool)) {
    misuse(s, EINVAL, "adopted by itself or a descendant");
    return false;
  }
  extension *ext = make_extension(other);
  if (ext == nullptr) return false;
  if (ext->references != 0) {
    misuse(s, EBUSY, "adopted while others retain it");
    return false;
  }
  const extension *before = parent_of(*ext);
  if (!makes_place(pool, ext->tree_reserved, before)) return false;
  leave_tree(s);
  part_from_user(other, s);
  join(s, *pool.state, epoch_of(*pool.state), before);
  return true;
}

/// Where the parent ends, too, those above it are told when it does: otherwise the end of a deep
/// tree would take time in proportion to the square of its depth. Until then they count a little
/// too much.
void leave_tree(state &s) noexcept {
  extension &ext = *s.ext;
  if (ext.parent == nullptr) return;
  extension &above = *ext.parent->ext;
  const std::size_t left = ext.tree_reserved + ext.owed;
  above.tree_reserved -= left;
  if (above.ending) {
    above.owed += left;
  } else {
    take_from_tree(parent_of(above), left);
  }
  if (ext.older != nullptr) ext.older->ext->newer = ext.newer;
  if (ext.newer != nullptr) {
    ext.newer->ext->older = ext.older;
  } else {
    ext.parent->ext->children = ext.older;
  }
  ext.parent = nullptr;
}

namespace {

/// The next to end of a pool's children since that epoch; one that runs its cleanups is let go.
state *next_child(state &s, std::uint64_t since) noexcept {
  while (extended(s) && s.ext->children != nullptr && s.ext->children->ext->epoch >= since) {
    state &child = *s.ext->children;
    if ((child.flags & flag_running) == 0) return &child;
    orphan(child);
  }
  return nullptr;
}

}  // namespace

/// From the leaves up, in a loop: how deep a tree is may be up to whoever sends a request. A pool
/// whose children end is as one that runs its cleanups, which come next.
void destroy_children(state &s, std::uint64_t since) noexcept {
  state *at = &s;
  while (true) {
    if (state *child = next_child(*at, at == &s ? since : 0)) {
      begin_end(*child);
      at = child;
      continue;
    }
    if (at == &s) return;
    state *const parent = at->ext->parent;
    end(*at, at->ext->owner);
    at = parent;
  }
}

bool outlives(const head &a, const head &b) noexcept {
  if (&a == &b) return true;
  const owned *child = announced(b);
  const state *s = child != nullptr ? child->parent : b.state;
  if (a.state == nullptr || s == nullptr) return false;
  while (s != a.state && s != nullptr) s = extended(*s) ? s->ext->parent : nullptr;
  return s != nullptr;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
