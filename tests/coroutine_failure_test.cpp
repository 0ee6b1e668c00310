// Coroutines whose frame comes from a pool that has no memory for it.
#include <memory>
#include <stdexcept>

#include "support.hpp"
#include "tasks.hpp"

namespace {

using support::checked_pool;
using tasks::basic_task;
using tasks::holds;
using tasks::some;
using tasks::task;

TEST(Coroutine, AQuotaThrowsAndParametersAreGone) {
  constexpr std::size_t large = 20000;
  checked_pool checked({.hard_limit = large});
  (void)checked.pool.allocate(pond::pool::default_alignment);
  const pond::stats before = checked.pool.stats();
  auto takes = [](std::shared_ptr<int> owned, pond::pool & /*pool*/) -> task {
    char bytes[large] = {};
    bytes[support::opaque(0)] = static_cast<char>(*owned);
    co_await std::suspend_always();
    co_return bytes[support::opaque(1)];
  };
  const auto shared = std::make_shared<int>(1);
  EXPECT_THROW((void)takes(shared, checked.pool), pond::limit_exceeded);
  EXPECT_EQ(shared.use_count(), 1);
  EXPECT_EQ(checked.pool.stats().reserved, before.reserved);
}

/// Says what the pool has in use when it is copied. That it throws is no compiler to know: clang
/// leaves out the frame of a coroutine that never begins.
struct cannot_be_copied {
  cannot_be_copied(const pond::pool &pool, std::size_t &used) : from(pool), used_then(used) {}
  cannot_be_copied(const cannot_be_copied &other) : from(other.from), used_then(other.used_then) {
    used_then = from.stats().used;
    if (support::opaque(1) != 0) throw std::runtime_error("no copy");
  }
  const pond::pool &from;
  std::size_t &used_then;
};

/// Not inlined: nor is there a frame that clang sees to end with the call.
[[gnu::noinline]] task takes(cannot_be_copied parameter, pond::pool & /*pool*/) {
  co_await std::suspend_always();
  co_return static_cast<int>(parameter.used_then);
}

/// The frame, into which it is copied, is given back.
TEST(Coroutine, AParameterThatThrowsWhenItIsCopiedLeavesNoFrame) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked(tasks::roomy);
  void *newest = checked.pool.allocate(pond::pool::default_alignment);
  const std::size_t before = checked.pool.stats().used;
  std::size_t used = 0;
  EXPECT_THROW((void)takes(cannot_be_copied(checked.pool, used), checked.pool), std::runtime_error);
  EXPECT_GT(used, before) << "the frame was there";
  EXPECT_TRUE(checked.pool.try_extend(newest, 16, 32)) << "it is the newest again";
}

/// A pool whose first block has no room for a frame.
constexpr pond::options too_small = {.first_block = 120};

TEST(Coroutine, NoMemoryThrows) {
  checked_pool checked(too_small);
  checked.upstream().fail_at(1);
  EXPECT_THROW((void)holds<some>(checked.pool, 1), std::bad_alloc);
  EXPECT_EQ(holds<some>(checked.pool, 1).run(), 0) << "goes on";
}

/// Without exceptions: an empty task instead of a coroutine.
struct frame_or_nothing : pond::frame_in_pool_or_failure {
  static basic_task<frame_or_nothing> get_return_object_on_allocation_failure() noexcept;
  unsigned char makes_it_large[128] = {};  // on every machine
};
basic_task<frame_or_nothing> frame_or_nothing::get_return_object_on_allocation_failure() noexcept {
  return {};
}

basic_task<frame_or_nothing> tries(int &ran, pond::pool & /*pool*/) { co_return ++ran; }

TEST(Coroutine, NoMemoryWithoutExceptions) {
  checked_pool checked(too_small);
  int ran = 0;
  checked.upstream().fail_at(1);
  errno = 0;
  EXPECT_FALSE(tries(ran, checked.pool));
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_EQ(ran, 0);
  {
    auto second = tries(ran, checked.pool);
    ASSERT_TRUE(second);
    EXPECT_EQ(checked.pool.stats().large, 1U);
    EXPECT_EQ(second.run(), 1);
  }
  EXPECT_EQ(checked.pool.stats().large, 0U);
}

}  // namespace
