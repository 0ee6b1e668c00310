// Two threads in one pool at once, where pools are watched.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "pond/resource.hpp"
#include "support.hpp"

namespace {

/// An upstream during whose next call something else happens.
class interrupted_upstream {
 public:
  explicit interrupted_upstream(std::function<void()> meanwhile)
      : meanwhile_(std::move(meanwhile)) {}
  void interrupt() { armed_ = true; }
  pond::upstream get() { return {allocate, deallocate, this}; }

 private:
  static pond_upstream called(void *context) {
    auto &self = *static_cast<interrupted_upstream *>(context);
    if (std::exchange(self.armed_, false)) self.meanwhile_();
    return self.memory_.get();
  }
  static void *allocate(void *context, std::size_t size, std::size_t alignment) {
    const pond_upstream memory = called(context);
    return memory.allocate(memory.context, size, alignment);
  }
  static void deallocate(void *context, void *p, std::size_t size, std::size_t alignment) {
    const pond_upstream memory = called(context);
    memory.deallocate(memory.context, p, size, alignment);
  }
  std::function<void()> meanwhile_;
  workload::checking_upstream memory_;
  bool armed_ = false;
};

/// A pool that is watched, two allocations in it, and a call of it during another one.
class TwoThreads : public testing::Test {
 protected:
  /// On another thread, during the next call of the upstream.
  void interrupt(std::function<void()> meanwhile) {
    meanwhile_ = [meanwhile] { std::thread(meanwhile).join(); };
    upstream_.interrupt();
  }
  template <class Meanwhile>
  void while_allocating(Meanwhile meanwhile) {
    interrupt([this, meanwhile] { meanwhile(pool); });
    EXPECT_NE(pool.try_allocate_large(100), nullptr);
  }

 private:
  support::configured own_{"own"};
  std::function<void()> meanwhile_;
  interrupted_upstream upstream_{[this] { meanwhile_(); }};
  pond::upstream memory_ = upstream_.get();

 protected:
  pond::pool pool{pond::options{.upstream = &memory_, .tag = "shared"}};
  void *one = pool.allocate(64);
  void *two = pool.allocate(64);
};
using TwoThreadsDeathTest = TwoThreads;

constexpr const char *stopped =
    "^pond: pool \"shared\": used by two threads at once; the program is stopped\n";

TEST_F(TwoThreadsDeathTest, GivingBack) {
  EXPECT_DEATH(while_allocating([this](auto &p) { p.deallocate(one, 64); }), stopped);
}

TEST_F(TwoThreadsDeathTest, GivingBackOnBoth) {
  EXPECT_DEATH(
      {
        interrupt([this] { pool.deallocate(two, 64); });
        pool.deallocate(one, 64);
      },
      stopped);
}

TEST_F(TwoThreadsDeathTest, GivingBackThroughAResourceOnBoth) {
  pond::resource resource(pool);
  EXPECT_DEATH(
      {
        interrupt([&] { resource.deallocate(two, 64); });
        resource.deallocate(one, 64);
      },
      stopped);
}

TEST_F(TwoThreadsDeathTest, Freeing) {
  EXPECT_DEATH(while_allocating([this](auto &p) { p.free(one); }), stopped);
}

TEST_F(TwoThreadsDeathTest, Allocating) {
  EXPECT_DEATH(while_allocating([](auto &p) { (void)p.allocate(1); }), stopped);
}

TEST_F(TwoThreadsDeathTest, AllocatingAsLarge) {
  EXPECT_DEATH(while_allocating([](auto &p) { (void)p.allocate_large(1); }), stopped);
}

TEST_F(TwoThreadsDeathTest, ALargeOneDuringASmallOne) {
  EXPECT_DEATH(
      {
        interrupt([this] { (void)pool.allocate_large(1); });
        (void)pool.allocate(1);
      },
      stopped);
}

TEST_F(TwoThreadsDeathTest, Registering) {
  EXPECT_DEATH(while_allocating([](auto &p) { p.on_destroy([] {}); }), stopped);
}

TEST_F(TwoThreadsDeathTest, Resetting) {
  EXPECT_DEATH(while_allocating([](auto &p) { p.reset(); }), stopped);
}

TEST_F(TwoThreadsDeathTest, Destroying) {
  EXPECT_DEATH(while_allocating([](auto &p) { const pond::pool ends = std::move(p); }), stopped);
}

/// What is given back there is, too. (A pool that is being destroyed shows others an empty head.)
TEST_F(TwoThreadsDeathTest, DuringAReset) {
  EXPECT_DEATH(
      {
        interrupt([this] { pool.reset(); });
        pool.reset();
      },
      stopped);
}

TEST_F(TwoThreads, OneAfterTheOtherIsFine) {
  std::thread([this] {
    pool.deallocate(one, 64);
    (void)pool.allocate(100);
  }).join();
  pool.deallocate(two, 64);
  std::thread([this] { pool.reset(); }).join();
  (void)pool.allocate(100);
}

/// Frees one allocation, and another one on another thread.
struct freeing {
  void *one;
  void *two;
};
void free_both(void *context, pond_pool *pool, pond_limit /*which*/, std::size_t /*reserved*/,
               std::size_t /*requested*/) {
  const auto &wanted = *static_cast<freeing *>(context);
  EXPECT_TRUE(pond_free(pool, wanted.one));
  if (wanted.two != nullptr) std::thread([&] { pond_free(pool, wanted.two); }).join();
}

/// What a callback does in its own thread's call is a part of that, and does not end it.
TEST_F(TwoThreadsDeathTest, ACallInACallOfTheSameThreadIsFine) {
  freeing wanted{};
  pond::pool limited(
      {.soft_limit = 10'000, .on_limit = free_both, .on_limit_context = &wanted, .tag = "shared"});
  wanted.one = limited.allocate(64);
  (void)limited.allocate(10'000);
  limited.reset();
  wanted = {limited.allocate(64), limited.allocate(64)};
  EXPECT_DEATH((void)limited.allocate(10'000), stopped);
  wanted = {};
}

/// A cleanup may wait for a thread that uses the pool.
TEST_F(TwoThreads, ACleanupThatWaitsForOneIsFine) {
  const auto wait = [this] { std::thread([this] { (void)pool.allocate(100); }).join(); };
  pool.on_destroy(wait);
  pool.reset();
  pool.on_destroy(wait);
}

}  // namespace
