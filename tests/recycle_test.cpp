// Pools with options.recycle: small memory that was given back is used again.
#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "support.hpp"

namespace {

using support::checked_pool;

TEST(Recycle, TheSameMemoryForTheSameClassOnly) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.recycle = true});
  void *p = checked.pool.allocate(100);
  support::use(checked.pool.allocate(1));
  checked.pool.deallocate(p, 100);
  EXPECT_NE(checked.pool.allocate(113), p);
  EXPECT_EQ(checked.pool.allocate(97, 1), p);
}

TEST(Recycle, TheNewestBecomesRoomAgain) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 4096, .recycle = true});
  support::use(checked.pool.allocate(10));
  const std::size_t used = checked.pool.stats().used;
  void *p = checked.pool.allocate(100);
  checked.pool.deallocate(p, 100);
  EXPECT_EQ(checked.pool.stats().used, used);
  EXPECT_EQ(checked.pool.allocate(300), p) << "not only for its class";
}

TEST(Recycle, StatisticsDoNotCountWhatWasGivenBack) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 4096, .recycle = true});
  support::use(checked.pool.allocate(1));
  const std::size_t used = checked.pool.stats().used;
  void *p = checked.pool.allocate(100);
  void *q = checked.pool.allocate(100);
  EXPECT_EQ(checked.pool.stats().used, used + 224);
  checked.pool.deallocate(p, 100);
  EXPECT_EQ(checked.pool.stats().used, used + 112);
  checked.pool.deallocate(q, 100);
  EXPECT_EQ(checked.pool.stats().used, used);
  EXPECT_EQ(checked.pool.allocate(100), p);
  EXPECT_EQ(checked.pool.stats().used, used + 112);
}

TEST(Recycle, UpToTheThresholdItIsNotLarge) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.large_threshold = 2048, .recycle = true});
  void *p = checked.pool.allocate(2048);
  support::use(checked.pool.allocate(1));
  checked.pool.deallocate(p, 2048);
  EXPECT_EQ(checked.pool.allocate(2048), p);
  EXPECT_EQ(checked.pool.stats().large, 0U);
}

TEST(Recycle, OverAlignedMemoryIsUsedAgain) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.recycle = true});
  void *p = checked.pool.allocate(64, 256);
  EXPECT_TRUE(support::is_aligned(p, 256));
  support::use(checked.pool.allocate(1));
  checked.pool.deallocate(p, 64, 256);
  EXPECT_EQ(checked.pool.allocate(64, 128), p);
  checked.pool.deallocate(p, 64, 128);
  EXPECT_EQ(checked.pool.allocate(64), p);
  void *q = checked.pool.allocate(64);
  checked.pool.deallocate(q, 64);
  EXPECT_TRUE(support::is_aligned(checked.pool.allocate(64, 4096), 4096));
}

TEST(Recycle, ALargeOneOfASmallSizeGoesBackToTheUpstream) {
  checked_pool checked({.recycle = true});
  void *p = checked.pool.allocate_large(100);
  void *small = checked.pool.allocate(100);
  support::use(checked.pool.allocate(1));
  checked.pool.deallocate(p, 100);
  EXPECT_EQ(checked.pool.stats().large, 0U);
  checked.pool.deallocate(small, 100);
  EXPECT_TRUE(support::trapped || checked.pool.allocate(100) == small);
}

TEST(Recycle, NothingIsUsedAgainWhileAMarkIsOpen) {
  checked_pool checked({.recycle = true});
  std::array<void *, 3> old{};
  for (void *&p : old) p = std::memset(checked.pool.allocate(100), 'o', 100);
  checked.pool.deallocate(old[0], 100);
  {
    const pond::scope scope(checked.pool);
    EXPECT_NE(checked.pool.allocate(100), old[0]) << "it would be lost by the rewind";
    checked.pool.deallocate(old[1], 100);
    void *made = checked.pool.allocate(100);
    EXPECT_NE(made, old[1]);
    support::use(checked.pool.allocate(1));
    checked.pool.deallocate(made, 100);
  }
  EXPECT_EQ(static_cast<char *>(old[2])[99], 'o');
  std::array<char *, 50> again{};
  for (char *&p : again) {
    p = static_cast<char *>(checked.pool.allocate(100));
    std::memset(p, static_cast<int>(&p - again.data()), 100);
  }
  for (char *&p : again) {
    EXPECT_EQ(std::count(p, p + 100, static_cast<char>(&p - again.data())), 100) << "used twice";
  }
}

TEST(Recycle, AResetForgetsWhatWasGivenBack) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.recycle = true});
  const void *first = checked.pool.allocate(100);
  void *second = checked.pool.allocate(100);
  support::use(checked.pool.allocate(100));
  checked.pool.deallocate(second, 100);
  checked.pool.reset();
  EXPECT_EQ(checked.pool.allocate(100), first);
  EXPECT_EQ(checked.pool.allocate(100), second);
  EXPECT_NE(checked.pool.allocate(100), second) << "it is in a bin and in the room";
}

TEST(Recycle, ResizeKeepsToTheClassThatTheSizeSays) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.recycle = true});
  pond_pool *pool = checked.pool.handle();
  auto *p = static_cast<char *>(pond_alloc(pool, 100));
  std::memcpy(p, "content", sizeof("content"));
  support::use(pond_alloc(pool, 1));
  EXPECT_EQ(pond_resize(pool, p, 100, 112), p) << "the same class";
  auto *moved = static_cast<char *>(pond_resize(pool, p, 112, 20));
  EXPECT_NE(moved, p) << "or 80 bytes would never be used again";
  EXPECT_STREQ(moved, "content");
  EXPECT_EQ(pond_alloc(pool, 112), p);
  auto *large = static_cast<char *>(pond_resize(pool, moved, 20, 10000));
  EXPECT_STREQ(large, "content");
  EXPECT_EQ(pond_alloc(pool, 20), moved);
  EXPECT_TRUE(pond_free(pool, large));
}

TEST(Recycle, ASealedPoolTakesBackAndHandsOutNothing) {
  checked_pool checked({.recycle = true});
  void *p = checked.pool.allocate(100);
  support::use(checked.pool.allocate(1));
  checked.pool.seal();
  checked.pool.deallocate(p, 100);
  EXPECT_EQ(checked.pool.try_allocate(100), nullptr);
  EXPECT_EQ(errno, EPERM);
  checked.pool.reset();
  EXPECT_NE(checked.pool.try_allocate(100), nullptr);
}

TEST(Recycle, WithoutMemoryForTheBinsThereIsNoPool) {
  workload::checking_upstream checks;
  const pond_upstream upstream = checks.get();
  for (const auto &[first_block, calls] : {std::pair{256U, 3U}, std::pair{4096U, 1U}}) {
    for (unsigned call = 1; call <= calls; ++call) {
      checks.fail_at(call);
      if (support::trapped && call == calls) break;  // which has no bins
      EXPECT_THROW(pond::pool({.first_block = first_block, .upstream = &upstream, .recycle = true}),
                   std::bad_alloc)
          << call;
      EXPECT_EQ(checks.live(), 0U);
    }
  }
  checks.fail_at(0);
  if (support::trapped) return;
  {
    pond::options options{.first_block = 256, .upstream = &upstream};
    const pond::pool without(options);
    options.hard_limit = without.stats().reserved + 256;
    options.recycle = true;
    EXPECT_THROW(pond::pool{options}, pond::limit_exceeded);
  }
  EXPECT_EQ(checks.live(), 0U);
}

/// An allocation that knows what was written into it.
struct block_of {
  unsigned char *p;
  std::size_t size;
  unsigned char fill;
};

TEST(Recycle, RandomSizesAndAlignmentsKeepTheirContent) {
  checked_pool checked({.first_block = 512, .recycle = true});
  std::mt19937 random(7);
  std::vector<block_of> live;
  for (int i = 0; i < 50000; ++i) {
    if (live.size() > 200 || (!live.empty() && random() % 3 == 0)) {
      std::swap(live[random() % live.size()], live.back());
      const block_of b = live.back();
      live.pop_back();
      ASSERT_TRUE(std::all_of(b.p, b.p + b.size, [&b](unsigned char c) { return c == b.fill; }));
      checked.pool.deallocate(b.p, b.size);
    } else {
      const std::size_t size = random() % (random() % 8 == 0 ? 6000 : 300);
      const std::size_t alignment = std::size_t{1} << size % 9;
      auto *p = static_cast<unsigned char *>(checked.pool.allocate(size, alignment));
      ASSERT_TRUE(size == 0 || support::is_aligned(p, alignment));
      live.push_back({p, size, static_cast<unsigned char>(i)});
      std::fill_n(p, size, static_cast<unsigned char>(i));
    }
  }
  EXPECT_TRUE(support::trapped || checked.pool.stats().reserved < 1U << 20);
}

TEST(Recycle, ResizingNothingGetsMemory) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.recycle = true});
  pond_pool *pool = checked.pool.handle();
  void *nothing = pond_alloc(pool, 0);
  void *p = pond_resize(pool, nothing, 0, 10);
  EXPECT_NE(p, nothing);
  std::memset(p, 'x', 10);
  pond_free_sized(pool, pond_resize(pool, p, 10, 0), 0);
}

TEST(Recycle, ALargeOneShrunkToASmallSizeIsStillLarge) {
  checked_pool checked({.recycle = true});
  pond_pool *pool = checked.pool.handle();
  void *p = pond_alloc(pool, 5000);
  ASSERT_EQ(pond_resize(pool, p, 5000, 3000), p);
  pond_free_sized(pool, p, 3000);
  EXPECT_EQ(checked.pool.stats().large, 0U);
  EXPECT_FALSE(pond_free(pool, p));
  EXPECT_LT(checked.pool.stats().used, 4096U) << "more given back than there was";
}

TEST(Recycle, OverAlignedMemoryIsFoundBelowOther) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.recycle = true});
  std::size_t early = 0;
  for (int i = 0; i < 10000; ++i) {
    void *aligned = checked.pool.allocate(64, 64);
    void *between = checked.pool.allocate(1);  // so that the next is not aligned as well
    void *other = checked.pool.allocate(64);
    void *newest = checked.pool.allocate(1);  // so that the others are not
    checked.pool.deallocate(aligned, 64, 64);
    checked.pool.deallocate(other, 64);  // lies on top
    checked.pool.deallocate(between, 1);
    checked.pool.deallocate(newest, 1);
    if (i == 100) early = checked.pool.stats().reserved;
  }
  EXPECT_EQ(checked.pool.stats().reserved, early);
}

TEST(Recycle, WhatHasNoSizeIsUsedAgain) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.recycle = true});
  const std::size_t blocks = checked.pool.stats().blocks;
  for (int i = 0; i < 10000; ++i) {
    void *nothing = checked.pool.allocate(0, 64);
    support::use(checked.pool.allocate(0));
    checked.pool.deallocate(nothing, 0, 64);
    checked.pool.deallocate(checked.pool.allocate(0), 0);
  }
  EXPECT_EQ(checked.pool.stats().blocks, blocks);
}

}  // namespace
