// What a head shows that shows no room (src/shown.hpp) is an address, and nobody's memory.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "pond/scope.hpp"
#include "support.hpp"

namespace {

using support::opaque;
using support::use;

constexpr std::size_t first_page = 4096;

bool is_memory(const void *p) {
  return reinterpret_cast<std::uintptr_t>(p) >= first_page && !pond::detail::is_nobodys(p);
}

void give_null_back(pond::pool &pool, std::size_t size) {
  pond::allocator<char> allocator(pool);
  pool.deallocate(nullptr, opaque(size));
  pond_free_sized(pool.handle(), nullptr, opaque(size));
  allocator.deallocate(nullptr, opaque(size));
  EXPECT_FALSE(pool.try_extend(nullptr, opaque(size), 4)) << size;
}

/// In every way there is, with each size that could lead to what is shown.
void give_null_back(pond::pool &pool) {
  for (std::size_t size = 0; size <= first_page; size += 16) {
    give_null_back(pool, size);
    give_null_back(pool, pond::detail::nobodys_page + size);
  }
}

TEST(Shown, NullIsNotTheNewestOfAPoolThatHidesItsRoom) {
  for (const char *watched : {"", "own"}) {
    const support::configured options(watched);
    pond::pool pool({.recycle = true});
    use(pool.allocate(1));
    give_null_back(pool);
    EXPECT_TRUE(is_memory(pool.try_allocate(8))) << watched;
  }
}

TEST(Shown, NorOfASealedOne) {
  pond::pool pool;
  use(pool.allocate(1));
  pool.seal();
  give_null_back(pool);
  pond_set_report([](void *, const char *, int, const char *) {}, nullptr);
  EXPECT_EQ(pool.try_allocate(8), nullptr);
  pond_set_report(nullptr, nullptr);
}

TEST(Shown, NorOfOneThatWasFullWhenAScopeBegan) {
  pond::pool pool(1024);
  std::size_t size = 8;
  void *newest = pool.allocate(size);
  while (pool.try_extend(newest, size, size + 8)) size += 8;
  const pond::scope scope(pool);
  const pond::scope inner(pool);
  give_null_back(pool);
  EXPECT_TRUE(is_memory(pool.try_allocate(8)));
}

TEST(Shown, NorOfOneThatHasEnded) {
  const support::configured own("own");
  alignas(pond::pool) std::byte object[sizeof(pond::pool)];
  auto *pool = new (object) pond::pool({.tag = "ended"});
  use(pool->allocate(1));
  std::destroy_at(pool);
  const support::counted_reports told;
  give_null_back(*pool);
  EXPECT_EQ(told.count(), 0) << "null is nobody's";
  EXPECT_EQ(pool->try_allocate(8), nullptr);
  EXPECT_EQ(told.count(), 1);
}

/// Size 0 owns nothing, wherever its address was from.
TEST(Shown, NoMemoryIsNotRecycled) {
  pond::pool pool;
  void *of_unused = pool.allocate(opaque(0));
  pool = pond::pool({.recycle = true});
  use(pool.allocate(8));
  void *of_recycling = pool.allocate(opaque(0));
  for (void *nothing : {of_unused, of_recycling}) {
    pool.deallocate(nothing, opaque(0));
    EXPECT_TRUE(is_memory(pool.try_allocate(8)));
  }
}

TEST(Shown, IsNoBuffer) {
  pond_options options = POND_OPTIONS_INIT;
  options.buffer = pond::pool({.recycle = true}).allocate(opaque(0));
  options.buffer_size = 8192;
  errno = 0;
  EXPECT_EQ(pond_create_with(&options), nullptr);
  EXPECT_EQ(errno, EINVAL);
}

TEST(Shown, NoMemoryIsABufferThatIsTooSmall) {
  const support::configured own("own");
  pond::pool watched;
  use(watched.allocate(1));
  pond_options options = POND_OPTIONS_INIT;
  options.buffer = watched.allocate(opaque(0));
  options.buffer_size = 0;
  pond_pool *pool = pond_create_with(&options);
  EXPECT_NE(pool, nullptr);
  pond_destroy(pool);
}

}  // namespace
