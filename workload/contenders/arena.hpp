// contenders/arena.hpp: what arenas without cleanups have in common: their users keep a list of
// them in the arena itself, and run it before they let go of the memory.
#ifndef POND_WORKLOAD_CONTENDERS_ARENA_HPP
#define POND_WORKLOAD_CONTENDERS_ARENA_HPP

#include <cstdint>
#include <optional>
#include <vector>

#include "workload/contenders/pond.hpp"

namespace workload {

struct cleanup_node {
  cleanup_node *next;
  void (*handler)(void *);
  void *data;
};

/// `Arena` has: a constructor from the size of the first block, allocate(size, alignment), reset().
template <class Arena>
class arena_contender {
 public:
  explicit arena_contender(const program &work) : pools_(work.pools) {}

  void create(const operation &o) {
    pools_[o.pool].arena.emplace(o.size);
    pools_[o.pool].cleanups = nullptr;
  }
  void destroy(const operation &o) {
    run(pools_[o.pool]);
    pools_[o.pool].arena.reset();
  }
  void reset(const operation &o) {
    run(pools_[o.pool]);
    pools_[o.pool].arena->reset();
  }
  void *aligned(const operation &o) { return get(o, malloc_alignment); }
  void *packed(const operation &o) { return get(o, 1); }
  void *zeroed(const operation &o) { return workload::zeroed(aligned(o), o.size); }
  void *overaligned(const operation &o) { return get(o, o.alignment); }
  void *large(const operation &o) { return get(o, o.alignment); }
  void *large_zeroed(const operation &o) { return zeroed(o); }
  void free(const operation &, void *) {}
  bool cleanup(const operation &o, void (*handler)(void *), void *token, void **data) {
    if (o.size != 0) *data = aligned(o);
    entry &pool = pools_[o.pool];
    void *node = pool.arena->allocate(sizeof(cleanup_node), alignof(cleanup_node));
    pool.cleanups = ::new (node) cleanup_node{pool.cleanups, handler, token};
    return true;
  }

 private:
  struct entry {
    std::optional<Arena> arena;
    cleanup_node *cleanups = nullptr;
  };

  void *get(const operation &o, std::size_t alignment) {
    return pools_[o.pool].arena->allocate(o.size, alignment);
  }
  static void run(entry &pool) {
    for (const cleanup_node *c = pool.cleanups; c != nullptr; c = c->next) c->handler(c->data);
    pool.cleanups = nullptr;
  }

  std::vector<entry> pools_;
};

/// More room than asked for, so that an arena that aligns to 8 can serve a larger alignment.
template <class Allocate>
void *over_aligned(std::size_t size, std::size_t alignment, Allocate allocate) {
  const auto at = reinterpret_cast<std::uintptr_t>(allocate(size + alignment - 1));
  return reinterpret_cast<void *>((at + (alignment - 1)) & ~(alignment - 1));
}

}  // namespace workload

#endif
