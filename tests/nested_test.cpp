// Containers in containers: what is made or copied in one is in its pool.
#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <scoped_allocator>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using support::checked_pool;

template <class T>
using in_pool = pond::allocator<T>;
using text = std::basic_string<char, std::char_traits<char>, in_pool<char>>;
template <class T>
using list_of = std::vector<T, in_pool<T>>;
template <class Key, class Value>
using map_of = std::map<Key, Value, std::less<>, in_pool<std::pair<const Key, Value>>>;

constexpr const char *long_text = "a text that is too long for the string itself";

bool lies_in(const pond::pool &pool, const text &value) {
  return &value.get_allocator().get_pool() == &pool;
}

template <class Allocator>
bool lies_in(const pond::pool &pool, const std::vector<text, Allocator> &values) {
  bool result = &values.get_allocator().get_pool() == &pool;
  for (const text &value : values) result = result && lies_in(pool, value);
  return result;
}

template <class Map>
bool all_in(const pond::pool &pool, const Map &map) {
  bool result = true;
  for (const auto &[key, values] : map)
    result = result && lies_in(pool, key) && lies_in(pool, values);
  return result;
}

class Nested : public testing::Test {
 protected:
  text of_other() { return {long_text, other.pool}; }
  list_of<text> list_of_other() { return list_of<text>(5, of_other(), other.pool); }

  checked_pool mine;
  checked_pool other;
};

TEST_F(Nested, ElementsAreMadeInThePoolOfTheirContainer) {
  list_of<text> lines(mine.pool);
  lines.emplace_back(long_text);
  lines.emplace_back(long_text, mine.pool);  // said, too, as one has to without it
  lines.resize(5);
  std::deque<text, in_pool<text>> queue(mine.pool);
  queue.resize(100);
  std::list<text, pond::monotonic_allocator<text>> only_growing(mine.pool);
  only_growing.emplace_back(long_text);
  EXPECT_TRUE(lies_in(mine.pool, lines) && lies_in(mine.pool, queue.back()) &&
              lies_in(mine.pool, only_growing.back()));
}

TEST_F(Nested, WhatIsOfAnotherPoolIsCopied) {
  list_of<text> lines(mine.pool);
  const text constant = of_other();
  lines.push_back(constant);
  lines.insert(lines.begin(), 3, constant);
  lines.reserve(1000);
  EXPECT_TRUE(lies_in(mine.pool, lines));
  EXPECT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines.back(), long_text);
}

/// As a container that is constructed by move: nothing is copied, and growing cannot fail.
TEST_F(Nested, WhatIsMovedInKeepsItsPool) {
  list_of<text> lines(mine.pool);
  text moved = of_other();
  const char *where = moved.data();
  lines.push_back(std::move(moved));
  lines.reserve(1000);
  EXPECT_EQ(lines[0].data(), where);
  EXPECT_TRUE(lies_in(other.pool, lines[0]));
  EXPECT_TRUE(noexcept(std::allocator_traits<in_pool<text>>::construct(
      std::declval<in_pool<text> &>(), std::declval<text *>(), std::declval<text>())));
}

TEST_F(Nested, AssigningCopiesElementsToo) {
  list_of<text> kept(mine.pool);
  kept.emplace_back(long_text);
  const list_of<text> found = list_of_other();
  kept = found;
  kept[0] = of_other();  // by move, to what is there
  EXPECT_TRUE(lies_in(mine.pool, kept));
  EXPECT_TRUE(kept == found);
}

TEST_F(Nested, InMapsKeysAndValuesAre) {
  map_of<text, list_of<text>> map(mine.pool);
  const list_of<text> found = list_of_other();
  map[of_other()].emplace_back(long_text);
  map.emplace("made", found);
  map.try_emplace(of_other()).first->second.resize(2);
  map.insert(std::pair<text, const list_of<text> &>(text("inserted", other.pool), found));
  EXPECT_TRUE(all_in(mine.pool, map));
  map_of<text, list_of<text>> copy(other.pool);
  copy.insert(map.begin(), map.end());
  EXPECT_TRUE(all_in(other.pool, copy));
  map = copy;
  EXPECT_TRUE(all_in(mine.pool, map));
  EXPECT_EQ(map.size(), 3U);
}

TEST_F(Nested, ThreeLevelsDownAndThroughPairsAndTuples) {
  list_of<list_of<list_of<text>>> deep(mine.pool);
  deep.resize(2);
  const list_of<text> found = list_of_other();
  deep[0].emplace_back(found);
  EXPECT_TRUE(lies_in(mine.pool, deep[0][0]));
  list_of<std::pair<int, std::pair<text, int>>> pairs(mine.pool);
  pairs.emplace_back(1, std::pair<const char *, int>(long_text, 2));
  EXPECT_TRUE(lies_in(mine.pool, pairs[0].second.first));
  list_of<std::tuple<text, int>> tuples(mine.pool);
  tuples.emplace_back(of_other(), 1);
  EXPECT_TRUE(lies_in(mine.pool, std::get<0>(tuples[0])));
}

/// Derived from a pair, and so no std::pair<A, B> in the eyes of overload resolution.
struct derived : std::pair<text, int> {
  using std::pair<text, int>::pair;
};

TEST_F(Nested, WhatIsConvertedToAPairToo) {
  list_of<std::pair<text, int>> pairs(mine.pool);
  const derived value(of_other(), 1);
  pairs.emplace_back(value);
  pairs.emplace_back(derived(of_other(), 2));
  pairs.emplace_back(*mine.pool.make<std::pair<text, int>>(derived(of_other(), 3)));
  map_of<text, int> map(mine.pool);
  map.insert(derived(of_other(), 4));
  for (const auto &pair : pairs) {
    EXPECT_TRUE(lies_in(mine.pool, pair.first));
    EXPECT_EQ(pair.first, long_text);
  }
  EXPECT_TRUE(lies_in(mine.pool, map.begin()->first));
}

/// Takes an allocator, but not to be moved with one, nor can it be copied: it stays in its pool.
struct only_moved {
  using allocator_type = in_pool<char>;
  explicit only_moved(allocator_type allocator) : name(allocator) {}
  only_moved(only_moved &&) = default;
  only_moved &operator=(only_moved &&) = delete;
  text name;
};

/// Without a move constructor of the usual kind.
struct only_with_allocator {
  using allocator_type = in_pool<char>;
  explicit only_with_allocator(allocator_type allocator) : name(allocator) {}
  only_with_allocator(const only_with_allocator &) = delete;
  only_with_allocator(only_with_allocator &&other, allocator_type allocator)
      : name(std::move(other.name), allocator) {}
  text name;
};

TEST_F(Nested, WhatHasOnlyOneWayToMoveGoesThatWay) {
  list_of<only_moved> moved(mine.pool);
  moved.emplace_back();
  moved.reserve(100);
  EXPECT_TRUE(lies_in(mine.pool, moved.at(0).name));
  std::list<only_with_allocator, in_pool<only_with_allocator>> given(mine.pool);
  given.push_back(only_with_allocator(other.pool));
  EXPECT_TRUE(lies_in(mine.pool, given.back().name));
}

TEST_F(Nested, OfASharedPointerToo) {
  const auto shared = std::allocate_shared<text>(in_pool<text>(mine.pool), long_text);
  EXPECT_TRUE(lies_in(mine.pool, *shared));
  const auto constant = std::allocate_shared<const text>(in_pool<text>(mine.pool), long_text);
  EXPECT_TRUE(lies_in(mine.pool, *constant));
  const text from(long_text, mine.pool);
  const auto copied =
      std::allocate_shared<const text>(in_pool<text>(mine.pool), static_cast<const text &&>(from));
  EXPECT_EQ(*copied, from);
}

/// An adaptor adds the allocator itself, also to what is moved in: it is not added twice.
TEST_F(Nested, BeneathAScopedAdaptorAllAre) {
  using scoped = std::vector<text, std::scoped_allocator_adaptor<in_pool<text>>>;
  scoped lines(mine.pool);
  lines.emplace_back(long_text);
  lines.resize(3);
  lines.push_back(of_other());
  lines.reserve(1000);
  EXPECT_TRUE(lies_in(mine.pool, lines));
  scoped kept(other.pool);
  kept = std::move(lines);
  EXPECT_TRUE(lies_in(other.pool, kept));
  EXPECT_EQ(kept.size(), 4U);
}

/// What takes no allocator is made as it always was.
TEST_F(Nested, OthersAreLeftAlone) {
  struct plain {
    int a;
    std::unique_ptr<int> b;
  };
  list_of<plain> values(mine.pool);
  values.push_back({1, std::make_unique<int>(2)});
  values.reserve(100);
  EXPECT_EQ(*values[0].b, 2);
  using allocator = in_pool<int>;
  EXPECT_FALSE((pond::detail::takes_allocator<plain, allocator>));
  EXPECT_FALSE((pond::detail::takes_allocator<const std::pair<int, std::string>, allocator>));
  EXPECT_TRUE((pond::detail::takes_allocator<const std::pair<int, text>, allocator>));
}

/// An element that cannot be made leaves nothing, and the container as it was.
TEST_F(Nested, WithoutMemoryTheContainerIsAsItWas) {
  alignas(16) std::array<std::byte, 2048> buffer;
  pond::pool small({.hard_limit = 0, .buffer = buffer});
  list_of<text> lines(small);
  lines.reserve(4);
  lines.emplace_back(long_text);
  EXPECT_THROW(lines.emplace_back(std::size_t{4000}, 'x'), std::bad_alloc);
  EXPECT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0], long_text);
}

}  // namespace
