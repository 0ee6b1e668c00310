// Marks, rewind and commit.
#include <cstring>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::count;

TEST(Mark, RewindTakesBackExactlyWhatCameAfterIt) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  int before = 0;
  int after = 0;
  pond_on_destroy(pool, count, &before);
  void *kept = pond_alloc_large(pool, 100);
  char *text = pond_strdup(pool, "kept");
  const pond_mark mark = pond_get_mark(pool);
  const pond::stats then = checked.pool.stats();
  pond_on_destroy(pool, count, &after);
  void *gone = pond_alloc_large(pool, 100);
  for (int i = 0; i < 100; ++i) std::memset(pond_alloc(pool, 500), 'x', 500);
  pond::pool child = checked.pool.child();
  child.on_destroy([&after] { ++after; });
  EXPECT_TRUE(pond_rewind(pool, mark));
  EXPECT_EQ(after, 2);
  EXPECT_EQ(before, 0);
  EXPECT_FALSE(pond_free(pool, gone));
  EXPECT_TRUE(pond_free(pool, kept));
  EXPECT_STREQ(text, "kept");
  EXPECT_EQ(child.stats().reserved, 0U);
  EXPECT_EQ(checked.pool.stats().blocks, then.blocks);
  EXPECT_EQ(checked.pool.stats().children, 0U);
}

TEST(Mark, AfterARewindTheSameMemoryIsHandedOutAgain) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool;
  void *first = nullptr;
  for (int i = 0; i < 100; ++i) {
    const pond_mark mark = pond_get_mark(pool.handle());
    void *p = pool.allocate(200);
    if (first == nullptr) first = p;
    EXPECT_EQ(p, first);
    EXPECT_TRUE(pond_rewind(pool.handle(), mark));
  }
}

TEST(Mark, NothingBelowAnOpenMarkIsGrownOrGivenBack) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool;
  void *old = pool.allocate(100);
  const pond::scope scope(pool);
  EXPECT_FALSE(pool.try_extend(old, 100, 200));
  void *next = pool.allocate(10);
  pool.deallocate(old, 100);
  pool.deallocate(next, 10);
  EXPECT_EQ(pool.allocate(10), next);
}

/// Nor is the record of the mark put there where the current block has no room for it.
TEST(Mark, RoomBelowAnOpenMarkIsNotFilled) {
  POND_SKIP_WHEN_TRAPPED();
  for (const std::size_t more : {16U, 1110U}) {
    pond::pool pool(2048);
    auto *first = static_cast<char *>(pool.allocate(1100));
    (void)pool.allocate(900);  // the second block has more left, so the first keeps a room of 876
    (void)pool.allocate(more);
    const auto in_first = [first](const void *p) { return p > first && p < first + 1976; };
    for (int round = 0; round < 2; ++round) {  // the first mark of a pool makes its extension
      const pond_mark mark = pond_get_mark(pool.handle());
      EXPECT_FALSE(in_first(pool.allocate(500))) << more;
      EXPECT_FALSE(in_first(pool.allocate(500))) << more;
      EXPECT_TRUE(pond_rewind(pool.handle(), mark));
    }
    const bool again = in_first(pool.allocate(500));
    EXPECT_NE(in_first(pool.allocate(500)), again) << "it is there again afterwards";
  }
}

/// Records of cancelled cleanups are used again, but not one that a rewind would leave dangling.
TEST(Mark, SparesBelowAnOpenMarkAreNotUsedAboveIt) {
  int ran = 0;
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  pond_cleanup *old = pond_on_destroy(pool, count, &ran);
  pond_cleanup *older = pond_on_destroy(pool, count, &ran);
  pond_cleanup_cancel(pool, older);
  const pond_mark mark = pond_get_mark(pool);
  pond_cleanup_cancel(pool, old);
  pond_on_destroy(pool, count, &ran);
  pond_on_destroy(pool, count, &ran);
  EXPECT_TRUE(pond_rewind(pool, mark));
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(checked.pool.stats().cleanups, 0U);
  pond_on_destroy(pool, count, &ran);
  pond_on_destroy(pool, count, &ran);
  checked.pool.reset();
  EXPECT_EQ(ran, 4);
}

TEST(Mark, ARecordFreedUnderAMarkIsThereAgainAfterwards) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool;
  std::size_t settled = 0;
  for (int i = 0; i < 1000; ++i) {
    void *below = pool.allocate_large(100);
    const pond_mark mark = pond_get_mark(pool.handle());
    EXPECT_TRUE(pool.free(below));
    (void)pool.allocate_large(100);
    EXPECT_TRUE(pond_rewind(pool.handle(), mark));
    if (i == 10) settled = pool.stats().reserved;
    ASSERT_TRUE(i < 10 || pool.stats().reserved == settled) << "constant memory for what is alive";
  }
}

TEST(Mark, RewindingAnOuterOneEndsTheInner) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  const pond_mark outer = pond_get_mark(pool);
  const pond_mark inner = pond_get_mark(pool);
  EXPECT_TRUE(pond_rewind(pool, outer));
  testing::internal::CaptureStderr();
  errno = 0;
  EXPECT_FALSE(pond_rewind(pool, inner));
  EXPECT_EQ(errno, EINVAL);
  EXPECT_FALSE(pond_commit(pool, inner));
  EXPECT_FALSE(pond_rewind(pool, outer)) << "used up";
  EXPECT_NE(testing::internal::GetCapturedStderr().find("stale mark"), std::string::npos);
}

TEST(Mark, StaleOnesAreDiagnosedAndDoNothing) {
  checked_pool checked;
  pond::pool other;
  pond_pool *pool = checked.pool.handle();
  const pond_mark of_other = pond_get_mark(other.handle());
  const pond_mark before_reset = pond_get_mark(pool);
  checked.pool.reset();
  testing::internal::CaptureStderr();
  EXPECT_FALSE(pond_rewind(pool, of_other));
  EXPECT_FALSE(pond_rewind(pool, before_reset));
  EXPECT_FALSE(pond_rewind(pool, pond_mark{}));
  EXPECT_FALSE(pond_rewind(pool, pond_mark{{1, 2, 3, 4}}));
  const pond_mark here = pond_get_mark(pool);
  EXPECT_TRUE(support::trapped || here.opaque[0] == before_reset.opaque[0]) << "the same place";
  char *text = pond_strdup(pool, "here");
  EXPECT_FALSE(pond_rewind(pool, before_reset)) << "an epoch is never used twice";
  EXPECT_TRUE(pond_commit(pool, here));
  EXPECT_FALSE(testing::internal::GetCapturedStderr().empty());
  EXPECT_STREQ(text, "here");
}

TEST(Mark, APoolThatWasNotUsedHasNone) {
  pond::pool marked;
  pond::pool unused;
  const pond_mark mark = pond_get_mark(marked.handle());
  EXPECT_FALSE(pond_rewind(unused.handle(), mark));
  EXPECT_EQ(errno, EINVAL);
  errno = 0;
  EXPECT_FALSE(pond_commit(unused.handle(), mark));
  EXPECT_EQ(errno, EINVAL);
}

TEST(Mark, CommitKeepsWhatCameAfterIt) {
  int ran = 0;
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  const pond_mark outer = pond_get_mark(pool);
  const pond_mark inner = pond_get_mark(pool);
  char *text = pond_strdup(pool, "kept");
  void *large = pond_alloc_large(pool, 5000);
  pond_on_destroy(pool, count, &ran);
  EXPECT_TRUE(pond_commit(pool, inner));
  EXPECT_STREQ(text, "kept");
  EXPECT_EQ(ran, 0);
  EXPECT_TRUE(pond_rewind(pool, outer));
  EXPECT_EQ(ran, 1) << "what was committed belongs to the outer mark";
  EXPECT_FALSE(pond_free(pool, large));
}

TEST(Mark, ACleanupThatRunsMayUseMarksOfItsOwn) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  const pond_mark mark = pond_get_mark(pool);
  bool rewound = false;
  bool refused = false;
  checked.pool.on_destroy([&] {
    const pond_mark own = pond_get_mark(pool);
    (void)checked.pool.allocate(5000);
    rewound = pond_rewind(pool, own);
    refused = !pond_rewind(pool, mark) && errno == EBUSY;  // is being rewound already
    errno = 0;
    refused = refused && !pond_commit(pool, mark) && errno == EBUSY;
  });
  testing::internal::CaptureStderr();
  EXPECT_TRUE(pond_rewind(pool, mark));
  testing::internal::GetCapturedStderr();
  EXPECT_TRUE(rewound);
  EXPECT_TRUE(refused);
}

TEST(Mark, ACleanupRegisteredWhileRewindingRunsToo) {
  checked_pool checked;
  int ran = 0;
  {
    const pond::scope scope(checked.pool);
    checked.pool.on_destroy([&] { checked.pool.on_destroy([&ran] { ++ran; }); });
  }
  EXPECT_EQ(ran, 1);
}

}  // namespace
