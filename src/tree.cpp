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

/// The first of a pool and its ancestors whose hard limit does not bear `bytes` more, or null.
extension *refusing(extension *ext, std::size_t bytes) noexcept {
  while (ext != nullptr && sizes::within(ext->tree_reserved, bytes, ext->hard_limit)) {
    ext = parent_of(*ext);
  }
  return ext;
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
  child.flags |= flag_doomed;
  *child.ext->owner = {nowhere(), nowhere(), nullptr};
  leave_tree(child);
}

}  // namespace

bool charge_extended(state &s, std::size_t bytes) noexcept {
  // A plain pool that passes 64 GiB: its counters move to where they are wide enough.
  extension *ext = s.ext != nullptr ? s.ext : extend_state(s);
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
  s.ext->reserved -= bytes;
  take_from_tree(s.ext, bytes);
}

void tell_refused(state &s, std::size_t bytes) noexcept {
  const extension *refuses = refusing(s.ext, bytes);
  if (refuses != nullptr) tell(*refuses, POND_LIMIT_HARD, refuses->tree_reserved, bytes);
}

void tell_passed(const extension *ext, std::size_t bytes) noexcept {
  for (; ext != nullptr; ext = parent_of(*ext)) {
    const std::size_t before = ext->tree_reserved - bytes;
    if (before <= ext->soft_limit && ext->tree_reserved > ext->soft_limit) {
      tell(*ext, POND_LIMIT_SOFT, before, bytes);
    }
  }
}

bool enter_tree(state &s, head &parent) noexcept {
  if (parent.state == nullptr && !adopt_default(parent)) return false;
  state &above = *parent.state;
  if (refuses(above) || extend_state(above) == nullptr) return false;
  extension &ext = *s.ext;
  if (extension *refuses = refusing(above.ext, ext.tree_reserved); refuses != nullptr) {
    tell(*refuses, POND_LIMIT_HARD, refuses->tree_reserved, ext.tree_reserved);
    errno = EDQUOT;
    return false;
  }
  add_to_tree(above.ext, ext.tree_reserved);
  ext.parent = &above;
  ext.epoch = epoch_of(above);
  ext.older = above.ext->children;
  ext.newer = nullptr;
  if (ext.older != nullptr) ext.older->ext->newer = &s;
  above.ext->children = &s;
  tell_passed(above.ext, ext.tree_reserved);
  return true;
}

void leave_tree(state &s) noexcept {
  extension &ext = *s.ext;
  if (ext.parent == nullptr) return;
  take_from_tree(ext.parent->ext, ext.tree_reserved);
  if (ext.older != nullptr) ext.older->ext->newer = ext.newer;
  if (ext.newer != nullptr) {
    ext.newer->ext->older = ext.older;
  } else {
    ext.parent->ext->children = ext.older;
  }
  ext.parent = nullptr;
}

bool destroy_children(state &s, std::uint64_t since) noexcept {
  bool any = false;
  while (s.ext != nullptr && s.ext->children != nullptr && s.ext->children->ext->epoch >= since) {
    state &child = *s.ext->children;
    if ((child.flags & flag_running) != 0) {
      orphan(child);
    } else {
      destroy_state(child, child.ext->owner);
    }
    any = true;
  }
  return any;
}

bool outlives(const head &a, const head &b) noexcept {
  if (&a == &b) return true;
  if (a.state == nullptr || b.state == nullptr) return false;
  const state *s = b.state;
  while (s != a.state && s != nullptr) s = s->ext != nullptr ? s->ext->parent : nullptr;
  return s != nullptr;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
