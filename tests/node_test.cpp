// What pond::allocator does of one object, as containers of nodes give it back.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>

#include "support.hpp"

namespace {

using support::use;

constexpr std::size_t first_page = 4096;

using node = std::array<char, 24>;
using page = std::array<char, first_page>;

template <class T>
T *make(pond::pool &pool) {
  return pond::allocator<T>(pool).allocate(1);
}

template <class T>
void give_back(pond::pool &pool, T *p) {
  pond::allocator<T>(pool).deallocate(p, 1);
}

TEST(Node, ThatIsTheNewestIsTakenBack) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool;
  node *newest = make<node>(pool);
  give_back(pool, newest);
  EXPECT_EQ(make<node>(pool), newest);
}

TEST(Node, ThatIsNotTheNewestStays) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool;
  node *older = make<node>(pool);
  node *newest = make<node>(pool);
  give_back(pool, older);
  give_back(pool, newest);
  EXPECT_EQ(make<node>(pool), newest);
  EXPECT_NE(make<node>(pool), older);
}

template <std::size_t Size, std::size_t Alignment>
struct alignas(Alignment) sized {
  char held[Size];
};

template <class T>
void give_back_a_large(pond::pool &pool) {
  support::give_back_a_large(
      pool, [&] { return make<T>(pool); }, [&](T *large) { give_back(pool, large); });
  EXPECT_EQ(pool.stats().large, 1U) << sizeof(T) << ", " << alignof(T);
  pool.reset();
}

TEST(Node, ThatMayBeLargeIsLookedFor) {
  pond::pool pool({.first_block = 1024, .large_threshold = 1});
  give_back_a_large<sized<80, 1>>(pool);
  give_back_a_large<sized<80, 2>>(pool);
  give_back_a_large<sized<80, 16>>(pool);
  give_back_a_large<sized<128, 128>>(pool);
  give_back_a_large<sized<256, 256>>(pool);
}

TEST(Node, OfAPoolThatRecyclesComesAgain) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool({.recycle = true});
  node *older = make<node>(pool);
  use(make<node>(pool));
  give_back(pool, older);
  EXPECT_EQ(make<node>(pool), older);
}

TEST(Node, SeveralInARowComeAgainToo) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool({.recycle = true});
  pond::allocator<node> allocator(pool);
  node *two = allocator.allocate(2);
  use(make<node>(pool));
  allocator.deallocate(two, 2);
  EXPECT_EQ(allocator.allocate(2), two);
}

template <class T>
void give_back_a_large() {
  support::checked_pool checked({.first_block = 1024, .large_threshold = 1});
  T *large = nullptr;
  while (checked.pool.stats().large < 2) large = make<T>(checked.pool);
  use(make<node>(checked.pool));
  EXPECT_EQ(checked.pool.stats().large, 2U);
  give_back(checked.pool, large);
  EXPECT_EQ(checked.pool.stats().large, 1U) << sizeof(T);
}

/// 80 bytes are the least.
TEST(Node, ThatIsLargeIsGivenBack) {
  give_back_a_large<page>();
  give_back_a_large<std::array<char, 80>>();
}

TEST(Node, OfAWatchedPoolIsSeen) {
  const support::configured own("own");
  pond::pool pool;
  node *once = make<node>(pool);
  const support::counted_reports told;
  give_back(pool, once);
  EXPECT_EQ(told.count(), 0);
  give_back(pool, once);
  EXPECT_EQ(told.count(), 1);
}

namespace user {
template <class T>
struct holder {
  T held;
};
struct incomplete;
template <class... Arguments>
void release_allocated(Arguments &&...) {
  ADD_FAILURE();
}
}  // namespace user

/// Neither what is behind a pointer nor its namespace is looked at.
TEST(Node, OfAUsersTypeIsTheAllocatorsAlone) {
  support::checked_pool checked;
  using pointer = user::holder<user::incomplete> *;
  std::list<pointer, pond::allocator<pointer>> pointers(checked.pool);
  pointers.push_back(nullptr);
  pond::allocator<pointer> alone(checked.pool);
  alone.deallocate(alone.allocate(1), 1);
  give_back(checked.pool, make<user::holder<page>>(checked.pool));
}

/// The child shows the address of its record, where what the parent gave before ends.
TEST(Node, OfAParentIsNoUnusedChilds) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool parent = support::used_pool();
  auto *before = static_cast<std::byte *>(parent.allocate(32));
  pond::pool child = parent.child();
  EXPECT_EQ(parent.stats().children, 1U);
  child.deallocate(before, 32);
  pond::allocator<std::byte>(child).deallocate(before, 32);
  EXPECT_FALSE(child.try_extend(before, 32, 16));
  EXPECT_TRUE(parent.outlives(child));
  EXPECT_EQ(child.stats().reserved, 0U);
}

/// Of 32 bits, what a head shows that hides its room is where null with some size ends.
TEST(Node, NullIsNone) {
  pond::pool pool({.recycle = true});
  use(pool.allocate(1));
  give_back(pool, static_cast<node *>(nullptr));
  give_back(pool, static_cast<std::array<char, first_page - 16> *>(nullptr));
  void *p = pool.allocate(8);
  EXPECT_GE(reinterpret_cast<std::uintptr_t>(p), first_page);
  EXPECT_FALSE(pond::detail::is_nobodys(p));
}

}  // namespace
