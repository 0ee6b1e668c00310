// Scopes whose pool ends, goes, or is another one when they end.
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::use;

/// Where a scope lies, and something else before and once it has ended.
class place_of_scope {
 public:
  explicit place_of_scope(pond::pool &pool) {
    bytes_.fill(0xA5);
    scope_ = new (bytes_.data()) pond::scope(pool);
  }
  place_of_scope(const place_of_scope &) = delete;
  place_of_scope &operator=(const place_of_scope &) = delete;
  ~place_of_scope() {
    if (scope_ != nullptr) end();
  }

  pond::scope &operator*() { return *scope_; }
  void end() {
    std::destroy_at(std::exchange(scope_, nullptr));
    bytes_.fill(0xA5);
  }

 private:
  alignas(pond::scope) std::array<unsigned char, sizeof(pond::scope)> bytes_;
  pond::scope *scope_ = nullptr;
};

/// Whether all open marks can be looked through: looks for one that there is not.
bool has_sound_marks(pond::pool &pool) {
  testing::internal::CaptureStderr();
  const bool found = pond_rewind(pool.handle(), pond_mark{});
  return testing::internal::GetCapturedStderr().find("stale") != std::string::npos && !found;
}

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
    EXPECT_LT(checked.pool.stats().used, 1000U) << "and no byte is room twice";
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
    const pond_mark outer = pond_get_mark(checked.pool.handle());
    place_of_scope scope(checked.pool);
    place_of_scope inner(checked.pool);
    if (something) checked.pool.on_destroy([&ran] { ++ran; });
    moved = std::move(checked.pool);
    use(moved.allocate(100));
    inner.end();
    scope.end();
    EXPECT_EQ(ran, 0);
    EXPECT_TRUE(has_sound_marks(moved));
    const pond::scope next(moved);
    moved.on_destroy([&ran] { ++ran; });
    use(moved.allocate(5000));
    EXPECT_TRUE(pond_rewind(moved.handle(), outer)) << "marks go along";
    EXPECT_EQ(ran, something ? 2 : 1);
    moved = pond::pool();
  }
}

/// Which is nothing for cleanups to do, and yet leads nowhere.
TEST(Scope, WhoseEndMovesThePoolAwayIsCommitted) {
  checked_pool checked;
  int ran = 0;
  pond::pool moved;
  place_of_scope outer(checked.pool);
  place_of_scope scope(checked.pool);
  checked.pool.on_destroy([&ran] { ++ran; });
  checked.pool.on_destroy([&] { moved = std::move(checked.pool); });
  scope.end();
  outer.end();
  EXPECT_EQ(ran, 1);
  EXPECT_TRUE(has_sound_marks(moved));
  use(moved.allocate(100));
  moved = pond::pool();
}

/// Of a scope around the one that is being rewound, or around a mark.
TEST(Scope, ThatACleanupOfAnInnerOneEndsIsCommitted) {
  for (const bool mark : {false, true}) {
    checked_pool checked;
    pond::pool &pool = checked.pool;
    std::string log;
    use(pool.allocate(1));
    place_of_scope outer(pool);
    const pond_mark inner_mark = pond_get_mark(pool.handle());
    std::optional<place_of_scope> inner;
    if (!mark) inner.emplace(pool);
    pool.on_destroy([&] {
      outer.end();
      pool.on_destroy([&log] { log += 'k'; });
    });
    testing::internal::CaptureStderr();
    if (mark) {
      EXPECT_TRUE(pond_rewind(pool.handle(), inner_mark));
    } else {
      inner->end();
    }
    EXPECT_NE(testing::internal::GetCapturedStderr().find("under way"), std::string::npos);
    EXPECT_TRUE(has_sound_marks(pool));
    auto *text = static_cast<char *>(pool.allocate(100));
    std::memset(text, 0xA5, 100);
    pool.reset();
    EXPECT_EQ(log, "k");
  }
}

/// Of a pool that was full when they began.
TEST(Scope, OfAPoolThatEndsInItIsOver) {
  for (const bool adopted : {false, true}) {
    pond::pool keeps;
    pond::pool pool(4096);
    use(pool.allocate(support::unused_in(pool), 1));
    const pond::scope outer(pool);
    const pond::scope inner(pool);
    if (adopted) {
      keeps.adopt(std::move(pool));
    } else {
      pool = pond::pool();
    }
  }
}

/// A cleanup may not end what it is in, but may end the scope's object.
TEST(Scope, ThatACleanupInItEndsIsCommitted) {
  checked_pool checked;
  pond::pool &pool = checked.pool;
  use(pool.allocate(1));
  place_of_scope scope(pool);
  std::string said;
  bool sound = false;
  pond::cleanup *ends_it = pool.on_destroy([&] {
    testing::internal::CaptureStderr();
    (*scope).commit();
    scope.end();
    said = testing::internal::GetCapturedStderr();
    sound = has_sound_marks(pool);
  });
  pool.run(ends_it);
  EXPECT_NE(said.find("commit of a mark that is being rewound"), std::string::npos);
  EXPECT_NE(said.find("rewind past a rewind that is under way"), std::string::npos);
  EXPECT_TRUE(sound);
}

/// Whatever is then in its place. What it was called by goes on with the pool.
TEST(Scope, InACleanupThatDestroysItsPoolIsCommitted) {
  std::string log;
  pond::pool pool;
  pool.on_destroy([&log] { log += 'l'; });
  pond::cleanup *destroys = pool.on_destroy([&] {
    place_of_scope scope(pool);
    pool.on_destroy([&log] { log += 's'; });
    pool = pond::pool(4096);
    pool.on_destroy([&log] { log += 'n'; });
    scope.end();
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
    place_of_scope scope(child);
    child.on_destroy([&log] { log += 's'; });
    parent = pond::pool();
    scope.end();
    log += 'd';
  });
  child.run(destroys);
  EXPECT_EQ(log, "ds");
}

}  // namespace
