// What only changing the library place by place (mutate.py) showed to be untested.
#include <pond/embed.h>

#include <array>
#include <new>
#include <pond/options.hpp>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using support::checked_default_upstream;
using support::checked_pool;
using support::opaque;
using support::use;

TEST(SmallPrint, APoolThatCannotBeMadeThrows) {
  EXPECT_THROW(pond::pool(opaque(SIZE_MAX / 2)), std::bad_alloc);
}

TEST(SmallPrint, AnUpstreamWithOneFunctionIsRefused) {
  workload::checking_upstream checks;
  for (const bool first : {false, true}) {
    pond::upstream half = checks.get();
    if (first) half.deallocate = nullptr;
    if (!first) half.allocate = nullptr;
    EXPECT_THROW(pond::pool({.upstream = &half}), std::system_error);
  }
}

TEST(SmallPrint, AFirstBlockAboveTheLimitIsRefusedAsALimit) {
  EXPECT_THROW(pond::pool({.first_block = 4096, .hard_limit = 4095}), pond::limit_exceeded);
}

TEST(SmallPrint, AnImpossibleAlignmentOfALargeOneIsEINVAL) {
  pond::pool pool;
  use(pool.allocate(1));
  errno = 0;
  EXPECT_EQ(pool.try_allocate_large(100, 24), nullptr);
  EXPECT_EQ(errno, EINVAL);
}

TEST(SmallPrint, AStateHasRoomWhateverSmallBlocksAreCached) {
  POND_SKIP_WHEN_TRAPPED();
  const checked_default_upstream upstream;
  for (std::size_t size = 16; size <= 160; size += 16) {
    {
      pond::pool pool;
      use(pool.allocate_large(size));
    }
    pond::pool small(size);
    EXPECT_GE(small.stats().reserved, 7 * sizeof(void *) + 16) << size;
    use(small.allocate(1));
  }
  pond_trim();
}

TEST(SmallPrint, APoolWithOptionsGrowsAsOthers) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool plain;
  pond::pool with_options{pond::options{}};
  for (int i = 0; i < 1000; ++i) {
    use(plain.allocate(1000));
    use(with_options.allocate(1000));
  }
  EXPECT_EQ(plain.stats().blocks, with_options.stats().blocks);
}

TEST(SmallPrint, APoolGrowsTheSameByCachedBlocks) {
  POND_SKIP_WHEN_TRAPPED();
  const checked_default_upstream upstream;
  constexpr std::size_t first_block = 256;
  const auto grown = [] {
    pond::pool pool(first_block);
    std::vector<std::size_t> reserved;
    for (int i = 0; i < 300; ++i) {
      use(pool.allocate(60));
      reserved.push_back(pool.stats().reserved);
    }
    return reserved;
  };
  const std::vector<std::size_t> by_new_blocks = grown();
  {
    std::vector<pond::pool> pools;  // so that more blocks of that size are cached than it takes
    for (int i = 0; i < 16; ++i) pools.emplace_back(first_block);
  }
  EXPECT_EQ(grown(), by_new_blocks);
  pond_trim();
}

TEST(SmallPrint, GrowthDoesNotBeginAgainAfter255Blocks) {
  checked_pool checked({.first_block = 256, .largest_block = 1024});
  std::size_t before = 0;
  std::size_t largest = 0;
  for (std::size_t blocks = 1; blocks < 300; blocks = checked.pool.stats().blocks) {
    use(checked.pool.allocate(60));
    const std::size_t reserved = checked.pool.stats().reserved;
    if (before != 0 && reserved != before) {
      EXPECT_GE(reserved - before, largest) << blocks;
      largest = reserved - before;
    }
    before = reserved;
  }
}

TEST(SmallPrint, ARefusedLargeAllocationKeepsNoRecord) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked;
  use(checked.pool.allocate(1));
  std::array<std::size_t, 2> used{};
  for (std::size_t &now : used) {
    checked.upstream().fail_at(1);
    EXPECT_EQ(checked.pool.try_allocate_large(5000), nullptr);
    now = checked.pool.stats().used;
  }
  EXPECT_EQ(used[0], used[1]);
}

TEST(SmallPrint, AlignedLargeMemoryOfAPlainPoolIsGivenBack) {
  POND_SKIP_WHEN_TRAPPED();
  const checked_default_upstream upstream;
  {
    pond::pool pool;
    use(pool.allocate_large(5000, 64));
    use(pool.allocate_large(5000, 4096));
  }
  pond_trim();
}

TEST(SmallPrint, ASealInAScopeLosesNoRoom) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(4096);
  use(pool.allocate(104));
  const std::size_t used = pool.stats().used;
  {
    const pond::scope scope(pool);
    pool.seal();
  }
  EXPECT_EQ(pool.stats().used, used);
}

TEST(SmallPrint, ACleanupCannotRewindToWhereItWasRegistered) {
  struct marked {
    pond::pool pool;
    pond_mark mark{};
    bool rewound = true;
    int error = 0;
  } m;
  use(m.pool.allocate(1));
  m.mark = pond_get_mark(m.pool.handle());
  pond::cleanup *cleanup = m.pool.on_destroy([&m] {
    errno = 0;
    m.rewound = pond_rewind(m.pool.handle(), m.mark);
    m.error = errno;
  });
  m.pool.run(cleanup);
  EXPECT_FALSE(m.rewound);
  EXPECT_EQ(m.error, EBUSY);
}

TEST(SmallPrint, AScopeWithACleanupInACleanupTakesItsMemoryBack) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool;
  std::size_t lost = 1;
  int ran = 0;
  use(pool.allocate(1));
  pond::cleanup *cleanup = pool.on_destroy([&] {
    support::extend(pool);
    const std::size_t before = pool.stats().used;
    {
      const pond::scope scope(pool);
      use(pool.allocate(200));
      pool.on_destroy([&ran] { ++ran; });
    }
    lost = pool.stats().used - before;
  });
  pool.run(cleanup);
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(lost, 0U);
}

TEST(SmallPrint, NothingIsAllocatedFromAPoolThatItsCleanupDestroyed) {
  struct seen {
    pond_pool *pool;
    void *memory;
  };
  pond_pool *pool = pond_create(4096);
  use(pond_alloc(pool, 1));
  static seen after;
  after = {pool, &after};
  (void)pond_on_destroy(
      pool,
      [](void *data) {
        auto *s = static_cast<seen *>(data);
        pond_destroy(s->pool);
        s->memory = pond_alloc(s->pool, 8);
      },
      &after);
  pond_reset(pool);
  EXPECT_EQ(after.memory, nullptr);
}

TEST(SmallPrint, AHostIsToldOfRecordsThatThereIsNoMemoryFor) {
  POND_SKIP_WHEN_TRAPPED();
  static int told = 0;
  told = 0;
  checked_default_upstream upstream;
  pond_embedding host{sizeof(pond_embedding), sizeof(pond_head), 0,
                      [](void *, std::size_t, std::size_t, bool) { ++told; }};
  pond_pool *pool = pond_embedded_pool(static_cast<pond_head *>(pond_embed(256, 0, &host)));
  use(pool);
  upstream->fail_at(1);
  EXPECT_EQ(pond_get_mark(pool).opaque[0], 0U) << "it needs an extension";
  EXPECT_EQ(told, 1);
  pond_destroy(pool);
  pond_trim();
}

TEST(SmallPrint, WhatRecyclesCountsFromNothing) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(pond::options{.recycle = true});
  use(pool.allocate(1));
  const std::size_t before = pool.stats().used;
  use(pool.allocate(32));
  EXPECT_EQ(pool.stats().used - before, 32U);
  pool.deallocate(pool.allocate(48), 48);
  pool.reset();
  use(pool.allocate(1));
  EXPECT_EQ(pool.stats().used, before) << "after a reset, too";
}

TEST(SmallPrint, ValuesThatComeAndGoTakeNoLargerTable) {
  POND_SKIP_WHEN_TRAPPED();
  static const pond::key<int> key;
  pond::pool pool(4096);
  pool.emplace(key, 0);
  std::size_t before = 0;
  for (int i = 0; i < 200; ++i) {
    const pond::scope scope(pool);  // the small memory goes with it
    pool.emplace(key, i);
    if (i == 0) before = pool.stats().reserved;
  }
  EXPECT_EQ(pool.stats().reserved, before);
}

TEST(SmallPrint, AThreadWithoutACacheSharesNone) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool made_here(4096);
  use(made_here.allocate(1));
  std::size_t cached = 1;
  std::thread([&made_here, &cached] {
    pond_set_cache_limit(std::size_t{1} << 20);  // the first thing that it does
    made_here = pond::pool();
    std::thread([&cached] { cached = pond_cached_bytes(); }).join();
  }).join();
  EXPECT_EQ(cached, 0U);
}

TEST(SmallPrint, AnotherThreadsCacheCountsBesideOnesOwn) {
  POND_SKIP_WHEN_TRAPPED();
  { const pond::pool here(4096); }
  std::thread([] {
    { const pond::pool there(4096); }
    errno = 0;
    EXPECT_EQ(pond_set_default_upstream(nullptr), -1) << "two have one";
    EXPECT_EQ(errno, EBUSY);
  }).join();
}

/// The headers and the manual name these bytes; they are to follow.
TEST(SmallPrint, OptionsAndRecyclingTakeAsManyBytesAsIsSaid) {
  POND_SKIP_WHEN_TRAPPED();
  if (sizeof(void *) != 8) GTEST_SKIP() << "said of 64 bits";
  const support::checked_default_upstream exact;
  pond_set_cache_limit(0);
  constexpr std::size_t of_options = 384;
  constexpr std::size_t of_bins = 1056;
  const auto room = [](pond::pool pool) {
    std::size_t bytes = 0;
    while (pool.stats().blocks == 1) bytes += pool.try_allocate(16) != nullptr ? 16U : 0U;
    return bytes;
  };
  const std::size_t plain = room(pond::pool(8192));
  EXPECT_EQ(room(pond::pool({.first_block = 8192, .hard_limit = 1 << 20})), plain - of_options);
  EXPECT_EQ(room(pond::pool({.first_block = 8192, .recycle = true})), plain - of_options - of_bins);
}

}  // namespace
