/// @file pond/scope.hpp
/// A part of a pool's life that can be taken back. Comes with pool.hpp.
///
///     {
///       pond::scope attempt(pool);
///       if (parse(pool, input)) attempt.commit();   // keep what it made
///     }                                             // or else it is gone, cleanups have run
#ifndef POND_SCOPE_HPP
#define POND_SCOPE_HPP

#include "pond/detail/marks.hpp"
#include "pond/pool.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// Marks the pool on entry and rewinds it on exit: exactly what was allocated and registered in
/// between goes, cleanups included, also when an exception passes. Scopes nest. The pool must not
/// be reset meanwhile: the rewind is then a stale one, which is reported and does nothing. Where
/// the pool ends, is adopted or moves to another object, the scope is over: what came since stays
/// with whoever has it. If the object is another pool's by then, or used again, that is taken for a
/// reset.
///
/// Of a pool that was not used yet the scope is the whole life: its end ends whatever the object
/// has then, also after a reset, an adoption, a move, a seal or the commit of an outer scope. A
/// child is reset, and stays a child.
///
/// When not to use it: around what nearly always succeeds and is small, which may as well stay; and
/// not around containers that are older and grow inside: what they moved to goes with the scope.
///
/// Cost      some 25 instructions where nothing happens inside, or small memory is taken from the
///           current block. With the first other thing in it (a block, a large allocation, a
///           cleanup, a child) it becomes what pond_get_mark makes; ending takes time in proportion
///           to what has to be ended: cleanups, children, large allocations, blocks. Nothing is
///           copied.
/// Threads   as the pool.
class scope {
 public:
  /// The pool is taken by reference: its object has to outlive the scope.
  ///
  /// Takes a byte of the pool, which is there again when it is rewound: the mark lies in the scope.
  /// The first one of a pool in which something else happens costs 384 bytes, which stay; of the
  /// block that the pool takes from, as an allocation, or of one of their own where that has not as
  /// much left. Throws std::system_error (EPERM) where the pool is sealed, or was destroyed by its
  /// own cleanup that runs now.
  explicit scope(pool &marked) {
    if (!detail::open_scope(marked.head_, mark_)) detail::throw_failure();
  }

  /// Rewinds, unless commit() was called: children end, cleanups run, the last registered first,
  /// large allocations and blocks go back. A pool that was not used before is as if never used.
  /// An exception that leaves a cleanup ends the program, as one that leaves a destructor. Ended by
  /// a cleanup that came in it, the scope is committed, which is reported (EBUSY).
  ~scope() { detail::close_scope(mark_); }

  // One mark, one end.
  scope(const scope &) = delete;
  scope &operator=(const scope &) = delete;

  /// Keeps what came since: the pool is not rewound at the end of the scope. What is made after it
  /// stays, too. A second call does nothing. Scopes that are inside this one and still open end
  /// with it: their ends are then stale, which is reported. While a cleanup that came in this scope
  /// runs, it is refused, which is reported (EBUSY): the scope is as it was.
  void commit() noexcept { detail::commit_scope(mark_); }

 private:
  mutable detail::mark_record mark_;  // the pool writes to it, also where the scope is const
};

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
