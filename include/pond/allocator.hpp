/// @file pond/allocator.hpp
/// A pool for the standard containers. Comes with pool.hpp.
///
///     using text = std::basic_string<char, std::char_traits<char>, pond::allocator<char>>;
///     std::vector<text, pond::allocator<text>> lines(pool);
///     lines.emplace_back("the string is in the pool, too");
///
/// Inlined into the container, no virtual call. A container that is destroyed gives back what is
/// the newest in its pool, and what is large; the rest goes with the pool, so its destructor may as
/// well not run, if its elements need none.
#ifndef POND_ALLOCATOR_HPP
#define POND_ALLOCATOR_HPP

#include <cstddef>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>
#include <version>
#ifdef __cpp_lib_allocate_at_least
#include <memory>
#endif

#include "pond/pool.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// Refers to a pool, which must outlive every container that uses it, and must not be moved.
///
/// A container stays in the pool it was made in: what is assigned to it, by copy or move, it copies
/// where that is of another pool. Elements that take a pool's allocator and are made or copied in
/// it are in its pool, too. Those that are moved in keep their memory in the pool that they are
/// from, as a container does that is constructed by move: of a vector of strings `kept = found`
/// leaves nothing in the pool of `found`, but `kept = std::move(found)` leaves the strings there.
/// With std::scoped_allocator_adaptor around this allocator they are copied, too, where pools
/// differ, as with std::pmr. What takes no allocator, a struct of strings or an std::optional, is
/// in the pool of what it is copied from.
///
/// A container that is copy constructed uses the other's pool unless it is given one; swapped ones
/// exchange their pools. Two allocators are equal when their pool is the same.
///
/// When not to use it: for a container that grows without end. What it has left behind stays in the
/// pool until that is reset; reserve() first, or give the container a pool of its own, or one that
/// recycles.
///
/// - **Failure**: throws as pool::allocate(); the container is then as its own guarantees say. So
///   may an assignment by move from another pool: no `noexcept` for what does that.
/// - **Threads**: a container belongs to the thread that has its pool.
/// - **Scopes**: while a mark is open, what is older than it is not given back; a container that
///   grew in a pond::scope must not be used after the rewind, which takes what it moved to.
/// - **Lifetime**: a reset or rewind of the pool takes the container's memory away under it:
///   containers have to be gone, or never used again, by then. One that gives memory back all the
///   same, or after the destructor of the pool, is reported with the pool's tag where a tool
///   watches (POND_OPTIONS), as far as the pool's object can still be read.
/// - **Cost**: where it fits the current block, eight instructions for a node or a string, ten for
///   an array.
template <class T>
class allocator {
 public:
  using value_type = T;  ///< what is allocated
  // Lifetimes are the pools': assigning must not change which one a container depends on. To swap
  // is asked for on both sides, and would be undefined where pools differ.
  using propagate_on_container_copy_assignment = std::false_type;  ///< the target keeps its pool
  using propagate_on_container_move_assignment = std::false_type;  ///< the target keeps its pool
  using propagate_on_container_swap = std::true_type;              ///< pools are swapped, too

  /// Implicit, as std::pmr::polymorphic_allocator's: a pool may stand where an allocator is asked.
  allocator(pool &from) noexcept : pool_(&from) {}  // NOLINT(google-explicit-constructor)

  /// Rebinding: the same pool for another type, as containers of nodes need it.
  template <class U>
  allocator(const allocator<U> &other) noexcept  // NOLINT(google-explicit-constructor)
      : pool_(&other.get_pool()) {}

  /// Throws std::bad_array_new_length where count * sizeof(T) has no room in a size_t, else as
  /// pool::allocate. Count 0: a pointer that is not null.
  [[nodiscard]] T *allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) {
      throw std::bad_array_new_length();
    }
    return static_cast<T *>(pool_->allocate(count * sizeof(T), alignof(T)));
  }

#ifdef __cpp_lib_allocate_at_least
  /// As allocate(), with the bytes up to a multiple of 16, which the alignment of what comes next
  /// would cost most often; `count` of the result says how many objects have room. deallocate()
  /// takes any count from the one asked for to that, as the standard has it; the newest goes back
  /// at once with the latter alone. Where the standard library has it: C++23, libc++ from 15 on.
  [[nodiscard]] std::allocation_result<T *> allocate_at_least(std::size_t count) {
    constexpr std::size_t mask = detail::block_alignment - 1;
    constexpr std::size_t most = (std::numeric_limits<std::size_t>::max() - mask) / sizeof(T);
    if (count < most) count = ((count * sizeof(T) + mask) & ~mask) / sizeof(T);
    return {allocate(count), count};
  }
#endif

  /// Gives back the newest and the large; anything else stays until the pool is reset, or goes to
  /// the next of its size where the pool recycles (options.recycle).
  void deallocate(T *p, std::size_t count) noexcept {
    detail::release_allocated(pool_->head_, p, count * sizeof(T), alignof(T));
  }

  /// Makes an element that takes a pool's allocator, or a pair with such a member, with this one,
  /// unless the arguments say otherwise. Not one that is only moved: that keeps what it has, so
  /// that a vector that grows moves its elements as fast as those that know no pool.
  template <class U, class... Arguments>
  requires detail::is_given_allocator<U, allocator, Arguments...>
  void construct(U *place, Arguments &&...arguments) {
    detail::construct_with<U>(detail::plain_pointer(place), *this,
                              std::forward<Arguments>(arguments)...);
  }

  /// How many a program can have at most: of bytes 32 PiB on x86-64 and aarch64, elsewhere half of
  /// what addresses there are. The standard library's strings compare with it first, by which a
  /// compiler knows that the size is short, and allocate() is two instructions fewer. allocate()
  /// itself is not bound by it.
  [[nodiscard]] constexpr std::size_t max_size() const noexcept {
    return detail::largest_object / sizeof(T);
  }

  /// The pool that everything comes from.
  [[nodiscard]] pool &get_pool() const noexcept { return *pool_; }

  /// The default that containers copy from: copies of a container stay in the original's pool, so
  /// that a copy made for a moment costs no other pool anything.
  [[nodiscard]] allocator select_on_container_copy_construction() const noexcept { return *this; }

  /// Whether memory of one may be given back to the other, whatever the types they are for.
  template <class U>
  bool operator==(const allocator<U> &other) const noexcept {
    return pool_ == &other.get_pool();
  }

 private:
  pool *pool_;
};

/// The same for containers that only grow and end with their pool: deallocate() does nothing, so
/// a compiler leaves out what a container of nodes does to give them back one by one.
///
///     std::list<line, pond::monotonic_allocator<line>> lines(pool);
///
/// What std::pmr::monotonic_buffer_resource is among memory resources. Everything else is as with
/// pond::allocator, to which and from which it converts.
///
/// When not to use it: for a vector or string that grows, whose old arrays pond::allocator gives
/// back; in a pool that recycles, which would get nothing; where memory tools should see a use of
/// what a container has let go.
///
/// - **Lifetime**: large memory, too, stays until the pool is reset or destroyed.
/// - **Cost**: deallocate() none, allocate() as pond::allocator.
template <class T>
class monotonic_allocator : public allocator<T> {
 public:
  using allocator<T>::allocator;

  /// The same pool, for another type, or not to be given anything back any more.
  template <class U>
  monotonic_allocator(const allocator<U> &other) noexcept  // NOLINT(google-explicit-constructor)
      : allocator<T>(other) {}

  /// Nothing: the memory goes with the pool.
  void deallocate(T * /*p*/, std::size_t /*count*/) noexcept {}

  /// As pond::allocator's: copies stay in the original's pool.
  [[nodiscard]] monotonic_allocator select_on_container_copy_construction() const noexcept {
    return *this;
  }
};

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
