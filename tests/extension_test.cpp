// Where a pool keeps what most pools never need: in its first block, beside what it hands out.
#include <array>
#include <cstring>

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
  alignas(16) std::array<std::byte, 400> buffer;
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

TEST(Extension, IsElsewhereOnceThePoolHasGoneOn) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(roomy);
  while (pool.stats().blocks == 1) filled(pool, 64);
  const std::size_t reserved = pool.stats().reserved;
  { const pond::scope scope(pool); }
  EXPECT_GT(pool.stats().reserved, reserved);
  const std::size_t after = pool.stats().reserved;
  pool.reset();
  { const pond::scope scope(pool); }
  EXPECT_LE(pool.stats().reserved, after) << "the same one";
}

std::size_t unused_in(pond::pool &pool) {
  std::size_t unused = 0;
  for (const support::seen_block &block : support::blocks_of(pool.handle())) unused += block.unused;
  return unused;
}

/// It stays where it is: what is before it and what is behind it are used again.
TEST(Extension, StaysOverAReset) {
  POND_SKIP_WHEN_TRAPPED();
  for (const std::size_t before : {8U, 200U, 1001U, 2900U, 3600U}) {
    SCOPED_TRACE(before);
    pond::pool pool(roomy);
    pool.copy(std::string(before, 'x'));
    { const pond::scope scope(pool); }
    for (int round = 0; round < 3; ++round) {
      pool.reset();
      EXPECT_LT(pool.stats().used, 128U + 16U) << "no more than a room that is not worth keeping";
      const std::size_t blocks = pool.stats().blocks;
      const std::size_t unused = unused_in(pool);
      std::size_t taken = 0;
      for (; pool.stats().blocks == blocks; taken += 16) filled(pool, 16);
      EXPECT_GE(taken + blocks * 128, unused) << "from all rooms";
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

class ExtensionDeathTest : public testing::Test {
 protected:
  void SetUp() override { POND_SKIP_WHEN_TRAPPED(); }
};

/// An overflow of what lies before it meets its first word.
TEST_F(ExtensionDeathTest, OverwrittenItIsNotFollowed) {
  for (const bool reset : {false, true}) {
    pond::pool pool(roomy);
    auto *before = static_cast<char *>(pool.allocate(64));
    pool.copy("not at a multiple of 16");
    { const pond::scope scope(pool); }
    EXPECT_DEATH(
        {
          std::memset(before, 'w', 64 + 48);
          if (reset) {
            pool.reset();
          } else {
            const pond::pool ended = std::move(pool);
          }
        },
        "the extension of a pool's records was overwritten");
  }
}

TEST_F(ExtensionDeathTest, NorByAMark) {
  pond::pool pool(roomy);
  auto *before = static_cast<char *>(pool.allocate(64));
  EXPECT_DEATH(
      {
        const pond_mark mark = pond_get_mark(pool.handle());
        std::memset(before, 'w', 64 + 16);
        (void)pond_rewind(pool.handle(), mark);
      },
      "the extension of a pool's records was overwritten");
}

}  // namespace
