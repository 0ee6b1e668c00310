// memory_monotonic.hpp: the memory of one request is a buffer of the standard library that grows.
#ifndef EXAMPLES_SERVER_MEMORY_MONOTONIC_HPP
#define EXAMPLES_SERVER_MEMORY_MONOTONIC_HPP

#include <cstddef>
#include <memory_resource>

namespace memory {

template <class T>
using allocator = std::pmr::polymorphic_allocator<T>;

/// What asio needs for an operation: not in the region, which would grow with each piece that is
/// read, but from a cache of asio's own, which this allocator asks it for.
using operation_allocator = std::allocator<void>;

/// Gives everything back at its end. Neither copied nor moved: allocators refer to it.
class region {
 public:
  region() = default;
  region(const region &) = delete;
  region &operator=(const region &) = delete;

  allocator<char> get_allocator() { return &resource_; }
  static operation_allocator get_operation_allocator() { return {}; }

 private:
  /// As much as the first block of a pond::pool, so that the two begin alike.
  static constexpr std::size_t first_buffer = 4096;
  std::pmr::monotonic_buffer_resource resource_{first_buffer};
};

/// What promise types derive from: frames are in the region that is the first parameter, and stay
/// there, since the resource takes nothing back.
struct frame {
  template <class... Parameters>
  static void *operator new(std::size_t size, region &from, Parameters &.../*others*/) {
    return from.get_allocator().resource()->allocate(size);
  }
  static void operator delete(void * /*frame*/, std::size_t /*size*/) noexcept {}
};

}  // namespace memory

#endif
