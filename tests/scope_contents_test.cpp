// What happens in scopes: records, blocks, rooms, children, marks.
#include <cstring>
#include <string>
#include <utility>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::use;

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

/// As each finds it: with something in the one around already, or not.
TEST(Scope, AnInnerOneLeavesWhatTheOuterOneHas) {
  checked_pool checked;
  std::string log;
  use(checked.pool.allocate(1));
  {
    const pond::scope outer(checked.pool);
    checked.pool.on_destroy([&log] { log += 'o'; });
    {
      const pond::scope inner(checked.pool);
      checked.pool.on_destroy([&log] { log += 'i'; });
    }
    EXPECT_EQ(log, "i");
  }
  EXPECT_EQ(log, "io");
}

/// What a scope has put away when something happened in it is there again.
TEST(Scope, RoomsAreNotFilledInIt) {
  POND_SKIP_WHEN_TRAPPED();
  pond::trim();  // a block that another test left in the cache may be larger
  pond::pool pool(2048);
  std::memset(pool.allocate(1100), 0, 1100);
  std::memset(pool.allocate(900), 0, 900);  // a second block; the first one keeps a room
  support::extend(pool);
  const pond::stats before = pool.stats();
  for (int i = 0; i < 100; ++i) {
    const pond::scope outer(pool);
    const pond::scope inner(pool);
    for (int n = 0; n < 5; ++n) std::memset(pool.allocate(500), 0xA5, 500);
  }
  EXPECT_EQ(pool.stats().used, before.used);
  EXPECT_EQ(pool.stats().reserved, before.reserved);
  for (int n = 0; n < 2; ++n) std::memset(pool.allocate(500), 0xA5, 500);
  EXPECT_EQ(pool.stats().blocks, before.blocks) << "the room is used";
}

/// A record that was given back, before or in it, is older than the scope and not used in it.
TEST(Scope, RecordsThatWereGivenBackAreUsedAfterIt) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool;
  int ran = 0;
  std::size_t settled = 0;
  for (int i = 0; i < 100; ++i) {
    pond::cleanup *older = pool.on_destroy([&ran] { ++ran; });
    void *large = pool.allocate_large(100);
    {
      const pond::scope outer(pool);
      const pond::scope scope(pool);
      pool.cancel(older);
      EXPECT_TRUE(pool.free(large));
      for (int n = 0; n < 3; ++n) pool.on_destroy([&ran] { ++ran; });
    }
    if (i == 10) settled = pool.stats().used;
    ASSERT_TRUE(i < 10 || pool.stats().used == settled) << "constant memory for what is alive";
  }
  EXPECT_EQ(ran, 300);
}

TEST(Scope, ARecordIsNotBothSpareAndUsedWhereItIsCommitted) {
  pond::pool pool;
  int ran = 0;
  pool.cancel(pool.on_destroy([&ran] { ++ran; }));
  {
    pond::scope scope(pool);
    pool.on_destroy([&ran] { ++ran; });
    scope.commit();
  }
  pool.on_destroy([&ran] { ++ran; });
  pool.on_destroy([&ran] { ++ran; });
  pool.reset();
  EXPECT_EQ(ran, 3);
}

/// Of a pool that has nothing but memory, and where the cache has what is asked for.
TEST(Scope, ALargeAllocationGoesWithIt) {
  pond::pool pool;
  EXPECT_TRUE(pool.free(pool.allocate_large(5000)));
  {
    const pond::scope scope(pool);
    use(pool.allocate_large(5000));
  }
  EXPECT_EQ(pool.stats().large, 0U);
}

/// As what is small and older: a container that gives it back in a scope must not have it given to
/// somebody else.
TEST(Scope, ALargeAllocationThatIsOlderIsNotGivenBackInIt) {
  pond::pool pool;
  auto *large = static_cast<char *>(pool.allocate(8192));
  std::memset(large, 'x', 8192);
  {
    const pond::scope scope(pool);
    pool.deallocate(large, 8192);
    std::memset(pool.allocate(8192), 'y', 8192);
  }
  EXPECT_EQ(std::string(large, 8192), std::string(8192, 'x'));
  EXPECT_TRUE(pool.free(large));
}

TEST(Scope, OfAPoolThatRecyclesKeepsWhatIsOlderInItsPlace) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool({.recycle = true});
  void *newest = pool.allocate(64);
  const pond::scope scope(pool);
  pool.deallocate(newest, 64);
  EXPECT_NE(pool.allocate(64), newest);
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

}  // namespace
