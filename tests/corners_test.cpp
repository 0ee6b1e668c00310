// Corners where two features meet, each of which was wrong once.
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

#include "support.hpp"

namespace {

/// A pool, and how often the child that its cleanup makes has ended.
struct late_parent {
  pond_pool *pool;
  int ended;
  static void make_child(void *self) {
    auto *parent = static_cast<late_parent *>(self);
    pond_options options = POND_OPTIONS_INIT;
    options.parent = parent->pool;
    pond_on_destroy(pond_create_with(&options), support::count, &parent->ended);
  }
};

TEST(Corner, AChildThatACleanupMakesEndsWithTheRest) {
  support::checked_default_upstream upstream;
  late_parent parent{pond_create(4096), 0};
  const pond_mark mark = pond_get_mark(parent.pool);
  pond_on_destroy(parent.pool, late_parent::make_child, &parent);
  EXPECT_TRUE(pond_rewind(parent.pool, mark));
  EXPECT_EQ(parent.ended, 1) << "by a rewind";
  pond_on_destroy(parent.pool, late_parent::make_child, &parent);
  pond_reset(parent.pool);
  EXPECT_EQ(parent.ended, 2) << "by a reset";
  pond_on_destroy(parent.pool, late_parent::make_child, &parent);
  pond_destroy(parent.pool);
  EXPECT_EQ(parent.ended, 3);
  pond_trim();
}

TEST(Corner, ARewindThatEndsThePoolIsOne) {
  support::checked_default_upstream upstream;
  pond_pool *pool = pond_create(4096);
  const pond_mark mark = pond_get_mark(pool);
  pond_on_destroy(
      pool, [](void *self) { pond_destroy(static_cast<pond_pool *>(self)); }, pool);
  EXPECT_TRUE(pond_rewind(pool, mark));
  pond_trim();
  EXPECT_EQ(upstream->live(), 0U);
}

/// A pool, and a mark that one of its older cleanups goes back to.
struct rewinder {
  pond_pool *pool;
  pond_mark mark;
  bool went_back;
  static void run(void *self) {
    auto *r = static_cast<rewinder *>(self);
    r->went_back = pond_rewind(r->pool, r->mark);
  }
};

/// Where memory is short, blocks are as small as what is asked for.
TEST(Corner, AResetKeepsNoBlockThatIsTooSmallForARoom) {
  POND_SKIP_WHEN_TRAPPED();
  const pond::upstream short_of_memory = {
      [](void *, std::size_t size, std::size_t) {
        return size <= 1024 ? std::malloc(size) : nullptr;
      },
      [](void *, void *memory, std::size_t, std::size_t) { std::free(memory); }, nullptr};
  pond::pool pool({.first_block = 1024, .largest_block = 8192, .upstream = &short_of_memory});
  constexpr std::size_t blocks = 20;
  while (pool.stats().blocks < blocks) (void)pool.allocate(100);
  pool.reset();
  EXPECT_EQ(pool.stats().used, 0U);
  EXPECT_LT(pool.stats().blocks, blocks);
}

TEST(Corner, MarksEndBeforeTheCleanupsOfAReset) {
  rewinder r{pond_create(4096), {}, true};
  pond_on_destroy(r.pool, rewinder::run, &r);
  r.mark = pond_get_mark(r.pool);
  testing::internal::CaptureStderr();
  pond_reset(r.pool);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("stale mark"), std::string::npos);
  EXPECT_FALSE(r.went_back);
  pond_destroy(r.pool);
}

void leave_a_mark(void *pool) { (void)pond_get_mark(static_cast<pond_pool *>(pool)); }

TEST(Corner, AMarkThatACleanupLeavesOpenEndsWithTheReset) {
  pond_pool *pool = pond_create(4096);
  pond_on_destroy(pool, leave_a_mark, pool);
  pond_reset(pool);
  for (int i = 0; i < 30; ++i) std::memset(pond_alloc(pool, 100), 0x41, 100);
  pond_cleanup_cancel(pool, pond_on_destroy(pool, leave_a_mark, pool));
  pond_destroy(pool);
}

TEST(Corner, NothingBelowAMarkGrowsWhereTheMarkTookABlock) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(1);  // so small that a mark's record needs a block of its own
  (void)pool.allocate(24, 8);
  (void)pool.allocate(24, 8);
  void *older = pool.allocate(24, 8);
  const pond::scope scope(pool);
  EXPECT_FALSE(pool.try_extend(older, 24, 48));
  EXPECT_FALSE(pool.try_extend(older, 24, 25));
}

TEST(Corner, AChildIsLeftEmptyWhenItsOwnCleanupEndsItsParent) {
  std::optional<pond::pool> parent(4096);
  pond::pool child = parent->child();
  child.on_destroy([&] { parent.reset(); });
  child.reset();
  EXPECT_NE(child.try_allocate(10), nullptr) << "as default-constructed";
  parent.emplace(4096);
  child = parent->child();
  child.run(child.on_destroy([&] { parent.reset(); }));
  EXPECT_EQ(child.stats().reserved, 0U);
}

TEST(Corner, ARewindKeepsASeal) {
  pond_pool *pool = pond_create(4096);
  const pond_mark mark = pond_get_mark(pool);
  pond_seal(pool);
  EXPECT_TRUE(pond_rewind(pool, mark));
  testing::internal::CaptureStderr();
  EXPECT_EQ(pond_alloc(pool, 16), nullptr);
  testing::internal::GetCapturedStderr();
  pond_reset(pool);
  EXPECT_NE(pond_alloc(pool, 16), nullptr);
  pond_destroy(pool);
}

TEST(Corner, AScopeInACleanupMayEndThePool) {
  auto *pool = new pond::pool;
  pool->on_destroy([pool] {
    const pond::scope scope(*pool);
    pool->on_destroy([pool] { delete pool; });
  });
  pool->reset();
}

TEST(Corner, ALargeOneOlderThanAMarkIsThereAfterTheRewind) {
  pond_pool *pool = pond_create(4096);
  auto *large = static_cast<char *>(pond_alloc_large(pool, 8192));
  std::memset(large, 7, 8192);
  const pond_mark mark = pond_get_mark(pool);
  auto *moved = static_cast<char *>(pond_resize(pool, large, 8192, 32768));
  EXPECT_EQ(moved[8191], 7);
  pond_free_sized(pool, large, 8192);
  EXPECT_TRUE(pond_rewind(pool, mark));
  EXPECT_EQ(large[0], 7);
  EXPECT_TRUE(pond_free(pool, large));
  EXPECT_FALSE(pond_free(pool, moved));
  pond_destroy(pool);
}

TEST(Corner, AMarkOfAPoolThatIsGoneIsStaleInTheNextOne) {
  pond_pool *pool = pond_create(4096);
  const pond_mark old = pond_get_mark(pool);
  pond_destroy(pool);
  pool = pond_create(4096);
  const pond_mark mark = pond_get_mark(pool);
  char *text = pond_strdup(pool, "live");
  testing::internal::CaptureStderr();
  EXPECT_FALSE(pond_rewind(pool, old));
  testing::internal::GetCapturedStderr();
  EXPECT_STREQ(text, "live");
  EXPECT_TRUE(pond_rewind(pool, mark));
  pond_destroy(pool);
}

struct told {
  int soft = 0;
  int hard = 0;
  std::size_t reserved = 0;
};
void tell(void *to, pond_pool *, pond_limit which, std::size_t reserved, std::size_t) {
  auto *t = static_cast<told *>(to);
  ++(which == POND_LIMIT_SOFT ? t->soft : t->hard);
  t->reserved = reserved;
}

TEST(Corner, ALimitIsToldOnceAndOnlyOfWhatHappened) {
  POND_SKIP_WHEN_TRAPPED();
  told t;
  workload::checking_upstream checks;
  const pond_upstream upstream = checks.get();
  pond::pool pool({.first_block = 4096,
                   .soft_limit = 5000,
                   .hard_limit = 6000,
                   .on_limit = tell,
                   .on_limit_context = &t,
                   .upstream = &upstream});
  const std::size_t reserved = pool.stats().reserved;
  (void)pool.allocate(3600);
  checks.fail_at(1, true);
  EXPECT_EQ(pool.try_allocate(500), nullptr);
  EXPECT_EQ(t.soft, 0) << "it did not go through";
  checks.fail_at(0);
  EXPECT_NE(pool.try_allocate(900), nullptr) << "a block of 4096 is refused, a small one is not";
  EXPECT_EQ(t.hard, 0);
  EXPECT_EQ(t.soft, 1);
  EXPECT_EQ(t.reserved, reserved) << "before it";
  EXPECT_EQ(pool.try_allocate(3000), nullptr);
  EXPECT_EQ(t.hard, 1);
}

TEST(Corner, AnUpstreamNeedsBothFunctions) {
  const pond_upstream nothing = {};
  pond_options options = POND_OPTIONS_INIT;
  options.upstream = &nothing;
  EXPECT_EQ(pond_create_with(&options), nullptr);
  EXPECT_EQ(errno, EINVAL);
}

TEST(Corner, NothingIsCopiedFromNowhere) {
  pond::pool pool;
  EXPECT_EQ(pool.copy({}), "");
}

TEST(Corner, ABufferDoesNotSayHowBlocksGrow) {
  POND_SKIP_WHEN_TRAPPED();
  alignas(16) std::byte buffer[256];
  pond::pool pool({.first_block = 4096, .buffer = buffer});
  for (int i = 0; i < 100; ++i) (void)pool.allocate(200);
  EXPECT_EQ(pool.stats().large, 0U);
  EXPECT_LE(pool.stats().blocks, 8U) << "one of them for the pool's records";
}

/// Both objects are gone before the child's cleanups have all run.
TEST(Corner, ACleanupMayDestroyItsPoolAndThenTheParent) {
  auto *parent = new pond::pool(4096);
  alignas(pond::pool) unsigned char object[sizeof(pond::pool)];
  auto *child = new (object) pond::pool(parent->child());
  std::string log;
  child->on_destroy([&] {
    log += 'b';
    EXPECT_EQ(parent->stats(true).children, 1U);
    delete parent;
  });
  child->on_destroy([&] {
    log += 'a';
    std::destroy_at(child);
    std::memset(object, UCHAR_MAX, sizeof(object));
  });
  child->on_destroy([&log] { log += '.'; });
  child->reset();
  EXPECT_EQ(log, ".ab");
}

}  // namespace
