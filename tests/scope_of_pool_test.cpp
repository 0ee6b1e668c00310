// Scopes whose pool ends, goes, or is another one when they end.
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::use;

TEST(Scope, InWhichThePoolIsSealedLeavesItSealed) {
  for (const bool something : {false, true}) {
    checked_pool checked;
    int ran = 0;
    use(checked.pool.allocate(1));
    {
      const pond::scope scope(checked.pool);
      if (something) checked.pool.on_destroy([&ran] { ++ran; });
      checked.pool.seal();
    }
    EXPECT_EQ(ran, something ? 1 : 0);
    testing::internal::CaptureStderr();
    EXPECT_EQ(checked.pool.try_allocate(1), nullptr);
    EXPECT_THROW(const pond::scope refused(checked.pool), std::system_error);
    testing::internal::GetCapturedStderr();
    checked.pool.reset();
    use(checked.pool.allocate(1));
  }
}

TEST(Scope, WhoseOuterOneIsCommittedIsStale) {
  checked_pool checked;
  int ran = 0;
  use(checked.pool.allocate(1));
  testing::internal::CaptureStderr();
  {
    pond::scope outer(checked.pool);
    const pond::scope inner(checked.pool);
    checked.pool.on_destroy([&ran] { ++ran; });
    outer.commit();
  }
  EXPECT_NE(testing::internal::GetCapturedStderr().find("stale mark"), std::string::npos);
  EXPECT_EQ(ran, 0);
}

TEST(Scope, InWhichThePoolIsResetIsStale) {
  checked_pool checked;
  use(checked.pool.allocate(1));
  testing::internal::CaptureStderr();
  {
    const pond::scope scope(checked.pool);
    checked.pool.reset();
    use(checked.pool.allocate(1));
  }
  EXPECT_NE(testing::internal::GetCapturedStderr().find("stale mark"), std::string::npos);
  EXPECT_GT(checked.pool.stats().used, 0U);
}

TEST(Scope, InWhichAnotherPoolTakesItsPlaceLeavesThatAlone) {
  pond::pool pool(4096);
  int ran = 0;
  testing::internal::CaptureStderr();
  {
    const pond::scope scope(pool);
    pool = pond::pool(4096);
    pool.on_destroy([&ran] { ++ran; });
  }
  EXPECT_NE(testing::internal::GetCapturedStderr().find("stale mark"), std::string::npos);
  EXPECT_EQ(ran, 0);
}

/// The pool goes on without its scopes: where it is when they end they do not know.
TEST(Scope, InWhichThePoolMovesAwayIsCommitted) {
  for (const bool something : {false, true}) {
    checked_pool checked;
    int ran = 0;
    pond::pool moved;
    pond_mark outer = pond_get_mark(checked.pool.handle());
    {
      const pond::scope scope(checked.pool);
      const pond::scope inner(checked.pool);
      if (something) checked.pool.on_destroy([&ran] { ++ran; });
      moved = std::move(checked.pool);
      use(moved.allocate(100));
    }
    EXPECT_EQ(ran, 0);
    const pond::scope next(moved);
    moved.on_destroy([&ran] { ++ran; });
    use(moved.allocate(5000));
    EXPECT_TRUE(pond_rewind(moved.handle(), outer)) << "marks go along";
    EXPECT_EQ(ran, something ? 2 : 1);
    moved = pond::pool();
  }
}

/// A cleanup may not end what it is in, but may end the scope's object.
TEST(Scope, ThatACleanupInItEndsIsCommitted) {
  checked_pool checked;
  pond::pool &pool = checked.pool;
  use(pool.allocate(1));
  auto scope = std::make_unique<pond::scope>(pool);
  bool refused = false;
  pond::cleanup *ends_it = pool.on_destroy([&] {
    testing::internal::CaptureStderr();
    scope->commit();
    scope.reset();
    refused = testing::internal::GetCapturedStderr().find("under way") != std::string::npos;
  });
  pool.run(ends_it);
  EXPECT_TRUE(refused);
  int ran = 0;
  {
    const pond::scope next(pool);
    pool.on_destroy([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 1);
}

/// Whatever is then in its place.
TEST(Scope, InACleanupThatDestroysItsPoolIsCommitted) {
  std::string log;
  pond::pool pool;
  pool.on_destroy([&log] { log += 'l'; });
  pond::cleanup *destroys = pool.on_destroy([&] {
    {
      const pond::scope outer(pool);
      pool.on_destroy([&log] { log += 's'; });
      const pond::scope scope(pool);
      pool = pond::pool(4096);
      pool.on_destroy([&log] { log += 'n'; });
    }
    log += 'd';
  });
  pool.run(destroys);
  EXPECT_EQ(log, "dsl");
  pool.reset();
  EXPECT_EQ(log, "dsln");
}

/// The child runs a cleanup, and goes on without its parent until that is done.
TEST(Scope, InACleanupThatDestroysTheParentIsCommitted) {
  std::string log;
  pond::pool parent;
  pond::pool child = parent.child();
  use(child.allocate(1));
  pond::cleanup *destroys = child.on_destroy([&] {
    {
      const pond::scope scope(child);
      child.on_destroy([&log] { log += 's'; });
      parent = pond::pool();
    }
    log += 'd';
  });
  child.run(destroys);
  EXPECT_EQ(log, "ds");
}

}  // namespace
