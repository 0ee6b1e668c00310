// What is made in a pool and never destroyed.
#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pond/resource.hpp"
#include "support.hpp"

namespace {

using support::checked_pool;

template <class T>
using pooled = pond::allocator<T>;
using text = std::basic_string<char, std::char_traits<char>, pooled<char>>;
using texts = std::list<text, pooled<text>>;

constexpr const char *long_line = "a line that is too long to lie in the string itself";

struct counted {
  static inline int destroyed = 0;
  int payload = 7;
  ~counted() { ++destroyed; }
};

TEST(MakeUndestroyed, RegistersNothingAndRunsNoDestructor) {
  checked_pool checked;
  counted::destroyed = 0;
  EXPECT_EQ(pond::make_undestroyed<counted>(checked.pool)->payload, 7);
  EXPECT_EQ(checked.pool.stats().cleanups, 0U);
  checked.pool.reset();
  EXPECT_EQ(counted::destroyed, 0);
}

TEST(MakeUndestroyed, GivesThePoolsAllocator) {
  checked_pool checked;
  auto *lines = pond::make_undestroyed<texts>(checked.pool);
  EXPECT_EQ(&lines->get_allocator().get_pool(), &checked.pool);
}

TEST(MakeUndestroyed, OfAConstructorThatThrowsNothingStays) {
  struct throws {
    char payload[100];
    throws() : payload{} { throw std::runtime_error("throws"); }
  };
  checked_pool checked;
  (void)checked.pool.allocate(1);
  const std::size_t used = checked.pool.stats().used;
  EXPECT_THROW(pond::make_undestroyed<throws>(checked.pool), std::runtime_error);
  if (!support::trapped) {
    EXPECT_EQ(checked.pool.stats().used, used);
  }
}

TEST(MakeUndestroyed, OverAlignedConstantsAndAggregates) {
  struct alignas(256) line {
    int x;
    int y;
  };
  checked_pool checked;
  const auto *made = pond::make_undestroyed<const line>(checked.pool, 1, 2);
  EXPECT_TRUE(support::is_aligned(made, 256));
  EXPECT_EQ(made->y, 2);
}

/// With make() the list's destructor would ask a pool object that is gone.
TEST(MakeUndestroyed, IsHandedOnWithThePoolAndOutlivesItsObject) {
  pond::pool session;
  auto request = std::make_unique<pond::pool>();
  auto *lines = pond::make_undestroyed<texts>(*request);
  for (int i = 0; i < 100; ++i) lines->emplace_back(long_line, *request);
  session.adopt(std::move(*request));
  request.reset();
  EXPECT_EQ(lines->size(), 100U);
  for (const text &line : *lines) EXPECT_EQ(line, long_line);
}

TEST(MakeUndestroyed, NeedsNoResourceAtTheEnd) {
  pond::pool session;
  auto request = std::make_unique<pond::pool>();
  auto resource = std::make_unique<pond::resource>(*request);
  using lines = std::pmr::vector<std::pmr::string>;
  auto *kept = pond::make_undestroyed<lines>(*request, resource.get());
  kept->emplace_back(long_line);
  session.adopt(std::move(*request));
  resource.reset();
  request.reset();
  EXPECT_EQ(kept->front(), long_line);
}

}  // namespace
