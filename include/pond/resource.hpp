/// @file pond/resource.hpp
/// A pool as a std::pmr::memory_resource.
///
///     pond::pool pool;
///     pond::resource resource(pool);
///     std::pmr::vector<std::pmr::string> lines(&resource);
///
/// When not to use it: where the container's type is yours to choose, pond::allocator is inlined.
#ifndef POND_RESOURCE_HPP
#define POND_RESOURCE_HPP

#include <cstddef>
#include <memory_resource>

#include "pond/pool.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// Refers to a pool, which must outlive it and not be moved. Deallocating gives back the newest and
/// the large; anything else stays until the pool is reset, or goes to the next of its size where
/// the pool recycles (options.recycle). Two are equal when their pool is the same, which asks for
/// their type, so it needs RTTI.
///
/// - **Failure**: allocating throws as pool::allocate().
/// - **Threads**: belongs to the thread that has its pool.
/// - **Scopes**: what is older than an open mark is not given back; what a container took since
///   goes with the rewind, and the container must not be used after it.
/// - **Lifetime**: until its pool is reset, destroyed or moved, and longer than every container
///   over it. For containers that live in the pool it has to lie there, too:
///   `pool.make<pond::resource>(pool)`.
/// - **Cost**: nothing before its first use; a virtual call, and what pool::allocate() takes, or
///   14 instructions to give a node back.
class resource final : public std::pmr::memory_resource {
 public:
  /// Takes nothing from the pool.
  explicit resource(pool &from) noexcept : pool_(&from) {}

  /// The pool that everything comes from.
  [[nodiscard]] pool &get_pool() const noexcept { return *pool_; }

 private:
  void *do_allocate(std::size_t size, std::size_t alignment) override {
    return pool_->allocate(size, alignment);
  }
  void do_deallocate(void *p, std::size_t size, std::size_t alignment) override {
    detail::release_allocated(pool_->head_, p, size, alignment);
  }
  bool do_is_equal(const std::pmr::memory_resource &other) const noexcept override {
    const auto *same = dynamic_cast<const resource *>(&other);
    return same != nullptr && same->pool_ == pool_;
  }

  pool *pool_;
};

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
