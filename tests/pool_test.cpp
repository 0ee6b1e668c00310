// Memory of a pool: create, allocate, grow, reset, move, destroy.
#include <array>
#include <climits>
#include <cstring>
#include <set>

#include "support.hpp"

namespace {

using support::checked_default_upstream;
using support::checked_pool;
using support::is_aligned;
using support::opaque;

TEST(Pool, CostsNothingUntilFirstUsed) {
  checked_default_upstream upstream;
  {
    const pond::pool unused;
    EXPECT_EQ(upstream->calls(), 0U);
    EXPECT_EQ(unused.stats().reserved, 0U);
  }
  pond::pool used;
  EXPECT_NE(used.allocate(1), nullptr);
  EXPECT_GE(upstream->calls(), 1U);
}

TEST(Pool, AcceptsEveryFirstBlockSize) {
  for (std::size_t size = 0; size < 1100; ++size) {
    pond::options options;
    options.first_block = size;
    checked_pool checked(options);
    for (int i = 0; i < 40; ++i) {
      auto *p = static_cast<char *>(checked.pool.allocate(33, i % 2 == 0 ? 1 : 16));
      std::memset(p, i, 33);
      ASSERT_TRUE(checked.upstream().owns(p) && checked.upstream().owns(p + 32)) << size;
    }
  }
}

TEST(Pool, AlignsToEveryPowerOfTwo) {
  checked_pool checked;
  for (std::size_t alignment = 1; alignment <= (1U << 20); alignment *= 2) {
    for (const std::size_t size : {0U, 1U, 100U, 5000U}) {
      void *p = checked.pool.allocate(size, alignment);
      EXPECT_TRUE(is_aligned(p, alignment)) << alignment;
      std::memset(p, 1, size);
    }
  }
}

TEST(Pool, PacksWhatHasAlignmentOne) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(4096);
  auto *first = static_cast<char *>(pool.allocate(3, 1));
  EXPECT_EQ(pool.allocate(5, 1), first + 3);
  EXPECT_EQ(pool.allocate(1, 1), first + 8);
}

TEST(Pool, RefusesAlignmentsThatAreNoPowerOfTwo) {
  pond::pool pool;
  for (const std::size_t alignment : {std::size_t{0}, std::size_t{3}, std::size_t{24}, SIZE_MAX}) {
    errno = 0;
    EXPECT_EQ(pool.try_allocate(8, opaque(alignment)), nullptr);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_THROW((void)pool.allocate(8, opaque(alignment)), std::system_error);
    EXPECT_THROW((void)pool.allocate_large(8, opaque(alignment)), std::system_error);
  }
  EXPECT_NE(pool.allocate(8), nullptr);
}

TEST(Pool, RefusesSizesThatNobodyHas) {
  pond::pool pool;
  void *before = pool.allocate(16);
  const std::size_t half = std::size_t{1} << (sizeof(std::size_t) * 8 - 1);
  for (const std::size_t size : {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX - 16,
                                 SIZE_MAX - 4096, half, half - 1, half - 16}) {
    if (size < half && sizeof(size) < 8) continue;  // 2 GiB somebody may have
    for (const std::size_t alignment : {std::size_t{1}, std::size_t{16}, std::size_t{4096}, half}) {
      errno = 0;
      EXPECT_EQ(pool.try_allocate(opaque(size), alignment), nullptr) << size;
      EXPECT_EQ(errno, ENOMEM);
      EXPECT_THROW((void)pool.allocate_large(opaque(size), alignment), std::bad_alloc);
    }
  }
  EXPECT_EQ(pool.try_allocate(8, half), nullptr);
  EXPECT_NE(pool.allocate(16), before);
}

/// Also where a block's header is no multiple of 16, on 32 bits.
TEST(Pool, ABlockMadeForARequestHasRoomForAllOfIt) {
  for (std::size_t size = 600; size < 632; ++size) {
    for (const std::size_t alignment : {std::size_t{1}, std::size_t{8}, std::size_t{16}}) {
      support::checked_pool checked({.first_block = 256, .large_threshold = 4096});
      (void)checked.pool.allocate(1);
      auto *p = static_cast<char *>(checked.pool.allocate(size, alignment));
      EXPECT_TRUE(checked.upstream().owns(p) && checked.upstream().owns(p + size - 1))
          << size << " at " << alignment;
    }
  }
}

TEST(Pool, SizeZeroIsAPointer) {
  pond::pool unused;
  EXPECT_NE(unused.allocate(0), nullptr);
  EXPECT_NE(unused.allocate(0, 4096), nullptr);
  EXPECT_NE(unused.allocate_large(0), nullptr);
}

TEST(Pool, UsesWhatIsLeftOfEarlierBlocks) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(1024);
  auto *first = static_cast<char *>(pool.allocate(500));
  (void)pool.allocate(900);  // needs a block of its own size
  auto *small = static_cast<char *>(pool.allocate(300));
  EXPECT_TRUE(small > first && small < first + 1024) << "the rest of the first block was lost";
  EXPECT_EQ(pool.stats().blocks, 2U);
}

TEST(Pool, GrowsByDoublingUpToTheLargestBlock) {
  POND_SKIP_WHEN_TRAPPED();
  pond::options options;
  options.first_block = 1024;
  options.largest_block = 4096;
  checked_pool checked(options);
  std::size_t largest = 0;
  std::size_t before = checked.upstream().held();
  while (checked.upstream().held() < 200000) {
    (void)checked.pool.allocate(64);
    largest = std::max(largest, checked.upstream().held() - before);
    before = checked.upstream().held();
  }
  EXPECT_EQ(largest, 4096U);
}

TEST(Pool, ALargeAllocationDoesNotDriveGrowth) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 1024});
  (void)checked.pool.allocate(1 << 20);
  const std::size_t before = checked.upstream().held();
  while (checked.upstream().held() == before) (void)checked.pool.allocate(64);
  EXPECT_EQ(checked.upstream().held() - before, 1024U);
}

TEST(Pool, ResetKeepsBlocksUpToTheLimitAndNoMore) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 1024, .largest_block = 1024, .keep = 3000});
  for (int i = 0; i < 100; ++i) (void)checked.pool.allocate(500);
  checked.pool.reset();
  EXPECT_EQ(checked.pool.stats().blocks, 3U);  // the first one and 2 x 1024
  EXPECT_EQ(checked.pool.stats().used, 0U);
  const std::size_t calls = checked.upstream().calls();
  for (const std::size_t size : {500U, 800U, 800U}) (void)checked.pool.allocate(size);
  EXPECT_EQ(checked.upstream().calls(), calls) << "kept blocks were not used again";
}

TEST(Pool, ResetKeepsAsMuchOnceThereWasAMark) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(1024);
  for (int i = 0; i < 100; ++i) (void)pool.allocate(100);
  support::extend(pool);
  const std::size_t blocks = pool.stats().blocks;
  pool.reset();
  EXPECT_EQ(pool.stats().blocks, blocks);
}

TEST(Pool, ResetAgainAndAgainHoldsWhatOneRoundNeeds) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 200; ++i) std::memset(checked.pool.allocate(100), round, 100);
    (void)checked.pool.allocate_large(10000);
    checked.pool.reset();
  }
  EXPECT_LT(checked.upstream().peak(), 60000U);
}

TEST(Pool, MovesWithoutMovingMemory) {
  checked_pool checked;
  pond::pool &from = checked.pool;
  char *text = const_cast<char *>(from.copy("request").data());
  int ran = 0;
  from.on_destroy([&ran] { ++ran; });
  pond::pool to(std::move(from));
  EXPECT_STREQ(text, "request");
  EXPECT_EQ(from.stats().reserved, 0U);  // NOLINT(bugprone-use-after-move): as documented
  (void)to.allocate(100);
  pond::pool other;
  other = std::move(to);
  EXPECT_EQ(ran, 0);
  pond::pool &same = other;
  other = std::move(same);
  EXPECT_STREQ(text, "request");
  other = pond::pool();
  EXPECT_EQ(ran, 1);
}

TEST(Pool, ADefaultConstructedPoolMayBeResetMarkedAndDestroyed) {
  pond::pool pool;
  pool.reset();
  EXPECT_FALSE(pool.free(&pool));
  pool.deallocate(nullptr, 0);
  EXPECT_FALSE(pool.close_fd(0));
  { const pond::scope nothing(pool); }
  pool.reset();
}

TEST(Pool, UsesTheBufferItIsGiven) {
  POND_SKIP_WHEN_TRAPPED();
  alignas(16) std::array<std::byte, 2048> buffer{};
  checked_pool checked({.buffer = buffer});
  const auto inside = [&](const void *p) {
    const auto *byte = static_cast<const std::byte *>(p);
    return byte >= buffer.data() && byte < buffer.data() + buffer.size();
  };
  EXPECT_TRUE(inside(checked.pool.allocate(1500)));
  EXPECT_FALSE(inside(checked.pool.allocate(1500)));
  checked.pool.reset();
  EXPECT_TRUE(inside(checked.pool.allocate(1500)));
}

TEST(Pool, ABufferOfAnySizeAndPlaceIsFine) {
  alignas(16) std::array<std::byte, 600> buffer{};
  for (std::size_t skip = 0; skip < 20; ++skip) {
    for (std::size_t size = 0; size + skip < buffer.size(); size += 7) {
      checked_pool checked({.buffer = std::span(buffer).subspan(skip, size)});
      for (int i = 0; i < 10; ++i) std::memset(checked.pool.allocate(40), i, 40);
    }
  }
}

TEST(Pool, DeallocateGivesTheNewestBack) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool;
  void *a = pool.allocate(100);
  void *b = pool.allocate(100);
  pool.deallocate(a, 100);  // not the newest: stays
  EXPECT_NE(pool.allocate(100), a);
  void *c = pool.allocate(50);
  pool.deallocate(c, 50);
  EXPECT_EQ(pool.allocate(50), c);
  EXPECT_NE(b, c);
}

TEST(Pool, ExtendsOnlyTheNewestAndOnlyWhereItFits) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(4096);
  void *a = pool.allocate(100);
  EXPECT_TRUE(pool.try_extend(a, 100, 200));
  EXPECT_FALSE(pool.try_extend(a, 200, 100000));
  EXPECT_FALSE(pool.try_extend(a, 200, SIZE_MAX));
  EXPECT_TRUE(pool.try_extend(a, 200, 10));
  void *b = pool.allocate(1, 1);
  EXPECT_EQ(b, static_cast<char *>(a) + 10);
  EXPECT_FALSE(pool.try_extend(a, 10, 20));
}

TEST(Pool, SealedItRefusesAndAResetLiftsThat) {
  pond::pool pool(pond::options{.tag = "sealed one"});
  (void)pool.allocate(10);
  void *large = pool.allocate_large(100);
  pool.seal();
  testing::internal::CaptureStderr();
  errno = 0;
  EXPECT_EQ(pool.try_allocate(1), nullptr);
  EXPECT_EQ(errno, EPERM);
  EXPECT_THROW((void)pool.allocate_large(1), std::system_error);
  EXPECT_THROW(pool.on_destroy([] {}), std::system_error);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("\"sealed one\""), std::string::npos);
  EXPECT_TRUE(pool.free(large));
  pool.seal();
  pool.reset();
  EXPECT_NE(pool.try_allocate(1), nullptr);
}

TEST(Pool, StatsSayWhatIsThere) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream nothing_cached;
  pond::pool pool(4096);
  (void)pool.allocate(100);
  (void)pool.allocate_large(1000);
  pool.on_destroy([] {});
  const pond::stats now = pool.stats();
  EXPECT_EQ(now.blocks, 1U);
  EXPECT_EQ(now.large, 1U);
  EXPECT_EQ(now.large_bytes, 1008U);
  EXPECT_EQ(now.cleanups, 1U);
  EXPECT_EQ(now.reserved, 4096U + 1008U);
  EXPECT_EQ(now.peak, now.reserved);
  EXPECT_GE(now.used, 100U);
  EXPECT_LT(now.used, 300U);
  pool.reset();
  EXPECT_EQ(pool.stats().reserved, 4096U);
  EXPECT_EQ(pool.stats().peak, now.peak);
}

}  // namespace
