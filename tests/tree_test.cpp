// Child pools, quotas and lifetimes.
#include <optional>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::count;

TEST(Children, GoWithTheirParentBeforeItsCleanups) {
  std::string log;
  pond::pool first;
  pond::pool second;
  {
    checked_pool checked;
    checked.pool.on_destroy([&log] { log += 'p'; });
    first = checked.pool.child();
    second = checked.pool.child();
    first.on_destroy([&log] { log += '1'; });
    second.on_destroy([&log] { log += '2'; });
    pond::pool grandchild = second.child();
    grandchild.on_destroy([&log] { log += 'g'; });
    pond::pool moved = std::move(grandchild);
    EXPECT_EQ(checked.pool.stats().children, 2U);
    checked.pool.reset();
    EXPECT_EQ(log, "g21p");
    EXPECT_EQ(moved.stats().reserved, 0U) << "left as default-constructed";
    moved = pond::pool();
  }
  (void)first.allocate(10);  // a pool of its own now
  EXPECT_EQ(first.stats().blocks, 1U);
}

/// Whether or not the pool had an extension of its records before.
TEST(Children, ThatACleanupMakesGoBeforeTheNextOneRuns) {
  for (const char *tag : {"", "extended"}) {
    std::string log;
    pond::pool child;
    pond::pool parent = *tag == 0 ? pond::pool(512) : pond::pool({.tag = tag});
    parent.on_destroy([&log] { log += '1'; });
    parent.on_destroy([&] {
      log += '2';
      child = parent.child();
      child.on_destroy([&log] { log += 'c'; });
    });
    parent.reset();
    EXPECT_EQ(log, "2c1") << tag;
  }
}

TEST(Children, MayEndBeforeTheirParent) {
  checked_pool checked;
  {
    pond::pool child = checked.pool.child();
    (void)child.allocate(100);
  }
  EXPECT_EQ(checked.pool.stats().children, 0U);
  for (int order = 0; order < 3; ++order) {
    std::optional<pond::pool> children[3];
    for (auto &c : children) c.emplace(checked.pool.child());
    children[order].reset();
    children[(order + 1) % 3].reset();
    EXPECT_EQ(checked.pool.stats().children, 1U);
  }
  EXPECT_EQ(checked.pool.stats().children, 0U);
}

TEST(Children, InTheCInterface) {
  int ran = 0;
  pond_pool *parent = pond_create(0);
  pond_options options = POND_OPTIONS_INIT;
  options.parent = parent;
  pond_pool *child = pond_create_with(&options);
  pond_on_destroy(child, count, &ran);
  pond_destroy(parent);
  EXPECT_EQ(ran, 1);
}

TEST(Children, ACleanupMayDestroyThePoolOfItsParent) {
  support::checked_default_upstream upstream;
  pond_pool *parent = pond_create(0);
  pond_options options = POND_OPTIONS_INIT;
  options.parent = parent;
  pond_pool *child = pond_create_with(&options);
  pond_on_destroy(
      child, [](void *p) { pond_destroy(static_cast<pond_pool *>(p)); }, parent);
  pond_destroy(child);
}

TEST(Outlives, HoldsForAncestorsAndItself) {
  pond::pool parent(512);
  pond::pool child = parent.child();
  const pond::pool grandchild = child.child();
  const pond::pool other(512);
  EXPECT_TRUE(parent.outlives(parent));
  EXPECT_TRUE(parent.outlives(grandchild));
  EXPECT_TRUE(child.outlives(grandchild));
  EXPECT_FALSE(grandchild.outlives(child));
  EXPECT_FALSE(parent.outlives(other));
  EXPECT_FALSE(pond_outlives(nullptr, nullptr));
}

TEST(Quota, RefusesWhatExceedsItAndStaysInForce) {
  checked_pool checked({.first_block = 1024, .hard_limit = 10000});
  try {
    (void)checked.pool.allocate(20000);
    ADD_FAILURE();
  } catch (const pond::limit_exceeded &refused) {
    EXPECT_STREQ(refused.what(), "pond: the pool's hard limit is reached");
  }
  errno = 0;
  EXPECT_EQ(checked.pool.try_allocate(20000), nullptr);
  EXPECT_EQ(errno, EDQUOT);
  while (checked.pool.try_allocate(100) != nullptr) {
  }
  EXPECT_LE(checked.pool.stats().reserved, 10000U);
  EXPECT_LE(checked.upstream().peak(), 10000U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(checked.pool.try_allocate(2000), nullptr);
  checked.pool.reset();
  EXPECT_NE(checked.pool.try_allocate(2000), nullptr);
}

TEST(Quota, FreedMemoryMayBeTakenAgain) {
  checked_pool checked({.first_block = 1024, .hard_limit = 10000});
  void *large = checked.pool.allocate_large(7000);
  EXPECT_EQ(checked.pool.try_allocate(7000), nullptr);
  EXPECT_TRUE(checked.pool.free(large));
  EXPECT_NE(checked.pool.try_allocate(7000), nullptr);
}

/// The cache's blocks are up to a sixteenth larger than asked. Where the quota bears what was
/// asked, but not the rest, it gets exactly that.
TEST(Quota, IsNotPassedByWhatTheCacheHas) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_default_upstream upstream;
  {
    pond::pool measured({.first_block = 1024, .hard_limit = 1 << 20});
    const std::size_t limit = measured.stats().reserved + 4096;
    pond::pool limited({.first_block = 1024, .hard_limit = limit});
    { const pond::pool warm(4224); }
    const std::size_t cached = pond_cached_bytes();
    EXPECT_NE(limited.try_allocate(4096), nullptr);
    EXPECT_EQ(limited.stats().reserved, limit);
    EXPECT_EQ(pond_cached_bytes(), cached) << "it is there still";
  }
  pond_trim();
}

TEST(Quota, SaysSoInTheException) {
  pond::pool pool({.first_block = 1024, .hard_limit = 4000});
  try {
    (void)pool.allocate(5000);
    FAIL();
  } catch (const std::bad_alloc &error) {
    EXPECT_STREQ(error.what(), "pond: the pool's hard limit is reached");
  }
}

TEST(Quota, IsChargedToEveryAncestor) {
  checked_pool checked({.first_block = 1024, .hard_limit = 50000});
  pond::pool child = checked.pool.child({.first_block = 1024});
  pond::pool grandchild = child.child({.first_block = 1024});
  (void)grandchild.allocate_large(30000);
  EXPECT_GE(checked.pool.stats(true).reserved, 30000U);
  EXPECT_LT(checked.pool.stats().reserved, 30000U);
  EXPECT_THROW((void)child.allocate_large(30000), pond::limit_exceeded);
  EXPECT_THROW((void)checked.pool.child({.first_block = 60000}), pond::limit_exceeded);
  grandchild = pond::pool();
  EXPECT_NO_THROW((void)child.allocate_large(30000));
}

TEST(Quota, AFirstBlockAboveItIsRefused) {
  EXPECT_THROW(pond::pool(pond::options{.first_block = 5000, .hard_limit = 4000}),
               pond::limit_exceeded);
}

struct told {
  int soft = 0;
  int hard = 0;
  std::size_t reserved = 0;
  std::size_t requested = 0;
  static void callback(void *self, pond_pool *pool, pond_limit which, std::size_t reserved,
                       std::size_t requested) {
    auto *t = static_cast<told *>(self);
    ++(which == POND_LIMIT_SOFT ? t->soft : t->hard);
    t->reserved = reserved;
    t->requested = requested;
    EXPECT_STREQ(pond_get_tag(pool), "limited");
  }
};

TEST(Quota, TellsWhenALimitIsPassed) {
  told t;
  checked_pool checked({.first_block = 1024,
                        .soft_limit = 5000,
                        .hard_limit = 20000,
                        .on_limit = told::callback,
                        .on_limit_context = &t,
                        .tag = "limited"});
  void *large = checked.pool.allocate_large(6000);
  EXPECT_EQ(t.soft, 1);
  EXPECT_GE(t.requested, 6000U);
  (void)checked.pool.allocate_large(1000);
  EXPECT_EQ(t.soft, 1) << "once each time it is passed";
  EXPECT_TRUE(checked.pool.free(large));
  (void)checked.pool.allocate_large(6000);
  EXPECT_EQ(t.soft, 2);
  EXPECT_EQ(checked.pool.try_allocate(20000), nullptr);
  EXPECT_EQ(t.hard, 1);
  EXPECT_GE(t.reserved, 7000U);
}

TEST(Quota, TheFirstBlockMayPassTheSoftLimit) {
  std::vector<std::size_t> told;
  const auto note = [](void *context, pond_pool *, pond_limit which, std::size_t reserved,
                       std::size_t requested) {
    EXPECT_EQ(which, POND_LIMIT_SOFT);
    static_cast<std::vector<std::size_t> *>(context)->push_back(reserved + requested);
  };
  const pond::options options{.first_block = 8192,
                              .soft_limit = 4096,
                              .on_limit = note,
                              .on_limit_context = &told,
                              .recycle = true};
  pond::pool pool(options);
  const pond::pool child = pool.child(options);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1], child.stats().reserved);
  pond::options roomy = options;
  roomy.soft_limit = pool.stats().reserved + 4096;
  pond::pool above(roomy);
  const pond::pool below = above.child(options);
  EXPECT_EQ(told.size(), 4U) << "each of the two once";
  std::byte buffer[8192];
  pond::options own = options;
  own.buffer = buffer;
  const pond::pool borrowing(own);
  EXPECT_EQ(told.size(), 4U) << "what is not the pool's is not counted";
}

TEST(Quota, HoldsForPoolsOverTheCacheToo) {
  POND_SKIP_WHEN_TRAPPED();
  { const pond::pool used(pond::options{.first_block = 1100}); }  // leaves a larger block behind
  pond::pool pool(pond::options{.first_block = 1024, .hard_limit = 2100});
  while (pool.try_allocate(64) != nullptr) {
  }
  EXPECT_LE(pool.stats().reserved, 2100U);
}

/// Filled up to its limit with pieces of a size, and reset: then it serves what a fresh one does.
void fill_and_reset(pond::pool &pool, std::size_t piece) {
  while (pool.try_allocate(piece) != nullptr) {
  }
  pool.reset();
}

TEST(Quota, AfterAResetServesWhatAFreshPoolDoes) {
  constexpr std::size_t limit = 40000;
  for (const std::size_t piece : {16U, 100U, 1000U}) {
    pond::pool pool({.hard_limit = limit});
    const std::size_t fresh = pool.stats().reserved;
    fill_and_reset(pool, piece);
    EXPECT_EQ(pool.stats().used, 0U) << piece;
    EXPECT_EQ(pool.stats().reserved, fresh) << piece;
    EXPECT_NE(pool.try_allocate(32000), nullptr) << piece;
  }
}

TEST(Quota, OfAnAncestorIsNotUsedUpByWhatResetsKeep) {
  pond::pool parent({.hard_limit = 100000});
  pond::pool child = parent.child();
  (void)child.allocate(1);
  const std::size_t before = parent.stats(true).reserved;
  fill_and_reset(child, 100);
  EXPECT_EQ(parent.stats(true).reserved, before);
}

TEST(Tag, IsCopiedAndCut) {
  std::string tag(100, 't');
  pond::pool pool(pond::options{.tag = tag.c_str()});
  tag.clear();
  EXPECT_EQ(std::string(pool.tag()), std::string(31, 't'));
  EXPECT_STREQ(pond::pool().tag(), "");
  EXPECT_STREQ(pond::pool(100).tag(), "");
}

TEST(Options, OfAnotherSizeAreRefused) {
  pond_options options = POND_OPTIONS_INIT;
  options.struct_size = 8;
  errno = 0;
  EXPECT_EQ(pond_create_with(&options), nullptr);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(pond_create_with(nullptr), nullptr);
  options = POND_OPTIONS_INIT;
  options.first_block = support::opaque(SIZE_MAX);
  EXPECT_EQ(pond_create_with(&options), nullptr);
}

}  // namespace
