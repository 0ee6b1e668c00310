// Containers that insert and erase for long in a pool that recycles: what it holds is bounded.
#include <map>
#include <random>
#include <unordered_map>
#include <vector>

#include "pond/resource.hpp"
#include "support.hpp"

namespace {

constexpr std::size_t live_set = 1000;
constexpr int pairs = 100000;

/// Elements come and go, so that there are always as many; the oldest goes.
template <class Map>
void insert_and_erase(std::pmr::memory_resource &resource, int count) {
  Map map(&resource);
  std::minstd_rand random;
  for (int i = 0; i < count; ++i) {
    map.emplace(i, std::string(random() % 200, 'x'));
    if (map.size() > live_set) map.erase(i - static_cast<int>(live_set));
  }
}

/// Vectors grow to hundreds of bytes, and end, one or two at a time: not the newest.
void grow_and_end(std::pmr::memory_resource &resource, int count) {
  std::pmr::vector<int> last(&resource);
  for (int i = 0; i < count / 100; ++i) {
    std::pmr::vector<int> next(&resource);
    for (int k = 0; k < 100; ++k) next.push_back(k);
    last = std::move(next);
  }
}

/// What a pool holds after so many of them, in one that recycles and in one that does not.
void expect_bounded(void (*use)(std::pmr::memory_resource &resource, int count)) {
  const auto reserved = [&](bool recycle, int count) {
    pond::pool pool({.recycle = recycle});
    pond::resource resource(pool);
    use(resource, count);
    return pool.stats().reserved;
  };
  const std::size_t early = reserved(true, pairs / 10);
  EXPECT_LE(reserved(true, pairs), early + early / 4);
  EXPECT_GT(reserved(false, pairs), 5 * early) << "a pool that does not recycle grows";
}

TEST(Bounded, MapOfAConstantSize) {
  POND_SKIP_WHEN_TRAPPED();
  expect_bounded(insert_and_erase<std::pmr::map<int, std::pmr::string>>);
}

TEST(Bounded, UnorderedMapOfAConstantSize) {
  POND_SKIP_WHEN_TRAPPED();
  expect_bounded(insert_and_erase<std::pmr::unordered_map<int, std::pmr::string>>);
}

TEST(Bounded, VectorsThatGrowAndEnd) {
  POND_SKIP_WHEN_TRAPPED();
  expect_bounded(grow_and_end);
}

}  // namespace
