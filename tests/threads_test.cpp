// Threads with pools of their own share nothing; a pool may be handed from one to another.
#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <utility>

#include "support.hpp"
#include "workload/contenders/checked_pond.hpp"
#include "workload/generate.hpp"
#include "workload/interpret.hpp"
#include "workload/oracle.hpp"

namespace {

TEST(Threads, EachWithProgramsOfItsOwn) {
  std::vector<std::thread> threads;
  std::atomic<std::size_t> wrong = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([seed, &wrong] {
      for (std::uint64_t round = 0; round < 10; ++round) {
        const workload::program work = workload::program_from_seed(seed * 100 + round);
        workload::oracle checks(work);
        workload::checked_pond pools(work);
        workload::interpreter(work).run(work, pools, checks);
        wrong += checks.errors().size();
      }
    });
  }
  for (std::thread &t : threads) t.join();
  EXPECT_EQ(wrong, 0U);
}

/// What one thread sends, another one receives, in that order.
template <class T>
class channel {
 public:
  void send(T value) {
    const std::lock_guard lock(mutex_);
    values_.push(std::move(value));
    changed_.notify_one();
  }
  T receive() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !values_.empty(); });
    T value = std::move(values_.front());
    values_.pop();
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<T> values_;
};

/// One thread fills pools, another one empties and destroys them: blocks wander between caches.
TEST(Threads, HandPoolsOver) {
  constexpr int rounds = 2000;
  struct handed_over {
    pond::pool pool;
    std::array<unsigned char *, 10> parts;
  };
  channel<handed_over> filled;
  int wrong = 0;
  std::thread consumer([&] {
    for (int i = 0; i < rounds; ++i) {
      auto [pool, parts] = filled.receive();
      for (std::size_t k = 0; k < parts.size(); ++k) {
        if (std::count(parts[k], parts[k] + 300, k) != 300) ++wrong;
      }
      std::memset(pool.allocate(3000), i, 3000);
      if (i % 2 == 0) pool.reset();
    }
  });
  for (int i = 0; i < rounds; ++i) {
    handed_over made{pond::pool(1024), {}};
    for (std::size_t k = 0; k < made.parts.size(); ++k) {
      made.parts[k] = static_cast<unsigned char *>(made.pool.allocate(300));
      std::memset(made.parts[k], static_cast<int>(k), 300);
    }
    (void)made.pool.allocate_large(5000);
    filled.send(std::move(made));
  }
  consumer.join();
  EXPECT_EQ(wrong, 0);
}

/// Each pool is made on one thread, used on a second one and destroyed on a third.
TEST(Threads, ThreeInARowHandPoolsOn) {
  constexpr int pools = 500;
  channel<pond::pool> made;
  channel<pond::pool> used;
  std::thread user([&] {
    for (int i = 0; i < pools; ++i) {
      pond::pool pool = made.receive();
      for (int k = 0; k < 20; ++k) (void)pool.allocate_zeroed(500);
      (void)pool.allocate_large(5000);
      pool.make<std::string>("a text that is too long for the string itself");
      used.send(std::move(pool));
    }
  });
  int ended = 0;
  std::thread last([&] {
    for (int i = 0; i < pools; ++i) {
      const pond::pool pool = used.receive();
    }
  });
  for (int i = 0; i < pools; ++i) {
    pond::pool pool(1024);
    pool.on_destroy([&ended] { ++ended; });  // all on the last thread
    made.send(std::move(pool));
  }
  user.join();
  last.join();
  EXPECT_EQ(ended, pools);
}

TEST(Threads, ManyThatComeAndGo) {
  for (int round = 0; round < 50; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < 20; ++i) {
          pond::pool pool(512);
          (void)pool.allocate(2000);
        }
      });
    }
    for (std::thread &t : threads) t.join();
  }
}

}  // namespace
