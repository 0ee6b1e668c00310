// memory_new.hpp: every allocation of a request has memory of its own, from new.
#ifndef EXAMPLES_SERVER_MEMORY_NEW_HPP
#define EXAMPLES_SERVER_MEMORY_NEW_HPP

#include <memory>

namespace memory {

template <class T>
using allocator = std::allocator<T>;

/// Nothing of its own; everything is given back by whoever has it.
class region {
 public:
  region() = default;
  region(const region &) = delete;
  region &operator=(const region &) = delete;

  static allocator<char> get_allocator() { return {}; }
};

/// Frames are from new, as those of any coroutine.
struct frame {};

}  // namespace memory

#endif
