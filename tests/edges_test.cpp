// Edges of blocks, rooms, buffers and statistics: where a change by one byte, or by one block,
// shows.
#include <pond/embed.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "support.hpp"

namespace {

using support::blocks_of;
using support::checked_default_upstream;
using support::checked_pool;
using support::seen_block;

/// What lies before the first allocation of a pool whose head is elsewhere.
constexpr std::size_t state_size = POND_EMBEDDED_SIZE - sizeof(void *);

TEST(Edge, ARoomIsFilledToItsLastByte) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 1024});
  (void)checked.pool.allocate(blocks_of(checked.pool.handle()).front().unused - 248);
  const std::size_t room = blocks_of(checked.pool.handle()).front().unused;
  (void)checked.pool.allocate(room + 100);  // a block of its own, which is the current one
  while (blocks_of(checked.pool.handle()).back().unused >= room) (void)checked.pool.allocate(64);
  ASSERT_EQ(blocks_of(checked.pool.handle()).size(), 2U);
  (void)checked.pool.allocate(room, 1);
  EXPECT_EQ(blocks_of(checked.pool.handle()).size(), 2U);
  EXPECT_EQ(blocks_of(checked.pool.handle()).front().unused, 0U);
}

TEST(Edge, TheNewestGrowsToTheLastByteOfItsBlock) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 1024});
  void *p = checked.pool.allocate(100);
  const std::size_t most = 100 + blocks_of(checked.pool.handle()).front().unused;
  EXPECT_FALSE(checked.pool.try_extend(p, 100, most + 1));
  EXPECT_TRUE(checked.pool.try_extend(p, 100, most));
  EXPECT_EQ(blocks_of(checked.pool.handle()).front().unused, 0U);
}

TEST(Edge, BlocksFromTheCacheGrowAsOthers) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream nothing_cached;
  const auto sizes = [] {
    pond::pool pool(1024);
    while (pool.stats().reserved < 40000) (void)pool.allocate(64);
    std::vector<std::size_t> all;
    for (const seen_block &block : blocks_of(pool.handle())) all.push_back(block.size);
    return all;
  };
  const std::vector<std::size_t> expected = sizes();
  {
    const std::vector<pond::pool> many = [] {
      std::vector<pond::pool> pools;
      for (int i = 0; i < 40; ++i) pools.emplace_back(1024);
      return pools;
    }();
  }
  EXPECT_EQ(sizes(), expected);
}

TEST(Edge, AResetKeepsBlocksOfExactlyTheLimit) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 1024, .largest_block = 1024, .keep = 2048});
  for (int i = 0; i < 100; ++i) (void)checked.pool.allocate(500);
  checked.pool.reset();
  EXPECT_EQ(checked.pool.stats().blocks, 3U);
}

/// Bytes of the eleventh block.
std::size_t eleventh_block(bool reset_before) {
  checked_pool checked({.first_block = 1024, .largest_block = 8192, .keep = 100000});
  const auto fill_until = [&checked](std::size_t blocks) {
    while (checked.pool.stats().blocks < blocks) (void)checked.pool.allocate(64);
  };
  fill_until(10);
  if (reset_before) checked.pool.reset();
  fill_until(11);
  return blocks_of(checked.pool.handle()).back().size;
}

TEST(Edge, GrowthGoesOnBehindTheBlocksThatAResetKept) {
  POND_SKIP_WHEN_TRAPPED();
  EXPECT_EQ(eleventh_block(true), eleventh_block(false));
}

/// nginx's rule: a page less one byte.
TEST(Edge, WithoutAThresholdWhatHasMoreThan4095BytesIsLarge) {
  POND_SKIP_WHEN_TRAPPED();
  const auto larges_with = [](std::size_t size) {
    checked_pool checked({.first_block = 16384});
    while (blocks_of(checked.pool.handle()).front().unused >= size)
      (void)checked.pool.allocate(512);
    (void)checked.pool.allocate(size);
    return checked.pool.stats().large;
  };
  EXPECT_EQ(larges_with(4095), 0U);
  EXPECT_EQ(larges_with(4096), 1U);
}

/// Above 16 it may cost its padding, less what every block has: that much, and no more.
TEST(Edge, AnAlignmentCountsForThePaddingThatItMayNeed) {
  POND_SKIP_WHEN_TRAPPED();
  const auto larges_with = [](std::size_t size) {
    checked_pool checked({.first_block = 1024, .large_threshold = 500});
    while (blocks_of(checked.pool.handle()).front().unused >= 64) (void)checked.pool.allocate(64);
    (void)checked.pool.allocate(size, 64);
    return checked.pool.stats().large;
  };
  EXPECT_EQ(larges_with(500 - 48), 0U);
  EXPECT_EQ(larges_with(500 - 47), 1U);
  checked_pool checked({.first_block = 256, .large_threshold = 10000});
  (void)checked.pool.allocate(5008, 64);
  EXPECT_EQ(blocks_of(checked.pool.handle()).back().size, 5008U + 48 + 16)
      << "the header, and on 32 bits the padding behind it";
}

TEST(Edge, NoThresholdIsBelow79) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 1024, .large_threshold = 1});
  while (blocks_of(checked.pool.handle()).front().unused >= 64) (void)checked.pool.allocate(64);
  (void)checked.pool.allocate(79);
  EXPECT_EQ(checked.pool.stats().large, 0U);
  while (blocks_of(checked.pool.handle()).back().unused >= 64) (void)checked.pool.allocate(64);
  (void)checked.pool.allocate(80);
  EXPECT_EQ(checked.pool.stats().large, 1U);
}

TEST(Edge, ABufferIsUsedFromItsFirstAlignedByteToItsLast) {
  constexpr std::size_t least_room = 24;
  alignas(16) std::array<std::byte, 400> buffer{};
  for (std::size_t skip = 0; skip < 20; ++skip) {
    for (std::size_t size = 0; size + skip <= buffer.size(); ++size) {
      checked_pool checked({.buffer = std::span(buffer).subspan(skip, size)});
      const std::size_t begin = (skip + 15) & ~std::size_t{15};
      const std::size_t length =
          begin <= skip + size ? (skip + size - begin) & ~std::size_t{15} : 0;
      const seen_block first = blocks_of(checked.pool.handle()).front();
      if (length >= state_size + least_room) {
        ASSERT_EQ(first.memory, buffer.data() + begin) << skip << " " << size;
        ASSERT_EQ(first.size, length) << skip << " " << size;
      } else {
        ASSERT_TRUE(checked.upstream().owns(first.memory)) << skip << " " << size;
      }
    }
  }
}

TEST(Edge, AConstantSizeFillsABlockToItsLastByte) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(1024);
  const std::size_t room = blocks_of(pool.handle()).front().unused;
  for (std::size_t i = 0; i < room; ++i) (void)pool.allocate(1, 1);
  EXPECT_EQ(blocks_of(pool.handle()).size(), 1U);
  EXPECT_EQ(blocks_of(pool.handle()).front().unused, 0U);
  (void)pool.allocate(1, 1);
  EXPECT_EQ(blocks_of(pool.handle()).size(), 2U);
}

TEST(Edge, ABufferThatReachesIntoTheFirstPageOrTheKernelsBytesIsRefused) {
  constexpr std::uintptr_t kernels = -std::uintptr_t{pond::detail::kernels_bytes};
  struct buffer {
    std::uintptr_t begin;
    std::size_t size;
    int error;
  };
  for (const auto &[begin, size, error] :
       {buffer{kernels - 1024, 1024 + 1, EINVAL}, buffer{kernels - 1024, 8192, EINVAL},
        buffer{kernels - 1024, PTRDIFF_MAX, EINVAL}, buffer{8192, SIZE_MAX, EINVAL},
        buffer{16, 8192, EINVAL}, buffer{kernels - 16, 16, 0}}) {  // too small, and ignored
    pond_options options = POND_OPTIONS_INIT;
    options.buffer = reinterpret_cast<void *>(begin);  // NOLINT(performance-no-int-to-ptr)
    options.buffer_size = size;
    errno = 0;
    pond_pool *pool = pond_create_with(&options);
    EXPECT_EQ(errno, error) << begin << " " << size;
    EXPECT_EQ(pool == nullptr, error != 0);
    pond_destroy(pool);
  }
}

TEST(Edge, WithABufferTheFirstBlockSaysWhatIsLarge) {
  POND_SKIP_WHEN_TRAPPED();
  alignas(16) std::array<std::byte, 256> buffer{};
  pond_options options = POND_OPTIONS_INIT;
  options.first_block = 1024;
  options.buffer = buffer.data();
  options.buffer_size = buffer.size();
  pond_pool *pool = pond_create_with(&options);
  constexpr std::size_t room = 1024 - sizeof(pond_head) - state_size;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(pond_free(pool, pond_alloc(pool, room)));
  EXPECT_TRUE(pond_free(pool, pond_alloc(pool, room + 1)));
  pond_destroy(pool);
}

TEST(Edge, ReservedIsWhatTheUpstreamGave) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 4096});
  EXPECT_EQ(checked.pool.stats().reserved, checked.upstream().held());
  std::vector<void *> larges;
  for (std::size_t size = 1; size < 100; ++size) {
    larges.push_back(checked.pool.allocate_large(size));
    (void)checked.pool.allocate(100);
    ASSERT_EQ(checked.pool.stats().reserved, checked.upstream().held());
  }
  for (const void *large : larges) checked.pool.free(large);
  EXPECT_EQ(checked.pool.stats().reserved, checked.upstream().held());
}

TEST(Edge, ThePeakOfBeforeTheFirstMarkCounts) {
  pond::pool pool(4096);
  pool.free(pool.allocate_large(100000));
  const std::size_t peak = pool.stats().peak;
  EXPECT_GE(peak, 104096U);
  (void)pond_get_mark(pool.handle());
  EXPECT_EQ(pool.stats().peak, peak);
  EXPECT_EQ(pool.stats(true).peak, peak);
}

TEST(Edge, APoolWithOptionsComesFromTheCacheAndGoesThere) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  { const pond::pool warm({.tag = "first"}); }
  const std::size_t calls = upstream->calls();
  { const pond::pool pool({.tag = "second"}); }
  EXPECT_EQ(upstream->calls(), calls);
}

/// Whatever can be said first to a pool that was not used yet, says that there is no memory.
TEST(Edge, WithoutMemoryAnUnusedPoolStaysUnused) {
  checked_default_upstream upstream;
  workload::checking_upstream another;
  const pond_upstream of_child = another.get();
  upstream->fail_at(1, true);
  pond::pool pool;
  int key = 0;
  EXPECT_EQ(pool.try_allocate(10), nullptr);
  EXPECT_EQ(pool.try_allocate(10, 64), nullptr);
  EXPECT_THROW((void)pool.allocate_large(10), std::bad_alloc);
  EXPECT_THROW(pool.on_destroy([] {}), std::bad_alloc);
  EXPECT_THROW((void)pool.child({.upstream = &of_child}), std::bad_alloc);
  EXPECT_EQ(pond_set(pool.handle(), &key, &key, nullptr), -1);
  EXPECT_EQ(pond_retain(pool.handle()), -1);
  EXPECT_EQ(pond_get_mark(pool.handle()).opaque[0], 0U);
  pool.seal();
  EXPECT_EQ(pool.stats().reserved, 0U);
  upstream->fail_at(0);
  EXPECT_NE(pool.try_allocate(10), nullptr);
}

TEST(Pool, ZeroedMemoryIsZeroWhateverWasThereBefore) {
  support::checked_pool checked({.first_block = 1024});
  for (int round = 0; round < 2; ++round) {
    for (const std::size_t size : {0U, 1U, 24U, 500U, 900U, 2000U, 6000U}) {
      for (const bool throws : {false, true}) {
        void *p =
            throws ? checked.pool.allocate_zeroed(size) : checked.pool.try_allocate_zeroed(size);
        ASSERT_NE(p, nullptr);
        auto *bytes = static_cast<unsigned char *>(p);
        EXPECT_EQ(std::count(bytes, bytes + size, 0), static_cast<std::ptrdiff_t>(size));
        std::fill_n(bytes, size, 0xFF);
      }
    }
    checked.pool.reset();
  }
}

TEST(Pool, ZeroedAndLargeMemoryIsRefusedAsAnyOther) {
  pond::pool pool;
  errno = 0;
  EXPECT_EQ(pool.try_allocate_zeroed(support::opaque(SIZE_MAX)), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_THROW((void)pool.allocate_zeroed(support::opaque(SIZE_MAX)), std::bad_alloc);
  EXPECT_EQ(pool.try_allocate_large(support::opaque(SIZE_MAX)), nullptr);
  errno = 0;
  EXPECT_EQ(pool.try_allocate_zeroed(8, support::opaque(3)), nullptr);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(pool.try_allocate_large(8, support::opaque(3)), nullptr);
  EXPECT_TRUE(pool.free(pool.try_allocate_large(8, 64)));
}

/// Without an extension the peak is looked at when the pool shrinks, not when it grows.
TEST(Pool, ThePeakOutlivesWhatMadeIt) {
  checked_default_upstream nothing_cached;
  pond::pool pool(4096);
  void *first = pool.allocate_large(10000);
  void *second = pool.allocate_large(20000);
  const std::size_t most = pool.stats().peak;
  EXPECT_EQ(most, pool.stats().reserved);
  EXPECT_TRUE(pool.free(second));
  EXPECT_TRUE(pool.free(first));
  (void)pool.allocate_large(10000);
  EXPECT_EQ(pool.stats().peak, most);
  EXPECT_LT(pool.stats().reserved, most);
}

}  // namespace
