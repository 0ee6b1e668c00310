// pond/detail/objects.hpp: objects and callables in a pool, and how failure becomes an exception.
#ifndef POND_DETAIL_OBJECTS_HPP
#define POND_DETAIL_OBJECTS_HPP

#if __cplusplus < 202002L
#error "pond's C++ interface needs C++20; pond/pond.h does not"
#endif

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include "pond/detail/arguments.hpp"
#include "pond/detail/core.hpp"
#include "pond/options.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

template <class T>
class allocator;

namespace detail {

[[noreturn, gnu::noinline, gnu::cold]] inline void throw_failure() {
  if (errno == EDQUOT) throw limit_exceeded();
  if (errno == ENOMEM) throw std::bad_alloc();
  throw std::system_error(errno, std::generic_category(), "pond");
}

inline void check(bool done) {
  if (!done) throw_failure();
}

template <class T>
T *checked(T *p) {
  check(p != nullptr);
  return p;
}

/// Not cold: each block comes this way, and what leads to cold functions lies in another page than
/// its loop. A list over a few blocks took 1.03 times as long, strings 1.02 times.
[[gnu::noinline]] inline void *refill_or_throw(head &pool, std::size_t size,
                                               std::size_t alignment) {
  return checked(refill(pool, size, alignment));
}

inline void *allocate_or_throw(head &pool, std::size_t size, std::size_t alignment) {
  return allocate<refill_or_throw>(pool, size, alignment);
}

inline void *allocate_zeroed_or_throw(head &pool, std::size_t size, std::size_t alignment) {
  return allocate<refill_zeroed<refill_or_throw>, zeroed>(pool, size, alignment);
}

inline pond_options converted(const options &from, head *parent) noexcept {
  return {sizeof(pond_options),
          from.first_block,
          from.largest_block,
          from.large_threshold,
          from.keep,
          from.soft_limit,
          from.hard_limit,
          from.on_limit,
          from.on_limit_context,
          from.upstream,
          reinterpret_cast<pond_pool *>(parent),
          from.tag,
          from.buffer.data(),
          from.buffer.size(),
          from.recycle};
}

/// Memory that goes back, with the padding before it, if what is being built in it throws. Inlined,
/// so that nothing of it is stored where nothing throws.
struct give_back_on_throw {
  head &pool;
  std::size_t size;
  std::size_t alignment;
  unsigned char *cur = pool.cur;
  unsigned char *end = alignment > block_alignment ? pool.end : nullptr;
  void *place = allocate_or_throw(pool, size, alignment);
  [[gnu::always_inline]] ~give_back_on_throw() {
    if (place != nullptr) release_unbuilt(pool, place, size, cur, end);
  }
};

/// What is built in a pool: destroyed again if registering its destructor fails.
template <class T>
struct destroy_on_throw {
  T *object;
  ~destroy_on_throw() {
    if (object != nullptr) std::destroy_at(object);
  }
};

/// Aggregates too, which not every compiler makes from arguments in parentheses.
template <class T, class... Arguments>
T *construct(void *place, Arguments &&...arguments) {
  if constexpr (std::is_constructible_v<T, Arguments...>) {
    return ::new (place) T(std::forward<Arguments>(arguments)...);
  } else {
    return ::new (place) T{std::forward<Arguments>(arguments)...};
  }
}

template <class T, class Allocator, class... Arguments>
T *construct_with(void *place, const Allocator &allocator, Arguments &&...arguments) {
  static_assert(!std::is_array_v<T>, "pond: make_span makes arrays");
  return std::apply(
      [place](auto &&...all) { return construct<T>(place, std::forward<decltype(all)>(all)...); },
      arguments_of<T>::with(allocator, std::forward<Arguments>(arguments)...));
}

/// As the records keep it; what it points to is const again when it is used.
template <class T>
void *plain_pointer(T *object) noexcept {
  return const_cast<std::remove_cv_t<T> *>(object);
}

template <class T>
void destroy_object(void *p) noexcept {
  std::destroy_at(static_cast<T *>(p));
}

/// Constructs a T and has `own(object)` register it; false: it is destroyed again, and errno says
/// why.
template <class T, class Allocator, class Own, class... Arguments>
T *make_owned(head &pool, const Allocator &allocator, Own own, Arguments &&...arguments) {
  give_back_on_throw memory{pool, sizeof(T), alignof(T)};
  T *object = construct_with<T>(memory.place, allocator, std::forward<Arguments>(arguments)...);
  destroy_on_throw<T> built{object};
  check(own(object));
  built.object = nullptr;
  memory.place = nullptr;
  return object;
}

template <class T, class Allocator, class... Arguments>
T *make(head &pool, const Allocator &allocator, Arguments &&...arguments) {
  return make_owned<T>(
      pool, allocator,
      [&]([[maybe_unused]] T *object) {
        if constexpr (std::is_trivially_destructible_v<T>) {
          return true;
        } else {
          return on_destroy(pool, destroy_object<T>, plain_pointer(object)) != nullptr;
        }
      },
      std::forward<Arguments>(arguments)...);
}

template <class T, class Allocator, class... Arguments>
T &emplace(head &pool, const Allocator &allocator, const void *key, Arguments &&...arguments) {
  constexpr auto end = std::is_trivially_destructible_v<T> ? nullptr : destroy_object<T>;
  return *make_owned<T>(
      pool, allocator, [&](T *object) { return set_value(pool, key, plain_pointer(object), end); },
      std::forward<Arguments>(arguments)...);
}

/// An array and its length, for the cleanup that destroys it.
template <class T>
struct array {
  std::size_t count;
  T *elements;
  ~array() {
    for (std::size_t i = count; i != 0; --i) std::destroy_at(elements + (i - 1));
  }
};

/// `count` Ts made from nothing, or from the allocator where they take one.
template <class T, class Allocator>
void construct_all(array<T> &built, std::size_t count, const Allocator &allocator) {
  if constexpr (std::is_trivially_default_constructible_v<T>) {
    std::uninitialized_value_construct_n(built.elements, count);
    built.count = count;
  } else {
    for (; built.count != count; ++built.count) {
      construct_with<T>(built.elements + built.count, allocator);
    }
  }
}

template <class T, class Allocator>
std::span<T> make_span(head &pool, const Allocator &allocator, std::size_t count) {
  static_assert(!std::is_const_v<T> && !std::is_array_v<T>,
                "pond: make_span makes objects that can be written, none of them an array");
  static_assert(std::is_default_constructible_v<T> || takes_allocator<T, Allocator>,
                "pond: make_span makes objects from nothing, or from the pool's allocator");
  if (count > std::numeric_limits<std::size_t>::max() / sizeof(T))
    throw std::bad_array_new_length();
  const std::size_t size = count * sizeof(T);
  give_back_on_throw memory{pool, size, alignof(T)};
  array<T> built{0, static_cast<T *>(memory.place)};
  construct_all(built, count, allocator);
  if constexpr (!std::is_trivially_destructible_v<T>) {
    auto *registered = make<array<T>>(pool, allocator, std::size_t{0}, built.elements);
    registered->count = std::exchange(built.count, 0);  // one owner at a time
  }
  memory.place = nullptr;
  return {built.elements, count};
}

/// Runs the callable and destroys it. Noexcept: what leaves it ends the program.
template <class Callable>
void run_callable(void *stored) noexcept {
  auto *callable = static_cast<Callable *>(stored);
  (*callable)();
  std::destroy_at(callable);
}

/// The same for one whose bytes are all there is to it, and no more than a word: a record's data.
template <class Callable>
void run_word(void *word) noexcept {
  alignas(Callable) std::byte copy[sizeof(Callable)];
  std::memcpy(copy, &word, sizeof(Callable));
  (*std::launder(reinterpret_cast<Callable *>(copy)))();
}

template <class Callable>
pond_cleanup *on_destroy(head &pool, Callable &&callable) {
  using stored = std::decay_t<Callable>;
  if constexpr (std::is_trivially_copyable_v<stored> && sizeof(stored) <= sizeof(void *)) {
    const stored copy(std::forward<Callable>(callable));
    void *word = nullptr;
    std::memcpy(&word, &copy, sizeof(copy));
    return checked(on_destroy(pool, run_word<stored>, word));
  } else {
    give_back_on_throw memory{pool, sizeof(stored), alignof(stored)};
    destroy_on_throw<stored> built{::new (memory.place) stored(std::forward<Callable>(callable))};
    pond_cleanup *registered = checked(on_destroy(pool, run_callable<stored>, memory.place));
    built.object = nullptr;
    memory.place = nullptr;
    return registered;
  }
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
