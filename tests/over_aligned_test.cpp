// Elements that have to be aligned to more than a pool's blocks are.
#include <deque>
#include <list>
#include <memory>
#include <pond/resource.hpp>
#include <unordered_set>
#include <vector>

#include "support.hpp"

namespace {

using support::checked_pool;

template <std::size_t Alignment>
struct alignas(Alignment) aligned {
  int value;
  friend bool operator==(const aligned &a, const aligned &b) { return a.value == b.value; }
};
template <std::size_t Alignment>
struct hash_of {
  std::size_t operator()(const aligned<Alignment> &each) const {
    return static_cast<std::size_t>(each.value);
  }
};

template <class Container>
void expect_aligned(Container container) {
  using element = typename Container::value_type;
  for (int i = 0; i < 40; ++i) container.insert(container.end(), element{i});
  for (const element &each : container) {
    EXPECT_TRUE(support::is_aligned(&each, alignof(element))) << alignof(element);
  }
}

/// Of nodes, of an array, of both. Between them lie bytes that put the next one anywhere.
template <std::size_t Alignment, template <class> class Allocator>
void expect_all_aligned(const Allocator<char> &allocator) {
  using element = aligned<Alignment>;
  using of_elements = Allocator<element>;
  Allocator<char> bytes(allocator);
  for (int i = 0; i < 3; ++i) {
    (void)bytes.allocate(1);
    expect_aligned(std::vector<element, of_elements>(allocator));
    (void)bytes.allocate(1);
    expect_aligned(std::list<element, of_elements>(allocator));
    (void)bytes.allocate(1);
    expect_aligned(std::deque<element, of_elements>(allocator));
    (void)bytes.allocate(1);
    expect_aligned(std::unordered_set<element, hash_of<Alignment>, std::equal_to<>, of_elements>(
        of_elements(allocator)));
  }
}

void expect_aligned_in(pond::pool &pool) {
  const pond::allocator<char> allocator(pool);
  expect_all_aligned<32, pond::allocator>(allocator);
  expect_all_aligned<64, pond::allocator>(allocator);
  expect_all_aligned<4096, pond::allocator>(allocator);
  expect_all_aligned<64, pond::monotonic_allocator>(allocator);
  pond::resource resource(pool);
  const std::pmr::polymorphic_allocator<char> through(&resource);
  expect_all_aligned<32, std::pmr::polymorphic_allocator>(through);
  expect_all_aligned<64, std::pmr::polymorphic_allocator>(through);
  expect_all_aligned<4096, std::pmr::polymorphic_allocator>(through);
}

TEST(OverAligned, ElementsAreAlignedInAPool) {
  checked_pool checked;
  expect_aligned_in(checked.pool);
}

TEST(OverAligned, ElementsAreAlignedInOneThatRecycles) {
  checked_pool checked({.recycle = true});
  expect_aligned_in(checked.pool);
}

TEST(OverAligned, ASharedPointersObjectIsAligned) {
  checked_pool checked;
  (void)checked.pool.allocate(1, 1);
  const auto shared = std::allocate_shared<aligned<256>>(pond::allocator<char>(checked.pool));
  EXPECT_TRUE(support::is_aligned(shared.get(), 256));
}

}  // namespace
