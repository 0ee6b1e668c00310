// What random programs do not compare exactly, on both: the lines of a failure, the fields that are
// not kept, and the two answers that differ on purpose (allowed.hpp).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fresh_memory.hpp"
#include "pools.hpp"

namespace {

using namespace differential;
using testing::Each;
using testing::ElementsAre;
using testing::MatchesRegex;
using lines = std::vector<std::string>;

constexpr ngx_uint_t everything = 0x7ffffff0;
constexpr std::size_t large_size = 5000;

/// Lines of errors, or those of debugging too.
lines written(bool debugging) {
  lines result;
  for (const log_line &line : take_lines()) {
    if (line.level == NGX_LOG_DEBUG && !debugging) continue;
    result.push_back(written_out(line, [](const void *p) { return p == nullptr ? "null" : "p"; }));
  }
  return result;
}

class OnBoth : public testing::TestWithParam<const implementation *> {
 protected:
  void SetUp() override { (void)take_lines(); }
  fresh_memory memory_;
  const implementation &of_ = *GetParam();
  bool debug_ = NGX_DEBUG != 0;
};

/// A pool whose own records have room is told exactly what nginx would have asked for.
TEST_P(OnBoth, ALargeRequestThatFailsIsLoggedInTheWordsOfItsCall) {
  const a_pool pool(of_, NGX_DEFAULT_POOL_SIZE);
  (void)of_.pfree(pool, of_.palloc(pool, large_size));  // a record is at hand
  (void)take_lines();
  const no_memory now(memory_);
  EXPECT_EQ(of_.palloc(pool, large_size), nullptr);
  EXPECT_THAT(written(false), ElementsAre("log: [1] malloc(5000) failed (12)"));
  EXPECT_EQ(of_.pcalloc(pool, large_size), nullptr);
  EXPECT_THAT(written(false), ElementsAre("log: [1] malloc(5000) failed (12)"));
  for (const std::size_t alignment : {8U, 16U, 512U}) {
    EXPECT_EQ(of_.pmemalign(pool, large_size, alignment), nullptr);
    const std::string call = "posix_memalign(" + std::to_string(alignment) + ", 5000)";
    EXPECT_THAT(written(false), ElementsAre("log: [1] " + call + " failed (12)"));
  }
  EXPECT_EQ(of_.create(large_size, pool->log), nullptr);
  EXPECT_THAT(written(false), ElementsAre("log: [1] posix_memalign(16, 5000) failed (12)"));
}

TEST_P(OnBoth, ABlockThatCannotBeHadIsLoggedOnce) {
  a_pool pool(of_, 1024);
  (void)take_lines();
  const no_memory now(memory_);
  while (of_.pnalloc(pool, 100) != nullptr) {
  }
  EXPECT_THAT(
      written(false),
      ElementsAre(MatchesRegex("log: .1. (posix_memalign.16, [0-9]+.|malloc.100.) failed .12.")));
  pool.log()->log_level = 0;
  EXPECT_EQ(of_.pnalloc(pool, 100), nullptr);
  EXPECT_EQ(written(false), lines()) << "the level says no";
}

TEST_P(OnBoth, NothingIsAddedWhereThereIsNoMemoryForACleanup) {
  const a_pool pool(of_, 1024);
  int ran = 0;
  add_counter(of_, pool, &ran);
  const ngx_pool_cleanup_t *before = pool->cleanup;
  const no_memory now(memory_);
  while (of_.cleanup_add(pool, 0) != nullptr) pool->cleanup = pool->cleanup->next;
  EXPECT_EQ(of_.cleanup_add(pool, large_size), nullptr);
  EXPECT_EQ(pool->cleanup, before);
}

/// As nginx's cycle pool: the log that a pool is destroyed with lies in its own memory.
TEST_P(OnBoth, TheLogMayLieInThePoolItself) {
  ngx_log_t outside = recorded_log("outside", everything);
  ngx_pool_t *pool = of_.create(NGX_DEFAULT_POOL_SIZE, &outside);
  auto *inside = static_cast<ngx_log_t *>(of_.palloc(pool, sizeof(ngx_log_t)));
  *inside = recorded_log("inside", everything);
  pool->log = inside;
  (void)of_.palloc(pool, large_size);
  (void)take_lines();
  of_.destroy(pool);
  const lines seen = written(true);
  EXPECT_EQ(seen.empty(), !debug_);
  EXPECT_THAT(seen, Each(MatchesRegex("inside: .8. free: p(, unused: [0-9]+)? .0.")));
}

TEST_P(OnBoth, TheFieldsThatAreReadBeginAsNginxHasThem) {
  const a_pool pool(of_, 1024);
  EXPECT_EQ(pool->max, 1024 - sizeof(ngx_pool_t));
  EXPECT_EQ(pool->current, pool.operator->());
  EXPECT_EQ(pool->chain, nullptr);
  EXPECT_EQ(pool->large, nullptr);
  EXPECT_EQ(pool->cleanup, nullptr);
  EXPECT_EQ(pool->d.failed, 0U);
}

INSTANTIATE_TEST_SUITE_P(Interface, OnBoth, testing::Values(&upstream, &shim),
                         [](const auto &tested) { return std::string(tested.param->name); });

// --- Differences on purpose
// -----------------------------------------------------------------------

ngx_int_t free_null_after_a_free(const implementation &of) {
  fresh_memory memory;
  const a_pool pool(of, 1024);
  EXPECT_EQ(of.pfree(pool, nullptr), NGX_DECLINED);
  EXPECT_EQ(of.pfree(pool, of.palloc(pool, large_size)), NGX_OK);
  return of.pfree(pool, nullptr);
}

TEST(AllowedDifference, NullIsNeverALargeAllocation) {
  EXPECT_EQ(free_null_after_a_free(upstream), NGX_OK);
  EXPECT_EQ(free_null_after_a_free(shim), NGX_DECLINED);
}

TEST(AllowedDifference, SmallAlignmentsAreServed) {
  fresh_memory memory;
  const a_pool pool(shim, 1024);
  for (const std::size_t alignment : {1U, 2U, 4U}) {
    void *p = ngx_pmemalign(pool, 100, alignment);
    EXPECT_NE(p, nullptr);
    EXPECT_EQ(ngx_pfree(pool, p), NGX_OK);
  }
}

TEST(AllowedDifference, ACleanupHasLeftTheListWhenItRuns) {
  fresh_memory memory;
  const a_pool pool(shim, 1024);
  ngx_pool_cleanup_t *c = ngx_pool_cleanup_add(pool, 0);
  c->data = pool;
  c->handler = [](void *p) { EXPECT_EQ(static_cast<ngx_pool_t *>(p)->cleanup, nullptr); };
}

}  // namespace
