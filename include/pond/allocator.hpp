// pond/allocator.hpp: a pool for the standard containers, inlined, without a virtual call.
//
//     pond::pool pool;
//     std::vector<int, pond::allocator<int>> numbers(pond::allocator<int>{pool});
//
// When not to use it: for a container that grows and shrinks for as long as its pool lives; only
// the newest allocation and the large ones are given back before the pool is reset.
#ifndef POND_ALLOCATOR_HPP
#define POND_ALLOCATOR_HPP

#include <cstddef>
#include <limits>
#include <new>
#include <type_traits>

#include "pond/pool.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// Meets the requirements of a Cpp17Allocator. Two are equal when they use the same pool. A
/// container keeps its allocator on copy assignment, and takes the other's on move and swap, so
/// that moving never copies elements. The pool object must outlive the container and not be moved.
template <class T>
class allocator {
 public:
  using value_type = T;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  allocator(pool &from) noexcept : pool_(&from) {}  // NOLINT(google-explicit-constructor): as pmr's
  template <class U>
  allocator(const allocator<U> &other) noexcept  // NOLINT(google-explicit-constructor): rebind
      : pool_(&other.get_pool()) {}

  /// Throws std::bad_array_new_length where count * sizeof(T) has no room in a size_t.
  [[nodiscard]] T *allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) {
      throw std::bad_array_new_length();
    }
    return static_cast<T *>(pool_->allocate(count * sizeof(T), alignof(T)));
  }

  void deallocate(T *p, std::size_t count) noexcept {
    pool_->deallocate(p, count * sizeof(T), alignof(T));
  }

  [[nodiscard]] pool &get_pool() const noexcept { return *pool_; }

  friend bool operator==(const allocator &a, const allocator &b) noexcept {
    return a.pool_ == b.pool_;
  }

 private:
  pool *pool_;
};

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
