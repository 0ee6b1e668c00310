// stats.cpp: what a pool says of itself. Nothing is counted for this while allocating: "used" is
// derived from where the pointers stand.
#include "recycle.hpp"
#include "watch.hpp"

namespace pond {
inline namespace POND_NAMESPACE_TAG {
namespace detail {
namespace {

void add_blocks(const state &s, const head &h, pond_stats &stats) noexcept {
  stats.blocks += 1;
  stats.used += s.first.size - std::size_t{s.prefix} * sizeof(void *) - sizeof(state);
  for (const block *b = s.first.next; b != nullptr; b = next_of(*b)) {
    stats.blocks += 1;
    stats.used += b->size - sizeof(block);
  }
  if (extended(s)) stats.used -= s.ext->inside;
  stats.used -= static_cast<std::size_t>(h.end - h.cur);
  if ((s.flags & flag_recycling) != 0) stats.used -= s.ext->bins->bytes;
  for (room *r = s.rooms; r != nullptr; r = r->next) {
    stats.used -= static_cast<std::size_t>(whole(r)->end - reinterpret_cast<unsigned char *>(r));
  }
}

void add_records(const state &s, pond_stats &stats) noexcept {
  for (const owned *large = s.larges; large != nullptr; large = large->next) {
    stats.large += 1;
    stats.large_bytes += large->size;
  }
  for (const owned *c = s.cleanups; c != nullptr; c = c->next) {
    (c->handler == leave_empty ? stats.children : stats.cleanups) += 1;
  }
}

/// The room that is left in one block: the head's, or one of an earlier block.
std::size_t unused_in(const head &pool, const void *memory, std::size_t size) noexcept {
  const auto *begin = static_cast<const unsigned char *>(memory);
  const auto inside = [&](const void *end) {
    return static_cast<const unsigned char *>(end) - begin > 0 &&
           static_cast<const unsigned char *>(end) - begin <= static_cast<std::ptrdiff_t>(size);
  };
  const head &h = real(pool);
  if (inside(h.end)) return static_cast<std::size_t>(h.end - h.cur);
  for (room *r = pool.state->rooms; r != nullptr; r = r->next) {
    if (inside(whole(r)->end)) {
      return static_cast<std::size_t>(r->end - reinterpret_cast<unsigned char *>(r));
    }
  }
  return 0;
}

void add_own(const head &pool, pond_stats &stats) noexcept {
  add_blocks(*pool.state, real(pool), stats);
  add_records(*pool.state, stats);
}

const state *children_of(const state &s) noexcept {
  return extended(s) ? s.ext->children : nullptr;
}

/// The one after it among the descendants of `root`, or null: below, beside, or above and beside.
const state *next_of(const state &s, const state &root) noexcept {
  if (children_of(s) != nullptr) return children_of(s);
  const state *at = &s;
  while (at != &root && at->ext->older == nullptr) at = at->ext->parent;
  return at != &root ? at->ext->older : nullptr;
}

/// In a loop: a tree may be deep.
void add_descendants(const state &root, pond_stats &stats) noexcept {
  for (const state *s = next_of(root, root); s != nullptr; s = next_of(*s, root)) {
    stats.children += 1;
    add_own(*s->ext->owner, stats);
  }
}

}  // namespace

void get_stats(const head &pool, pond_stats &stats, bool recursive) noexcept {
  stats = {};
  if (!is_there(pool)) return;
  const state &s = *pool.state;
  add_own(pool, stats);
  if (recursive) {
    add_descendants(s, stats);
  } else {
    for (const state *child = children_of(s); child != nullptr; child = child->ext->older) {
      stats.children += 1;
    }
  }
  if (!extended(s)) {
    stats.reserved = std::size_t{s.reserved} * sizes::quantum;
    stats.peak = std::size_t{peak_of(s)} * sizes::quantum;
  } else {
    stats.reserved = recursive ? s.ext->tree_reserved : s.ext->reserved;
    stats.peak = recursive ? s.ext->tree_peak : s.ext->peak;
  }
}

void visit(const head &pool, block_visitor visit_block, large_visitor visit_large,
           void *context) noexcept {
  if (!is_there(pool)) return;
  state &s = *pool.state;
  if (visit_block != nullptr) {
    const auto visit_one = [&](const void *memory, std::size_t size) {
      visit_block(context, memory, size, unused_in(pool, memory, size));
    };
    for (const block *b = s.first.next; b != nullptr; b = next_of(*b)) visit_one(b, b->size);
    visit_one(base_of(s), s.first.size);
  }
  if (visit_large == nullptr) return;
  for (const owned *large = s.larges; large != nullptr; large = large->next) {
    visit_large(context, large->memory, large->size);
  }
}

const char *tag(const head &pool) noexcept {
  return pool.state != nullptr && extended(*pool.state) ? pool.state->ext->tag : "";
}

}  // namespace detail
}  // namespace POND_NAMESPACE_TAG
}  // namespace pond
