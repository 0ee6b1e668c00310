/// @file pond/scope.hpp
/// A part of a pool's life that can be taken back. Comes with pool.hpp.
///
///     {
///       pond::scope attempt(pool);
///       if (parse(pool, input)) attempt.commit();   // keep what it made
///     }                                             // or else it is gone, cleanups have run
#ifndef POND_SCOPE_HPP
#define POND_SCOPE_HPP

#include <utility>

#include "pond/pool.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// Marks the pool on entry and rewinds it on exit: exactly what was allocated and registered in
/// between goes, cleanups included, also when an exception passes. Scopes nest. The pool must not
/// be reset, moved or destroyed meanwhile; a reset makes the rewind a stale one, which is reported
/// and does nothing.
///
/// Of a pool that was not used yet the scope is the whole life: its end ends whatever the pool has
/// then, also after a reset, an adoption, a seal or the commit of an outer scope in between.
///
/// When not to use it: around what nearly always succeeds and is small, which may as well stay; and
/// not around containers that are older and grow inside: what they moved to goes with the scope.
///
/// Cost      see pond_get_mark: nothing is copied, and ending takes time in proportion to what has
///           to be ended: cleanups, children, large allocations, blocks.
/// Threads   as the pool.
class scope {
 public:
  /// The pool is taken by reference, and must stay where it is until the scope has ended.
  ///
  /// Costs 56 bytes of the pool until it is rewound, and the first one 384, which stay; of the
  /// block that the pool takes from, as an allocation, or of one of their own where that has not as
  /// much left. Nothing where the pool was not used yet. Throws as pool::allocate().
  explicit scope(pool &marked)
      : head_(marked.head_),
        whole_(detail::is_empty(head_)),
        mark_(whole_ ? pond_mark{} : detail::get_mark(head_)) {
    if (mark_.opaque[0] == 0 && !whole_) detail::throw_failure();
  }

  /// Rewinds, unless commit() was called: children end, cleanups run, the last registered first,
  /// large allocations and blocks go back. A pool that was not used before is as if never used.
  /// An exception that leaves a cleanup ends the program, as one that leaves a destructor.
  ~scope() {
    if (mark_.opaque[0] != 0) {
      detail::rewind(head_, mark_);
    } else if (whole_) {
      detail::undo_first_use(head_);
    }
  }

  // One mark, one end.
  scope(const scope &) = delete;
  scope &operator=(const scope &) = delete;

  /// Keeps what came since: the pool is not rewound at the end of the scope. What is made after it
  /// stays, too. A second call does nothing. Scopes that are inside this one and still open end
  /// with it: their ends are then stale, which is reported.
  void commit() noexcept {
    whole_ = false;
    if (mark_.opaque[0] != 0) detail::commit(head_, std::exchange(mark_, {}));
  }

 private:
  detail::head &head_;
  bool whole_;  // everything in the pool comes from in here
  pond_mark mark_;
};

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
