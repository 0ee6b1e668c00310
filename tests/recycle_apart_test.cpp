// Pools with options.recycle: what is of a larger alignment than malloc's, or large and given back
// by a small size.
#include <array>

#include "support.hpp"

namespace {

using support::checked_pool;

/// Lists whose nodes have one size and two alignments: what one is given back has no use for the
/// other.
TEST(Recycle, OverAlignedMemoryIsFoundAmongMuchOfNoUse) {
  POND_SKIP_WHEN_TRAPPED();
  for (const std::size_t alignment : {32U, 64U, 256U, 4096U}) {
    checked_pool checked({.recycle = true});
    std::size_t early = 0;
    for (int i = 0; i < 10000; ++i) {
      std::array<void *, 2> aligned{};
      std::array<void *, 50> others{};
      for (void *&p : aligned) p = checked.pool.allocate(128, alignment);
      ASSERT_TRUE(support::is_aligned(aligned[0], alignment));
      if (i == 0) support::use(checked.pool.allocate(1));  // so that the others are not aligned
      for (void *&p : others) p = checked.pool.allocate(128);
      if (i == 0) support::use(checked.pool.allocate(1));  // so that none of them is the newest
      for (void *p : aligned) checked.pool.deallocate(p, 128, alignment);
      for (void *p : others) checked.pool.deallocate(p, 128);
      if (i == 100) early = checked.pool.stats().reserved;
    }
    EXPECT_EQ(checked.pool.stats().reserved, early) << alignment;
    checked.pool.reset();
    support::use(checked.pool.allocate(128, alignment));
  }
}

TEST(Recycle, EachAlignmentIsFoundAmongOthers) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.recycle = true});
  std::size_t early = 0;
  for (int i = 0; i < 1000; ++i) {
    std::array<void *, 12> held{};
    for (std::size_t j = 0; j < held.size(); ++j) {
      const std::size_t alignment = std::size_t{16} << (j * 5 % 7);  // each of the seven
      held[j] = checked.pool.allocate(128, alignment);
      ASSERT_TRUE(support::is_aligned(held[j], alignment)) << alignment;
    }
    for (std::size_t j = 0; j < held.size(); ++j) {
      checked.pool.deallocate(held[(j + static_cast<std::size_t>(i)) % held.size()], 128);
    }
    if (i == 100) early = checked.pool.stats().reserved;
  }
  EXPECT_EQ(checked.pool.stats().reserved, early);
}

TEST(Recycle, WithoutMemoryForMoreBinsOverAlignedMemoryIsFreed) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 4096, .recycle = true});
  support::use(checked.pool.allocate(1));
  checked.upstream().fail_at(1);
  void *p = checked.pool.allocate(128, 64);
  EXPECT_TRUE(support::is_aligned(p, 64));
  EXPECT_EQ(checked.pool.stats().large, 1U);
  checked.pool.deallocate(p, 128, 64);
  EXPECT_EQ(checked.pool.stats().large, 0U);
  support::use(checked.pool.allocate(128, 64));
  EXPECT_EQ(checked.pool.stats().large, 0U);
}

TEST(Recycle, WhatWasRoundedUpToALargeOneIsGivenBackByWhatWasAsked) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.large_threshold = 2040, .recycle = true});
  for (const std::size_t asked : {2033U, 2040U}) {
    void *p = checked.pool.allocate(2048);  // as allocate_at_least(asked) does
    EXPECT_EQ(checked.pool.stats().large, 1U);
    checked.pool.deallocate(p, asked);
    EXPECT_EQ(checked.pool.stats().large, 0U);
  }
}

}  // namespace
