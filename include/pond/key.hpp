/// @file pond/key.hpp
/// By what a pool finds its values. Comes with pool.hpp.
#ifndef POND_KEY_HPP
#define POND_KEY_HPP

#include "pond/config.h"

namespace pond {
inline namespace POND_NAMESPACE_TAG {

/// What a value is found by: an object of the program, one for each purpose, whose address counts.
///
///     inline constexpr pond::key<session> session_key;
///
///     pool.emplace(session_key, connection);
///     if (session *s = pool.get(session_key)) ...
///
/// Neither its name nor its type matters for finding: two keys of one type are two purposes. Has to
/// outlive every pool that it was used with; costs a byte. Threads may share it, it has no content.
template <class T>
class key {
 public:
  constexpr key() noexcept = default;
  key(const key &) = delete;
  key &operator=(const key &) = delete;
};

}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
