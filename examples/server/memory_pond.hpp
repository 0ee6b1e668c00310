// memory_pond.hpp: the memory of one request is a pool.
#ifndef EXAMPLES_SERVER_MEMORY_POND_HPP
#define EXAMPLES_SERVER_MEMORY_POND_HPP

#include <pond/coroutine.hpp>
#include <pond/pool.hpp>

namespace memory {

template <class T>
using allocator = pond::allocator<T>;

/// What asio needs for an operation, in the region until it is done.
using operation_allocator = allocator<void>;

/// Gives everything back at its end. Neither copied nor moved: allocators refer to it.
class region {
 public:
  region() = default;
  region(const region &) = delete;
  region &operator=(const region &) = delete;

  allocator<char> get_allocator() { return pool_; }
  operation_allocator get_operation_allocator() { return pool_; }
  pond::pool &get_pool() { return pool_; }  // where coroutines find it

 private:
  pond::pool pool_;
};

/// What promise types derive from: frames are in the region that is a parameter.
using frame = pond::frame_in_pool;

}  // namespace memory

#endif
