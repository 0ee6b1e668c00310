// Nodes that go from container to container, and what knows the pool two levels down.
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <scoped_allocator>
#include <unordered_map>

#include "support.hpp"

namespace {

using support::checked_pool;

template <class T>
using in_pool = pond::allocator<T>;
template <class T>
using scoped = std::scoped_allocator_adaptor<in_pool<T>>;
using pair = std::pair<const int, int>;
using tree = std::map<int, int, std::less<>, in_pool<pair>>;
using table = std::unordered_map<int, int, std::hash<int>, std::equal_to<>, in_pool<pair>>;

/// Whether it takes nothing of the pool.
template <class Moves>
void expect_no_memory(const pond::pool &pool, Moves moves) {
  const std::size_t before = pool.stats().used;
  moves();
  EXPECT_EQ(pool.stats().used, before);
}

TEST(Nodes, OfAListAreSplicedAndMerged) {
  checked_pool checked;
  const in_pool<int> memory(checked.pool);
  std::list<int, in_pool<int>> a({1, 3, 5}, memory);
  std::list<int, in_pool<int>> b({2, 4}, memory);
  std::forward_list<int, in_pool<int>> c({1, 3}, memory);
  std::forward_list<int, in_pool<int>> d({2}, memory);
  expect_no_memory(checked.pool, [&] {
    a.merge(b);
    b.splice(b.end(), a, std::next(a.begin()), a.end());
    c.splice_after(c.begin(), d);
  });
  EXPECT_EQ(a, (std::list<int, in_pool<int>>({1}, memory)));
  EXPECT_EQ(b, (std::list<int, in_pool<int>>({2, 3, 4, 5}, memory)));
  EXPECT_EQ(c, (std::forward_list<int, in_pool<int>>({1, 2, 3}, memory)));
}

template <class Map>
void go_over() {
  checked_pool checked;
  Map from(typename Map::allocator_type(checked.pool));
  from.insert({{1, 10}, {2, 20}, {3, 30}});
  Map to(typename Map::allocator_type(checked.pool));
  to.insert({{2, 0}, {4, 40}});
  if constexpr (requires { to.reserve(8); }) to.reserve(8);  // else it may grow meanwhile
  expect_no_memory(checked.pool, [&] {
    auto node = from.extract(1);
    EXPECT_EQ(&node.get_allocator().get_pool(), &checked.pool);
    node.key() = 5;
    to.insert(std::move(node));
    to.merge(from);
  });
  EXPECT_EQ(to.size(), 4U);
  EXPECT_EQ(to.at(5), 10);
  EXPECT_EQ(from.size(), 1U) << "a key that both had stays";
}

TEST(Nodes, OfAMapAreExtractedAndMerged) { go_over<tree>(); }

TEST(Nodes, OfAnUnorderedMapAreExtractedAndMerged) { go_over<table>(); }

TEST(Nodes, OfASharedPointerLieInThePool) {
  checked_pool checked;
  const std::size_t before = checked.pool.stats().used;
  struct small {  // in every geometry
    char bytes[40] = {};
  };
  const auto shared = std::allocate_shared<small>(in_pool<small>(checked.pool));
  EXPECT_GE(checked.pool.stats().used, before + sizeof(small));
  const std::weak_ptr<small> weak = shared;
  EXPECT_EQ(weak.use_count(), 1);
}

TEST(Nodes, ScopedReachesTwoLevelsDown) {
  checked_pool checked;
  using text = std::basic_string<char, std::char_traits<char>, in_pool<char>>;
  using texts = std::vector<text, scoped<text>>;
  std::map<int, texts, std::less<>, scoped<std::pair<const int, texts>>> all{
      in_pool<char>(checked.pool)};
  all[80].emplace_back("a text that is too long for the string itself to hold");
  EXPECT_EQ(&all[80].get_allocator().outer_allocator().get_pool(), &checked.pool);
  EXPECT_EQ(&all[80][0].get_allocator().get_pool(), &checked.pool);
}

}  // namespace
