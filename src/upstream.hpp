// upstream.hpp: where memory comes from in the end, and the one place that can be told to fail.
#ifndef POND_SRC_UPSTREAM_HPP
#define POND_SRC_UPSTREAM_HPP

#include <cstddef>

#include "pond/types.h"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// The process's default: malloc and free, or what pond_set_default_upstream() said.
const pond_upstream &default_upstream() noexcept;
void replace_default_upstream(const pond_upstream *upstream) noexcept;

/// Every call of every upstream goes through these two, so that `fail=N` counts them all.
void *upstream_take(const pond_upstream &upstream, std::size_t size,
                    std::size_t alignment) noexcept;
void upstream_give(const pond_upstream &upstream, void *memory, std::size_t size,
                   std::size_t alignment) noexcept;

/// Whether the default is the C library's.
bool takes_from_library() noexcept;

/// Asks the C library, if it is the default, to give what is free to the system. Takes its time:
/// some microseconds for each megabyte.
void upstream_pass_on() noexcept;

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
