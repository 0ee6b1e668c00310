// pond/detail/arguments.hpp: the pool's allocator among the arguments of what is made in a pool.
#ifndef POND_DETAIL_ARGUMENTS_HPP
#define POND_DETAIL_ARGUMENTS_HPP

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "pond/config.h"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// Whether a T, or a member of a pair, can be given the allocator.
template <class T, class Allocator>
inline constexpr bool takes_allocator = std::uses_allocator_v<T, Allocator>;
template <class T, class Allocator>
inline constexpr bool takes_allocator<const T, Allocator> = takes_allocator<T, Allocator>;
template <class First, class Second, class Allocator>
inline constexpr bool takes_allocator<std::pair<First, Second>, Allocator> =
    takes_allocator<First, Allocator> || takes_allocator<Second, Allocator>;

/// Whether all that is done is to move a T, which cannot fail. Giving it an allocator could: where
/// that is another pool's it copies. libstdc++'s vectors relocate only what cannot throw; texts in
/// one that grows took 1.1 to 1.3 times as long otherwise (99.5 instructions for each, not 84.7).
template <class T, class... Arguments>
inline constexpr bool only_moves = false;
template <class T>
inline constexpr bool only_moves<T, T> = std::is_nothrow_move_constructible_v<T>;

/// Whether a container's element is given the allocator, beside these arguments.
template <class T, class Allocator, class... Arguments>
inline constexpr bool is_given_allocator =
    takes_allocator<T, Allocator> && !only_moves<T, Arguments...>;

/// Whether a T that can be copied is all that a T is made from.
template <class T, class... Arguments>
inline constexpr bool is_copied = false;
template <class T, class Argument>
inline constexpr bool is_copied<T, Argument> =
    std::is_same_v<T, std::remove_cvref_t<Argument>> &&std::is_copy_constructible_v<T>;

/// What a T is made from: its arguments, with the allocator where it takes one, before or behind
/// them; of a pair, each member's. By the rule of std::uses_allocator_construction_args, which
/// libc++ 14 does not have.
template <class T>
struct arguments_of {
  template <class Allocator, class... Arguments>
  static auto with(const Allocator &allocator, Arguments &&...arguments) {
    constexpr bool takes_one = std::uses_allocator_v<T, Allocator>;
    using std::allocator_arg_t;
    if constexpr (takes_one &&
                  std::is_constructible_v<T, allocator_arg_t, const Allocator &, Arguments...>) {
      return std::tuple<allocator_arg_t, const Allocator &, Arguments &&...>(
          std::allocator_arg, allocator, std::forward<Arguments>(arguments)...);
    } else if constexpr (takes_one && std::is_constructible_v<T, Arguments..., const Allocator &>) {
      return std::tuple<Arguments &&..., const Allocator &>(std::forward<Arguments>(arguments)...,
                                                            allocator);
    } else {
      static_assert(
          !takes_one || !is_copied<T, Arguments...>,
          "pond: what has an allocator_type needs a constructor that copies with one, too; "
          "else a copy would be in the pool that it is from");
      return std::forward_as_tuple(std::forward<Arguments>(arguments)...);
    }
  }
};

template <class T>
struct arguments_of<const T> : arguments_of<T> {};

template <class First, class Second>
struct arguments_of<std::pair<First, Second>> {
  template <class T, class Allocator, class Arguments>
  static auto of_member(const Allocator &allocator, Arguments &&arguments) {
    return std::apply(
        [&allocator](auto &&...all) {
          return arguments_of<T>::with(allocator, std::forward<decltype(all)>(all)...);
        },
        std::forward<Arguments>(arguments));
  }
  template <class Allocator, class A, class B>
  static auto with(const Allocator &allocator, std::piecewise_construct_t, A &&first, B &&second) {
    return std::make_tuple(std::piecewise_construct,
                           of_member<First>(allocator, std::forward<A>(first)),
                           of_member<Second>(allocator, std::forward<B>(second)));
  }
  template <class Allocator>
  static auto with(const Allocator &allocator) {
    return with(allocator, std::piecewise_construct, std::tuple<>(), std::tuple<>());
  }
  template <class Allocator, class A, class B>
  static auto with(const Allocator &allocator, A &&first, B &&second) {
    return with(allocator, std::piecewise_construct, std::forward_as_tuple(std::forward<A>(first)),
                std::forward_as_tuple(std::forward<B>(second)));
  }
  template <class Allocator, class A, class B>
  static auto with(const Allocator &allocator, const std::pair<A, B> &from) {
    return with(allocator, from.first, from.second);
  }
  template <class Allocator, class A, class B>
  static auto with(const Allocator &allocator, std::pair<A, B> &from) {
    return with(allocator, from.first, from.second);
  }
  template <class Allocator, class A, class B>
  static auto with(const Allocator &allocator, std::pair<A, B> &&from) {
    return with(allocator, std::forward<A>(from.first), std::forward<B>(from.second));
  }
  template <class Allocator, class A, class B>
  static auto with(const Allocator &allocator, const std::pair<A, B> &&from) {
    return with(allocator, std::forward<const A>(from.first), std::forward<const B>(from.second));
  }
  /// What converts to a pair, or is derived from one, is a pair first (LWG 3525).
  template <class Allocator, class Other>
  struct converted {
    const Allocator *allocator;
    std::remove_reference_t<Other> *other;
    operator std::pair<First, Second>() const {  // NOLINT(google-explicit-constructor)
      using pair = std::pair<First, Second>;
      return std::make_from_tuple<pair>(with(*allocator, pair(std::forward<Other>(*other))));
    }
  };
  template <class Allocator, class Other>
  static auto with(const Allocator &allocator, Other &&other) {
    return std::tuple<converted<Allocator, Other>>({&allocator, std::addressof(other)});
  }
};

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
