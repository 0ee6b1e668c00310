// Coroutines whose frame comes from a pool.
#include <functional>
#include <memory>
#include <pond/resource.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "support.hpp"
#include "tasks.hpp"

namespace {

using support::checked_pool;
using tasks::basic_task;
using tasks::expect_given_back;
using tasks::holds;
using tasks::roomy;
using tasks::some;
using tasks::task;

/// How often something was destroyed.
struct counts_end {
  int *ended;
  explicit counts_end(int &counter) : ended(&counter) {}
  counts_end(const counts_end &) = delete;
  counts_end &operator=(const counts_end &) = delete;
  ~counts_end() { ++*ended; }
};

TEST(Coroutine, TheFrameComesFromThePoolAndGoesBack) {
  checked_pool checked(roomy);
  (void)checked.pool.allocate(pond::pool::default_alignment);
  const pond::stats before = checked.pool.stats();
  {
    task held = holds<some>(checked.pool, 7);
    EXPECT_GE(checked.pool.stats().used, before.used + some);
    held.resume();
    held.resume();
    EXPECT_EQ(held.result(), 7);
  }
  expect_given_back(checked.pool, before);
}

TEST(Coroutine, ALargeFrameIsFreed) {
  constexpr std::size_t large = 20000;
  checked_pool checked(roomy);
  (void)checked.pool.allocate(pond::pool::default_alignment);
  {
    task held = holds<large>(checked.pool, 9);
    EXPECT_EQ(checked.pool.stats().large, 1U);
    EXPECT_GE(checked.pool.stats().large_bytes, large);
    held.resume();
  }
  EXPECT_EQ(checked.pool.stats().large, 0U);
}

task first(pond::pool & /*pool*/, int a, const std::string & /*text*/) { co_return a; }
task last(std::string text, int a, pond::pool & /*pool*/) {
  co_return a + static_cast<int>(text.size());
}
task of_allocator(int a, pond::allocator<int> /*allocator*/) { co_return a; }
task of_resource(int a, const pond::resource & /*resource*/) { co_return a; }
task of_wrapper(int a, std::reference_wrapper<pond::pool> /*pool*/) { co_return a; }

struct visitor {
  int base;
  task add(int a, pond::pool & /*pool*/) const { co_return base + a; }
};

struct request {
  pond::pool &pool;
  int base;
  [[nodiscard]] pond::pool &get_pool() const { return pool; }
  task add(int a) { co_return base + a; }
  [[nodiscard]] task subtract(int a) const { co_return base - a; }
};

/// Makes a task, sees that it is in the pool, runs it, and sees that it is so no more.
template <class Make>
int run_in(pond::pool &pool, Make make) {
  (void)pool.allocate(pond::pool::default_alignment);
  const pond::stats before = pool.stats();
  int result = 0;
  {
    task made = make();
    EXPECT_GT(pool.stats().used, before.used);
    result = made.run();
  }
  expect_given_back(pool, before);
  return result;
}

TEST(Coroutine, ThePoolMayBeAnyParameter) {
  checked_pool checked(roomy);
  pond::pool &pool = checked.pool;
  const std::string text = "a text too long to be stored inside";
  EXPECT_EQ(run_in(pool, [&] { return first(pool, 1, text); }), 1);
  EXPECT_EQ(run_in(pool, [&] { return last(text, 1, pool); }), 36);
  EXPECT_EQ(run_in(pool, [&] { return of_allocator(3, pool); }), 3);
  const pond::resource resource(pool);
  EXPECT_EQ(run_in(pool, [&] { return of_resource(4, resource); }), 4);
  EXPECT_EQ(run_in(pool, [&] { return of_wrapper(5, pool); }), 5);
}

TEST(Coroutine, AMemberFunction) {
  checked_pool checked(roomy);
  const visitor other{40};
  EXPECT_EQ(run_in(checked.pool, [&] { return other.add(2, checked.pool); }), 42);
  request own{checked.pool, 40};
  EXPECT_EQ(run_in(checked.pool, [&] { return own.add(1); }), 41);
  EXPECT_EQ(run_in(checked.pool, [&] { return std::as_const(own).subtract(1); }), 39);
}

TEST(Coroutine, ALambda) {
  checked_pool checked(roomy);
  int captured = 20;
  auto with_capture = [&captured](int a, pond::pool & /*pool*/) -> task { co_return captured + a; };
  EXPECT_EQ(run_in(checked.pool, [&] { return with_capture(3, checked.pool); }), 23);
  auto without = [](pond::pool & /*pool*/) -> task { co_return 5; };
  EXPECT_EQ(run_in(checked.pool, [&] { return without(checked.pool); }), 5);
}

TEST(Coroutine, TheFirstOfTwoPools) {
  checked_pool one(roomy);
  checked_pool two(roomy);
  (void)two.pool.allocate(pond::pool::default_alignment);
  const pond::stats before = two.pool.stats();
  auto of_two = [](pond::pool & /*own*/, pond::pool & /*other*/) -> task { co_return 6; };
  EXPECT_EQ(run_in(one.pool, [&] { return of_two(one.pool, two.pool); }), 6);
  EXPECT_EQ(two.pool.stats().used, before.used);
}

TEST(Coroutine, EachFrameGoesBackToItsOwnPool) {
  checked_pool one(roomy);
  checked_pool two(roomy);
  (void)one.pool.allocate(pond::pool::default_alignment);
  (void)two.pool.allocate(pond::pool::default_alignment);
  const pond::stats before_one = one.pool.stats();
  const pond::stats before_two = two.pool.stats();
  auto of_one = std::make_unique<task>(holds<some>(one.pool, 1));
  auto of_two = std::make_unique<task>(holds<2 * some>(two.pool, 2));
  EXPECT_GE(two.pool.stats().used, before_two.used + 2 * some);
  of_one.reset();
  expect_given_back(one.pool, before_one);
  EXPECT_GE(two.pool.stats().used, before_two.used + 2 * some);
  of_two.reset();
  expect_given_back(two.pool, before_two);
}

TEST(Coroutine, WhatLeavesTheBodyIsPassedOn) {
  checked_pool checked(roomy);
  int ended = 0;
  auto throws = [](pond::pool & /*pool*/, int &counter) -> task {
    const counts_end local(counter);
    throw std::runtime_error("no");
    co_return 0;
  };
  const auto thrown = [&] {
    return run_in(checked.pool, [&] { return throws(checked.pool, ended); });
  };
  EXPECT_THROW((void)thrown(), std::runtime_error);
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(run_in(checked.pool, [&] { return holds<some>(checked.pool, 0); }), 0) << "goes on";
}

task depth(pond::pool &pool, int remaining, std::size_t &most) {
  most = std::max(most, pool.stats().used);
  if (remaining == 0) co_return 0;
  co_return 1 + co_await depth(pool, remaining - 1, most);
}

TEST(Coroutine, NestedTasksStackUp) {
  checked_pool checked(roomy);
  std::size_t least_most = 0;
  EXPECT_EQ(run_in(checked.pool, [&] { return depth(checked.pool, 0, least_most); }), 0);
  std::size_t most = 0;
  EXPECT_EQ(run_in(checked.pool, [&] { return depth(checked.pool, 9, most); }), 9);
  EXPECT_GE(most, least_most + 9 * sizeof(task::promise_type));
}

TEST(Coroutine, DestroyedWhileSuspended) {
  checked_pool checked(roomy);
  (void)checked.pool.allocate(pond::pool::default_alignment);
  const pond::stats before = checked.pool.stats();
  int ended = 0;
  auto waits = [](pond::pool & /*pool*/, int &counter) -> task {
    const counts_end local(counter);
    co_await std::suspend_always();
    co_return 0;
  };
  {
    task waiting = waits(checked.pool, ended);
    waiting.resume();
    EXPECT_EQ(ended, 0);
  }
  EXPECT_EQ(ended, 1);
  expect_given_back(checked.pool, before);
}

TEST(Coroutine, EndsWithThePoolThatOwnsIt) {
  int ended = 0;
  {
    checked_pool checked(roomy);
    auto waits = [](pond::pool & /*pool*/, int &counter) -> task {
      const counts_end local(counter);
      co_await std::suspend_always();
      co_return 0;
    };
    task waiting = waits(checked.pool, ended);
    waiting.resume();
    checked.pool.on_destroy([handle = waiting.release()] { handle.destroy(); });
    EXPECT_EQ(ended, 0);
  }
  EXPECT_EQ(ended, 1);
}

/// Compilers take what they know of an alignment for granted; this one they do not see through.
[[gnu::noinline]] bool is_aligned_in_memory(const void *p, std::size_t alignment) {
  asm volatile("" : "+r"(p));
  return support::is_aligned(p, alignment);
}

TEST(Coroutine, OverAlignedLocals) {
  constexpr std::size_t line = 64;
  using aligned_task = basic_task<pond::frame_in_pool_aligned<line>>;
  auto aligned = [](pond::pool & /*pool*/) -> aligned_task {
    struct alignas(line) cache_line {
      char bytes[line];
    } local = {};
    const bool before = is_aligned_in_memory(&local, line);
    co_await std::suspend_always();
    co_return static_cast<int>(before) + static_cast<int>(is_aligned_in_memory(&local, line));
  };
  checked_pool checked(roomy);
  for (std::size_t shift = 0; shift < line; shift += pond::pool::default_alignment) {
    (void)checked.pool.allocate(pond::pool::default_alignment);
    aligned_task made = aligned(checked.pool);
    made.resume();
    EXPECT_EQ(made.run(), 2) << "shifted by " << shift;
  }
}

}  // namespace
