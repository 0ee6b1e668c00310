/// @file pond/shared_pool.hpp
/// A pool that several jobs use, destroyed by the last of them.
///
///     pond::shared_pool input({.tag = "batch"});
///     read_into(*input, file);
///     for (auto part : parts) start([input, part] { work_on(part); });   // on any thread
///
/// When not to use it: for a pool with one owner. A pond::pool moves to whoever goes on with it.
#ifndef POND_SHARED_POOL_HPP
#define POND_SHARED_POOL_HPP

#include <utility>

#include "pond/pool.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// A counted reference, one word.
///
/// Threads   copies of it may be made, moved and ended on several threads at once; one and the same
///           reference, as any object, is for one thread at a time. So is the pool: it may be
///           handed on, or read by all, but not allocated from by two at once.
/// Lifetime  the last reference destroys the pool, with children and cleanups, on its own thread,
///           whose block cache keeps the blocks. What the others did with the pool has happened by
///           then: no fence is needed.
/// Cost      an atomic addition each for copying and ending; the pool has options, and so an
///           extension of its records.
///
/// The pool must not be moved out of the reference, nor destroyed through pond.h: that is refused
/// and reported while there are other references, but not with the last one, which is then left
/// dangling. A cycle of references, a shared_pool kept in the pool itself, is never destroyed.
class shared_pool {
 public:
  /// Refers to nothing.
  constexpr shared_pool() noexcept = default;

  /// A new pool, and the first reference to it. Fails as pond::pool's constructor.
  explicit shared_pool(const options &wanted)
      : head_(detail::checked(detail::create_inside(detail::converted(wanted, nullptr),
                                                    {.prefix = sizeof(detail::head)}))) {}

  /// One more reference to the same pool. Cannot fail: the pool has its extension from the start.
  shared_pool(const shared_pool &other) noexcept : head_(other.head_) {
    if (head_ != nullptr) detail::retain(*head_);
  }

  /// Takes the other's reference, which then refers to nothing.
  shared_pool(shared_pool &&other) noexcept : head_(std::exchange(other.head_, nullptr)) {}

  /// Ends the reference that was held, if any, after the new one is there: assigning to itself is
  /// fine.
  shared_pool &operator=(shared_pool other) noexcept {
    std::swap(head_, other.head_);
    return *this;
  }

  /// Destroys the pool with the last reference.
  ~shared_pool() {
    if (head_ != nullptr) detail::release_reference(*head_);
  }

  /// The pool; null where it refers to nothing, which must then not be dereferenced. It stays at
  /// its address until the last reference ends, so allocators and resources may refer to it.
  [[nodiscard]] pool *get() const noexcept { return reinterpret_cast<pool *>(head_); }

  /// The pool; not where it refers to nothing.
  [[nodiscard]] pool &operator*() const noexcept { return *get(); }

  /// The pool's members; not where it refers to nothing.
  [[nodiscard]] pool *operator->() const noexcept { return get(); }

  /// Whether both refer to the same pool, or both to nothing.
  friend bool operator==(const shared_pool &, const shared_pool &) noexcept = default;

  /// Whether it refers to a pool.
  explicit operator bool() const noexcept { return head_ != nullptr; }

 private:
  detail::head *head_ = nullptr;
};

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
