// pool.cpp: how a pool ends, and begins again: destroy, reset.
#include <cerrno>

#include "cache.hpp"
#include "upstream.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

/// Blocks that a reset keeps, as rooms; the newest, which are the largest, first.
void keep_blocks(state &s, std::size_t keep) noexcept {
  block **link = &s.first.next;
  unsigned kept = 0;
  while (*link != nullptr) {
    block *b = *link;
    if (b->size <= keep) {
      keep -= b->size;
      keep_room(s, reinterpret_cast<unsigned char *>(b + 1),
                reinterpret_cast<unsigned char *>(b) + b->size);
      ++kept;
      link = &b->next;
    } else {
      *link = b->next;
      give_memory(s, b, b->size, sizes::quantum);
    }
  }
  s.taken = static_cast<std::uint8_t>(kept < sizes::most_counted_blocks
                                          ? kept : sizes::most_counted_blocks);
}

void empty(head &pool) noexcept { pool = {nowhere(), nowhere(), nullptr}; }

/// Children and cleanups until there are none: a cleanup may register another, or make a child.
void run_everything(state &s) noexcept {
  bool again = true;
  while (again) {
    again = destroy_children(s, 0);
    again = run_cleanups(s, 0) || again;
  }
}

/// The whole first block is room again, and shown to the head.
void begin_again(head &h, state &s) noexcept {
  h.cur = reinterpret_cast<unsigned char *>(&s + 1);
  h.end = base_of(s) + s.first.size;
}

/// Whether nothing but blocks is to be given back: what most pools come to at their end.
bool bare(const state &s) noexcept {
  const auto any = reinterpret_cast<std::uintptr_t>(s.cleanups) |
                   reinterpret_cast<std::uintptr_t>(s.larges) |
                   reinterpret_cast<std::uintptr_t>(s.ext) | s.flags;
  return any == 0;
}

/// The end of a plain pool, whose blocks all come from the cache. Nothing is accounted any more.
[[gnu::always_inline]] inline void give_plain(state &s) noexcept {
  for (block *b = s.first.next; b != nullptr;) {
    block *next = b->next;
    cache_give(b, b->size);
    b = next;
  }
  cache_give(reinterpret_cast<block *>(base_of(s)), s.first.size);
}

/// The end of any other one. The extension, which knows the upstream, goes last.
void give_extended(state &s) noexcept {
  release_blocks(s, nullptr);
  leave_tree(s);
  extension *ext = s.ext;
  const std::uint8_t flags = s.flags;
  unsigned char *const base = base_of(s);
  const std::size_t size = s.first.size;
  if ((flags & flag_trapped) != 0) returned(base, size);  // from here on the state is unreadable
  if ((flags & (flag_own_upstream | flag_trapped)) == 0) {
    if ((flags & flag_borrowed) == 0) cache_give(reinterpret_cast<block *>(base), size);
    cache_give(reinterpret_cast<block *>(ext), ext->size);
    return;
  }
  const pond_upstream upstream =
      (flags & flag_own_upstream) != 0 ? ext->upstream : default_upstream();
  if ((flags & flag_borrowed) == 0) upstream_give(upstream, base, size, sizes::quantum);
  upstream_give(upstream, ext, ext->size, sizes::quantum);
}

}  // namespace

void destroy_state(state &s, head *pool) noexcept {
  if (s.cleanups != nullptr || s.ext != nullptr) {
    if (s.ext != nullptr) s.ext->marks = nullptr;
    s.flags |= flag_running;
    run_everything(s);
  }
  if (pool != nullptr && (s.flags & flag_doomed) == 0) empty(*pool);
  release_larges(s, 0);
  if (s.ext == nullptr) [[likely]] {
    give_plain(s);
  } else {
    give_extended(s);
  }
}

void destroy(head &pool) noexcept {
  state *s = pool.state;
  if (s == nullptr) return;
  if (bare(*s)) [[likely]] {
    empty(pool);
    return give_plain(*s);
  }
  if ((s->flags & flag_running) != 0) [[unlikely]] {
    // By one of its own cleanups: the pool goes when they have run. Its head may be gone before.
    s->flags |= flag_doomed;
    hide(pool);
    return;
  }
  destroy_state(*s, &pool);
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
  if (pool.state == nullptr) return;
  state &s = *pool.state;
  if ((s.flags & flag_running) != 0) return misuse(s, EBUSY, "reset by one of its own cleanups");
  if (s.ext != nullptr) s.ext->marks = nullptr;
  s.flags |= flag_running;
  run_everything(s);
  if (!finish_running(s, true)) return;
  release_larges(s, 0);
  s.rooms = nullptr;
  s.spare = nullptr;
  s.flags &= static_cast<std::uint8_t>(~flag_sealed);
  const bool trapped = (s.flags & flag_trapped) != 0;
  head &h = real(pool);
  begin_again(h, s);
  // A trapped pool keeps nothing: memory that was used must not be used again unseen.
  keep_blocks(s, trapped ? 0 : s.ext != nullptr ? s.ext->keep : POND_DEFAULT_KEEP);
  if (trapped) closed(h.cur, static_cast<std::size_t>(h.end - h.cur));
}

void moved(head &to) noexcept {
  if (to.state != nullptr && to.state->ext != nullptr) to.state->ext->owner = &to;
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
