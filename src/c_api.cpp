// c_api.cpp: pond.h and embed.h over the core. No logic: arguments are converted, NULL refused.
#include <cerrno>
#include <cstring>

#include "cache.hpp"
#include "pond/embed.h"
#include "pond/pond.h"
#include "upstream.hpp"
#include "watch.hpp"

using namespace pond::detail;

static_assert(sizeof(pond_head) == sizeof(head) &&
              POND_EMBEDDED_SIZE == sizeof(state) + sizeof(void *));

namespace {

pond_pool *as_pool(head *h) noexcept { return reinterpret_cast<pond_pool *>(h); }

template <class Result>
Result refuse(Result result) noexcept {
  errno = EINVAL;
  return result;
}

int status(bool done) noexcept { return done ? 0 : -1; }

bool known(const pond_embedding *host) noexcept {
  return host != nullptr && host->struct_size == sizeof(pond_embedding);
}

/// A prefix that wraps here is then smaller than a head, and refused.
embedding converted(const pond_embedding &host) noexcept {
  return {host.prefix + sizeof(void *), host.head_offset, &host};
}

void *struct_of(head *h, const pond_embedding &host) noexcept {
  return h != nullptr ? reinterpret_cast<unsigned char *>(h) - host.head_offset : nullptr;
}

}  // namespace

pond_pool *pond_create(size_t first_block) noexcept { return as_pool(create_inside(first_block)); }

pond_pool *pond_create_with(const pond_options *options) noexcept {
  if (options == nullptr) return refuse<pond_pool *>(nullptr);
  embedding plain;
  plain.prefix = sizeof(head);
  return as_pool(create_inside(*options, plain));
}

void pond_reset(pond_pool *pool) noexcept {
  if (pool != nullptr) reset(head_of(pool));
}

void pond_destroy(pond_pool *pool) noexcept {
  if (pool != nullptr) destroy(head_of(pool));
}

int pond_adopt(pond_pool *pool, pond_pool *other) noexcept {
  if (pool == nullptr || other == nullptr) return refuse(-1);
  return status(adopt(head_of(pool), head_of(other)));
}

int pond_retain(pond_pool *pool) noexcept {
  return pool != nullptr ? status(retain(head_of(pool))) : refuse(-1);
}

void pond_release(pond_pool *pool) noexcept {
  if (pool != nullptr) release_reference(head_of(pool));
}

void *pond_alloc(pond_pool *pool, size_t size) noexcept {
  if (pool == nullptr) return refuse<void *>(nullptr);
  return allocate(head_of(pool), size, block_alignment);
}

void *pond_alloc_aligned(pond_pool *pool, size_t size, size_t alignment) noexcept {
  if (pool == nullptr || !pond::sizes::is_power_of_two(alignment)) return refuse<void *>(nullptr);
  return allocate(head_of(pool), size, alignment);
}

void *pond_alloc_packed(pond_pool *pool, size_t size) noexcept {
  if (pool == nullptr) return refuse<void *>(nullptr);
  return allocate(head_of(pool), size, 1);
}

void *pond_calloc(pond_pool *pool, size_t count, size_t size) noexcept {
  if (pool == nullptr) return refuse<void *>(nullptr);
  return allocate<refill_zeroed<>, zeroed>(head_of(pool), pond::sizes::multiply(count, size),
                                           block_alignment);
}

void *pond_alloc_large(pond_pool *pool, size_t size) noexcept {
  return pond_alloc_large_aligned(pool, size, block_alignment);
}

void *pond_alloc_large_aligned(pond_pool *pool, size_t size, size_t alignment) noexcept {
  if (pool == nullptr) return refuse<void *>(nullptr);
  return allocate_large(head_of(pool), size, alignment);
}

void *pond_resize(pond_pool *pool, void *p, size_t old_size, size_t new_size) noexcept {
  if (pool == nullptr) return refuse<void *>(nullptr);
  return resize(head_of(pool), p, old_size, new_size);
}

bool pond_free(pond_pool *pool, const void *p) noexcept {
  return pool != nullptr && release(head_of(pool), p);
}

void pond_free_sized(pond_pool *pool, void *p, size_t size) noexcept {
  if (pool != nullptr) release_sized(head_of(pool), p, size);
}

char *pond_strdup(pond_pool *pool, const char *text) noexcept {
  if (pool == nullptr || text == nullptr) return refuse<char *>(nullptr);
  return copy_string(head_of(pool), text, std::strlen(text));
}

char *pond_strndup(pond_pool *pool, const char *text, size_t size) noexcept {
  if (pool == nullptr || text == nullptr) return refuse<char *>(nullptr);
  return copy_string(head_of(pool), text, strnlen(text, size));
}

void *pond_memdup(pond_pool *pool, const void *data, size_t size) noexcept {
  if (pool == nullptr || (data == nullptr && size != 0)) return refuse<void *>(nullptr);
  void *copy = allocate(head_of(pool), size, block_alignment);
  return copy != nullptr && size != 0 ? std::memcpy(copy, data, size) : copy;
}

char *pond_printf(pond_pool *pool, const char *format, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, format);
  char *text = pond_vprintf(pool, format, arguments);
  va_end(arguments);
  return text;
}

char *pond_vprintf(pond_pool *pool, const char *format, va_list arguments) noexcept {
  if (pool == nullptr || format == nullptr) return refuse<char *>(nullptr);
  return pond::detail::format(head_of(pool), format, arguments);
}

pond_cleanup *pond_on_destroy(pond_pool *pool, void (*handler)(void *), void *data) noexcept {
  if (pool == nullptr) return refuse<pond_cleanup *>(nullptr);
  return on_destroy(head_of(pool), handler, data);
}

void pond_cleanup_cancel(pond_pool *pool, pond_cleanup *cleanup) noexcept {
  if (pool != nullptr) cancel(head_of(pool), cleanup);
}

void pond_cleanup_run(pond_pool *pool, pond_cleanup *cleanup) noexcept {
  if (pool != nullptr) run_now(head_of(pool), cleanup);
}

int pond_own_fd(pond_pool *pool, int fd) noexcept {
  return pool != nullptr ? status(own_fd(head_of(pool), fd)) : refuse(-1);
}

int pond_own_temp_file(pond_pool *pool, int fd, const char *path) noexcept {
  return pool != nullptr ? status(own_temp_file(head_of(pool), fd, path)) : refuse(-1);
}

int pond_close_fd(pond_pool *pool, int fd) noexcept {
  return pool != nullptr ? status(close_fd(head_of(pool), fd)) : refuse(-1);
}

int pond_set(pond_pool *pool, const void *key, void *data, void (*end)(void *)) noexcept {
  return pool != nullptr ? status(set_value(head_of(pool), key, data, end)) : refuse(-1);
}

void *pond_get(const pond_pool *pool, const void *key) noexcept {
  return pool != nullptr ? get_value(head_of(pool), key) : nullptr;
}

bool pond_unset(pond_pool *pool, const void *key) noexcept {
  return pool != nullptr && end_value(head_of(pool), key);
}

pond_mark pond_get_mark(pond_pool *pool) noexcept {
  return pool != nullptr ? get_mark(head_of(pool)) : refuse(pond_mark{});
}

bool pond_rewind(pond_pool *pool, pond_mark mark) noexcept {
  return pool != nullptr ? rewind(head_of(pool), mark) : refuse(false);
}

bool pond_commit(pond_pool *pool, pond_mark mark) noexcept {
  return pool != nullptr ? commit(head_of(pool), mark) : refuse(false);
}

void pond_seal(pond_pool *pool) noexcept {
  if (pool != nullptr) seal(head_of(pool));
}

void pond_get_stats(const pond_pool *pool, pond_stats *stats) noexcept {
  if (stats == nullptr) return;
  *stats = {};
  if (pool != nullptr) get_stats(head_of(pool), *stats, false);
}

void pond_get_stats_recursive(const pond_pool *pool, pond_stats *stats) noexcept {
  if (stats == nullptr) return;
  *stats = {};
  if (pool != nullptr) get_stats(head_of(pool), *stats, true);
}

const char *pond_get_tag(const pond_pool *pool) noexcept {
  return pool != nullptr ? tag(head_of(pool)) : "";
}

bool pond_outlives(const pond_pool *a, const pond_pool *b) noexcept {
  return a != nullptr && b != nullptr && outlives(head_of(a), head_of(b));
}

const char *pond_version(void) noexcept { return POND_VERSION_STRING; }

void pond_trim(void) noexcept { trim(); }

size_t pond_cached_bytes(void) noexcept { return cache_bytes(); }

void pond_set_cache_limit(size_t bytes) noexcept { cache_set_limit(bytes); }

int pond_set_default_upstream(const pond_upstream *upstream) noexcept {
  if (upstream != nullptr && (upstream->allocate == nullptr || upstream->deallocate == nullptr)) {
    return refuse(-1);
  }
  if (cache_elsewhere()) {
    errno = EBUSY;
    return -1;
  }
  replace_default_upstream(upstream);
  return 0;
}

void pond_set_report(pond_report_callback *report, void *context) noexcept {
  set_report(report, context);
}

int pond_configure(const char *options) noexcept { return status(configure(options)); }

void *pond_embed(size_t first_block, size_t threshold, const pond_embedding *host) noexcept {
  if (!known(host)) return refuse<void *>(nullptr);
  return struct_of(create_inside(first_block, threshold, converted(*host)), *host);
}

void *pond_embed_with(const pond_options *options, const pond_embedding *host) noexcept {
  if (!known(host) || options == nullptr) return refuse<void *>(nullptr);
  return struct_of(create_inside(*options, converted(*host)), *host);
}

void pond_visit(const pond_pool *pool, void (*block)(void *, const void *, size_t, size_t),
                void (*large)(void *, const void *, size_t), void *context) noexcept {
  if (pool != nullptr) visit(head_of(pool), block, large, context);
}
