// Constructors that throw, at every point at which they can: the pool is as it was.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory_resource>
#include <stdexcept>
#include <vector>

#include "pond/resource.hpp"
#include "pond/scope.hpp"
#include "pond/unique_ptr.hpp"
#include "support.hpp"

namespace {

/// Counts the living, and refuses to be the n-th, however it is made. A callable, too.
struct refusing {
  static inline int alive = 0;
  static inline int refused = 0;
  refusing() { count(); }
  refusing(const refusing & /*other*/) { count(); }
  refusing &operator=(const refusing &) = default;
  ~refusing() { --alive; }
  void operator()() const {}
  bool operator<(const refusing &other) const { return this < &other; }

 private:
  static void count() {
    if (refused != 0 && --refused == 0) throw std::runtime_error("no");
    ++alive;
  }
};

template <class T>
using pooled = pond::allocator<T>;

const pond::key<refusing> kept_by_key;

struct operation {
  const char *name;
  void (*run)(pond::pool &pool);
  bool gives_all_back = true;  // if it fails; nodes stay, and the record of what was large
};

void PrintTo(const operation &o, std::ostream *out) { *out << o.name; }

const operation operations[] = {
    {"make", [](pond::pool &pool) { pool.make<refusing>(); }},
    {"copy", [](pond::pool &pool) { pool.make<refusing>(refusing()); }},
    {"span", [](pond::pool &pool) { (void)pool.make_span<refusing>(10); }},
    {"large_span", [](pond::pool &pool) { (void)pool.make_span<refusing>(10000); }, false},
    {"unique", [](pond::pool &pool) { (void)pond::make_unique<refusing>(pool); }},
    {"callable", [](pond::pool &pool) { pool.on_destroy(refusing()); }},
    {"value", [](pond::pool &pool) { pool.emplace(kept_by_key); }},
    {"vector", [](pond::pool &pool) { std::vector<refusing, pooled<refusing>>(10, pool); }},
    {"vector_in_the_pool",
     [](pond::pool &pool) { pool.make<std::vector<refusing, pooled<refusing>>>(10U); }},
    {"pmr_vector",
     [](pond::pool &pool) {
       pond::resource resource(pool);
       std::pmr::vector<refusing>(10, &resource);
     }},
    {"list", [](pond::pool &pool) { std::list<refusing, pooled<refusing>>(10, pool); }, false},
    {"map",
     [](pond::pool &pool) {
       std::map<refusing, int, std::less<>, pooled<std::pair<const refusing, int>>> map(pool);
       for (int i = 0; i < 10; ++i) map.emplace();
     },
     false},
    {"growing_vector",
     [](pond::pool &pool) {
       std::vector<refusing, pooled<refusing>> vector(pool);
       for (int i = 0; i < 10; ++i) vector.emplace_back();
     },
     false},
};

class Throwing : public testing::TestWithParam<operation> {
 protected:
  ~Throwing() override { refusing::refused = 0; }
};

/// What is said of `used` is not of a trapped pool, in which what was given back is not used again.
void expect_unchanged(const pond::stats &before, const pond::stats &after, bool used_too) {
  EXPECT_EQ(after.cleanups, before.cleanups);
  EXPECT_EQ(after.large, before.large);
  if (used_too && !support::trapped) {
    EXPECT_EQ(after.used, before.used);
  }
}

TEST_P(Throwing, AtAnyPointLeavesThePoolAsItWas) {
  constexpr int tried_one_by_one = 101;  // of 10 000 not each
  int n = 1;
  for (bool threw = true; threw; n += n <= tried_one_by_one ? 1 : 998) {
    SCOPED_TRACE(n);
    ASSERT_LE(n, 20000);
    support::checked_pool checked({.first_block = 8192});
    support::extend(checked.pool);
    checked.pool.make<refusing>();
    const pond::stats before = checked.pool.stats();
    threw = false;
    refusing::refused = n;
    try {
      GetParam().run(checked.pool);
    } catch (const std::runtime_error &) {
      threw = true;
      EXPECT_EQ(refusing::alive, 1);
      expect_unchanged(before, checked.pool.stats(), GetParam().gives_all_back);
    }
    refusing::refused = 0;
    checked.pool.reset();
    EXPECT_EQ(refusing::alive, 0) << "each that was made has ended once";
  }
  EXPECT_GT(n, 2) << "it threw at all";
}

TEST_P(Throwing, AtAnyPointInAScopeLeavesEveryByteAsItWas) {
  int n = 1;
  for (bool threw = true; threw && n <= 40; ++n) {
    SCOPED_TRACE(n);
    support::checked_pool checked({.first_block = 8192});
    support::extend(checked.pool);
    const auto *newest = static_cast<const std::byte *>(checked.pool.allocate(1, 1));
    const pond::stats before = checked.pool.stats();
    threw = false;
    refusing::refused = n;
    try {
      const pond::scope scope(checked.pool);
      GetParam().run(checked.pool);
    } catch (const std::runtime_error &) {
      threw = true;
      expect_unchanged(before, checked.pool.stats(), true);
      if (!support::trapped) {
        EXPECT_EQ(checked.pool.allocate(1, 1), newest + 1);
      }
    }
    refusing::refused = 0;
  }
  EXPECT_GT(n, 2) << "it threw at all";
}

INSTANTIATE_TEST_SUITE_P(All, Throwing, testing::ValuesIn(operations),
                         [](const auto &one) { return one.param.name; });

using support::use;

int until_one_throws = 0;

struct alignas(16) refused {
  refused() {
    if (--until_one_throws == 0) throw std::runtime_error("no");
  }
  refused(const refused & /*other*/) : refused() {}
  refused &operator=(const refused &) = delete;
  ~refused() = default;
  void operator()() {}
  std::byte held[16] = {};
};

struct alignas(256) refused_over_aligned : refused {};

const pond::key<refused> kept;

struct way {
  const char *name;
  int last;  // the constructor that may throw
  void (*run)(pond::pool &pool);
};

constexpr way ways[] = {
    {"make", 1, [](pond::pool &pool) { use(pool.make<refused>()); }},
    {"make, over-aligned", 1, [](pond::pool &pool) { use(pool.make<refused_over_aligned>()); }},
    {"make_span", 3, [](pond::pool &pool) { use(pool.make_span<refused>(3).data()); }},
    {"make_unique", 1, [](pond::pool &pool) { pond::make_unique<refused>(pool).reset(); }},
    {"make_undestroyed", 1, [](pond::pool &pool) { use(pond::make_undestroyed<refused>(pool)); }},
    {"emplace", 1, [](pond::pool &pool) { use(&pool.emplace(kept)); }},
    {"on_destroy", 2, [](pond::pool &pool) { pool.on_destroy(refused()); }},
};

/// What make() and its like leave is as it was before the padding.
TEST(Padding, GoesBackWithWhatThrew) {
  POND_SKIP_WHEN_TRAPPED();
  for (const way &way : ways) {
    for (int at = 1; at <= way.last; ++at) {
      pond::pool pool(8192);
      std::byte *next = static_cast<std::byte *>(pool.allocate(1, 256)) + 1;  // padding of 255
      const pond::stats before = pool.stats();
      until_one_throws = at;
      EXPECT_THROW(way.run(pool), std::runtime_error) << way.name << at;
      EXPECT_EQ(pool.stats().used, before.used) << way.name << at;
      EXPECT_EQ(pool.stats().cleanups, before.cleanups) << way.name << at;
      EXPECT_EQ(pool.allocate(1, 1), next) << way.name << at;
    }
  }
}

/// Whether it lies where the pool allocates from.
bool is_in_a_block(pond::pool &pool, const std::byte *p, std::size_t size) {
  const std::vector<support::seen_block> blocks = support::blocks_of(pool.handle());
  return std::any_of(blocks.begin(), blocks.end(), [&](const support::seen_block &block) {
    return p >= block.memory && p + size <= block.memory + block.size;
  });
}

TEST(Padding, IsNotWhatIsLeftOfAnotherBlock) {
  POND_SKIP_WHEN_TRAPPED();
  for (std::size_t size = 900; size < 1000; ++size) {
    pond::pool pool(1024);
    use(pool.allocate(size, 1));
    until_one_throws = 1;
    EXPECT_THROW(pool.make<refused>(), std::runtime_error);
    EXPECT_TRUE(is_in_a_block(pool, static_cast<std::byte *>(pool.allocate(64, 1)), 64)) << size;
  }
}

struct allocates_and_throws {
  explicit allocates_and_throws(pond::pool &pool, std::byte *&its) {
    its = static_cast<std::byte *>(pool.allocate(1, 1));
    throw std::runtime_error("no");
  }
  std::byte held[16];
};

struct registers_and_throws {
  registers_and_throws(pond::pool &pool, int &ended) {
    pool.on_destroy([&ended] { ++ended; });
    throw std::runtime_error("no");
  }
  ~registers_and_throws() { ADD_FAILURE() << "it was never built"; }
};

/// Nor is what it has registered cancelled: that is the pool's, and runs once.
TEST(Throwing, WhatTheConstructorRegisteredStays) {
  support::checked_pool checked;
  int ended = 0;
  EXPECT_THROW(checked.pool.make<registers_and_throws>(checked.pool, ended), std::runtime_error);
  EXPECT_EQ(checked.pool.stats().cleanups, 1U);
  EXPECT_EQ(ended, 0);
  {
    const pond::scope scope(checked.pool);
    EXPECT_THROW(checked.pool.make<registers_and_throws>(checked.pool, ended), std::runtime_error);
  }
  EXPECT_EQ(ended, 1) << "the scope's alone";
  checked.pool.reset();
  EXPECT_EQ(ended, 2);
}

/// What the constructor has allocated is not taken back, in whichever block it lies.
TEST(Padding, DoesNotTakeBackWhatTheConstructorAllocated) {
  POND_SKIP_WHEN_TRAPPED();
  for (std::size_t size = 64; size < 1024; size += 16) {
    pond::pool pool(1024);
    use(pool.allocate(size));
    std::byte *its = nullptr;
    EXPECT_THROW(pool.make<allocates_and_throws>(pool, its), std::runtime_error);
    EXPECT_NE(pool.allocate(1, 1), its) << size;
    EXPECT_NE(pool.allocate(16), its) << size;
  }
}

}  // namespace
