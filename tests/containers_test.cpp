// Standard containers, strings and pointers over pond::allocator and pond::resource.
#include <any>
#include <deque>
#include <forward_list>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <scoped_allocator>
#include <set>
#include <stack>
#include <unordered_map>
#include <unordered_set>

#include "pond/resource.hpp"
#include "support.hpp"

namespace {

using support::checked_pool;

template <class T>
using in_pool = pond::allocator<T>;
template <class T>
using only_growing = pond::monotonic_allocator<T>;
using pool_string = std::basic_string<char, std::char_traits<char>, in_pool<char>>;

// --- What the standard asks of an allocator ---------------------------------------------------

using traits = std::allocator_traits<in_pool<int>>;
static_assert(!traits::propagate_on_container_copy_assignment::value);
static_assert(!traits::propagate_on_container_move_assignment::value);
static_assert(traits::propagate_on_container_swap::value);
static_assert(!traits::is_always_equal::value);
static_assert(std::is_same_v<traits::rebind_alloc<long>, in_pool<long>>);
static_assert(std::is_same_v<std::allocator_traits<only_growing<int>>::rebind_alloc<long>,
                             only_growing<long>>);
static_assert(std::is_convertible_v<in_pool<long>, only_growing<int>>);
static_assert(std::is_convertible_v<only_growing<long>, in_pool<int>>);
static_assert(std::is_nothrow_copy_constructible_v<in_pool<int>>);
static_assert(std::is_nothrow_constructible_v<in_pool<long>, const in_pool<int> &>);

TEST(Allocator, ThoseOfDifferentTypesAreEqualInTheSamePool) {
  pond::pool pool;
  pond::pool other;
  const pond::allocator<int> a(pool);
  const pond::allocator<long> b(a);
  const pond::monotonic_allocator<char> c(a);
  const pond::monotonic_allocator<short> d(c);
  EXPECT_TRUE(a == b && b == c && c == a && c == d);
  EXPECT_TRUE(a != pond::allocator<long>(other) && d != pond::monotonic_allocator<char>(other));
}

TEST(MonotonicAllocator, GivesNothingBack) {
  checked_pool checked({.first_block = 1024});
  only_growing<int> numbers(checked.pool);
  int *first = numbers.allocate(10);
  numbers.deallocate(first, 10);
  EXPECT_NE(numbers.allocate(10), first);
  numbers.deallocate(numbers.allocate(10000), 10000);
  EXPECT_EQ(checked.pool.stats().large, 1U);
}

TEST(MonotonicAllocator, IsGivenToWhatMakeConstructs) {
  checked_pool checked;
  auto *numbers = checked.pool.make<std::list<int, only_growing<int>>>(std::size_t{8}, 3);
  EXPECT_EQ(&numbers->get_allocator().get_pool(), &checked.pool);
}

TEST(Allocator, IsEqualExactlyWhereThePoolIsTheSame) {
  pond::pool one;
  pond::pool two;
  EXPECT_EQ(in_pool<int>(one), in_pool<int>(in_pool<long>(one)));
  EXPECT_NE(in_pool<int>(one), in_pool<int>(two));
}

TEST(Allocator, CountsThatCannotBeAreRefused) {
  pond::pool pool;
  in_pool<long> allocator(pool);
  const std::size_t most = support::opaque(SIZE_MAX / sizeof(long));
  EXPECT_THROW((void)allocator.allocate(most + 1), std::bad_array_new_length);
  EXPECT_THROW((void)allocator.allocate(most), std::bad_alloc);
}

// --- Every container --------------------------------------------------------------------------

template <class Container>
struct filled {
  static void with(Container &c, int n) {
    for (int i = 0; i < n; ++i) c.insert(c.end(), static_cast<typename Container::value_type>(i));
  }
};
template <class Value, class Allocator>
struct filled<std::forward_list<Value, Allocator>> {
  static void with(std::forward_list<Value, Allocator> &c, int n) {
    for (int i = 0; i < n; ++i) c.push_front(i);
  }
};
template <class Container>
requires requires { typename Container::mapped_type; }
struct filled<Container> {
  static void with(Container &c, int n) {
    for (int i = 0; i < n; ++i) c.emplace(i, i);
  }
};

template <class Container>
class EveryContainer : public testing::Test {};

template <template <class> class Allocator>
using containers =
    testing::Types<std::vector<int, Allocator<int>>, std::vector<bool, Allocator<bool>>,
                   std::deque<int, Allocator<int>>, std::list<int, Allocator<int>>,
                   std::forward_list<int, Allocator<int>>,
                   std::basic_string<char, std::char_traits<char>, Allocator<char>>,
                   std::set<int, std::less<>, Allocator<int>>,
                   std::multiset<int, std::less<>, Allocator<int>>,
                   std::map<int, int, std::less<>, Allocator<std::pair<const int, int>>>,
                   std::multimap<int, int, std::less<>, Allocator<std::pair<const int, int>>>,
                   std::unordered_set<int, std::hash<int>, std::equal_to<>, Allocator<int>>,
                   std::unordered_multiset<int, std::hash<int>, std::equal_to<>, Allocator<int>>,
                   std::unordered_map<int, int, std::hash<int>, std::equal_to<>,
                                      Allocator<std::pair<const int, int>>>,
                   std::unordered_multimap<int, int, std::hash<int>, std::equal_to<>,
                                           Allocator<std::pair<const int, int>>>>;

/// Copied, moved, assigned and swapped between two pools, recycling and not: whatever went where,
/// each pool gets its own back. (With EXPECT_EQ a compiler takes twice as long, to print each of
/// them.)
template <class Container>
void go_between(pond::pool &one, pond::pool &two) {
  Container a(one);
  filled<Container>::with(a, 300);
  Container b(two);
  filled<Container>::with(b, 10);
  const Container copy(a);
  EXPECT_EQ(copy.get_allocator(), a.get_allocator());
  const Container elsewhere(a, in_pool<int>(two));
  EXPECT_TRUE(elsewhere == a);
  swap(a, b);
  EXPECT_TRUE(b == copy);
  Container moved(std::move(b));
  EXPECT_TRUE(moved == copy);
  a = moved;  // swapped, it is in two; this is copied into it
  EXPECT_TRUE(a == copy);
  EXPECT_EQ(&a.get_allocator().get_pool(), &two);
  a = std::move(moved);
  EXPECT_TRUE(a == copy);
  EXPECT_EQ(&a.get_allocator().get_pool(), &two);
  const Container moved_elsewhere(std::move(a), in_pool<int>(two));
  EXPECT_TRUE(moved_elsewhere == copy);
  a = Container(two);
  filled<Container>::with(a, 50);
}

TYPED_TEST_SUITE(EveryContainer, containers<in_pool>);

TYPED_TEST(EveryContainer, OverTwoPools) {
  checked_pool one;
  checked_pool two;
  go_between<TypeParam>(one.pool, two.pool);
}

TYPED_TEST(EveryContainer, OverPoolsThatRecycle) {
  checked_pool one({.recycle = true});
  checked_pool two({.recycle = true});
  for (int i = 0; i < 20; ++i) go_between<TypeParam>(one.pool, two.pool);
}

/// One of nodes, one of an array, one of both: compiling all would take as long as those above.
template <class Container>
class MonotonicContainer : public testing::Test {};
using monotonic_containers =
    testing::Types<std::vector<int, only_growing<int>>, std::list<int, only_growing<int>>,
                   std::unordered_set<int, std::hash<int>, std::equal_to<>, only_growing<int>>>;
TYPED_TEST_SUITE(MonotonicContainer, monotonic_containers);

TYPED_TEST(MonotonicContainer, OverTwoPools) {
  checked_pool one;
  checked_pool two;
  go_between<TypeParam>(one.pool, two.pool);
}

template <class Container>
class EveryPmrContainer : public testing::Test {};
TYPED_TEST_SUITE(EveryPmrContainer, containers<std::pmr::polymorphic_allocator>);

TYPED_TEST(EveryPmrContainer, OverAResource) {
  checked_pool checked;
  pond::resource resource(checked.pool);
  TypeParam a(&resource);
  filled<TypeParam>::with(a, 300);
  const TypeParam copy(a, &resource);
  EXPECT_TRUE(copy == a);
  TypeParam same(&resource);
  swap(a, same);
  EXPECT_TRUE(copy == same);
  checked_pool two;
  pond::resource elsewhere(two.pool);
  TypeParam moved(&elsewhere);
  moved = std::move(same);  // element by element
  EXPECT_TRUE(copy == moved);
  a = copy;
  a = TypeParam(&resource);
  EXPECT_NE(copy, a);
}

TYPED_TEST(EveryPmrContainer, OverAResourceThatRecycles) {
  checked_pool checked({.recycle = true});
  pond::resource resource(checked.pool);
  TypeParam kept(&resource);
  filled<TypeParam>::with(kept, 300);
  for (int i = 0; i < 20; ++i) {
    TypeParam copy(kept, &resource);
    EXPECT_TRUE(copy == kept);
    filled<TypeParam>::with(copy, 50);
  }
}

// --- More than one level ----------------------------------------------------------------------

TEST(Allocator, ScopedReachesTheElements) {
  checked_pool checked;
  using strings = std::vector<pool_string, std::scoped_allocator_adaptor<in_pool<pool_string>>>;
  strings lines{strings::allocator_type(checked.pool)};
  lines.emplace_back("a text that is too long for the string itself to hold");
  EXPECT_EQ(&lines.front().get_allocator().get_pool(), &checked.pool);
}

TEST(Allocator, MakeGivesItToWhatTakesOne) {
  checked_pool checked;
  auto *line = checked.pool.make<pool_string>("a text that is too long for the string itself");
  EXPECT_EQ(&line->get_allocator().get_pool(), &checked.pool);
  auto *numbers = checked.pool.make<std::vector<int, in_pool<int>>>(std::size_t{8}, 3);
  EXPECT_EQ(numbers->size(), 8U);
  EXPECT_EQ(&numbers->get_allocator().get_pool(), &checked.pool);
  pond::pool other;
  EXPECT_EQ(&checked.pool.make<pool_string>(*line)->get_allocator().get_pool(), &checked.pool);
  EXPECT_EQ(&checked.pool.make<pool_string>(*line, other)->get_allocator().get_pool(), &other);
  EXPECT_EQ(&checked.pool.make<pool_string>(other)->get_allocator().get_pool(), &other);
}

TEST(Allocator, PointersQueuesAndFunctions) {
  checked_pool checked;
  bool ended = false;
  struct tells {
    explicit tells(bool &when) : when_ended(when) {}
    tells(const tells &) = delete;
    tells &operator=(const tells &) = delete;
    ~tells() { when_ended = true; }
    bool &when_ended;
  };
  {
    const auto shared = std::allocate_shared<tells>(in_pool<tells>(checked.pool), ended);
    std::priority_queue<int, std::vector<int, in_pool<int>>> queue(in_pool<int>(checked.pool));
    for (int i = 0; i < 100; ++i) queue.push(i);
    EXPECT_EQ(queue.top(), 99);
    const in_pool<int> memory(checked.pool);
    std::stack<int, std::deque<int, in_pool<int>>> stack(memory);
    std::queue<int, std::list<int, in_pool<int>>> line(memory);
    for (int i = 0; i < 100; ++i) {
      stack.push(i);
      line.push(i);
    }
    EXPECT_EQ(stack.top(), 99);
    EXPECT_EQ(line.front(), 0);
    auto *function = checked.pool.make<std::function<int()>>([shared] { return 7; });
    EXPECT_EQ((*function)(), 7);
    checked.pool.make<std::any>(shared);
  }
  EXPECT_FALSE(ended) << "the function in the pool holds it";
  checked.pool.reset();
  EXPECT_TRUE(ended);
}

TEST(Resource, IsEqualWhereThePoolIsTheSame) {
  pond::pool pool;
  pond::pool other;
  EXPECT_TRUE(pond::resource(pool).is_equal(pond::resource(pool)));
  EXPECT_FALSE(pond::resource(pool).is_equal(pond::resource(other)));
  EXPECT_FALSE(pond::resource(pool).is_equal(*std::pmr::new_delete_resource()));
}

TEST(Resource, AndAllocatorCostNothingBeforeTheirFirstUse) {
  pond::pool pool;
  const pond::resource resource(pool);
  const std::vector<int, in_pool<int>> none(pool);
  EXPECT_EQ(pool.stats().reserved, 0U);
  checked_pool checked;
  support::use(checked.pool.allocate(1));
  const std::size_t calls = checked.upstream().calls();
  const std::size_t used = checked.pool.stats().used;
  const pond::resource later(checked.pool);
  EXPECT_EQ(later.get_pool().stats().used, used);
  EXPECT_EQ(checked.upstream().calls(), calls);
}

}  // namespace
