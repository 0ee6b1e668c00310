/// @file pond/unique_ptr.hpp
/// One owner for an object in a pool. Comes with pool.hpp.
#ifndef POND_UNIQUE_PTR_HPP
#define POND_UNIQUE_PTR_HPP

#include <memory>
#include <utility>

#include "pond/pool.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// Destroys an object early and gives its memory back if it was the newest. It must be gone before
/// its pool is reset or destroyed: the pool does not know of the object.
template <class T>
struct deleter {
  pool *from = nullptr;  ///< the pool of the object
  /// Ends the object. Not called for null.
  void operator()(T *object) const noexcept {
    std::destroy_at(object);
    from->deallocate(object, sizeof(T), alignof(T));
  }
};

/// Two words: the object and its pool.
template <class T>
using unique_ptr = std::unique_ptr<T, deleter<T>>;

/// A T in `from`, owned by the unique_ptr instead of the pool. What the constructor throws is
/// passed on, and its memory is given back. When not to use it: for what lives as long as the pool;
/// make() costs less.
template <class T, class... Arguments>
unique_ptr<T> make_unique(pool &from, Arguments &&...arguments) {
  void *place = from.allocate(sizeof(T), alignof(T));
  detail::give_back_on_throw guard{*reinterpret_cast<detail::head *>(from.handle()), place,
                                   sizeof(T)};
  T *object =
      detail::construct_with<T>(place, allocator<T>(from), std::forward<Arguments>(arguments)...);
  guard.place = nullptr;
  return unique_ptr<T>(object, deleter<T>{&from});
}

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
