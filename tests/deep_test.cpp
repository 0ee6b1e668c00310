// Trees of pools that are deep: results that adopted results, children of children. How deep may be
// up to whoever sends a request, so nothing may need the stack for it.
#include <pthread.h>

#include <optional>
#include <utility>

#include "support.hpp"

namespace {

using support::count;
using support::use;

/// Were the time in proportion to its square, this would take a minute.
constexpr int depth = 50000;
constexpr std::size_t little_stack = std::size_t{256} << 10;  // six bytes for each level

/// Runs it where the stack ends soon.
void on_little_stack(void *(*work)(void *), void *argument) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, little_stack), 0);
  pthread_t thread = {};
  ASSERT_EQ(pthread_create(&thread, &attributes, work, argument), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

/// Each result adopts the one before it; each counts its end.
pond::pool chain(int *ended) {
  pond::pool newest(256);
  for (int i = 0; i < depth; ++i) {
    pond::pool next(256);
    next.on_destroy([ended] { ++*ended; });
    next.adopt(std::move(newest));
    newest = std::move(next);
  }
  return newest;
}

TEST(Deep, ChainsEnd) {
  int ended = 0;
  on_little_stack(
      [](void *counter) -> void * {
        (void)chain(static_cast<int *>(counter));
        return nullptr;
      },
      &ended);
  EXPECT_EQ(ended, depth);
}

TEST(Deep, ChainsEndWithTheResetOfTheirOwner) {
  int ended = 0;
  on_little_stack(
      [](void *counter) -> void * {
        pond::pool owner;
        owner.adopt(chain(static_cast<int *>(counter)));
        owner.reset();
        EXPECT_EQ(owner.stats(true).reserved, owner.stats().reserved);
        return nullptr;
      },
      &ended);
  EXPECT_EQ(ended, depth);
}

TEST(Deep, ChainsAreCounted) {
  pond::stats stats;
  on_little_stack(
      [](void *result) -> void * {
        int ended = 0;
        const pond::pool pool = chain(&ended);
        *static_cast<pond::stats *>(result) = pool.stats(true);
        return nullptr;
      },
      &stats);
  EXPECT_EQ(stats.children, std::size_t{depth});
  EXPECT_EQ(stats.cleanups, std::size_t{depth});
}

/// Children first, the newest first, at every level.
TEST(Deep, TreesEndInTheOrderOfTheirLevels) {
  std::string log;
  pond::pool root;
  pond::pool one = root.child();
  pond::pool two = root.child();
  const auto logs = [&log](pond::pool &pool, char letter) {
    pool.on_destroy([&log, letter] { log += letter; });
  };
  logs(root, 'r');
  logs(one, 'a');
  logs(two, 'b');
  pond::pool under_one = one.child();
  logs(under_one, 'c');
  pond::pool under_two = two.child();
  logs(under_two, 'd');
  pond::pool another = two.child();
  logs(another, 'e');
  EXPECT_EQ(root.stats(true).children, 5U);
  EXPECT_EQ(root.stats(true).cleanups, 6U);
  root = pond::pool();
  EXPECT_EQ(log, "edbcar");
}

/// An ancestor hears of what was given back at the latest when its own child has ended.
TEST(Deep, NothingIsCountedAfterItsEnd) {
  pond::pool root;
  use(root.allocate(1));
  (void)root.child({.tag = "with an extension from now on"});
  const std::size_t before = root.stats(true).reserved;
  for (const bool rewinds : {false, true}) {
    std::optional<pond::scope> scope;
    if (rewinds) scope.emplace(root);
    pond::pool one = root.child();
    pond::pool two = one.child();
    pond::pool three = two.child();
    use(three.allocate_large(10000));
    use(two.allocate_large(20000));
    std::size_t seen = 0;
    one.on_destroy([&] { seen = one.stats(true).reserved - one.stats().reserved; });
    rewinds ? scope.reset() : root.reset();
    EXPECT_EQ(root.stats(true).reserved, before);
    EXPECT_EQ(seen, 0U) << "what has ended is not counted by its parent's parent, either";
  }
}

/// While a level ends, the one above it is there, and is as if its own cleanups ran.
TEST(Deep, ACleanupMayUseTheLevelsAbove) {
  std::string log;
  pond::pool root;
  pond::pool middle = root.child();
  pond::pool leaf = middle.child();
  middle.on_destroy([&log] { log += 'm'; });
  leaf.on_destroy([&] {
    middle.reset();  // refused, and said so
    middle.on_destroy([&log] { log += 'n'; });
    pond::pool late = middle.child();
    late.on_destroy([&log] { log += 'l'; });
    root.adopt(std::move(late));
    middle = pond::pool();  // when its cleanups have run, as all others
    log += '.';
  });
  root = pond::pool();
  EXPECT_EQ(log, ".nml");
}

}  // namespace
