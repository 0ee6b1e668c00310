// Two threads in one pool at once, where pools are watched.
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <string>
#include <thread>
#include <utility>

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
  static void *allocate(void *context, std::size_t size, std::size_t alignment) {
    auto &self = *static_cast<interrupted_upstream *>(context);
    if (std::exchange(self.armed_, false)) self.meanwhile_();
    const pond_upstream memory = self.memory_.get();
    return memory.allocate(memory.context, size, alignment);
  }
  static void deallocate(void *context, void *p, std::size_t size, std::size_t alignment) {
    const pond_upstream memory = static_cast<interrupted_upstream *>(context)->memory_.get();
    memory.deallocate(memory.context, p, size, alignment);
  }
  std::function<void()> meanwhile_;
  workload::checking_upstream memory_;
  bool armed_ = false;
};

/// A pool that is watched, two allocations in it, and a call of it during another one.
class TwoThreads : public testing::Test {
 protected:
  /// What standard error says of `meanwhile(pool)`.
  std::string reported(std::function<void(TwoThreads &)> meanwhile) {
    meanwhile_ = std::move(meanwhile);
    testing::internal::CaptureStderr();
    upstream_.interrupt();
    EXPECT_NE(pool.try_allocate(100), nullptr);
    return testing::internal::GetCapturedStderr();
  }

 private:
  support::configured own_{"own"};
  std::function<void(TwoThreads &)> meanwhile_;
  interrupted_upstream upstream_{[this] { meanwhile_(*this); }};
  pond::upstream memory_ = upstream_.get();

 public:
  int ended = 0;
  pond::pool pool{pond::options{.upstream = &memory_, .tag = "shared"}};
  void *one = pool.allocate(64);
  void *two = pool.allocate(64);
};

constexpr const char *report = "pond: pool \"shared\": used by two threads at once\n";

template <class Call>
auto on_another_thread(Call call) {
  return [call](TwoThreads &test) { std::thread([&] { call(test); }).join(); };
}

TEST_F(TwoThreads, GivingBackIsRefused) {
  const auto call = [](TwoThreads &test) { test.pool.deallocate(test.one, 64); };
  EXPECT_EQ(reported(on_another_thread(call)), report);
  const std::size_t reserved = pool.stats().reserved;
  pool.deallocate(one, 64);  // it is still the pool's
  EXPECT_LT(pool.stats().reserved, reserved);
}

TEST_F(TwoThreads, AllocatingIsRefusedEachTime) {
  const auto call = [](TwoThreads &test) {
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(test.pool.try_allocate(1), nullptr);
      EXPECT_EQ(errno, EBUSY);
    }
  };
  std::string twice = report;
  twice += report;
  EXPECT_EQ(reported(on_another_thread(call)), twice);
}

TEST_F(TwoThreads, AResetIsRefused) {
  pool.on_destroy([this] { ++ended; });
  EXPECT_EQ(reported(on_another_thread([](TwoThreads &test) { test.pool.reset(); })), report);
  EXPECT_EQ(ended, 0);
}

/// So that it may be asked of the pool of a pond::pool here.
TEST_F(TwoThreads, ADestructionIsRefused) {
  pool.on_destroy([this] { ++ended; });
  EXPECT_EQ(reported(on_another_thread([](TwoThreads &test) { pond_destroy(test.pool.handle()); })),
            report);
  EXPECT_EQ(ended, 0);
}

TEST_F(TwoThreads, OneAfterTheOtherIsFine) {
  testing::internal::CaptureStderr();
  std::thread([this] {
    pool.deallocate(one, 64);
    (void)pool.allocate(100);
  }).join();
  pool.deallocate(two, 64);
  std::thread([this] { pool.reset(); }).join();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

/// And what it does does not end the call that it is a part of.
TEST_F(TwoThreads, ACallInACallOfTheSameThreadIsFine) {
  const auto another =
      on_another_thread([](TwoThreads &test) { test.pool.deallocate(test.two, 64); });
  EXPECT_EQ(reported([another](TwoThreads &test) {
              test.pool.deallocate(test.one, 64);
              another(test);
            }),
            report);
}

/// A cleanup may wait for a thread that uses the pool.
TEST_F(TwoThreads, ACleanupThatWaitsForOneIsFine) {
  testing::internal::CaptureStderr();
  pool.on_destroy([this] { std::thread([this] { (void)pool.allocate(100); }).join(); });
  pool.reset();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
