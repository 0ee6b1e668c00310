// cache.cpp: the cold half of the block cache: begin, miss, overflow, trim, end of thread.
#include "cache.hpp"

#include <pthread.h>

#include <cstdlib>

#include "upstream.hpp"
#include "watch.hpp"

extern "C" {
extern void *__dso_handle __attribute__((visibility("hidden")));
int __cxa_thread_atexit_impl(void (*)(void *), void *, void *) __attribute__((weak));
}

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// Gives between two trims. Long enough that a burst of requests does not look like an idle
/// period, short enough that memory is back within a few hundred requests (about 5 gives each).
constexpr std::uint32_t gives_between_trims = 2048;

/// A fall by less than this, or by less than half, is not a peak that has passed.
constexpr std::ptrdiff_t least_passed_on = std::ptrdiff_t{1} << 17;

/// How many blocks of a bin are looked at for one of sufficient size.
constexpr unsigned most_looked_at = 4;

constinit cache not_begun{};  // limit 0: every give is slow; empty bins: every take is slow
constinit cache over{};

constinit std::size_t limit_for_new_caches = default_cache_limit;
constinit std::size_t live_caches = 0;  // atomic

void give_upstream(block *b, std::size_t size) noexcept {
  upstream_give(default_upstream(), b, size, sizes::quantum);
}

/// What the upstream gave to or was given back by a thread. (The shared empty caches are not
/// written.)
void count_outside(cache &c, std::ptrdiff_t bytes) noexcept {
  if (c.limit == 0) return;
  c.outside += bytes;
  if (c.outside > c.most_outside) c.most_outside = c.outside;
}

void give_upstream(cache &c, block *b, std::size_t size) noexcept {
  count_outside(c, -static_cast<std::ptrdiff_t>(size));
  give_upstream(b, size);
}

/// After a peak has passed the upstream is asked to give what it was given back to the system: the
/// blocks that the cache keeps lie among those that it gave back, and malloc by itself only
/// shrinks from the end. (nginx after 1 000 large requests at once: 30.6 MB without, 7.7 MB with.)
void pass_on(cache &c) noexcept {
  const std::ptrdiff_t fell = c.most_outside - c.outside;
  if (fell < least_passed_on || fell < c.most_outside / 2) return;
  c.most_outside = c.outside;
  upstream_pass_on();
}

/// Gives `n` blocks of a bin back, the newest first: the list is short, and single linked. What is
/// left is idle until it is taken.
void shrink(cache &c, bin &from, std::uint32_t n) noexcept {
  from.idle += static_cast<std::uint32_t>(from.more) - n;
  from.more = 0;
  for (; n != 0; --n) {
    block *b = from.newest;
    from.newest = next_of(*b);
    c.room += b->size;
    give_upstream(c, b, b->size);
  }
}

/// What no request needed since the last time is half given back, rounded up: after a peak has
/// passed the cache empties in a few steps, and one quiet moment does not empty it.
void trim(cache &c) noexcept {
  for (bin &b : c.bins) {
    if (b.newest != nullptr) shrink(c, b, b.idle - b.idle / 2);
  }
  c.until_trim = gives_between_trims;
  pass_on(c);
}

void empty(cache &c) noexcept {
  for (bin &b : c.bins) {
    shrink(c, b, b.idle + static_cast<std::uint32_t>(b.more));
  }
}

/// End of a thread. Other destructors of it may still use pools: those go straight upstream.
void end_of_thread(void *ended) noexcept {
  auto *c = static_cast<cache *>(ended);
  thread_cache = &over;
  empty(*c);
  std::free(c);
  __atomic_sub_fetch(&live_caches, 1, __ATOMIC_RELAXED);
}

constinit pthread_key_t exit_key{};
constinit pthread_once_t exit_key_once = PTHREAD_ONCE_INIT;
constinit bool exit_key_made = false;

void make_exit_key() noexcept { exit_key_made = pthread_key_create(&exit_key, end_of_thread) == 0; }

/// glibc keeps a library loaded while such a destructor is outstanding; a key does not, so a
/// libpond that has to use keys is linked with -z nodelete.
bool at_thread_exit(cache *c) noexcept {
  if (__cxa_thread_atexit_impl != nullptr) {
    return __cxa_thread_atexit_impl(end_of_thread, c, &__dso_handle) == 0;
  }
  pthread_once(&exit_key_once, make_exit_key);
  return exit_key_made && pthread_setspecific(exit_key, c) == 0;
}

constinit bool unloading = false;  // atomic

/// Called before the static destructors of a module that has pond inside and is being unloaded. A
/// cache that one of these began would end with its thread, when there is no code of it any more.
[[gnu::destructor]] void begin_no_more() noexcept {
  __atomic_store_n(&unloading, true, __ATOMIC_RELAXED);
}

}  // namespace

bool is_unloading() noexcept { return __atomic_load_n(&unloading, __ATOMIC_RELAXED); }

namespace {

/// The cache of this thread, made when it first misses; `not_begun` while there is none: in the
/// trap, where used memory must not be used again, when there is no memory for it, or no time left.
cache &begin() noexcept {
  if (thread_cache != &not_begun || watching()) return *thread_cache;
  const std::size_t limit = __atomic_load_n(&limit_for_new_caches, __ATOMIC_RELAXED);
  if (limit == 0 || is_unloading()) return *thread_cache;
  // From the C library, whatever the upstream: it outlives a change of that.
  auto *c = static_cast<cache *>(std::calloc(1, sizeof(cache)));
  if (c == nullptr) return *thread_cache;
  c->limit = limit;
  c->room = limit;
  c->until_trim = gives_between_trims;
  if (!at_thread_exit(c)) {
    std::free(c);
    return *thread_cache;
  }
  __atomic_add_fetch(&live_caches, 1, __ATOMIC_RELAXED);
  thread_cache = c;
  return *c;
}

/// A block of sufficient size further down the bin: sizes in one bin differ by up to a sixteenth.
block *search(cache &c, std::size_t size) noexcept {
  if (size > most_cached_block) return nullptr;
  bin &from = c.bins[bin_of(size)];
  block **link = &from.newest;
  for (unsigned looked = 0; *link != nullptr && looked < most_looked_at; ++looked) {
    block *b = *link;
    block *const next = next_of(*b);
    if (b->size >= size) {
      *link = next;
      taken_from(from);
      c.room += b->size;
      return b;
    }
    link = &b->next;
  }
  return nullptr;
}

}  // namespace

__thread cache *thread_cache __attribute__((tls_model("initial-exec"))) = &not_begun;

block *cache_take_slow(std::size_t size) noexcept {
  cache &c = begin();
  block *b = search(c, size);
  if (b != nullptr) return b;
  b = static_cast<block *>(upstream_take(default_upstream(), size, sizes::quantum));
  if (b == nullptr && cache_bytes() != 0) {
    cache_trim();  // what is kept for later is better used now
    b = static_cast<block *>(upstream_take(default_upstream(), size, sizes::quantum));
  }
  if (b == nullptr) return nullptr;
  b->size = size;
  count_outside(c, static_cast<std::ptrdiff_t>(size));
  return b;
}

void cache_give_slow(block *b, std::size_t size) noexcept {
  cache &c = begin();
  if (c.limit == 0) return give_upstream(b, size);
  if (c.until_trim <= 1) {
    trim(c);
  } else {
    --c.until_trim;
  }
  if (size > c.room || size > most_cached_block) return give_upstream(c, b, size);
  cache_give(b, size);
}

void trim() noexcept { cache_trim(); }

void cache_trim() noexcept {
  if (cache_bytes() != 0) empty(*thread_cache);  // the shared empty ones are never written
}

std::size_t cache_bytes() noexcept { return thread_cache->limit - thread_cache->room; }

void cache_set_limit(std::size_t bytes) noexcept {
  const std::size_t limit = bytes < most_cached_block ? bytes : most_cached_block;
  __atomic_store_n(&limit_for_new_caches, limit, __ATOMIC_RELAXED);
  cache_restart();
}

void cache_restart() noexcept {
  cache &c = *thread_cache;
  if (&c == &not_begun || &c == &over) return;
  empty(c);
  c.limit = watching() ? 0 : __atomic_load_n(&limit_for_new_caches, __ATOMIC_RELAXED);
  c.room = c.limit;
}

bool cache_elsewhere() noexcept {
  const bool here = thread_cache != &not_begun && thread_cache != &over;
  return __atomic_load_n(&live_caches, __ATOMIC_RELAXED) > (here ? 1U : 0U);
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
