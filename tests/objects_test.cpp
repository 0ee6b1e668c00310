// Objects, spans, strings, containers: the C++ face.
#include <cstring>
#include <list>
#include <map>
#include <memory_resource>
#include <pond/resource.hpp>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "support.hpp"

namespace {

using support::checked_pool;

/// Counts the living, and can refuse to be the n-th.
struct counted {
  static inline int alive = 0;
  static inline int throw_at = 0;
  counted() {
    if (throw_at != 0 && --throw_at == 0) throw std::runtime_error("no");
    ++alive;
  }
  counted(const counted &) = delete;
  counted &operator=(const counted &) = delete;
  ~counted() { --alive; }
  std::string payload = "something that is not short enough to be stored inside";
};

TEST(OnDestroy, ACallableOfOneWordTakesNoMemoryBesideItsRecord) {
  POND_SKIP_WHEN_TRAPPED();
  std::string called;
  const char letter = called.empty() ? 'a' : 'b';
  pond::pool pool(4096);
  (void)pool.allocate(16);  // so that a record, which is aligned, begins right behind it
  const std::size_t before = pool.stats().used;
  pool.on_destroy([&called] { called += 'r'; });
  const std::size_t record = pool.stats().used - before;
  EXPECT_LE(record, 48U);
  pool.on_destroy([letter, &called = called] { called += letter; });
  EXPECT_GT(pool.stats().used, before + 2 * record) << "two words";
  const std::size_t two = pool.stats().used;
  static std::string *heard = nullptr;
  heard = &called;
  pool.on_destroy([] { *heard += 'n'; });
  pool.on_destroy([letter] { *heard += letter; });
  EXPECT_LE(pool.stats().used, two + 2 * record);
  pool.reset();
  EXPECT_EQ(called, "anar");
}

TEST(OnDestroy, WhatIsMoreThanItsBytesIsDestroyedHoweverSmall) {
  auto owner = std::make_unique<counted>();
  int seen = 0;
  {
    pond::pool pool;
    pool.on_destroy([owner = std::move(owner), at = &seen]() noexcept { *at = counted::alive; });
    auto only = std::make_unique<counted>();
    pool.on_destroy([only = std::move(only)] {});
    EXPECT_EQ(counted::alive, 2);
  }
  EXPECT_EQ(seen, 1) << "the newer one was gone";
  EXPECT_EQ(counted::alive, 0);
}

TEST(Make, RunsTheDestructorWithThePool) {
  {
    checked_pool checked;
    EXPECT_EQ(checked.pool.make<counted>()->payload.size(), 54U);
    EXPECT_EQ(counted::alive, 1);
    EXPECT_EQ(checked.pool.stats().cleanups, 1U);
    EXPECT_EQ(*checked.pool.make<int>(7), 7);
    EXPECT_EQ(checked.pool.stats().cleanups, 1U) << "nothing to do for an int";
  }
  EXPECT_EQ(counted::alive, 0);
}

TEST(Make, WhatTheConstructorThrowsIsPassedOn) {
  checked_pool checked;
  (void)checked.pool.allocate(16);
  const std::size_t used = checked.pool.stats().used;
  counted::throw_at = 1;
  EXPECT_THROW(checked.pool.make<counted>(), std::runtime_error);
  if (!support::trapped) {
    EXPECT_EQ(checked.pool.stats().used, used) << "its memory was given back";
  }
  EXPECT_EQ(checked.pool.stats().cleanups, 0U);
}

/// So large that it has memory of its own, which goes back at once.
struct large_and_refused {
  large_and_refused() { throw std::runtime_error("no"); }
  std::byte much[10000];
};

TEST(Make, WhatIsLargeGoesBackToo) {
  checked_pool checked({.first_block = 1024});
  EXPECT_THROW(checked.pool.make<large_and_refused>(), std::runtime_error);
  EXPECT_EQ(checked.pool.stats().large, 0U);
  (void)checked.pool.make_span<char>(10000);
  EXPECT_EQ(checked.pool.stats().large, 1U) << "and what is made stays";
}

/// Its record may lie elsewhere: what was made is then the newest, and stays all the same.
TEST(Make, WhatIsMadeStaysWhereItsRecordIsUsedAgain) {
  checked_pool checked;
  const auto overwrite = [&checked] { std::memset(checked.pool.allocate(100), -1, 100); };
  const auto spare_record = [&checked] { checked.pool.cancel(checked.pool.on_destroy([] {})); };
  int ran = 0;
  spare_record();
  checked.pool.on_destroy([&ran] { ++ran; });
  overwrite();
  spare_record();
  const counted *object = checked.pool.make<counted>();
  overwrite();
  EXPECT_EQ(object->payload.size(), 54U);
  const auto numbers = checked.pool.make_span<int>(10);
  overwrite();
  EXPECT_EQ(numbers[9], 0);
  checked.pool.reset();
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(counted::alive, 0);
}

TEST(MakeSpan, DestroysAllOrNothing) {
  {
    checked_pool checked;
    EXPECT_EQ(checked.pool.make_span<counted>(10).size(), 10U);
    EXPECT_EQ(counted::alive, 10);
    counted::throw_at = 5;
    EXPECT_THROW(checked.pool.make_span<counted>(10), std::runtime_error);
    EXPECT_EQ(counted::alive, 10);
    for (const int zero : checked.pool.make_span<int>(1000)) EXPECT_EQ(zero, 0);
    EXPECT_TRUE(checked.pool.make_span<counted>(0).empty());
    EXPECT_THROW(checked.pool.make_span<counted>(support::opaque(SIZE_MAX / 8)),
                 std::bad_array_new_length);
  }
  EXPECT_EQ(counted::alive, 0);
}

TEST(Make, AnAggregate) {
  struct point {
    int x;
    int y;
  };
  checked_pool checked;
  EXPECT_EQ(checked.pool.make<point>(1, 2)->y, 2);
  EXPECT_EQ(pond::make_unique<point>(checked.pool, 1, 2)->x, 1);
  EXPECT_EQ(pond::make_unique<const point>(checked.pool, 1, 2)->x, 1);
}

TEST(Make, OverAligned) {
  struct alignas(256) line {
    char bytes[256];
  };
  checked_pool checked;
  EXPECT_TRUE(support::is_aligned(checked.pool.make<line>(), 256));
}

TEST(Copy, IsPackedAndEndsWithAZero) {
  checked_pool checked;
  const std::string_view copy = checked.pool.copy(std::string("header"));
  EXPECT_EQ(copy, "header");
  EXPECT_EQ(copy.data()[6], '\0');
  EXPECT_EQ(checked.pool.copy("").size(), 0U);
}

TEST(UniquePtr, DestroysEarlyAndGivesTheNewestBack) {
  checked_pool checked;
  auto first = pond::make_unique<counted>(checked.pool);
  EXPECT_EQ(counted::alive, 1);
  void *place = first.get();
  first.reset();
  EXPECT_EQ(counted::alive, 0);
  auto second = pond::make_unique<counted>(checked.pool);
  if (!support::trapped) {
    EXPECT_EQ(static_cast<void *>(second.get()), place);
  }
  counted::throw_at = 1;
  EXPECT_THROW(pond::make_unique<counted>(checked.pool), std::runtime_error);
}

template <class T>
using pooled = pond::allocator<T>;
using pooled_string = std::basic_string<char, std::char_traits<char>, pooled<char>>;

TEST(Allocator, ServesTheContainers) {
  checked_pool checked;
  std::vector<int, pooled<int>> numbers(checked.pool);
  std::map<int, int, std::less<>, pooled<std::pair<const int, int>>> tree(checked.pool);
  std::unordered_map<int, int, std::hash<int>, std::equal_to<>, pooled<std::pair<const int, int>>>
      table(checked.pool);
  std::list<pooled_string, pooled<pooled_string>> lines(checked.pool);
  for (int i = 0; i < 1000; ++i) {
    numbers.push_back(i);
    tree[i] = i;
    table[i] = i;
    lines.emplace_back("a line that is long enough to be allocated", checked.pool);
  }
  EXPECT_EQ(numbers[999] + tree[999] + table[999], 3 * 999);
  EXPECT_EQ(lines.back().size(), 42U);
  EXPECT_THROW((void)pooled<int>(checked.pool).allocate(support::opaque(SIZE_MAX / 2)),
               std::bad_array_new_length);
}

TEST(Allocator, GivesTheNewestAndTheLargeBack) {
  checked_pool checked({.first_block = 1024});
  pond::allocator<int> numbers(checked.pool);
  int *first = numbers.allocate(10);
  numbers.deallocate(first, 10);
  int *second = numbers.allocate(10);
  EXPECT_TRUE(support::trapped || second == first);
  numbers.deallocate(numbers.allocate(10000), 10000);
  EXPECT_EQ(checked.pool.stats().large, 0U);
}

/// What a session keeps of a request must not end with the request.
TEST(Assigned, ContainersStayInTheirPool) {
  checked_pool kept;
  std::vector<int, pooled<int>> copied(kept.pool);
  std::vector<int, pooled<int>> moved(kept.pool);
  {
    checked_pool request;
    std::vector<int, pooled<int>> a(100, 1, request.pool);
    copied = a;
    moved = std::move(a);
    EXPECT_TRUE(copied.get_allocator() == pooled<int>(kept.pool));
    EXPECT_FALSE(moved.get_allocator() == pooled<int>(request.pool));
  }
  EXPECT_TRUE(copied == moved && copied == (std::vector<int, pooled<int>>(100, 1, kept.pool)));
}

TEST(Allocator, GoesWithAMovedContainer) {
  checked_pool one;
  checked_pool two;
  std::vector<int, pooled<int>> a(100, 1, one.pool);
  std::vector<int, pooled<int>> same(one.pool);
  const int *data = a.data();
  same = std::move(a);
  EXPECT_EQ(same.data(), data);
  std::vector<int, pooled<int>> b(std::move(same));
  EXPECT_EQ(b.data(), data);
  EXPECT_TRUE(b.get_allocator() == pooled<int>(one.pool));
  EXPECT_FALSE(b.get_allocator() == pooled<int>(two.pool));
}

TEST(Resource, ServesPmrContainers) {
  checked_pool checked;
  pond::resource resource(checked.pool);
  pond::resource same(checked.pool);
  pond::pool other_pool;
  const pond::resource other(other_pool);
  EXPECT_TRUE(resource.is_equal(same));
  EXPECT_FALSE(resource.is_equal(other));
  EXPECT_FALSE(resource.is_equal(*std::pmr::new_delete_resource()));
  std::pmr::vector<std::pmr::string> lines(&resource);
  for (int i = 0; i < 100; ++i) lines.emplace_back("a line that is long enough to be allocated");
  EXPECT_EQ(lines.size(), 100U);
}

TEST(Strings, InTheCInterface) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  EXPECT_STREQ(pond_strdup(pool, "abc"), "abc");
  EXPECT_STREQ(pond_strndup(pool, "abcdef", 3), "abc");
  EXPECT_STREQ(pond_strndup(pool, "ab", 300), "ab");
  EXPECT_STREQ(pond_printf(pool, "%s-%d", "x", 7), "x-7");
  const std::string longer(1000, 'y');
  EXPECT_EQ(pond_printf(pool, "%s!", longer.c_str()), longer + "!");
  EXPECT_STREQ(pond_printf(pool, "%s", ""), "");
  const unsigned char bytes[] = {1, 0, 2};
  EXPECT_EQ(static_cast<unsigned char *>(pond_memdup(pool, bytes, 3))[2], 2);
  EXPECT_NE(pond_memdup(pool, nullptr, 0), nullptr);
  EXPECT_EQ(pond_memdup(pool, nullptr, 1), nullptr);
  EXPECT_EQ(pond_strdup(pool, nullptr), nullptr);
}

}  // namespace
