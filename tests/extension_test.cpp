// Where a pool keeps what most pools never need: in its first block, beside what it hands out.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "pond/scope.hpp"
#include "support.hpp"

namespace {

using support::use;

/// More than an extension and the records of a pool, by far.
constexpr std::size_t roomy = 4096;

/// Sees to it that nothing of an allocation lies where something else does.
void *filled(pond::pool &pool, std::size_t size) {
  return std::memset(pool.allocate(size), 0xA5, size);
}

TEST(Extension, OfAScopeIsInThePool) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_default_upstream upstream;
  pond_set_cache_limit(0);  // whatever is taken, is asked for
  pond::pool pool(roomy);
  use(pool.allocate(100));
  const pond::stats before = pool.stats();
  const std::size_t calls = upstream->calls();
  {
    const pond::scope first(pool);
    use(pool.allocate(100));
    pool.on_destroy([] {});
    const pond::scope second(pool);
    use(pool.allocate(100));
  }
  EXPECT_EQ(upstream->calls(), calls);
  EXPECT_EQ(pool.stats().reserved, before.reserved);
  EXPECT_LE(pool.stats().used, before.used + 16) << "but for where it begins";
}

/// A whole pool, with all that can be done without a table, on a stack.
TEST(Extension, OfABufferIsInTheBuffer) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_default_upstream upstream;
  pond_set_cache_limit(0);
  alignas(16) std::array<std::byte, 2048> buffer;
  int ended = 0;
  {
    pond::pool pool({.hard_limit = 0, .tag = "stack", .buffer = buffer});
    EXPECT_EQ(pool.stats().used, 0U);
    for (int i = 0; i < 3; ++i) {
      pool.on_destroy([&ended] { ++ended; });
      const pond::pool unused = pool.child();
      const pond::scope scope(pool);
      auto *p = static_cast<std::byte *>(pool.allocate(512));
      EXPECT_TRUE(p > buffer.data() && p + 512 <= buffer.data() + buffer.size());
      std::memset(p, 0xA5, 512);
      pool.on_destroy([&ended] { ++ended; });
    }
    EXPECT_EQ(pool.stats().reserved, 0U);
    EXPECT_EQ(pool.try_allocate(2048), nullptr) << "the limit";
    EXPECT_EQ(errno, EDQUOT);
    EXPECT_STREQ(pool.tag(), "stack");
  }
  EXPECT_EQ(ended, 6);
  EXPECT_EQ(upstream->calls(), 0U);
}

TEST(Extension, LeavesASmallBufferToItsUser) {
  POND_SKIP_WHEN_TRAPPED();
  alignas(16) std::array<std::byte, 480> buffer;
  pond::pool pool({.buffer = buffer});
  EXPECT_GE(pool.stats().reserved, 200U) << "it is elsewhere";
  EXPECT_GE(support::blocks_of(pool.handle()).front().unused, 300U);
}

TEST(Extension, IsThatOfAnUpstreamToo) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_pool checked({.first_block = roomy});
  use(checked.pool.allocate(100));
  EXPECT_EQ(checked.upstream().calls(), 1U);
}

TEST(Extension, IsElsewhereWhereTooLittleIsLeft) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(roomy);
  const std::size_t size = roomy - 200;
  const auto *p = static_cast<unsigned char *>(filled(pool, size));
  const std::size_t reserved = pool.stats().reserved;
  support::extend(pool);
  EXPECT_GT(pool.stats().reserved, reserved);
  EXPECT_TRUE(std::all_of(p, p + size, [](unsigned char byte) { return byte == 0xA5; }));
}

/// It stays where it is, and all that is before it is used again.
TEST(Extension, StaysOverAReset) {
  POND_SKIP_WHEN_TRAPPED();
  for (const std::size_t before : {8U, 203U, 1001U, 3600U}) {
    SCOPED_TRACE(before);
    pond::pool pool(roomy);
    pool.copy(std::string(before, 'x'));
    support::extend(pool);
    for (int round = 0; round < 3; ++round) {
      pool.reset();
      EXPECT_EQ(pool.stats().used, 0U);
      const std::size_t blocks = pool.stats().blocks;
      const std::size_t unused = support::unused_in(pool);
      std::size_t taken = 0;
      for (; pool.stats().blocks == blocks; taken += 16) filled(pool, 16);
      EXPECT_GE(taken + blocks * 16, unused);
      EXPECT_LE(taken, unused + 16);
      bool ended = false;
      {
        const pond::scope scope(pool);
        filled(pool, 5000);
        pool.on_destroy([&ended] { ended = true; });
      }
      EXPECT_TRUE(ended);
    }
  }
}

/// What was the newest before a scope can still grow, and be given back.
TEST(Extension, LeavesTheNewestTheNewest) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(roomy);
  void *newest = pool.allocate(100);
  support::extend(pool);
  EXPECT_TRUE(pool.try_extend(newest, 100, 200));
  pool.deallocate(newest, 200);
  EXPECT_EQ(pool.allocate(100), newest);
}

/// There is room for the value and for the extension that it brings, but not for its records.
TEST(Extension, OfAValueThatFailsCostsNoOtherMemory) {
  POND_SKIP_WHEN_TRAPPED();
  struct big {
    char bytes[1000];
  };
  const pond::key<big> key;
  support::checked_default_upstream upstream;
  pond_set_cache_limit(0);
  int failed = 0;
  for (std::size_t taken = 16; taken < roomy - sizeof(big); taken += 16) {
    pond::pool pool(roomy);
    use(pool.allocate(taken));
    const std::size_t used = pool.stats().used;
    upstream->fail_at(1, true);
    try {
      pool.emplace(key);
    } catch (const std::bad_alloc &) {
      ++failed;
      EXPECT_EQ(pool.stats().used, used) << taken;
    }
    upstream->fail_at(0);
  }
  EXPECT_GT(failed, 0);
}

TEST(Extension, KeepsWhatIsToldOfThePool) {
  pond::pool pool({.first_block = roomy, .hard_limit = 3 * roomy, .tag = "kept"});
  for (int round = 0; round < 3; ++round) {
    while (pool.try_allocate(64) != nullptr) {
    }
    EXPECT_EQ(errno, EDQUOT);
    EXPECT_LE(pool.stats().peak, 3 * roomy);
    EXPECT_STREQ(pool.tag(), "kept");
    pool.reset();
    EXPECT_EQ(pool.stats().used, 0U);
  }
}

/// The bins of a pool that recycles are there, too, and stay over a reset.
TEST(Extension, OfAPoolThatRecyclesIsInTheBufferToo) {
  POND_SKIP_WHEN_TRAPPED();
  alignas(16) std::array<std::byte, 8192> buffer;
  pond::pool pool({.hard_limit = 0, .buffer = buffer, .recycle = true});
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(pool.stats().used, 0U);
    std::vector<void *> taken;
    for (void *p = pool.try_allocate(100); p != nullptr; p = pool.try_allocate(100)) {
      taken.push_back(std::memset(p, 0xA5, 100));
    }
    EXPECT_GT(taken.size(), 50U);
    for (void *p : taken) pool.deallocate(p, 100);
    for (std::size_t i = 0; i < taken.size(); ++i) use(pool.try_allocate(100));
    EXPECT_EQ(pool.try_allocate(100), nullptr);
    EXPECT_EQ(pool.stats().reserved, 0U);
    pool.reset();
  }
}

TEST(Extension, OfAPoolThatRecyclesIsRefusedWhereTheBufferIsSmall) {
  POND_SKIP_WHEN_TRAPPED();
  if (sizeof(void *) != 8) GTEST_SKIP() << "said of 64 bits";
  constexpr std::size_t least = 2576;
  alignas(16) std::array<std::byte, least> buffer;
  const auto over = [&](std::size_t size) {
    return pond::pool({.hard_limit = 0, .buffer = std::span(buffer).first(size), .recycle = true});
  };
  EXPECT_THROW(over(least - 16), pond::limit_exceeded);
  EXPECT_EQ(over(least).stats().reserved, 0U);
}

TEST(Extension, LiesInABufferThatLeavesAsMuchRoom) {
  POND_SKIP_WHEN_TRAPPED();
  if (sizeof(void *) != 8) GTEST_SKIP() << "said of 64 bits";
  constexpr std::size_t least = 848;
  alignas(16) std::array<std::byte, least> buffer;
  EXPECT_THROW(pond::pool({.hard_limit = 0, .buffer = std::span(buffer).first(least - 16)}),
               pond::limit_exceeded);
  pond::pool pool({.hard_limit = 0, .buffer = buffer});
  EXPECT_NE(pool.try_allocate(least - 464, 8), nullptr);
  EXPECT_EQ(pool.try_allocate(1, 1), nullptr);
}

/// Also where a tool watches.
TEST(Extension, OfACPoolLiesInABufferOf880) {
  alignas(16) std::array<std::byte, 880> buffer;
  pond_options options = POND_OPTIONS_INIT;
  options.buffer = buffer.data();
  options.buffer_size = buffer.size();
  options.hard_limit = 0;
  pond_pool *pool = pond_create_with(&options);
  EXPECT_NE(pool, nullptr);
  pond_destroy(pool);
}

/// A cached block that is larger than the limit is not taken.
TEST(Extension, LeavesAFirstBlockAsLargeAsTheLimit) {
  POND_SKIP_WHEN_TRAPPED();
  const support::checked_default_upstream with_a_cache;
  for (const std::size_t cached : {roomy, roomy + 112}) {
    use(pond::pool(cached).allocate(1));
    pond::pool pool({.first_block = roomy, .hard_limit = roomy});
    use(pool.try_allocate(roomy / 2));
    EXPECT_EQ(pool.stats().reserved, roomy);
  }
}

/// Where it has a block to itself, that has to be borne, too.
TEST(Extension, IsChargedWhereItIsElsewhere) {
  support::checked_default_upstream upstream;
  EXPECT_THROW(pond::pool({.first_block = 256, .hard_limit = 256}), pond::limit_exceeded);
  EXPECT_EQ(pond::pool({.first_block = 256, .hard_limit = 1024}).stats().blocks, 2U);
}

TEST(Extension, OfAPoolAboveItsLimitIsNotAskedFor) {
  support::checked_default_upstream upstream;
  pond_set_cache_limit(0);
  std::array<std::byte, 64> small;
  EXPECT_THROW(pond::pool({.hard_limit = 0, .buffer = small}), pond::limit_exceeded);
  EXPECT_EQ(upstream->calls(), 0U);
}

class ExtensionDeathTest : public testing::TestWithParam<void (*)(pond::pool &)> {
 protected:
  void SetUp() override { POND_SKIP_WHEN_TRAPPED(); }
};

/// An overflow of what lies before it meets its first word, and whoever is going to follow another
/// sees that; also where what tells a mistake of the user's was overwritten, too.
TEST_P(ExtensionDeathTest, OverwrittenItIsNotFollowed) {
  pond::pool pool(pond::options{.first_block = roomy, .tag = "overflown"});
  const std::size_t left = support::blocks_of(pool.handle()).front().unused;
  void *last = pool.allocate(left, 1);
  for (const std::size_t beyond : {sizeof(void *), std::size_t{100}, std::size_t{360}}) {
    EXPECT_DEATH(
        {
          std::memset(last, 'w', left + beyond);
          GetParam()(pool);
        },
        "the extension of a pool's records was overwritten");
  }
}

INSTANTIATE_TEST_SUITE_P(
    By, ExtensionDeathTest,
    testing::Values([](pond::pool &pool) { pool.reset(); },
                    [](pond::pool &pool) { pool = pond::pool(); },
                    [](pond::pool &pool) { pool.on_destroy([] {}); },
                    [](pond::pool &pool) { (void)pool.allocate_large(1); },
                    [](pond::pool &pool) { use(pool.allocate(1000)); },
                    [](pond::pool &pool) { use(pool.child().allocate(1)); },
                    [](pond::pool &pool) { (void)pool.stats(); },
                    [](pond::pool &pool) { (void)pond_get(pool.handle(), &pool); },
                    [](pond::pool &pool) { (void)pond_commit(pool.handle(), {}); },
                    [](pond::pool &pool) { (void)pool.tag(); }));

}  // namespace
