// whose.cpp: what memory watched pools have, and had, by address: so that the report of a tool, of
// use after a rewind for example, names the pool.
//
// The blocks of pools that are there are in order. What was given back, and the objects that pools
// were, are the latest few: whoever uses them too late mostly does so soon.
#include <algorithm>
#include <cstdlib>

#include <pthread.h>

#include "tools.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// As many as a pool of some MiB has blocks.
constexpr std::size_t most_gone = 64;

struct region {
  std::uintptr_t hidden_begin;  // inverted: what a leak checker can follow hides a lost pool
  std::size_t size;
  unsigned name;  // memcheck's
  tag_text tag;
};

constinit bool noting = false;
constinit pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
constinit region *blocks = nullptr;  // in order; none overlaps another
constinit std::size_t held = 0;      // so many of them
constinit std::size_t capacity = 0;
constinit region latest[most_gone] = {};
constinit std::size_t went = 0;  // so many are, or were, in `latest`

region region_at(const void *p, std::size_t size) noexcept {
  return {~reinterpret_cast<std::uintptr_t>(p), size, 0, {}};
}

bool is_before(const region &a, const region &b) noexcept {
  return ~a.hidden_begin + (a.size - 1) < ~b.hidden_begin;
}

/// The first block that does not end before that.
region *first_from(const region &at) noexcept {
  return std::lower_bound(blocks, blocks + held, at, is_before);
}

/// The first block that overlaps that, or null.
region *find_block(const region &at) noexcept {
  region *const found = first_from(at);
  return found != blocks + held && !is_before(at, *found) ? found : nullptr;
}

void forget_block(region *found) noexcept {
  unname_block(found->name);
  std::copy(found + 1, blocks + held, found);
  if (--held != 0) return;
  std::free(blocks);
  blocks = nullptr;
  capacity = 0;
}

bool has_room_for_one() noexcept {
  constexpr std::size_t least = 16;
  if (held < capacity) return true;
  const std::size_t wanted = capacity != 0 ? 2 * capacity : least;
  void *const larger = std::realloc(blocks, wanted * sizeof(region));
  if (larger == nullptr) return false;
  blocks = static_cast<region *>(larger);
  capacity = wanted;
  return true;
}

void lock() noexcept { pthread_mutex_lock(&guard); }
void unlock() noexcept { pthread_mutex_unlock(&guard); }

}  // namespace

/// Not without a tool: the lock would hide races from ThreadSanitizer. Nor if a child could be
/// forked with the lock taken by a thread that it has not.
void note_blocks() noexcept { noting = pthread_atfork(lock, unlock, unlock) == 0; }

/// Without memory for it no report knows the block.
void taken(const state &s, const void *p, std::size_t size) noexcept {
  if (!noting) return;
  region made = region_at(p, size);
  made.tag = tag_of(s);
  lock();
  // Of a pool in a buffer that nobody ended before the buffer was used for something else.
  while (region *const old = find_block(made)) forget_block(old);
  if (has_room_for_one()) {
    made.name = name_block(p, size, made.tag.text);
    region *const at = first_from(made);
    std::copy_backward(at, blocks + held, blocks + held + 1);
    *at = made;
    ++held;
  }
  unlock();
}

void returned(const state &s, const void *p, std::size_t size) noexcept {
  gone(s, p, size);
  if (noting) {
    lock();
    if (region *const found = find_block(region_at(p, size))) forget_block(found);
    unlock();
  }
  opened(p, size);  // what is in it is nobody's from here on, the pool's own records too
}

void gone(const state &s, const void *p, std::size_t size) noexcept {
  if (!noting) return;
  region made = region_at(p, size);
  made.tag = tag_of(s);
  lock();
  latest[went++ % most_gone] = made;
  unlock();
}

owner whose(const void *address, bool freed, tag_text &tag) noexcept {
  if (pthread_mutex_trylock(&guard) != 0) return owner::unknown;
  const region at = region_at(address, 1);
  owner found = owner::unknown;
  if (const region *const block = find_block(at)) {
    tag = block->tag;
    found = owner::has_it;
  }
  for (std::size_t i = 0; freed && found == owner::unknown && i < most_gone && i < went; ++i) {
    const region &one = latest[(went - 1 - i) % most_gone];  // newest first
    if (is_before(one, at) || is_before(at, one)) continue;
    tag = one.tag;
    found = owner::had_it;
  }
  unlock();
  return found;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
