// Children that were not used yet: a record in their parent, and no memory of their own.
#include <array>
#include <optional>
#include <utility>

#include "support.hpp"

namespace {

using support::checked_default_upstream;
using support::use;
using support::used_pool;

TEST(UnusedChild, TakesNoMemoryOfItsOwn) {
  checked_default_upstream upstream;
  {
    pond::pool parent = used_pool();
    const std::size_t calls = upstream->calls();
    pond_set_cache_limit(0);  // whatever is taken, is asked for
    (void)parent.child();     // its record is there for the next one
    EXPECT_EQ(upstream->calls(), calls);
    const pond::stats before = parent.stats();
    for (int i = 0; i < 1000; ++i) {
      pond::pool child = parent.child();
      EXPECT_EQ(child.stats().reserved, 0U);
      EXPECT_EQ(parent.stats().children, 1U);
      EXPECT_EQ(parent.stats().cleanups, 0U) << "it is none, though a record among them";
    }
    EXPECT_EQ(upstream->calls(), calls);
    EXPECT_EQ(parent.stats().used, before.used) << "the record was used again";
    EXPECT_EQ(parent.stats().children, 0U);
  }
}

/// Records of cleanups and children are used again by either, in whatever order they end.
TEST(UnusedChild, LeavesNoMoreRecordsThanThereWereAtATime) {
  pond::pool parent = used_pool({.first_block = 4096});
  std::size_t after_ten = 0;
  for (int i = 0; i < 1000; ++i) {
    std::optional<pond::pool> child(parent.child());
    pond::cleanup *cleanup = parent.on_destroy([] {});
    if (i % 3 == 0) parent.cancel(std::exchange(cleanup, nullptr));
    child.reset();
    if (cleanup != nullptr) parent.cancel(cleanup);
    if (i == 10) after_ten = parent.stats().used;
  }
  EXPECT_EQ(parent.stats().used, after_ten);
}

TEST(UnusedChild, IsAChildOnceItIsUsed) {
  std::string log;
  {
    pond::pool parent = used_pool();
    parent.on_destroy([&log] { log += 'p'; });
    pond::pool child = parent.child();
    const std::size_t before = parent.stats(true).reserved;
    child.on_destroy([&log] { log += 'c'; });
    EXPECT_GT(parent.stats(true).reserved, before);
    EXPECT_EQ(parent.stats().children, 1U);
    EXPECT_TRUE(parent.outlives(child));
    parent.reset();
    EXPECT_EQ(log, "cp");
    EXPECT_EQ(child.stats().reserved, 0U);
    EXPECT_FALSE(parent.outlives(child)) << "it is as default-constructed";
    use(child.allocate(1));
    EXPECT_EQ(parent.stats().children, 0U);
  }
  EXPECT_EQ(log, "cp");
}

TEST(UnusedChild, OfAPoolThatWasNotUsedEither) {
  pond::pool parent;
  pond::pool child = parent.child();
  EXPECT_NE(parent.stats().reserved, 0U) << "the record is in its first block";
  EXPECT_EQ(child.stats().reserved, 0U);
  pond::pool grandchild = child.child();
  EXPECT_EQ(parent.stats().children, 1U);
  EXPECT_EQ(child.stats().children, 1U);
  EXPECT_TRUE(parent.outlives(grandchild));
  EXPECT_FALSE(grandchild.outlives(parent));
  use(grandchild.allocate(1));
  EXPECT_EQ(parent.stats(true).children, 2U);
}

/// What was there before is a cleanup's, and has another address in it.
TEST(UnusedChild, ThatNeverMovedIsLeftEmpty) {
  pond::pool parent = used_pool();
  std::array<void *, 3> other = {&other, &other, &other};  // as large as a head
  parent.cancel(parent.on_destroy([&other] { other = {}; }));
  pond::pool child = parent.child();
  parent.reset();
  EXPECT_FALSE(parent.outlives(child));
  EXPECT_EQ(other, (std::array<void *, 3>{&other, &other, &other}));
}

TEST(UnusedChild, MayMoveAndBeAssigned) {
  pond::pool parent = used_pool();
  pond::pool child = parent.child();
  pond::pool moved(std::move(child));
  pond::pool other = parent.child();
  other = std::move(moved);
  EXPECT_EQ(parent.stats().children, 1U);
  parent.reset();
  EXPECT_FALSE(parent.outlives(other));
  other = parent.child();
  std::swap(other, child);
  use(child.allocate(1));
  EXPECT_TRUE(parent.outlives(child));
  EXPECT_FALSE(parent.outlives(other));
}

TEST(UnusedChild, MadeBeforeAMarkOutlivesARewind) {
  std::string log;
  pond::pool parent = used_pool();
  pond::pool before = parent.child();
  pond::pool after;
  pond::pool forgotten;
  {
    const pond::scope scope(parent);
    after = parent.child();
    after.on_destroy([&log] { log += 'a'; });
    before.on_destroy([&log] { log += 'b'; });
    forgotten = parent.child();
    EXPECT_EQ(parent.stats().children, 3U);
  }
  EXPECT_EQ(log, "a");
  EXPECT_EQ(parent.stats().children, 1U);
  EXPECT_TRUE(parent.outlives(before));
  EXPECT_FALSE(parent.outlives(after));
  EXPECT_FALSE(parent.outlives(forgotten));
  parent.reset();
  EXPECT_EQ(log, "ab");
}

/// After a commit what came in between is no older and no newer by its epoch.
TEST(UnusedChild, EndsAsTheNewestAfterACommit) {
  std::string log;
  pond::pool parent = used_pool();
  pond::pool late = parent.child();
  pond::scope scope(parent);
  pond::pool early = parent.child();
  early.on_destroy([&log] { log += 'e'; });
  scope.commit();
  late.on_destroy([&log] { log += 'l'; });
  parent.reset();
  EXPECT_EQ(log, "le");
}

/// Whatever stands before its record: the child has no room that it could take for its own.
TEST(UnusedChild, HasNoRoomWhereverItsRecordLies) {
  const support::configured own("own");  // each allocation apart, so that records follow each other
  pond::pool parent = used_pool();
  for (int i = 0; i < 4; ++i) {
    parent.on_destroy([] {});
    pond::pool child = parent.child();
    use(child.allocate(16, 16));
    EXPECT_NE(child.stats().reserved, 0U);
  }
}

TEST(UnusedChild, ThatIsAdoptedIsNothing) {
  pond::pool parent = used_pool();
  pond::pool child = parent.child();
  pond::pool other;
  EXPECT_THROW(child.adopt(std::move(parent)), std::system_error) << "its parent";
  other.adopt(std::move(child));
  // NOLINTNEXTLINE(bugprone-use-after-move): what is left is promised
  EXPECT_FALSE(parent.outlives(child));
  EXPECT_EQ(parent.stats().children, 0U);
  EXPECT_EQ(other.stats().reserved, 0U);
}

TEST(UnusedChild, MayAdopt) {
  pond::pool parent = used_pool();
  pond::pool child = parent.child();
  pond::pool result = used_pool();
  child.adopt(std::move(result));
  EXPECT_EQ(parent.stats(true).children, 2U);
}

TEST(UnusedChild, MadeBeforeItsParentWasSealedMayBeUsed) {
  pond::pool parent = used_pool();
  pond::pool child = parent.child();
  parent.seal();
  EXPECT_THROW((void)parent.child(), std::system_error);
  use(child.allocate(1));
  EXPECT_EQ(parent.stats().children, 1U);
}

TEST(UnusedChild, IsUnusedAfterAScopeInWhichNothingHappens) {
  pond::pool parent = used_pool();
  pond::pool child = parent.child();
  const std::size_t before = parent.stats(true).reserved;
  { const pond::scope scope(child); }
  EXPECT_EQ(parent.stats(true).reserved, before);
  EXPECT_EQ(child.stats().reserved, 0U);
  EXPECT_TRUE(parent.outlives(child));
}

TEST(UnusedChild, IsAnEmptyChildAfterAScopeInWhichItWasUsed) {
  pond::pool parent = used_pool();
  pond::pool child = parent.child();
  int ran = 0;
  {
    const pond::scope scope(child);
    use(child.allocate_large(100));
    child.on_destroy([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(child.stats().large, 0U);
  EXPECT_TRUE(parent.outlives(child));
  EXPECT_EQ(parent.stats().children, 1U);
  {
    pond::scope scope(child);
    child.on_destroy([&ran] { ++ran; });
    scope.commit();
  }
  EXPECT_EQ(ran, 1);
}

TEST(UnusedChild, MayEndWithItsParentInAScope) {
  std::optional<pond::pool> parent(used_pool());
  pond::pool child = parent->child();
  pond::pool other = parent->child();
  {
    const pond::scope of_unused(child);
    const pond::scope of_used(other);
    use(other.allocate(1));
    parent.reset();
  }
  EXPECT_EQ(child.stats().reserved + other.stats().reserved, 0U);
}

TEST(UnusedChild, UsedByACleanupOfItsParentEndsBeforeTheNext) {
  std::string log;
  pond::pool child;
  {
    pond::pool parent = used_pool();
    parent.on_destroy([&log] { log += '1'; });
    child = parent.child();
    parent.on_destroy([&] {
      log += '2';
      child.on_destroy([&log] { log += 'c'; });
    });
  }
  EXPECT_EQ(log, "2c1");
  EXPECT_EQ(child.stats().reserved, 0U);
}

TEST(UnusedChild, InAPoolThatHasCleanupsOnly) {
  int ran = 0;
  pond::pool child;
  {
    pond::pool parent(4096);
    parent.on_destroy([&ran] { ++ran; });
    child = parent.child();
    parent.on_destroy([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 2);
  use(child.allocate(1));
}

TEST(UnusedChild, IsAPoolToTheCInterface) {
  pond::pool parent = used_pool();
  pond::pool child = parent.child();
  pond_reset(child.handle());
  EXPECT_FALSE(pond_free(child.handle(), &child));
  EXPECT_STREQ(pond_get_tag(child.handle()), "");
  EXPECT_EQ(parent.stats().children, 1U);
  EXPECT_EQ(pond_retain(child.handle()), 0);
  pond_release(child.handle());
  EXPECT_EQ(parent.stats().children, 1U) << "used now";
}

/// A module with a copy of its own makes pools that show its own sentinel.
TEST(UnusedChild, IsNoUnusedPoolOfAnotherCopyOfTheLibrary) {
  alignas(16) unsigned char others[sizeof(pond::detail::sentinel)] = {};
  pond::detail::head pool{others, others, nullptr};
  pond::detail::moved(pool);
  pond::detail::destroy(pool);
  pond::pool other;
  EXPECT_TRUE(pond_adopt(other.handle(), reinterpret_cast<pond_pool *>(&pool)) == 0);
  use(pond::detail::refill(pool, 1, 1));
  pond::detail::destroy(pool);
  for (const unsigned char byte : others) EXPECT_EQ(byte, 0U);
}

}  // namespace
