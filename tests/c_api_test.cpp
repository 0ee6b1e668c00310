// The C interface: NULL everywhere, errno, and that it is the same pool.
#include "support.hpp"

namespace {

TEST(CApi, NullEverywhere) {
  pond_destroy(nullptr);
  pond_reset(nullptr);
  pond_seal(nullptr);
  pond_free_sized(nullptr, nullptr, 0);
  pond_cleanup_cancel(nullptr, nullptr);
  pond_cleanup_run(nullptr, nullptr);
  pond_get_stats(nullptr, nullptr);
  pond_stats stats;
  pond_get_stats(nullptr, &stats);
  EXPECT_EQ(stats.reserved, 0U);
  pond_get_stats_recursive(nullptr, &stats);
  EXPECT_STREQ(pond_get_tag(nullptr), "");
  EXPECT_FALSE(pond_free(nullptr, &stats));
  pond_mark mark = pond_get_mark(nullptr);
  EXPECT_FALSE(pond_rewind(nullptr, mark));
  EXPECT_FALSE(pond_commit(nullptr, mark));
  int dummy = 0;
  const auto refused = [](const void *p) {
    EXPECT_EQ(p, nullptr);
    EXPECT_EQ(errno, EINVAL);
    errno = 0;
  };
  errno = 0;
  refused(pond_alloc(nullptr, 1));
  refused(pond_alloc_aligned(nullptr, 1, 8));
  refused(pond_alloc_packed(nullptr, 1));
  refused(pond_calloc(nullptr, 1, 1));
  refused(pond_alloc_large(nullptr, 1));
  refused(pond_resize(nullptr, &dummy, 1, 2));
  refused(pond_strdup(nullptr, "x"));
  refused(pond_strndup(nullptr, "x", 1));
  refused(pond_memdup(nullptr, "x", 1));
  refused(pond_printf(nullptr, "x"));
  refused(pond_on_destroy(nullptr, support::count, nullptr));
  EXPECT_EQ(pond_own_fd(nullptr, 0), -1);
  EXPECT_EQ(pond_own_temp_file(nullptr, 0, "x"), -1);
  EXPECT_EQ(pond_close_fd(nullptr, 0), -1);
}

TEST(CApi, AlignmentsAreCheckedWhereverTheyAreGiven) {
  pond_pool *pool = pond_create(0);
  for (const std::size_t alignment : {std::size_t{0}, std::size_t{3}, SIZE_MAX}) {
    errno = 0;
    EXPECT_EQ(pond_alloc_aligned(pool, 8, support::opaque(alignment)), nullptr);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(pond_alloc_large_aligned(pool, 8, support::opaque(alignment)), nullptr);
  }
  EXPECT_EQ(pond_alloc_aligned(pool, 8, std::size_t{1} << (sizeof(std::size_t) * 8 - 1)), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_TRUE(support::is_aligned(pond_alloc_aligned(pool, 8, 64), 64));
  pond_destroy(pool);
}

TEST(CApi, NullBesideAPool) {
  pond_pool *pool = pond_create(0);
  pond_cleanup_cancel(pool, nullptr);
  pond_cleanup_run(pool, nullptr);
  errno = 0;
  EXPECT_EQ(pond_create_with(nullptr), nullptr);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_TRUE(pond_outlives(pool, pool));
  EXPECT_FALSE(pond_outlives(nullptr, pool));
  EXPECT_FALSE(pond_outlives(pool, nullptr));
  pond_destroy(pool);
}

TEST(CApi, WhatCopiesSaysWhenThereIsNoMemory) {
  pond_pool *pool = pond_create(0);
  pond_seal(pool);
  testing::internal::CaptureStderr();
  EXPECT_EQ(pond_memdup(pool, "text", 5), nullptr);
  EXPECT_EQ(pond_strdup(pool, "text"), nullptr);
  EXPECT_EQ(pond_printf(pool, "%d", 7), nullptr);
  EXPECT_EQ(pond_printf(pool, "%0300d", 7), nullptr);
  EXPECT_EQ(pond_calloc(pool, 1, 1), nullptr);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("allocation from a sealed pool"),
            std::string::npos);
  pond_destroy(pool);
}

TEST(CApi, TextIsPacked) {
  POND_SKIP_WHEN_TRAPPED();
  pond_pool *pool = pond_create(4096);
  const char *first = pond_strdup(pool, "ab");
  const char *second = pond_printf(pool, "%d", 1234);
  EXPECT_EQ(second, first + 3);
  auto *third = static_cast<char *>(pond_alloc_packed(pool, 3));
  EXPECT_EQ(third, second + 5);
  EXPECT_EQ(pond_alloc_packed(pool, 1), third + 3);
  pond_destroy(pool);
}

/// The largest sizes that an object can have are no mistake; there is no such memory.
TEST(CApi, TheLargestSizesAreNoMistake) {
  pond_options options = POND_OPTIONS_INIT;
  options.largest_block = PTRDIFF_MAX;
  pond_pool *pool = pond_create_with(&options);
  ASSERT_NE(pool, nullptr);
  options.first_block = PTRDIFF_MAX;
  errno = 0;
  EXPECT_EQ(pond_create_with(&options), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  errno = 0;
  EXPECT_EQ(pond_alloc_large(pool, support::opaque(SIZE_MAX)), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  pond_destroy(pool);
  options.first_block = std::size_t{PTRDIFF_MAX} + 1;
  EXPECT_EQ(pond_create_with(&options), nullptr);
  EXPECT_EQ(errno, EINVAL);
}

TEST(CApi, TheSamePoolAsInCpp) {
  pond::pool pool(pond::options{.tag = "both"});
  EXPECT_STREQ(pond_get_tag(pool.handle()), "both");
  EXPECT_STREQ(pond_version(), POND_VERSION_STRING);
  pond_stats stats;
  pond_get_stats(pool.handle(), &stats);
  EXPECT_EQ(stats.reserved, pool.stats().reserved);
}

TEST(CApi, ConfigureRefusesWhatItDoesNotKnow) {
  for (const char *bad :
       {"nonsense", "fail=", "fail=x", "fail=99999999999999999999", "fail=1-", "fail=-2",
        "fail=1-2-3", "own,,x", "fail=18446744073709551616", "other7"}) {
    errno = 0;
    EXPECT_EQ(pond_configure(bad), -1) << bad;
    EXPECT_EQ(errno, EINVAL);
  }
  EXPECT_EQ(pond_configure(nullptr), -1);
  EXPECT_EQ(pond_configure("own,fail=1000000"), 0);
  EXPECT_EQ(pond_configure("fail=18446744073709551615"), 0);
  EXPECT_EQ(pond_configure(""), 0);
}

}  // namespace
