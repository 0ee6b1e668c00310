/// @file pond/coroutine.hpp
/// Coroutines whose frame comes from a pool.
///
///     struct task {
///       struct promise_type : pond::frame_in_pool {
///         task get_return_object();
///         ...
///       };
///     };
///
///     task answer(connection &from, pond::pool &pool) { ... co_await from.read(); ... }
///
/// That is all: answer() takes its frame from the pool that is among its arguments, and gives it
/// back when the coroutine is destroyed, whether it has ended or is suspended. A frame that is then
/// the newest in its pool, as that of a task awaited by another one is if nothing it made stays, or
/// that is large, is given back at once; any other stays until the pool is reset.
///
/// What else the parameters refer to has to live as long as the coroutine, as with every coroutine:
/// a lambda's captures are not in its frame.
///
/// Which pool: that of the first parameter that
///   - is a pool &, or converts to one (a type derived from pond::pool, std::reference_wrapper), or
///   - has a member get_pool() that returns one: pond::allocator, pond::resource, a request of your
///     own. A member function's first parameter is its object, so that the coroutines of a class
///     with get_pool() need no further argument. A lambda's is the lambda.
/// None of them has a pool: the coroutine does not compile, and the message says what is missing.
///
/// What a compiler may do with every coroutine holds here, too: where it sees that one ends within
/// its caller, its frame is a part of the caller's, and no pool is asked (clang does so).
///
/// The header needs nothing of `<coroutine>`, and nothing of the promise but that it is derived.
#ifndef POND_COROUTINE_HPP
#define POND_COROUTINE_HPP

#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>

#include "pond/pool.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// What is made for one pool and says which: allocators, resources, requests.
template <class T>
concept has_get_pool = requires(T &argument) {
  { argument.get_pool() } -> std::same_as<pool &>;
};

/// What a coroutine's frame can be taken from. Parameters are seen as lvalues, const if they are.
template <class T>
concept brings_pool = std::is_convertible_v<T &, pool &> || has_get_pool<T>;

/// The pool of the first argument that brings one: a conversion goes before get_pool(). None: not
/// defined, and never called.
pool &pool_among() noexcept;
template <class First, class... Rest>
pool &pool_among(First &first, Rest &...rest) noexcept {
  if constexpr (std::is_convertible_v<First &, pool &>) {
    return first;
  } else if constexpr (has_get_pool<First>) {
    return first.get_pool();
  } else {
    return pool_among(rest...);
  }
}

/// The same; none is an error of the coroutine's author, who is told.
template <class... Parameters>
pool &pool_of_coroutine(Parameters &...parameters) noexcept {
  static_assert((brings_pool<Parameters> || ...),
                "pond: this coroutine's frame comes from a pool, but none of its parameters is a "
                "pond::pool & or has a get_pool()");
  return pool_among(parameters...);
}

/// What lies where in the memory of a frame: the frame, and in the last word whose it is. Before
/// the frame, that would cost as much as the alignment. All of it is a multiple of the alignment,
/// so that no padding lies between frames that follow each other, and each is the newest again
/// when the later one is given back.
template <std::size_t Alignment>
struct frame_memory {
  static_assert(Alignment >= pool::default_alignment && (Alignment & (Alignment - 1)) == 0);

  /// What is asked of the pool. Cannot wrap: it comes from a compiler, which has laid it out.
  static constexpr std::size_t size(std::size_t frame_size) noexcept {
    return (frame_size + sizeof(pool *) + Alignment - 1) & ~(Alignment - 1);
  }
  static void *owner(void *frame, std::size_t frame_size) noexcept {
    return static_cast<std::byte *>(frame) + size(frame_size) - sizeof(pool *);
  }
};

}  // namespace detail

/// To derive a promise type from, with an alignment for the frame. frame_in_pool is the usual one.
///
/// Alignment is for coroutines with over-aligned locals: no compiler so far asks operator new for
/// it by itself. g++ 12 and clang 14 place locals of an over-aligned type correctly in a frame that
/// is as aligned as they are; g++ 12 forgets an alignas that is said of the variable and not of its
/// type. A power of two, at least 16.
///
/// Lifetime  the pool must outlive the coroutine, and be neither moved nor reset nor rewound to
///           before its start while that exists: the frame refers to it. So the pool is passed by
///           reference; a coroutine that takes it by value moves it, and is undefined. For the
///           same reason a shared_pool brings none: that reference would lie in a frame in its
///           pool. Pass *shared, and let who starts the coroutine keep the reference. To tie the
///           coroutine to the pool: pool.on_destroy([handle] { handle.destroy(); }).
/// Failure   the call of the coroutine throws as pool::allocate(); its parameters are destroyed,
///           and nothing else has happened. See below for null.
/// Threads   the coroutine is called and destroyed by the thread that has the pool; it may be
///           resumed by any.
/// Cost      one word behind the frame, and the ten instructions of pool::allocate where it fits.
///
/// When not to use it: for coroutines that come and go over the whole life of a pool, in another
/// order than last in first out: what they leave stays until reset.
template <std::size_t Alignment>
struct frame_in_pool_aligned {
  /// Called by the compiler, with the coroutine's parameters. Inlined, as what it is paired with:
  /// g++ takes a template and a plain function for a mismatched pair, and warns of each coroutine.
  template <class... Parameters>
  [[gnu::always_inline]] static void *operator new(std::size_t size, Parameters &...parameters) {
    pool &from = detail::pool_of_coroutine(parameters...);
    void *frame = from.allocate(memory::size(size), Alignment);
    ::new (memory::owner(frame, size)) pool *(&from);
    return frame;
  }

  /// Gives the frame back to the pool that it came from.
  [[gnu::always_inline]] static void operator delete(void *frame, std::size_t size) noexcept {
    pool *from = *static_cast<pool **>(memory::owner(frame, size));
    from->deallocate(frame, memory::size(size), Alignment);
  }

 private:
  using memory = detail::frame_memory<Alignment>;
};

/// The same for code without exceptions: the promise has a static member function
/// get_return_object_on_allocation_failure(), whose result the call of the coroutine returns when
/// there is no memory; errno says why.
template <std::size_t Alignment>
struct frame_in_pool_aligned_or_failure : frame_in_pool_aligned<Alignment> {
  /// A class of its own, not an option: compilers ask for a noexcept that depends on nothing.
  template <class... Parameters>
  [[gnu::always_inline]] static void *operator new(std::size_t size,
                                                   Parameters &...parameters) noexcept {
    using memory = detail::frame_memory<Alignment>;
    pool &from = detail::pool_of_coroutine(parameters...);
    void *frame = from.try_allocate(memory::size(size), Alignment);
    if (frame != nullptr) ::new (memory::owner(frame, size)) pool *(&from);
    return frame;
  }
};

/// For locals of any fundamental alignment: what nearly every coroutine needs.
using frame_in_pool = frame_in_pool_aligned<pool::default_alignment>;

/// ... and without exceptions.
using frame_in_pool_or_failure = frame_in_pool_aligned_or_failure<pool::default_alignment>;

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
