// What is made in a pool gets the pool's allocator, where it takes one.
#include <future>
#include <tuple>
#include <utility>
#include <vector>

#include "pond/unique_ptr.hpp"
#include "support.hpp"

namespace {

using support::checked_pool;

/// Not made from its arguments without an allocator: pond::allocator is of a pool.
using ints = std::vector<int, pond::allocator<int>>;

const pond::pool *pool_of(const ints &v) { return &v.get_allocator().get_pool(); }

/// As libraries ask for it that do not know yet what they will allocate, asio for one.
TEST(Allocator, OfVoidIsOfAnyOther) {
  pond::pool pool;
  const pond::allocator<void> any(pool);
  using traits = std::allocator_traits<pond::allocator<void>>;
  traits::rebind_alloc<int> same(any);
  int *p = same.allocate(3);
  EXPECT_TRUE(same == any && pond::allocator<void>(same) == any);
  same.deallocate(p, 3);
}

TEST(Make, GivesItsAllocatorToWhatTakesOne) {
  checked_pool checked;
  pond::pool &pool = checked.pool;
  EXPECT_EQ(pool_of(*pool.make<ints>(8U)), &pool);
  for (const ints &each : pool.make_span<ints>(3)) EXPECT_EQ(pool_of(each), &pool);
  static constexpr pond::key<ints> key;
  EXPECT_EQ(pool_of(pool.emplace(key, 8U)), &pool);
  const pond::unique_ptr<ints> owner = pond::make_unique<ints>(pool, 8U);
  EXPECT_EQ(pool_of(*owner), &pool);
}

TEST(Make, GivesItsAllocatorToTheMembersOfPairs) {
  checked_pool checked;
  pond::pool &pool = checked.pool;
  const auto *both = pool.make<std::pair<int, ints>>(7, 3U);
  EXPECT_EQ(both->first, 7);
  EXPECT_EQ(both->second.size(), 3U);
  EXPECT_EQ(pool_of(both->second), &pool);
  EXPECT_EQ(pool_of(pool.make<std::pair<ints, ints>>()->first), &pool);
  pond::pool other;
  using pair = std::pair<int, ints>;
  EXPECT_EQ(pool_of(other.make<pair>(*both)->second), &other);
  EXPECT_EQ(pool_of(other.make<pair>(pair(1, ints(2, pool)))->second), &other);
  const pair constant(1, ints(2, pool));
  EXPECT_EQ(pool_of(other.make<pair>(std::move(constant))->second), &other);  // NOLINT
  const auto *nested = other.make<std::pair<const ints, std::pair<ints, int>>>();
  EXPECT_EQ(pool_of(nested->first), &other);
  EXPECT_EQ(pool_of(nested->second.first), &other);
  const auto *pieces = other.make<std::pair<ints, int>>(std::piecewise_construct,
                                                        std::make_tuple(2U, 5), std::make_tuple());
  EXPECT_EQ(pieces->first, ints({5, 5}, other));
  EXPECT_EQ(pool_of(pieces->first), &other);
  const auto *plain = pool.make<std::pair<const char *, int>>("a", 1);
  EXPECT_STREQ(plain->first, "a");
}

TEST(Make, GivesItsAllocatorToTheMembersOfTuples) {
  checked_pool checked;
  pond::pool &pool = checked.pool;
  using three = std::tuple<int, ints, std::pair<int, ints>>;
  const auto *made = pool.make<three>(7, ints(3, pool), std::pair<int, ints>(1, ints(2, pool)));
  EXPECT_EQ(std::get<0>(*made), 7);
  EXPECT_EQ(std::get<1>(*made).size(), 3U);
  pond::pool other;
  const auto *copied = other.make<std::tuple<ints, int>>(std::get<1>(*made), 1);
  EXPECT_EQ(std::get<0>(*copied), std::get<1>(*made));
  EXPECT_EQ(pool_of(std::get<0>(*copied)), &other);
  EXPECT_EQ(pool_of(std::get<0>(*other.make<std::tuple<ints>>())), &other);
}

TEST(Make, MakesPromisesWhoseStateIsInThePool) {
  checked_pool checked;
  const std::size_t before = checked.pool.stats().used;
  std::promise<int> promise(std::allocator_arg, pond::allocator<std::byte>(checked.pool));
  EXPECT_GT(checked.pool.stats().used, before);
  std::future<int> future = promise.get_future();
  promise.set_value(42);
  EXPECT_EQ(future.get(), 42);
  auto *made = checked.pool.make<std::packaged_task<int(int)>>([](int n) { return n + 1; });
  std::future<int> later = made->get_future();
  (*made)(1);
  EXPECT_EQ(later.get(), 2);
}

}  // namespace
