// memory_new.hpp: every allocation of a request has memory of its own, from new; what asio needs
// for operations it keeps for the next one.
#ifndef EXAMPLES_SERVER_MEMORY_NEW_HPP
#define EXAMPLES_SERVER_MEMORY_NEW_HPP

#include <memory>

namespace memory {

template <class T>
using allocator = std::allocator<T>;

/// What asio needs for an operation: from a cache of its own, which this allocator asks it for.
using operation_allocator = std::allocator<void>;

/// Nothing of its own; everything is given back by whoever has it.
class region {
 public:
  region() = default;
  region(const region &) = delete;
  region &operator=(const region &) = delete;

  static allocator<char> get_allocator() { return {}; }
  static operation_allocator get_operation_allocator() { return {}; }
};

/// Frames are from new, as those of any coroutine.
struct frame {};

}  // namespace memory

#endif
