// The extension of a pool that has gone on to another block: it lies in that, which stays over
// resets.
#include <algorithm>
#include <cstring>

#include "pond/scope.hpp"
#include "support.hpp"

namespace {

constexpr std::size_t first_block = 4096;

/// A pool of so many blocks, the newest with nearly all of its room left.
pond::pool with_blocks(std::size_t count) {
  pond::pool pool(first_block);
  while (pool.stats().blocks < count) std::memset(pool.allocate(64), 0xA5, 64);
  return pool;
}

class ExtensionInALaterBlock : public testing::Test {
 protected:
  void SetUp() override {
    POND_SKIP_WHEN_TRAPPED();
    pond_set_cache_limit(0);  // whatever is taken, is asked for
  }
  void TearDown() override { pond_set_cache_limit(std::size_t{1} << 20); }

  support::checked_default_upstream upstream;
};

TEST_F(ExtensionInALaterBlock, OfAScopeAsksNobodyForMemory) {
  for (const std::size_t blocks : {2U, 3U, 7U}) {
    SCOPED_TRACE(blocks);
    pond::pool pool = with_blocks(blocks);
    const pond::stats before = pool.stats();
    const std::size_t unused = support::unused_in(pool);
    const std::size_t calls = upstream->calls();
    {
      const pond::scope scope(pool);
      std::memset(pool.allocate(1000), 0xA5, 1000);
      pool.on_destroy([] {});
    }
    EXPECT_EQ(upstream->calls(), calls);
    EXPECT_EQ(pool.stats().reserved, before.reserved);
    EXPECT_LE(pool.stats().used, before.used + 16) << "but for where it begins";
    EXPECT_GE(support::unused_in(pool) + 512, unused);
    EXPECT_LT(support::unused_in(pool), unused) << "it is not handed out";
  }
}

/// The newest block is not always the one with most room.
TEST_F(ExtensionInALaterBlock, IsInTheOneThatThePoolTakesFrom) {
  pond::pool pool = with_blocks(2);
  (void)pool.allocate(first_block / 8);
  (void)pool.allocate(first_block - 128);
  ASSERT_EQ(pool.stats().blocks, 3U);
  const std::size_t calls = upstream->calls();
  {
    const pond::scope scope(pool);
    std::memset(pool.allocate(first_block / 2), 0xA5, first_block / 2);
    pool.on_destroy([] {});
  }
  EXPECT_EQ(upstream->calls(), calls);
}

TEST_F(ExtensionInALaterBlock, HasABlockToItselfWhereTooLittleIsLeft) {
  pond::pool pool = with_blocks(2);
  auto *filler = static_cast<unsigned char *>(pool.allocate(first_block - 256));
  std::memset(filler, 0xA5, first_block - 256);
  const std::size_t reserved = pool.stats().reserved;
  support::extend(pool);
  EXPECT_EQ(pool.stats().blocks, 3U);
  EXPECT_LE(pool.stats().reserved, reserved + 512) << "and no more than it needs";
  EXPECT_TRUE(std::all_of(filler, filler + first_block - 256, [](int c) { return c == 0xA5; }));
}

/// All of it but the extension is used again, round after round.
TEST_F(ExtensionInALaterBlock, StaysOverAReset) {
  pond::pool pool = with_blocks(3);
  support::extend(pool);
  for (int round = 0; round < 3; ++round) {
    const std::size_t reserved = pool.stats().reserved;
    pool.reset();
    EXPECT_EQ(pool.stats().used, 0U);
    EXPECT_EQ(pool.stats().reserved, reserved);
    const std::size_t blocks = pool.stats().blocks;
    const std::size_t unused = support::unused_in(pool);
    std::size_t taken = 0;
    for (; pool.stats().blocks == blocks; taken += 64) std::memset(pool.allocate(64), 0xA5, 64);
    EXPECT_GE(taken + blocks * 128, unused);
    EXPECT_LE(taken, unused + 64);
    bool ended = false;
    {
      const pond::scope scope(pool);
      std::memset(pool.allocate(first_block / 2), 0xA5, first_block / 2);
      pool.on_destroy([&ended] { ended = true; });
    }
    EXPECT_TRUE(ended);
  }
}

/// What is kept is no more than without one, and what stays anyway counts.
TEST_F(ExtensionInALaterBlock, DoesNotMakeAResetKeepMore) {
  pond::pool pool = with_blocks(2);
  support::extend(pool);
  for (int i = 0; i < 5000; ++i) (void)pool.allocate(64);
  const std::size_t grown = pool.stats().reserved;
  pool.reset();
  EXPECT_LT(pool.stats().reserved, grown);
  EXPECT_LE(pool.stats().reserved, first_block + POND_DEFAULT_KEEP + 512);
}

/// A block that a reset would not keep does not stay for the extension's sake.
TEST_F(ExtensionInALaterBlock, IsNotInABlockThatIsMoreThanAResetKeeps) {
  pond::pool pool(POND_DEFAULT_KEEP + 16);
  while (pool.stats().blocks == 1) (void)pool.allocate(1024);
  support::extend(pool);
  pool.reset();
  EXPECT_LE(pool.stats().reserved, POND_DEFAULT_KEEP + 1024U);
}

TEST_F(ExtensionInALaterBlock, EndsWithThePoolInWhateverOrderBlocksCame) {
  for (const std::size_t after : {0U, 1U, 100U}) {
    pond::pool pool = with_blocks(3);
    support::extend(pool);
    for (std::size_t i = 0; i < after; ++i) (void)pool.allocate(1000);
    bool ended = false;
    pool.on_destroy([&ended] { ended = true; });
    pond::pool child = pool.child();
    (void)child.allocate(1);
    pool = pond::pool();
    EXPECT_TRUE(ended);
    EXPECT_EQ(upstream->live(), 0U);
  }
}

/// A rewind gives back the blocks that came after the mark, and not the one in which it is known.
TEST_F(ExtensionInALaterBlock, IsNotGivenBackByARewind) {
  pond::pool pool = with_blocks(2);
  support::extend(pool);
  const std::size_t reserved = pool.stats().reserved;
  for (int round = 0; round < 3; ++round) {
    const pond::scope scope(pool);
    for (int i = 0; i < 200; ++i) std::memset(pool.allocate(100), 0xA5, 100);
    EXPECT_GT(pool.stats().reserved, reserved);
  }
  EXPECT_EQ(pool.stats().reserved, reserved);
}

using ExtensionInALaterBlockDeathTest = ExtensionInALaterBlock;

/// A list that ends before the block in which the extension lies is not followed beyond its end.
TEST_F(ExtensionInALaterBlockDeathTest, IsNotLookedForWhereTheListWasCut) {
  pond::pool pool = with_blocks(2);
  support::extend(pool);
  while (pool.stats().blocks < 4) (void)pool.allocate(64);
  EXPECT_DEATH(
      {
        std::memset(support::blocks_of(pool.handle()).back().memory, 0, sizeof(void *));
        pool.reset();
      },
      "the header of a block was overwritten");
}

}  // namespace
