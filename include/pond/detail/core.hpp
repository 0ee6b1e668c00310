// pond/detail/core.hpp: what the library does out of line, as pool.hpp and the C interface call it.
//
// Contracts are written where users read them, in pool.hpp and pond.h. Here is only what the two
// share: every function is noexcept, says failure by its result and errno, and takes the pool's
// three words by reference. A head whose `state` is null has not been used yet: functions that
// allocate give it a state with default options, the others do nothing. The bounds of such a head
// are the sentinel, or where it is a child something its parent knows it by; where a tool watches,
// those of a pool that has ended are recognized, and it is not used again.
#ifndef POND_DETAIL_CORE_HPP
#define POND_DETAIL_CORE_HPP

#include <cstdarg>

#include "pond/detail/bump.hpp"
#include "pond/types.h"

struct pond_embedding;

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

/// Where the head lies, if it does not lie in its user's object: in the first block, before the
/// state. With a host (embed.h) the last word of the prefix points to it.
struct embedding {
  std::size_t prefix = 0;  // bytes before the state in the first block, a multiple of 8
  std::size_t head_offset = 0;
  const pond_embedding *host = nullptr;
};

/// Whether a pool is as default-constructed. A child that was not used yet is not.
constexpr bool is_empty(const head &pool) noexcept {
  return pool.state == nullptr && pool.cur == nowhere();
}

// Life
POND_API bool create(head &pool, std::size_t first_block) noexcept;
POND_API bool create(head &pool, const pond_options &options) noexcept;
POND_API head *create_inside(std::size_t first_block) noexcept;
POND_API head *create_inside(std::size_t first_block, std::size_t threshold,
                             const embedding &where) noexcept;
POND_API head *create_inside(const pond_options &options, const embedding &where) noexcept;
POND_API void reset(head &pool) noexcept;
POND_API void destroy(head &pool) noexcept;
POND_API void moved(head &to) noexcept;
POND_API bool announce(head &child, head &parent) noexcept;
POND_API bool adopt(head &pool, head &other) noexcept;
POND_API bool retain(head &pool) noexcept;
POND_API void release_reference(head &pool) noexcept;

// Memory
POND_API void *allocate_large(head &pool, std::size_t size, std::size_t alignment) noexcept;
POND_API void *resize(head &pool, void *p, std::size_t old_size, std::size_t new_size) noexcept;
POND_API bool release(head &pool, const void *p) noexcept;
POND_API void release_sized(head &pool, void *p, std::size_t size) noexcept;

/// The same of what was allocated when `cur` was so, and the padding before it. Whether that was in
/// the same room is told by `end`, or null of an ordinary alignment: rooms are further apart.
POND_API void release_unbuilt(head &pool, void *p, std::size_t size, unsigned char *cur,
                              const unsigned char *end) noexcept;

/// Where size and alignment add up to no more it is small memory, whatever the pool's threshold:
/// most nodes of containers.
inline constexpr std::size_t surely_small = 80;

/// Whether it may be more. One comparison: of the size, where the alignment is constant, otherwise
/// of the sum, and where that wraps, the size was never given.
[[gnu::always_inline]] constexpr bool may_be_large(std::size_t size,
                                                   std::size_t alignment) noexcept {
  if (!__builtin_constant_p(alignment)) return size + alignment > surely_small;
  return alignment > surely_small || size > surely_small - alignment;
}

/// Gives back what allocate() gave, not allocate_large(). Small memory that is not the newest stays
/// in an ordinary pool; that is seen here, because a container that ends asks for all of it. What
/// is inlined reads the pool, so that a compiler's sanitizer sees one whose object is gone. The
/// newest takes a call: it is rare where nodes end from the first on, or in no order. It is kept so
/// short that g++ 12 inlines the end of a vector where an exception passes, too, and a vector that
/// grows is in registers: longer, it took 1.1 times the time an element. Unlikely, so that the call
/// lies behind the loop that ends strings: one that jumps over it each time took 1.04 times as
/// long.
[[gnu::always_inline]] inline void release_allocated(head &pool, void *p, std::size_t size,
                                                     std::size_t alignment) noexcept {
  const bool seen = is_newest_or_hidden(pool, reinterpret_cast<std::uintptr_t>(p) + size);
  if (seen || may_be_large(size, alignment)) [[unlikely]]
    release_sized(pool, p, size);
}

// Cleanups
POND_API pond_cleanup *on_destroy(head &pool, void (*handler)(void *), void *data) noexcept;
POND_API void cancel(head &pool, pond_cleanup *cleanup) noexcept;
POND_API void run_now(head &pool, pond_cleanup *cleanup) noexcept;
POND_API bool own_fd(head &pool, int fd) noexcept;
POND_API bool own_temp_file(head &pool, int fd, const char *path) noexcept;
POND_API bool close_fd(head &pool, int fd) noexcept;

// Values
POND_API bool set_value(head &pool, const void *key, void *data, void (*end)(void *)) noexcept;
POND_API void *get_value(const head &pool, const void *key) noexcept;
POND_API bool end_value(head &pool, const void *key) noexcept;

// Questions and orders
POND_API void trim() noexcept;
POND_API void seal(head &pool) noexcept;
POND_API bool outlives(const head &a, const head &b) noexcept;
POND_API void get_stats(const head &pool, pond_stats &stats, bool recursive) noexcept;
POND_API const char *tag(const head &pool) noexcept;
using block_visitor = void (*)(void *context, const void *memory, std::size_t size,
                               std::size_t unused);
using large_visitor = void (*)(void *context, const void *memory, std::size_t size);
POND_API void visit(const head &pool, block_visitor block, large_visitor large,
                    void *context) noexcept;

// Strings
POND_API char *copy_string(head &pool, const char *text, std::size_t length) noexcept;
POND_API char *format(head &pool, const char *format, std::va_list arguments) noexcept
    POND_PRINTF(2, 0);

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond

#endif
