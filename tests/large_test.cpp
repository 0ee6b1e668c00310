// Large allocations: memory of their own, freed alone in constant time.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <random>

#include "pond/resource.hpp"
#include "support.hpp"

namespace {

using support::checked_pool;

TEST(Large, IsFreedAloneWhateverItsSize) {
  checked_pool checked;
  for (const std::size_t size : {0U, 1U, 16U, 4096U, 100000U, 5000000U}) {
    void *p = checked.pool.allocate_large(size);
    std::memset(p, 1, size);
    const std::size_t live = checked.upstream().live();
    EXPECT_TRUE(checked.pool.free(p));
    EXPECT_EQ(checked.upstream().live(), live - 1);
    EXPECT_FALSE(checked.pool.free(p)) << "freed twice";
  }
}

TEST(Large, AboveTheThresholdEverythingIsLarge) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 1024});
  void *p = checked.pool.allocate(1024);
  EXPECT_TRUE(checked.pool.free(p));
  checked_pool other({.first_block = 256, .large_threshold = 100});
  (void)other.pool.allocate(170);
  EXPECT_TRUE(other.pool.free(other.pool.allocate(101)));
  EXPECT_FALSE(other.pool.free(other.pool.allocate(100)));
}

TEST(Large, IsGivenBackByItsSizeToo) {
  pond::pool plain(1024);
  for (const std::size_t size : {std::size_t{100}, std::size_t{100000}}) {
    void *p = plain.allocate_large(size);
    (void)plain.allocate(10);
    EXPECT_EQ(plain.stats().large, 1U);
    plain.deallocate(p, size);
    EXPECT_EQ(plain.stats().large, 0U);
  }
}

TEST(Large, APoolThatWasNotUsedHasNothingToResize) {
  pond::pool unused;
  int foreign = 0;
  EXPECT_EQ(pond_resize(unused.handle(), &foreign, sizeof(foreign), 100), nullptr);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(unused.stats().reserved, 0U);
}

/// Containers rely on it, and do not ask when they give a node back.
TEST(Large, NodesAreNeverLarge) {
  POND_SKIP_WHEN_TRAPPED();
  const auto expect_small = [](pond::pool pool) {
    for (std::size_t alignment = 1; alignment < 80; alignment *= 2) {
      for (int i = 0; i < 100; ++i) (void)pool.allocate(80 - alignment, alignment);
      EXPECT_EQ(pool.stats().large, 0U) << alignment;
    }
    (void)pool.allocate(10000);
    EXPECT_EQ(pool.stats().large, 1U);
  };
  expect_small(pond::pool(1));
  expect_small(pond::pool({.first_block = 1}));
  expect_small(pond::pool({.first_block = 1024, .large_threshold = 1}));
}

/// Small memory that is not the newest stays, which is seen without a call; nothing else is taken
/// for that.
TEST(Large, IsWhatAResourceGivesBackWhereverSmallMemoryMayEnd) {
  checked_pool checked({.first_block = 1024, .large_threshold = 1});
  pond::resource resource(checked.pool);
  for (const auto &one :
       {std::pair<std::size_t, std::size_t>{8, 4096}, {8, 128}, {1, 128}, {80, 1}, {80, 8}}) {
    const std::size_t size = one.first;
    const std::size_t alignment = one.second;
    support::give_back_a_large(
        checked.pool, [&] { return resource.allocate(size, alignment); },
        [&](void *large) { resource.deallocate(large, size, alignment); });
    EXPECT_EQ(checked.pool.stats().large, 1U) << size << ", " << alignment;
    checked.pool.reset();
  }
}

TEST(Large, AnyPointerIsSafeToAskAbout) {
  checked_pool checked;
  char *small = static_cast<char *>(checked.pool.allocate(100));
  char *large = static_cast<char *>(checked.pool.allocate_large(1000));
  pond::pool other;
  EXPECT_FALSE(checked.pool.free(small));
  EXPECT_FALSE(checked.pool.free(large + 1));
  EXPECT_FALSE(checked.pool.free(large + 999));
  EXPECT_FALSE(checked.pool.free(nullptr));
  EXPECT_FALSE(checked.pool.free(&checked));
  EXPECT_FALSE(checked.pool.free(reinterpret_cast<void *>(1)));
  EXPECT_FALSE(checked.pool.free(reinterpret_cast<void *>(UINTPTR_MAX)));
  EXPECT_FALSE(checked.pool.free(other.allocate_large(10)));
  for (int i = 0; i < 100; ++i) (void)checked.pool.allocate_large(10);  // the same by the index
  EXPECT_FALSE(checked.pool.free(large + 1));
  EXPECT_FALSE(checked.pool.free(reinterpret_cast<void *>(UINTPTR_MAX)));
  EXPECT_TRUE(checked.pool.free(large));
  EXPECT_FALSE(checked.pool.free(large));
}

TEST(Large, IsAligned) {
  checked_pool checked;
  for (std::size_t alignment = 1; alignment <= (1U << 16); alignment *= 2) {
    void *p = checked.pool.allocate_large(100, alignment);
    EXPECT_TRUE(support::is_aligned(p, alignment));
    if (alignment % 4 != 0) {
      EXPECT_TRUE(checked.pool.free(p));
    }
  }
}

/// Random frees among many, so that entries of the index move around.
TEST(Large, TheIndexFindsEveryOneOfMany) {
  checked_pool checked;
  std::mt19937 random(7);
  std::vector<void *> live;
  for (int i = 0; i < 20000; ++i) {
    if (live.size() < 300 || random() % 2 == 0) {
      live.push_back(checked.pool.allocate_large(random() % 200));
    } else {
      std::swap(live[random() % live.size()], live.back());
      ASSERT_TRUE(checked.pool.free(live.back()));
      live.pop_back();
    }
    if (live.size() > 2000) {
      for (void *p : live) ASSERT_TRUE(checked.pool.free(p));
      live.clear();
    }
  }
  EXPECT_EQ(checked.pool.stats().large, live.size());
}

TEST(Large, ConstantMemoryForAConstantLiveSet) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked;
  std::vector<void *> live(100);
  for (void *&p : live) p = checked.pool.allocate_large(64);
  const std::size_t reserved = checked.pool.stats().reserved;
  for (std::size_t i = 0; i < 100000; ++i) {
    ASSERT_TRUE(checked.pool.free(live[i % live.size()]));
    live[i % live.size()] = checked.pool.allocate_large(64);
  }
  EXPECT_EQ(checked.pool.stats().reserved, reserved);
}

/// Each has a record in the pool; only many are entered in an index.
TEST(Large, SixteenTakeNoMemoryBesideTheirOwn) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_default_upstream upstream;
  pond::pool pool(4096);
  for (const char *when : {"new", "after a reset"}) {
    for (int i = 0; i < 16; ++i) (void)pool.allocate_large(1000);
    EXPECT_EQ(pool.stats().reserved, 4096U + std::size_t{16} * 1008) << when;
    pool.reset();
  }
}

TEST(Large, SizesAboutTheLargestOneThatIsCached) {
  support::checked_default_upstream upstream;
  pond_set_cache_limit(SIZE_MAX);
  constexpr std::size_t about = std::size_t{1} << 21;
  pond::pool pool;
  for (std::size_t size = about - 64; size < about + 64; size += 4) {
    for (int again = 0; again < 2; ++again) {
      auto *p = static_cast<char *>(pool.allocate_large(size));
      p[0] = p[size - 1] = 'x';
      ASSERT_TRUE(pool.free(p)) << size;
    }
  }
  pond_set_cache_limit(std::size_t{1} << 20);
}

TEST(Large, DeallocateFreesIt) {
  checked_pool checked;
  void *p = checked.pool.allocate_large(1000);
  const std::size_t live = checked.upstream().live();
  checked.pool.deallocate(p, 1000);
  EXPECT_EQ(checked.upstream().live(), live - 1);
}

TEST(Resize, ChangesTheNewestInPlaceAndCopiesTheRest) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  auto *text = static_cast<char *>(pond_memdup(pool, "0123456789", 10));
  auto *grown = static_cast<char *>(pond_resize(pool, text, 10, 100));
  EXPECT_EQ(std::memcmp(grown, "0123456789", 10), 0);
  if (!support::trapped) {
    EXPECT_EQ(grown, text);
  }
  support::use(pond_alloc(pool, 1));
  auto *moved = static_cast<char *>(pond_resize(pool, grown, 100, 3000));
  EXPECT_NE(moved, grown);
  EXPECT_EQ(std::memcmp(moved, "0123456789", 10), 0);
  auto *large = static_cast<char *>(pond_resize(pool, moved, 3000, 100000));
  EXPECT_EQ(std::memcmp(large, "0123456789", 10), 0);
  auto *shrunk = static_cast<char *>(pond_resize(pool, large, 100000, 20));
  EXPECT_EQ(std::memcmp(shrunk, "0123456789", 10), 0);
  EXPECT_NE(shrunk, large) << "a large one that keeps less than half moves";
  EXPECT_NE(pond_resize(pool, nullptr, 0, 10), nullptr);
}

/// Also in a pool without options, which has ways of its own.
TEST(Resize, WhatShrinksStaysWhereItIs) {
  pond_pool *pool = pond_create(4096);
  void *p = pond_alloc(pool, 100);
  support::use(pond_alloc(pool, 1));
  EXPECT_EQ(pond_resize(pool, p, 100, 50), p);
  EXPECT_EQ(pond_resize(pool, p, 50, 50), p);
  void *large = pond_alloc_large(pool, 1000);
  EXPECT_EQ(pond_resize(pool, large, 1000, 600), large);
  pond_destroy(pool);
}

TEST(Resize, OnFailureEverythingIsAsItWas) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  auto *large = static_cast<char *>(pond_alloc_large(pool, 5000));
  std::memset(large, 7, 5000);
  EXPECT_EQ(pond_resize(pool, large, 5000, support::opaque(SIZE_MAX)), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  checked.upstream().fail_at(1, true);
  EXPECT_EQ(pond_resize(pool, large, 5000, 50000), nullptr);
  checked.upstream().fail_at(0);
  EXPECT_TRUE(std::all_of(large, large + 5000, [](char c) { return c == 7; }));
  EXPECT_TRUE(pond_free(pool, large));
}

TEST(FreeSized, GivesBackTheNewestAndTheLarge) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  void *large = pond_alloc_large(pool, 500);
  void *small = pond_alloc(pool, 50);
  pond_free_sized(pool, large, 500);
  EXPECT_FALSE(pond_free(pool, large));
  pond_free_sized(pool, small, 50);
  if (!support::trapped) {
    EXPECT_EQ(pond_alloc(pool, 50), small);
  }
  pond_free_sized(pool, nullptr, 50);
  pond_pool *plain = pond_create(4096);
  small = pond_alloc(plain, 50);
  pond_free_sized(plain, small, 50);
  if (!support::trapped) {
    EXPECT_EQ(pond_alloc(plain, 50), small);
  }
  pond_destroy(plain);
}

/// Gives what nobody has, as long as nobody looks at it.
pond_upstream giant_upstream() {
  constexpr static std::size_t giant = std::size_t{1} << 30;
  alignas(4096) static std::byte nothing[4096];
  return {[](void *, std::size_t size, std::size_t alignment) noexcept -> void * {
            if (size >= giant) return nothing;
            return std::aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1));
          },
          [](void *, void *p, std::size_t, std::size_t) noexcept {
            if (p != nothing) std::free(p);
          },
          nullptr};
}

/// A plain pool counts quanta in 32 bits.
TEST(Large, MoreThanThePlainCountersBearIsCountedElsewhere) {
  POND_SKIP_WHEN_TRAPPED();
  if (sizeof(std::size_t) == 4) GTEST_SKIP() << "there is no such size";
  const pond_upstream upstream = giant_upstream();
  EXPECT_EQ(pond_set_default_upstream(&upstream), 0);
  {
    constexpr std::size_t piece = 65536;
    constexpr std::size_t all_but_a_little = (std::size_t{UINT32_MAX} << 4) - 5 * piece;
    pond::pool warm;
    for (int i = 0; i < 10; ++i) (void)warm.allocate_large(piece);
    warm = pond::pool();
    pond::pool pool;
    (void)pool.allocate_large(all_but_a_little);
    for (int i = 0; i < 10; ++i) (void)pool.allocate_large(piece);
    EXPECT_GT(pool.stats().reserved, all_but_a_little + 10 * piece);
    EXPECT_LT(pool.stats().reserved, all_but_a_little + 12 * piece);
  }
  EXPECT_EQ(pond_set_default_upstream(nullptr), 0);
}

}  // namespace
