// create.cpp: how a pool begins, from a size or from options.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "memory.hpp"
#include "recycle.hpp"
#include "upstream.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {

alignas(block_alignment) const unsigned char sentinel[sizeof(sentinel)] = {};

namespace {

#ifdef POND_TINY_GEOMETRY
constexpr std::size_t default_first_block = 256;
#else
constexpr std::size_t default_first_block = POND_DEFAULT_BLOCK;
#endif

/// A first block has room for its records and at least this: one record more.
constexpr std::size_t least_room = 24;

constexpr std::size_t first_block_size(std::size_t wanted, std::size_t prefix) noexcept {
  return sizes::block(wanted != 0 ? wanted : default_first_block,
                      sizes::add(prefix, sizeof(state) + least_room));
}

/// Writes a new state into its block and shows its room to the head. `charged`: bytes that the pool
/// holds already.
[[gnu::always_inline]] inline void begin(head &pool, unsigned char *base, std::size_t size,
                                         const embedding &where, std::uint8_t flags,
                                         std::size_t charged) noexcept {
  auto *s = reinterpret_cast<state *>(base + where.prefix);
  if (where.prefix > sizeof(head)) *(reinterpret_cast<const pond_embedding **>(s) - 1) = where.host;
  const std::size_t room = size - where.prefix - sizeof(state);
  const auto reserved = static_cast<std::uint32_t>(charged / sizes::quantum);
  *s = {.marks = nullptr,
        .first = {nullptr, size},
        .rooms = nullptr,
        .cleanups = nullptr,
        .larges = nullptr,
        .spare = nullptr,
        .ext = nullptr,
        .reserved = reserved,
        .peak = 0,
        .threshold = static_cast<std::uint32_t>(sizes::default_threshold(room)),
        .prefix = static_cast<std::uint8_t>(where.prefix / sizeof(void *)),
        .flags = flags,
        .taken = 0,
        .larges_seen = 0};
  pool = {reinterpret_cast<unsigned char *>(s + 1), base + size, s};
}

/// What is surely small is not above it: of a larger alignment than 1, size and padding are less.
constexpr std::size_t least_threshold = surely_small - 1;

void set_threshold(state &s, std::size_t threshold, std::size_t least = least_threshold) noexcept {
  constexpr std::size_t most = UINT32_MAX;
  s.threshold = static_cast<std::uint32_t>(std::clamp(threshold, least, most));
}

/// By a first block of that size, with the prefix that was asked for.
void set_default_threshold(state &s, std::size_t size, std::size_t prefix) noexcept {
  set_threshold(s, sizes::default_threshold(size - prefix - sizeof(state)));
}

/// A plain pool whose first block is not at hand, or must be watched.
[[gnu::noinline]] head *begin_plain_slow(head *pool, std::size_t first_block,
                                         const embedding &wanted) noexcept {
  const embedding where = wanted.prefix != 0 ? placed(wanted) : wanted;
  block *b = cache_take(first_block_size(first_block, where.prefix));
  if (b == nullptr) return nullptr;
  const std::size_t size = b->size;
  auto *base = reinterpret_cast<unsigned char *>(b);
  if (pool == nullptr) pool = reinterpret_cast<head *>(base + where.head_offset);
  begin(*pool, base, size, where, 0, 0);
  set_default_threshold(*pool->state, size, wanted.prefix);
  if (charge(*pool->state, size) && (!watching() || trap(*pool))) return pool;
  cache_give(b, size);
  return nullptr;
}

/// The largest first block for which the sizes below cannot wrap and the cache has a bin.
constexpr std::size_t most_quick_block = most_cached_block / 2;

/// A plain pool from the cache: no option, no extension, nothing that calls. What is in the cache
/// needs no second look: there is no cache where pools are watched.
[[gnu::always_inline]] inline head *begin_plain(head *pool, std::size_t first_block,
                                                const embedding &where) noexcept {
  const std::size_t least = where.prefix + sizeof(state) + least_threshold;
  // Too small, 0 among them, too large, or nothing cached. A size of broken quanta can be of a
  // lower class than the block it needs: then that is found by the slow way.
  if (first_block - least > most_quick_block) [[unlikely]]
    return begin_plain_slow(pool, first_block, where);
  block *b = cache_try(first_block);
  if (b == nullptr) [[unlikely]]
    return begin_plain_slow(pool, first_block, where);
  const std::size_t size = b->size;
  auto *base = reinterpret_cast<unsigned char *>(b);
  if (pool == nullptr) pool = reinterpret_cast<head *>(base + where.head_offset);
  begin(*pool, base, size, where, 0, size);
  return pool;
}

/// Whether the head lies inside the prefix, and before the word that points to the host. Where the
/// head is elsewhere there is no prefix.
bool valid(const embedding &where, bool head_inside) noexcept {
  if (where.prefix % sizeof(void *) != 0 || where.prefix > largest_prefix) return false;
  if (!head_inside) return where.prefix == 0;
  const std::size_t behind = sizeof(head) + (where.host != nullptr ? sizeof(void *) : 0);
  return where.prefix >= behind && where.head_offset % sizeof(void *) == 0 &&
         where.head_offset <= where.prefix - behind;
}

/// Whether there can be such a buffer: it neither wraps nor lies in the first page, in that which
/// is nobody's, or in the kernel's bytes. One of no bytes may be what a pool gives for size 0.
bool can_be(const void *buffer, std::size_t size) noexcept {
  constexpr std::uintptr_t last_end = -std::uintptr_t{kernels_bytes};
  constexpr std::uintptr_t first_page = 4096;
  const auto at = reinterpret_cast<std::uintptr_t>(buffer);
  const bool is_memory = at >= first_page && !is_nobodys(buffer);
  return (size == 0 || is_memory) && sizes::add(at, size) <= last_end;
}

bool valid(const pond_options &options) noexcept {
  return options.struct_size == sizeof(pond_options) && options.first_block <= sizes::impossible &&
         options.largest_block <= sizes::impossible &&
         (options.buffer == nullptr || can_be(options.buffer, options.buffer_size)) &&
         (options.upstream == nullptr ||
          (options.upstream->allocate != nullptr && options.upstream->deallocate != nullptr));
}

/// The user's buffer, if it is large enough once its two ends are aligned.
bool usable(const pond_options &options, std::size_t prefix, unsigned char *&base,
            std::size_t &size) noexcept {
  if (options.buffer == nullptr) return false;
  const auto address = reinterpret_cast<std::uintptr_t>(options.buffer);
  const std::size_t skipped = -address & (sizes::quantum - 1);
  if (options.buffer_size < skipped) return false;
  size = (options.buffer_size - skipped) & ~(sizes::quantum - 1);
  base = static_cast<unsigned char *>(options.buffer) + skipped;
  return size >= sizes::add(prefix, sizeof(state) + least_room);
}

void set_tag(extension &ext, const char *tag) noexcept {
  if (tag == nullptr) return;
  std::memcpy(ext.tag, tag, strnlen(tag, tag_capacity - 1));  // an extension begins as zeros
}

void set_options(state &s, extension &ext, const pond_options &options) noexcept {
  ext.soft_limit = options.soft_limit;
  ext.hard_limit = options.hard_limit;
  ext.on_limit = options.on_limit;
  ext.on_limit_context = options.on_limit_context;
  ext.keep = options.keep;
  if (options.largest_block != 0) ext.largest_block = options.largest_block;
  set_threshold(s, options.large_threshold != 0 ? options.large_threshold : s.threshold);
  set_tag(ext, options.tag);
}

/// What is known of a pool before it has a state: where its first block comes from.
struct origin {
  unsigned char *base;
  std::size_t size;
  std::uint8_t flags;
};

/// Sets `size` to what was really taken: a cached block may exceed the request, but not the limit.
void *take_first_block(const pond_options &options, std::size_t &size) noexcept {
  if (size > options.hard_limit) {
    errno = EDQUOT;
    return nullptr;
  }
  const pond_upstream *upstream = options.upstream;
  if (upstream == nullptr) {
    block *b = cache_take(size);
    if (b == nullptr || b->size <= options.hard_limit) {
      if (b != nullptr) size = b->size;
      return b;
    }
    cache_give(b, b->size);
    upstream = &default_upstream();
  }
  return upstream_take(*upstream, size, sizes::quantum);
}

/// Sets `where` to where the head lies in it.
bool find_first_block(const pond_options &options, embedding &where, origin &from) noexcept {
  from.flags = options.upstream != nullptr ? flag_own_upstream : 0;
  if (usable(options, where.prefix, from.base, from.size)) {
    from.flags |= flag_borrowed;
    return true;
  }
  if (where.prefix != 0) where = placed(where);
  from.size = first_block_size(options.first_block, where.prefix);
  from.base = static_cast<unsigned char *>(take_first_block(options, from.size));
  return from.base != nullptr;
}

void give_first_block(const pond_options &options, const origin &from) noexcept {
  if ((from.flags & flag_borrowed) != 0) return;
  if (options.upstream != nullptr) {
    upstream_give(*options.upstream, from.base, from.size, sizes::quantum);
  } else {
    cache_give(reinterpret_cast<block *>(from.base), from.size);
  }
}

/// Extension, options, parent, quota, trap: everything that can still fail once the first block is
/// there. What is half made is taken apart by the ordinary end of a pool.
bool furnish(head &pool, const pond_options &options, std::size_t prefix) noexcept {
  state &s = *pool.state;
  extension *ext = make_extension(pool, options.upstream);
  if (ext == nullptr) return false;
  ext->owner = &pool;
  if ((s.flags & flag_borrowed) == 0) {
    charge(s, s.first.size);  // cannot fail: no limit is set yet
  } else {
    // Growth and what is large go by the size that was asked for, not by the buffer's.
    ext->usual_block = first_block_size(options.first_block, prefix);
  }
  set_default_threshold(s, ext->usual_block, prefix);
  set_options(s, *ext, options);
  if (options.parent != nullptr && !enter_tree(s, head_of(options.parent))) return false;
  if (!sizes::within(std::size_t{0}, ext->reserved, ext->hard_limit)) {
    errno = EDQUOT;
    return false;
  }
  const bool passed = ext->reserved > ext->soft_limit;
  // Where a tool watches nothing is used again unseen.
  if (watching() ? !trap(pool) : options.recycle && !begin_recycling(pool)) return false;
  if (passed) {  // its ancestors have been told already
    tell_passed(ext, ext->reserved, ext->parent != nullptr ? ext->parent->ext : nullptr);
  }
  return true;
}

head *begin_with(head *pool, const pond_options &options, const embedding &wanted) noexcept {
  if (!valid(options) || !valid(wanted, pool == nullptr)) {
    errno = EINVAL;
    return nullptr;
  }
  embedding where = wanted;
  origin from{};
  if (!find_first_block(options, where, from)) return nullptr;
  if (pool == nullptr) pool = reinterpret_cast<head *>(from.base + where.head_offset);
  begin(*pool, from.base, from.size, where, from.flags, 0);
  if (furnish(*pool, options, wanted.prefix)) return pool;
  const int error = errno;
  if (extended(*pool->state)) {
    destroy_state(*pool->state, nullptr);
  } else {
    give_first_block(options, from);
  }
  errno = error;
  return nullptr;
}

}  // namespace

bool create(head &pool, std::size_t first_block) noexcept {
  return begin_plain(&pool, first_block, {}) != nullptr;
}

bool create(head &pool, const pond_options &options) noexcept {
  return begin_with(&pool, options, embedding{}) != nullptr;
}

head *create_inside(std::size_t first_block) noexcept {
  return begin_plain(nullptr, first_block, {.prefix = sizeof(head)});
}

head *create_inside(std::size_t first_block, std::size_t threshold,
                    const embedding &where) noexcept {
  if (!valid(where, true)) [[unlikely]] {
    errno = EINVAL;
    return nullptr;
  }
  head *pool = begin_plain(nullptr, first_block, where);
  // A host's own threshold is a promise to what it hosts, and kept exactly.
  if (pool != nullptr && threshold != 0) set_threshold(*pool->state, threshold, 0);
  return pool;
}

head *create_inside(const pond_options &options, const embedding &where) noexcept {
  return begin_with(nullptr, options, where);
}

bool begin_default(head &pool) noexcept {
  return begin_plain(&pool, default_first_block, {}) != nullptr;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
