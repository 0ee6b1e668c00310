// Scopes: where little happens in them, or nothing can.
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

TEST(Scope, EachRewindsWhenAnExceptionPassesSeveral) {
  checked_pool checked;
  checked.pool.on_destroy([] {});
  const pond::stats before = checked.pool.stats();
  std::string log;
  try {
    const pond::scope outer(checked.pool);
    checked.pool.on_destroy([&log] { log += 'o'; });
    try {
      const pond::scope inner(checked.pool);
      checked.pool.on_destroy([&log] { log += 'i'; });
      use(checked.pool.allocate_large(5000));
      throw std::runtime_error("parse error");
    } catch (const std::runtime_error &) {
      log += '1';
      EXPECT_EQ(checked.pool.stats().large, 0U);
      throw;
    }
  } catch (const std::runtime_error &) {
    log += '2';
  }
  EXPECT_EQ(log, "i1o2");
  EXPECT_EQ(checked.pool.stats().cleanups, before.cleanups);
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
