// Scopes: where little happens in them, and where something does.
#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::use;

/// A pool that has so many bytes left in its only block.
pond::pool with_left(std::size_t left) {
  pond::pool pool(4096);
  use(pool.allocate(support::unused_in(pool) - left, 1));
  return pool;
}

TEST(Scope, InWhichMemoryIsTakenAloneLeavesThePoolAsItWas) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_default_upstream upstream;
  pond_set_cache_limit(0);  // whatever is taken, is asked for
  {
    pond::pool pool(4096);
    void *newest = pool.allocate(100);
    const pond::stats before = pool.stats();
    const std::size_t calls = upstream->calls();
    for (int i = 0; i < 100; ++i) {
      const pond::scope outer(pool);
      use(pool.allocate(100));
      const pond::scope inner(pool);
      use(pool.allocate(2000));
    }
    EXPECT_EQ(upstream->calls(), calls);
    EXPECT_EQ(pool.stats().used, before.used);
    EXPECT_EQ(pool.stats().reserved, before.reserved);
    EXPECT_TRUE(pool.try_extend(newest, 100, 200)) << "it is the newest again";
  }
  pond_set_cache_limit(std::size_t{1} << 20);
}

/// Where it begins at the very end of a block, what is older is not taken for the newest either.
TEST(Scope, OfAPoolThatIsFullKeepsWhatIsOlderInItsPlace) {
  POND_SKIP_WHEN_TRAPPED();
  for (const bool something : {false, true}) {
    pond::pool pool = with_left(64);
    void *newest = pool.allocate(64);
    ASSERT_EQ(support::unused_in(pool), 0U);
    {
      const pond::scope outer(pool);
      const pond::scope scope(pool);
      EXPECT_FALSE(pool.try_extend(newest, 64, 32));
      pool.deallocate(newest, 64);
      EXPECT_TRUE(!something || pool.allocate(64) != newest);
    }
    EXPECT_TRUE(pool.try_extend(newest, 64, 32));
    EXPECT_EQ(support::unused_in(pool), 32U);
  }
}

TEST(Scope, OfAPoolThatIsFullMayBeCommitted) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool = with_left(0);
  {
    pond::scope scope(pool);
    scope.commit();
  }
  use(pool.allocate(64));
  EXPECT_EQ(pool.stats().blocks, 2U);
}

/// What happens in the innermost one happens in all.
TEST(Scope, EachTakesBackWhatCameInIt) {
  checked_pool checked;
  pond::pool &pool = checked.pool;
  std::string log;
  use(pool.allocate(1));
  {
    const pond::scope outer(pool);
    use(pool.allocate(100));
    const pond::scope middle(pool);
    {
      const pond::scope inner(pool);
      pool.on_destroy([&log] { log += 'i'; });
      {
        const pond::scope innermost(pool);
        use(pool.allocate(100));
      }
      use(pool.allocate(5000));
      use(pool.allocate_large(5000));
      EXPECT_EQ(log, "");
    }
    EXPECT_EQ(log, "i");
    EXPECT_EQ(pool.stats().large, 0U);
    pool.on_destroy([&log] { log += 'm'; });
  }
  EXPECT_EQ(log, "im");
}

/// What a scope has put away when something happened in it is there again, also in the one around.
TEST(Scope, RoomsAndSparesAreThereAgain) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(2048);
  use(pool.allocate(1100));
  use(pool.allocate(900));  // a second block; the first one keeps a room
  pool.cancel(pool.on_destroy([] {}));
  support::extend(pool);
  const pond::stats before = pool.stats();
  for (int i = 0; i < 100; ++i) {
    const pond::scope outer(pool);
    const pond::scope inner(pool);
    use(pool.allocate_large(100));
    for (int n = 0; n < 5; ++n) use(pool.allocate(500));
  }
  EXPECT_EQ(pool.stats().used, before.used);
  EXPECT_EQ(pool.stats().reserved, before.reserved);
  for (int n = 0; n < 2; ++n) use(pool.allocate(500));
  EXPECT_EQ(pool.stats().blocks, before.blocks) << "the room is used";
}

/// A record that was given back in a scope is older than that: it is not used in it.
TEST(Scope, RecordsThatWereGivenBackInItAreUsedAfterIt) {
  checked_pool checked;
  int ran = 0;
  pond::cleanup *older = checked.pool.on_destroy([&ran] { ++ran; });
  void *large = checked.pool.allocate_large(100);
  {
    const pond::scope outer(checked.pool);
    const pond::scope scope(checked.pool);
    checked.pool.cancel(older);
    EXPECT_TRUE(checked.pool.free(large));
    for (int i = 0; i < 3; ++i) checked.pool.on_destroy([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 3);
  for (int i = 0; i < 3; ++i) checked.pool.on_destroy([&ran] { ++ran; });
  checked.pool.reset();
  EXPECT_EQ(ran, 6);
}

TEST(Scope, MarksAndScopesNest) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  std::string log;
  const pond_mark outer = pond_get_mark(pool);
  {
    const pond::scope scope(checked.pool);
    use(checked.pool.allocate(100));
    const pond_mark inner = pond_get_mark(pool);
    {
      const pond::scope innermost(checked.pool);
      checked.pool.on_destroy([&log] { log += 'a'; });
    }
    checked.pool.on_destroy([&log] { log += 'b'; });
    EXPECT_TRUE(pond_rewind(pool, inner));
    EXPECT_EQ(log, "ab");
    checked.pool.on_destroy([&log] { log += 'c'; });
  }
  EXPECT_EQ(log, "abc");
  EXPECT_TRUE(pond_rewind(pool, outer));
}

/// It was made before the scope, and is used in it.
TEST(Scope, AChildThatIsOlderStays) {
  checked_pool checked;
  pond::pool older = checked.pool.child();
  pond::pool newer;
  {
    const pond::scope scope(checked.pool);
    use(older.allocate(100));
    newer = checked.pool.child();
    use(newer.allocate(100));
  }
  EXPECT_NE(older.stats().blocks, 0U);
  EXPECT_EQ(newer.stats().blocks, 0U);
}

TEST(Scope, WhatIsAdoptedInItGoesWithIt) {
  checked_pool checked;
  bool ended = false;
  use(checked.pool.allocate(1));
  {
    const pond::scope scope(checked.pool);
    pond::pool other;
    other.on_destroy([&ended] { ended = true; });
    checked.pool.adopt(std::move(other));
  }
  EXPECT_TRUE(ended);
}

/// The extension that somebody else makes in it stays where it is.
TEST(Scope, DoesNotTakeBackTheExtension) {
  pond::pool pool(4096);
  use(pool.allocate(1));
  {
    const pond::scope outer(pool);
    const pond::scope scope(pool);
    EXPECT_EQ(pond_retain(pool.handle()), 0);
  }
  while (pool.stats().blocks == 1) std::memset(pool.allocate(64), 0xA5, 64);
  pond_release(pool.handle());
  EXPECT_GT(pool.stats().blocks, 1U) << "it was retained";
}

TEST(Scope, InWhichThereIsNoMemoryChangesNothing) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_default_upstream upstream;
  pond_set_cache_limit(0);
  {
    pond::pool pool = with_left(64);
    const pond::stats before = pool.stats();
    upstream->fail_at(1, true);
    {
      const pond::scope outer(pool);
      const pond::scope scope(pool);
      EXPECT_THROW(pool.on_destroy([] {}), std::bad_alloc);
      EXPECT_THROW((void)pool.allocate(100), std::bad_alloc);
      EXPECT_THROW((void)pool.child(), std::bad_alloc);
      use(pool.try_allocate(8));
    }
    upstream->fail_at(0);
    EXPECT_EQ(pool.stats().used, before.used);
    EXPECT_EQ(pool.stats().reserved, before.reserved);
  }
  pond_set_cache_limit(std::size_t{1} << 20);
}

TEST(Scope, RewindsWhenAnExceptionPasses) {
  checked_pool checked;
  int ran = 0;
  try {
    const pond::scope scope(checked.pool);
    checked.pool.on_destroy([&ran] { ++ran; });
    throw std::runtime_error("parse error");
  } catch (const std::runtime_error &) {
    EXPECT_EQ(ran, 1);
  }
}

TEST(Scope, CommittedItKeepsWhatWasMade) {
  checked_pool checked;
  int ran = 0;
  {
    pond::scope scope(checked.pool);
    checked.pool.on_destroy([&ran] { ++ran; });
    scope.commit();
    scope.commit();
  }
  EXPECT_EQ(ran, 0);
}

TEST(Scope, AThousandNestedOnes) {
  checked_pool checked;
  std::vector<std::unique_ptr<pond::scope>> scopes;
  for (int i = 0; i < 1000; ++i) {
    scopes.push_back(std::make_unique<pond::scope>(checked.pool));
    (void)checked.pool.allocate(100);
  }
  const std::size_t deep = checked.pool.stats().reserved;
  while (!scopes.empty()) scopes.pop_back();
  EXPECT_LT(checked.pool.stats().reserved, deep / 10);
}

/// What it leaves is a pool that may be used again, whatever it had to give back.
TEST(Scope, OfAnUnusedPoolMayTakeMoreThanABlock) {
  pond::pool pool;
  for (int i = 0; i < 2; ++i) {
    {
      const pond::scope whole(pool);
      for (int n = 0; n < 100; ++n) (void)pool.allocate(100);
      (void)pool.allocate_large(5000);
    }
    EXPECT_EQ(pool.stats().reserved, 0U);
  }
}

TEST(Scope, OfAnUnusedPoolTakesNothingAndLeavesNothing) {
  pond::pool pool;
  {
    const pond::scope outer(pool);
    const pond::scope inner(pool);
    EXPECT_EQ(pool.stats().reserved, 0U);
  }
  std::string log;
  {
    const pond::scope outer(pool);
    pool.on_destroy([&log] { log += 'o'; });
    {
      const pond::scope inner(pool);
      pool.on_destroy([&log] { log += 'i'; });
    }
    EXPECT_EQ(log, "i");
  }
  EXPECT_EQ(log, "io");
  EXPECT_EQ(pool.stats().reserved, 0U) << "as if never used";
  {
    pond::scope kept(pool);
    pool.on_destroy([&log] { log += 'k'; });
    kept.commit();
  }
  EXPECT_EQ(log, "io");
  pool.reset();
  EXPECT_EQ(log, "iok");
}

}  // namespace
