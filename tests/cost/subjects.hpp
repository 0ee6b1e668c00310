// subjects.hpp: what operations.cpp counts operations on.
#pragma once

#include <pond/pond.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <pond/resource.hpp>
#include <vector>

namespace costs {

constexpr std::size_t small = 32;
constexpr std::size_t large = 8000;      // larger than any threshold
constexpr std::size_t among_many = 272;  // the cache keeps thousands; no table has this size
constexpr std::size_t page = 4096;
const pond::options limited{.hard_limit = std::size_t{1} << 30};

struct with_destructor {
  explicit with_destructor(int from) : value(from) {}
  ~with_destructor() { asm volatile("" ::"r"(value)); }
  int value;
};

struct nothing {};

inline pond::pool used() {
  pond::pool pool(page);
  (void)pool.allocate(small);
  return pool;
}

inline pond::pool used_with(const pond::options &options) {
  pond::pool pool(options);
  (void)pool.allocate(small);
  return pool;
}

/// The pool, with no room in its current block.
inline pond::pool full(pond::pool pool) {
  void *newest = pool.allocate(1, 1);
  for (std::size_t bytes = 1; pool.try_extend(newest, bytes, bytes + 1);) ++bytes;
  return pool;
}

/// One with so many blocks, and no room in the newest.
inline pond::pool full_blocks(int blocks) {
  pond::pool pool = full(used());
  for (int more = 1; more < blocks; ++more) {
    (void)pool.allocate(small);
    pool = full(std::move(pool));
  }
  return pool;
}

/// A pool and something in it.
struct holder {
  explicit holder(pond::pool from) : pool(std::move(from)) {}
  pond::pool pool;
  void *held = nullptr;
  std::vector<void *> all;
  pond::cleanup *cleanup = nullptr;
};

inline holder with_small(pond::pool pool, bool newest = true) {
  holder made(std::move(pool));
  made.held = made.pool.allocate(small);
  if (!newest) (void)made.pool.allocate(small);
  return made;
}

/// A node, not the newest, and what gives it back, of which no compiler sees the type.
struct over_resource {
  over_resource() {
    asm volatile("" : "+r"(seen));
    (void)resource.allocate(small);
  }
  pond::pool pool = used();
  pond::resource resource{pool};
  std::pmr::memory_resource *seen = &resource;
  void *held = resource.allocate(small);
};

/// One large allocation, with so many older ones.
inline holder with_large(int older) {
  holder made(used());
  for (int i = 0; i <= older; ++i) made.all.push_back(made.pool.allocate_large(among_many));
  made.held = made.all.back();
  return made;
}

/// Large allocations at equal distances, which hashes of addresses may be bad at. Nobody touches
/// them, so there need be no memory.
inline void *allocate_apart(void *next, std::size_t size, std::size_t alignment) {
  constexpr std::uintptr_t distance = 2992;
  if (size != among_many) return std::aligned_alloc(alignment, size);
  return reinterpret_cast<void *>(*static_cast<std::uintptr_t *>(next) += distance);
}
inline void deallocate_apart(void *, void *memory, std::size_t size, std::size_t) {
  if (size != among_many) std::free(memory);
}

/// The middle one of so many.
inline holder with_large_apart(int number) {
  static std::uintptr_t next = std::uintptr_t{1} << 40;
  const pond::upstream apart{allocate_apart, deallocate_apart, &next};
  holder made(used_with({.upstream = &apart}));
  for (int i = 0; i < number; ++i) {
    void *p = made.pool.allocate_large(among_many);
    if (i == number / 2) made.held = p;
  }
  return made;
}

inline holder with_cleanups(int number) {
  holder made(used());
  for (int i = 0; i < number; ++i) made.cleanup = made.pool.on_destroy([] {});
  return made;
}

const pond::key<int> color;
const pond::key<int> size;

constexpr std::array<char, 1000> keys{};

/// The first of them is the color.
inline pond::pool with_values(std::size_t count) {
  pond::pool pool = used();
  pool.emplace(color, 1);
  while (count != 1) pond_set(pool.handle(), &keys.at(--count), nullptr, nullptr);
  return pool;
}

struct two_pools {
  pond::pool keeps = used();
  pond::pool ends = used();
};

/// The one that ends has hundreds of everything.
inline two_pools with_much() {
  two_pools made;
  for (int i = 0; i < 300; ++i) {
    (void)made.ends.allocate(page / 2);
    (void)made.ends.allocate_large(among_many);
    made.ends.on_destroy([] {});
  }
  return made;
}

struct destroy_c {
  void operator()(pond_pool *pool) const { pond_destroy(pool); }
};
using c_pool = std::unique_ptr<pond_pool, destroy_c>;

}  // namespace costs
