// pool.cpp: how a pool ends, and begins again: destroy, reset.
#include <algorithm>
#include <cerrno>

#include "memory.hpp"
#include "records.hpp"
#include "recycle.hpp"
#include "upstream.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// Blocks that a reset keeps, as rooms; the newest, which are the largest, first. Where memory was
/// short there are some that are too small for a room.
void keep_blocks(state &s, std::size_t keep) noexcept {
  block **link = &s.first.next;
  unsigned kept = 0;
  while (*link != nullptr) {
    block *b = *link;
    block *const next = next_of(*b);
    if (b->size <= keep && keep_room(s, begin_of(*b), end_of(*b))) {
      keep -= b->size;
      ++kept;
      link = &b->next;
    } else {
      *link = next;
      give_memory(s, b, b->size, sizes::quantum);
    }
  }
  constexpr unsigned most = sizes::most_counted_blocks;
  s.taken = static_cast<std::uint8_t>(kept < most ? kept : most);
}

/// The block with the extension, if that is a later one, out of the list of those that may go.
block *take_holder(state &s) noexcept {
  block *const holder = extended(s) ? s.ext->holder : nullptr;
  if (holder == nullptr) return nullptr;
  block **link = &s.first.next;
  for (; *link != holder; link = &(*link)->next) {
    if (*link == nullptr || next_of(**link) == nullptr) broken("the header of a block");
  }
  *link = next_of(*holder);
  return holder;
}

/// And back, first in the list, with all but the extension a room again.
void keep_holder(state &s, block &holder) noexcept {
  holder.next = s.first.next;
  s.first.next = &holder;
  keep_room(s, begin_of(holder), end_of(holder) - s.ext->inside);
}

/// Bytes of blocks that a reset keeps. A trapped pool keeps none: memory that was used must not be
/// used again unseen. Nor does one under a limit, its own or an ancestor's: what it kept would
/// count against that, and the pool refuse what it served before.
std::size_t kept_by_reset(const state &s) noexcept {
  if (!extended(s)) return POND_DEFAULT_KEEP;
  if ((s.flags & flag_trapped) != 0 || is_limited(s)) return 0;
  const block *const holder = s.ext->holder;
  const std::size_t anyway = holder != nullptr ? holder->size - sizeof(block) - s.ext->inside : 0;
  return s.ext->keep - std::min(anyway, s.ext->keep);
}

/// The whole first block is room again, but for what is the pool's own, and shown to the head.
void begin_again(head &h, state &s) noexcept {
  h.cur = reinterpret_cast<unsigned char *>(&s + 1);
  h.end = base_of(s) + s.first.size - inside(s);
}

/// The end of a plain pool's blocks, which all come from the cache. Nothing is accounted any more.
void give_plain(state &s) noexcept {
  for (block *b = s.first.next; b != nullptr;) {
    block *const next = next_of(*b);
    cache_give(b, b->size);
    b = next;
  }
  cache_give(reinterpret_cast<block *>(base_of(s)), s.first.size);
}

/// The end of any other one. Nothing of it is read once the first block is given back, nor where it
/// is buried, but for what is then left of the pool: its head.
void give_extended(state &s, head *left) noexcept {
  free_values(s);
  end_recycling(s);
  block *const holder = take_holder(s);
  release_blocks(s, nullptr);
  const extension *const ext = s.ext;
  const bool borrowed = (s.flags & flag_borrowed) != 0;
  unsigned char *const base = base_of(s);
  const std::size_t size = s.first.size;
  if ((s.flags & (flag_own_upstream | flag_trapped)) == 0) {
    if (holder != nullptr) cache_give(holder, holder->size);
    if (!borrowed) cache_give(reinterpret_cast<block *>(base), size);
    return;
  }
  const pond_upstream upstream =
      (s.flags & flag_own_upstream) != 0 ? ext->upstream : default_upstream();
  if (left != nullptr) {
    bury(s, *left);
  } else if ((s.flags & flag_trapped) != 0) {
    returned(s, base, size);
  }
  if (holder != nullptr) upstream_give(upstream, holder, holder->size, sizes::quantum);
  if (left == nullptr && !borrowed) upstream_give(upstream, base, size, sizes::quantum);
}

/// A plain pool whose cleanups have run: what they may have made of it is for the caller to see.
void give_plain_larges(state &s) noexcept {
  for (owned *large = s.larges; large != nullptr;) {
    owned *older = looked_at(large->next, "a record of a pool");
    if (alignment_of(*large) == sizes::quantum) [[likely]] {
      cache_give(static_cast<block *>(large->memory), large->size);
    } else {
      upstream_give(default_upstream(), large->memory, large->size, alignment_of(*large));
    }
    large = older;
  }
}

/// The cleanups of a pool that was plain. A record is not looked at after its handler was called,
/// so that this may do anything, and is not used again.
void run_plain_cleanups(state &s) noexcept {
  s.flags |= flag_running;
  while (s.cleanups != nullptr && !has_extension(s)) call(s, s.cleanups);
}

/// Destroys a plain pool, unless its cleanups make more of it.
[[gnu::noinline]] void destroy_plain(state &s, head &pool) noexcept {
  if (s.cleanups != nullptr) run_plain_cleanups(s);
  if (has_extension(s)) [[unlikely]]
    return destroy_state(s, &pool);
  if ((s.flags & flag_doomed) == 0) empty(pool);
  give_plain_larges(s);
  give_plain(s);
}

/// A plain pool of one block with nothing registered: asked with one branch.
bool bare(const state &s) noexcept {
  return (std::uintptr_t{s.flags} | reinterpret_cast<std::uintptr_t>(s.cleanups) |
          reinterpret_cast<std::uintptr_t>(s.larges) |
          reinterpret_cast<std::uintptr_t>(s.first.next)) == 0;
}

}  // namespace

void begin_end(state &s) noexcept {
  s.flags |= flag_running;
  s.marks = nullptr;
  if (extended(s)) s.ext->ending = true;
}

void destroy_state(state &s, head *pool, unsigned char *shown) noexcept {
  begin_end(s);
  end(s, pool, shown);
}

/// Ancestors are told once, not of each piece of memory. `shown`: in the head from now on.
void end(state &s, head *pool, unsigned char *shown) noexcept {
  run_everything(s, 0);
  const bool shows = pool != nullptr && (s.flags & flag_doomed) == 0;
  bool buries = false;
  if ((s.flags & flag_trapped) != 0) [[unlikely]] {
    enter_trapped(s);  // for good
    if (shows && s.prefix != 0) {
      shown = place_of_stone(s);
      buries = outlasts(s);
    }
  }
  if (shows) *pool = {shown, shown, nullptr};
  if (extended(s)) leave_tree(s);
  release_larges(s, 0);
  if (!has_extension(s)) {
    give_plain(s);
  } else {
    give_extended(s, buries ? pool : nullptr);
  }
}

namespace {

/// What is not plain.
[[gnu::noinline]] void destroy_extended(state &s, head &pool) noexcept {
  if (extended(s) && s.ext->references != 0) {
    return misuse(s, EBUSY, "destroyed while others retain it");
  }
  if ((s.flags & flag_running) != 0) {
    // By one of its own cleanups: the pool goes when they have run. Its user's object may be gone
    // before; its parent knows it by a head until then.
    doom(s);
    if (extended(s)) keep_head(s, pool);
    hide(pool);
    return;
  }
  const bool watched = (s.flags & flag_trapped) != 0;
  destroy_state(s, &pool, watched ? shown_when_ended(pool) : nowhere());
}

}  // namespace

void destroy(head &pool) noexcept {
  state *s = pool.state;
  if (s == nullptr) return withdraw(pool);
  if (bare(*s)) [[likely]] {
    empty(pool);
    return cache_give(reinterpret_cast<block *>(base_of(*s)), s->first.size);
  }
  if (plain(*s)) return destroy_plain(*s, pool);
  destroy_extended(*s, pool);
}

void undo_first_use(head &pool) noexcept {
  destroy(pool);
  if (pool.state == nullptr) empty(pool);
}

bool retain(head &pool) noexcept {
  if (pool.state == nullptr && !first_use(pool)) return false;
  // Not by its flag: who uses the pool meanwhile may be writing the flags.
  extension *ext = pool.state->ext != nullptr ? pool.state->ext : make_extension(pool);
  if (ext == nullptr) return false;
  __atomic_add_fetch(&ext->references, 1, __ATOMIC_RELAXED);
  return true;
}

void release_reference(head &pool) noexcept {
  extension *ext = pool.state != nullptr ? pool.state->ext : nullptr;
  if (ext != nullptr) {
    // What the others did with the pool happened before it is destroyed by the last one.
    if (__atomic_load_n(&ext->references, __ATOMIC_ACQUIRE) != 0) {
      if (__atomic_fetch_sub(&ext->references, 1, __ATOMIC_ACQ_REL) != 0) return;
      ext->references = 0;
    }
  }
  destroy(pool);
}

/// After cleanups ran outside destroy: carries out the destroy that one of them asked for.
bool finish_running(state &s, bool outermost) noexcept {
  if (!outermost) return true;
  s.flags &= static_cast<std::uint8_t>(~flag_running);
  if ((s.flags & flag_doomed) == 0) return true;
  destroy_state(s, nullptr);
  return false;
}

void reset(head &pool) noexcept {
  if (!is_there(pool)) return;
  state &s = *pool.state;
  if ((s.flags & flag_running) != 0) return misuse(s, EBUSY, "reset by one of its own cleanups");
  s.marks = nullptr;
  s.flags |= flag_running;
  run_everything(s, 0);
  if (!finish_running(s, true)) return;
  const exclusive_use here(s);  // not before: a cleanup may wait for a thread that uses the pool
  s.marks = nullptr;            // one that a cleanup left open
  release_larges(s, 0);
  free_values(s);
  forget_recycled(s);
  s.rooms = nullptr;
  s.spare = nullptr;
  s.flags &= static_cast<std::uint8_t>(~flag_sealed);
  const bool trapped = (s.flags & flag_trapped) != 0;
  head &h = real(pool);
  begin_again(h, s);
  block *const holder = take_holder(s);
  keep_blocks(s, kept_by_reset(s));
  if (holder != nullptr) keep_holder(s, *holder);
  if (!trapped) return;
  close_room(h);
  s.ext->has_open_tails = false;
}

void moved(head &to) noexcept {
  if (to.state == nullptr) {
    if (owned *record = announced(to)) record->data = &to;
    return;
  }
  if (to.state->marks != nullptr) [[unlikely]]
    end_scopes(*to.state);
  if (extended(*to.state)) to.state->ext->owner = &to;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
