// whose.cpp: what memory watched pools have, and had, by address: so that the report of a tool, of
// use after a rewind for example, names the pool.
//
// The blocks of pools that are there are found by where they begin, when they come and go, and
// looked through only when something is reported. What was given back, and the objects that pools
// were, are the latest few: whoever uses them too late mostly does so soon.
#include <cstdlib>

#include <sched.h>
#include <unistd.h>

#include "large_index.hpp"
#include "tools.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// As many as a pool of some MiB has blocks.
constexpr std::size_t most_gone = 64;

constexpr std::size_t first_capacity = 64;

struct region {
  owned record;  // of its memory and size; the rest is not used
  std::size_t number;
  unsigned name;  // memcheck's
  tag_text tag;
};

constinit bool noting = false;
constinit std::uint32_t holder = 0;  // the process that is in here, or 0; atomic
constinit large_index blocks{};      // of the records of regions
constinit std::size_t came = 0;
constinit region latest[most_gone] = {};
constinit std::size_t went = 0;  // so many are, or were, in `latest`

/// Inverted: what a leak checker can follow hides a pool that is lost.
void *hidden(const void *p) noexcept {
  return reinterpret_cast<void *>(~reinterpret_cast<std::uintptr_t>(p));
}

bool has(const region &r, const void *address) noexcept {
  return lies_in(hidden(r.record.memory), r.record.size, address, 1);
}

/// Whether this thread is in here alone now. What another process holds is a copy, of when it was
/// forked: who held it there is not in this one, and may have left half a change.
bool try_lock() noexcept {
  const auto self = static_cast<std::uint32_t>(getpid());
  std::uint32_t held = 0;
  if (__atomic_compare_exchange_n(&holder, &held, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
    return true;
  if (held == self || !__atomic_compare_exchange_n(&holder, &held, self, false, __ATOMIC_ACQUIRE,
                                                   __ATOMIC_RELAXED)) {
    return false;
  }
  blocks = {};
  return true;
}

void unlock() noexcept { __atomic_store_n(&holder, 0, __ATOMIC_RELEASE); }

class locked {
 public:
  locked() noexcept {
    while (!try_lock()) sched_yield();
  }
  ~locked() { unlock(); }
  locked(const locked &) = delete;
  locked &operator=(const locked &) = delete;
};

void set(region &r, const state &s, const void *p, std::size_t size) noexcept {
  r.record.memory = hidden(p);
  r.record.size = size;
  r.tag = tag_of(s);
}

/// Room for one more, in a table that is never more than half full.
bool has_room() noexcept {
  if (blocks.count < blocks.capacity / 2) return true;
  large_index grown{};
  grown.capacity = blocks.capacity != 0 ? 2 * blocks.capacity : first_capacity;
  grown.slots = static_cast<owned **>(std::calloc(grown.capacity, sizeof(owned *)));
  if (grown.slots == nullptr) return false;
  for (std::size_t i = 0; i < blocks.capacity; ++i) {
    if (blocks.slots[i] != nullptr) put(grown, blocks.slots[i]);
  }
  std::free(blocks.slots);
  blocks = grown;
  return true;
}

/// If there is one that begins there.
void forget_block(const void *p) noexcept {
  owned *const record = blocks.count != 0 ? record_in(blocks, hidden(p)) : nullptr;
  if (record == nullptr) return;
  remove(blocks, record->memory);
  auto *const found = reinterpret_cast<region *>(record);
  unname_block(found->name);
  std::free(found);
  if (blocks.count != 0) return;
  std::free(blocks.slots);
  blocks = {};
}

/// Of those that lie in each other, as a pool in a buffer from another one, the latest.
const region *find_block(const void *address) noexcept {
  const region *found = nullptr;
  for (std::size_t i = 0; i < blocks.capacity; ++i) {
    const auto *one = reinterpret_cast<const region *>(blocks.slots[i]);
    if (one == nullptr || !has(*one, address)) continue;
    if (found == nullptr || one->number > found->number) found = one;
  }
  return found;
}

const region *find_gone(const void *address) noexcept {
  for (std::size_t i = 0; i < most_gone && i < went; ++i) {
    const region &one = latest[(went - 1 - i) % most_gone];  // newest first
    if (has(one, address)) return &one;
  }
  return nullptr;
}

}  // namespace

/// Not without a tool: the lock would hide races from ThreadSanitizer.
void note_blocks() noexcept { noting = true; }

/// Without memory for it no report knows the block.
void taken(const state &s, const void *p, std::size_t size) noexcept {
  auto *const made = noting ? static_cast<region *>(std::malloc(sizeof(region))) : nullptr;
  if (made == nullptr) return;
  set(*made, s, p, size);
  const locked here;
  forget_block(p);  // of a pool in a buffer that was used for another one without an end
  if (!has_room()) return std::free(made);
  made->number = ++came;
  made->name = name_block(p, size, made->tag.text);
  put(blocks, &made->record);
}

void returned(const state &s, const void *p, std::size_t size) noexcept {
  gone(s, p, size);
  if (noting) {
    const locked here;
    forget_block(p);
  }
  opened(p, size);  // what is in it is nobody's from here on, the pool's own records too
}

void gone(const state &s, const void *p, std::size_t size) noexcept {
  if (!noting) return;
  region made{};
  set(made, s, p, size);
  const locked here;
  latest[went++ % most_gone] = made;
}

owner whose(const void *address, bool freed, tag_text &tag) noexcept {
  if (!try_lock()) return owner::unknown;
  const region *const block = find_block(address);
  const region *const found = block == nullptr && freed ? find_gone(address) : block;
  if (found != nullptr) tag = found->tag;
  unlock();
  if (found == nullptr) return owner::unknown;
  return block != nullptr ? owner::has_it : owner::had_it;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
