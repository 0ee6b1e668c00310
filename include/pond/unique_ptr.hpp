/// @file pond/unique_ptr.hpp
/// Objects whose destructor the pool does not run: one has an owner, one is not destroyed. Comes
/// with pool.hpp.
#ifndef POND_UNIQUE_PTR_HPP
#define POND_UNIQUE_PTR_HPP

#include <memory>
#include <type_traits>
#include <utility>

#include "pond/pool.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// Destroys an object early and gives its memory back if it was the newest, or is recycled. It must
/// be gone before its pool is reset, destroyed, moved, adopted, or rewound to before it: the pool
/// does not know of the object. On the thread that has the pool.
template <class T>
struct deleter {
  pool *from = nullptr;  ///< the pool of the object
  /// Ends the object. Not called for null.
  void operator()(T *object) const noexcept {
    std::destroy_at(object);
    from->deallocate(detail::plain_pointer(object), sizeof(T), alignof(T));
  }
};

/// Two words: the object and its pool. What is said of the deleter holds. Of the object itself
/// only: it does not convert to one of a base class, as what is given back goes by the type's size
/// (a std::shared_ptr of the base is made from it); and none of arrays.
template <class T>
using unique_ptr = std::unique_ptr<T, deleter<T>>;

/// A T in `from` that nobody destroys: for what only holds memory of pools, containers above all.
/// Nothing is registered, nothing walked through at the end, and nothing asked of the pool object,
/// which may be gone (pool::adopt): then the container may be read, but neither changed nor copied,
/// which would ask its allocator.
///
///     auto *lines = pond::make_undestroyed<std::list<line, pond::allocator<line>>>(pool);
///
/// When not to use it: for what owns anything else, elements included; where the container's memory
/// is in a pool that lives longer, or on the heap: it would stay there. Of std::pmr's that is so
/// unless a pond::resource is among the arguments.
///
/// - **Failure**: as pool::make(): what the constructor throws is passed on, and the T's memory is
///   given back.
/// - **Threads**: the one that has the pool.
/// - **Lifetime**: until the pool is reset or destroyed, or rewound to before it.
/// - **Cost**: the allocation and the constructor.
template <class T, class... Arguments>
T *make_undestroyed(pool &from, Arguments &&...arguments) {
  return detail::make_owned<T>(
      *reinterpret_cast<detail::head *>(from.handle()), allocator<T>(from),
      [](T *) { return true; }, std::forward<Arguments>(arguments)...);
}

/// A T in `from`, owned by the unique_ptr instead of the pool: it must be gone before the pool is
/// reset, destroyed, moved or adopted. When not to use it: for what lives as long as the pool;
/// make() costs less where T has no destructor, and cannot be forgotten.
///
/// - **Failure**: as pool::make(): std::bad_alloc or pond::limit_exceeded, and what the constructor
///   throws, when its memory is given back.
/// - **Threads**: the one that has the pool, at the end, too.
/// - **Cost**: the allocation and the constructor; nothing is registered.
template <class T, class... Arguments>
unique_ptr<T> make_unique(pool &from, Arguments &&...arguments) {
  static_assert(!std::is_array_v<T>, "pond: make_span makes arrays");
  return unique_ptr<T>(make_undestroyed<T>(from, std::forward<Arguments>(arguments)...),
                       deleter<T>{&from});
}

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
