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

struct cannot_be_copied {
  cannot_be_copied() = default;
  cannot_be_copied(const cannot_be_copied & /*other*/) { throw std::runtime_error("no copy"); }
};

/// The frame is there by then, and is given back.
TEST(Coroutine, AParameterThatThrowsWhenItIsCopiedLeavesNoFrame) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked;
  void *newest = checked.pool.allocate(pond::pool::default_alignment);
  auto takes = [](cannot_be_copied parameter, pond::pool & /*pool*/) -> task {
    co_await std::suspend_always();
    co_return sizeof(parameter);
  };
  const cannot_be_copied parameter;
  EXPECT_THROW((void)takes(parameter, checked.pool), std::runtime_error);
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
