// Pools that several jobs use, on several threads.
#include "pond/shared_pool.hpp"

#include <atomic>
#include <thread>

#include "support.hpp"

namespace {

using support::checked_default_upstream;
using support::count;

TEST(SharedPool, GoesWithTheLastReference) {
  int ran = 0;
  pond::shared_pool first{pond::options{}};
  first->on_destroy([&ran] { ++ran; });
  pond::shared_pool second = first;
  EXPECT_EQ(first.get(), second.get());
  EXPECT_TRUE(first == second && first != pond::shared_pool());
  first = pond::shared_pool();
  EXPECT_FALSE(first);
  EXPECT_EQ(ran, 0);
  pond::shared_pool third = std::move(second);
  // NOLINTNEXTLINE(bugprone-use-after-move, clang-analyzer-cplusplus.Move): it is promised
  EXPECT_EQ(second.get(), nullptr);
  pond::shared_pool &same = third;
  third = same;
  EXPECT_EQ(ran, 0);
  third = {};
  EXPECT_EQ(ran, 1);
}

TEST(SharedPool, TakesOptions) {
  const pond::shared_pool pool({.hard_limit = 20000, .tag = "batch"});
  EXPECT_STREQ(pool->tag(), "batch");
  EXPECT_THROW((void)pool->allocate(30000), pond::limit_exceeded);
  EXPECT_THROW(pond::shared_pool({.hard_limit = 10}), pond::limit_exceeded);
}

/// Jobs read what one made, and end in any order, on threads of their own.
TEST(SharedPool, JobsOnManyThreads) {
  constexpr int rounds = 200;
  constexpr int jobs = 4;
  std::atomic<int> ran = 0;
  std::atomic<int> right = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::thread> threads;
    {
      pond::shared_pool pool({.first_block = 512});
      pool->on_destroy([&ran] { ++ran; });
      const std::string_view text = pool->copy("read by all");
      for (int job = 0; job < jobs; ++job) {
        threads.emplace_back([pool, text, &right] {
          pond::shared_pool another = pool;
          right += text == "read by all" && another.get() == pool.get();
          another = pond::shared_pool();
        });
      }
    }
    for (std::thread &thread : threads) thread.join();
  }
  EXPECT_EQ(ran, rounds);
  EXPECT_EQ(right, rounds * jobs);
}

/// References are made and end on one thread while another uses the pool, resets and scopes
/// included.
TEST(SharedPool, ReferencesComeAndGoWhileItIsUsed) {
  constexpr int rounds = 2000;
  pond::shared_pool pool({.tag = "shared"});
  std::thread copying([copy = pool] {
    pond::shared_pool another;
    for (int i = 0; i < rounds; ++i) {
      another = copy;
      another = pond::shared_pool();
    }
  });
  for (int i = 0; i < rounds; ++i) {
    {
      const pond::scope scope(*pool);
      support::use(pool->allocate(3000));
      pool->on_destroy([] {});
    }
    if (i % 10 == 0) pool->reset();
  }
  copying.join();
  EXPECT_EQ(pool->stats().cleanups, 0U);
}

TEST(SharedPool, TheThreadThatReleasesItLastKeepsTheBlock) {
  POND_SKIP_WHEN_TRAPPED();
  const checked_default_upstream upstream;
  pond::shared_pool pool(pond::options{.first_block = 4096});
  std::thread([last = std::move(pool)]() mutable {
    ASSERT_EQ(pond_cached_bytes(), 0U);
    last = pond::shared_pool();
    EXPECT_EQ(pond_cached_bytes(), 4096U);
  }).join();
  EXPECT_EQ(pond_cached_bytes(), 0U);
}

TEST(SharedPool, MadeUsedAndDestroyedOnThreeThreads) {
  int ran = 0;
  pond::pool pool;
  std::thread([&pool] { support::use(pool.allocate(100000)); }).join();
  std::thread([&pool, &ran] { pool.on_destroy([&ran] { ++ran; }); }).join();
  std::thread([&pool] { pool = pond::pool(); }).join();
  EXPECT_EQ(ran, 1);
}

TEST(Retain, InTheCInterface) {
  checked_default_upstream upstream;
  int ran = 0;
  pond_pool *pool = pond_create(0);
  pond_on_destroy(pool, count, &ran);
  EXPECT_EQ(pond_retain(pool), 0);
  EXPECT_EQ(pond_retain(pool), 0);
  testing::internal::CaptureStderr();
  pond_destroy(pool);
  EXPECT_EQ(errno, EBUSY);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("retain"), std::string::npos);
  EXPECT_EQ(ran, 0);
  pond_release(pool);
  pond_release(pool);
  EXPECT_EQ(ran, 0);
  pond_release(pool);
  EXPECT_EQ(ran, 1);
  pond_release(pond_create(0));  // never retained
  pond_release(nullptr);
  EXPECT_EQ(pond_retain(nullptr), -1);
}

TEST(Retain, AChildGoesWithItsParentAllTheSame) {
  int ran = 0;
  pond_pool *parent = pond_create(0);
  pond_options options = POND_OPTIONS_INIT;
  options.parent = parent;
  pond_pool *child = pond_create_with(&options);
  pond_on_destroy(child, count, &ran);
  EXPECT_EQ(pond_retain(child), 0);
  pond_destroy(parent);
  EXPECT_EQ(ran, 1);
}

}  // namespace
