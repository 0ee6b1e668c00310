// The trap in this process: own-block mode, and that everything works in it.
#include <gmock/gmock.h>
#include <pond/embed.h>

#include <algorithm>
#include <cstring>

#include "support.hpp"

namespace {

TEST(OwnBlocks, EveryAllocationHasUpstreamMemoryOfItsExactSize) {
  support::checked_default_upstream upstream;
  const support::configured own("own");
  pond_pool *pool = pond_create(4096);
  for (int i = 0; i < 10; ++i) support::use(pond_alloc(pool, 1));  // its records have a block now
  const std::size_t calls = upstream->calls();
  const std::size_t held = upstream->held();
  for (int i = 0; i < 5; ++i) std::memset(pond_alloc_packed(pool, 13), 1, 13);
  EXPECT_EQ(upstream->calls(), calls + 5);
  EXPECT_EQ(upstream->held(), held + std::size_t{5} * 13);
  pond_destroy(pool);
  EXPECT_EQ(pond_cached_bytes(), 0U) << "nothing that was used comes back unseen";
}

TEST(OwnBlocks, PoolsFromBeforeStayAsTheyAre) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool before(4096);
  auto *first = static_cast<char *>(before.allocate(16));
  const support::configured own("own");
  EXPECT_EQ(before.allocate(16), first + 16);
}

TEST(OwnBlocks, SealedResetMarkedMoved) {
  const support::configured own("own");
  support::checked_pool checked;
  pond::pool &pool = checked.pool;
  void *p = pool.allocate(100);
  EXPECT_FALSE(pool.try_extend(p, 100, 101));
  {
    const pond::scope scope(pool);
    (void)pool.allocate(50);
  }
  pond::pool moved = std::move(pool);
  std::memset(p, 1, 100);
  (void)moved.allocate(100);
  moved.seal();
  testing::internal::CaptureStderr();
  EXPECT_EQ(moved.try_allocate(1), nullptr);
  testing::internal::GetCapturedStderr();
  moved.reset();
  EXPECT_NE(moved.try_allocate(1), nullptr);
  pond::pool child = moved.child();
  (void)child.allocate(1);
}

/// What a pool says of memory that it is given back.
std::string said_of(pond_pool *pool, std::byte *p, std::size_t size) {
  testing::internal::CaptureStderr();
  pond_free_sized(pool, p, size);
  return testing::internal::GetCapturedStderr();
}

/// Each allocation is as large as was asked for, and keeps at least half of it where it is.
TEST(OwnBlocks, ASizeThatCannotBeIsSaid) {
  const support::configured own("own");
  support::checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  for (const std::size_t size : {std::size_t{100}, std::size_t{5000}}) {
    auto *p = static_cast<std::byte *>(pond_alloc(pool, size));
    for (const std::size_t wrong : {std::size_t{0}, size / 2 - 1, size + 1, SIZE_MAX}) {
      EXPECT_THAT(said_of(pool, p, wrong), testing::HasSubstr("a wrong size")) << wrong;
    }
    EXPECT_EQ(pond_resize(pool, p, size, size / 2), p);
    EXPECT_EQ(said_of(pool, p, size / 2), "");
  }
}

/// allocate_at_least() rounds up to 16, and what it gave may be given back as what was asked for.
TEST(OwnBlocks, ASizeFromTheOneAskedForIsRight) {
  const support::configured own("own");
  support::checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  for (const std::size_t given : {std::size_t{16}, std::size_t{5008}}) {
    for (std::size_t asked = given - 15; asked <= given; ++asked) {
      EXPECT_EQ(said_of(pool, static_cast<std::byte *>(pond_alloc(pool, given)), asked), "");
    }
  }
  auto *p = static_cast<std::byte *>(pond_alloc(pool, 10));
  EXPECT_THAT(said_of(pool, p, 0), testing::HasSubstr("a wrong size"));
}

/// In a block where a tool looks, else in memory of its own.
support::configured watched() { return support::configured(support::trapped ? "" : "own"); }

TEST(GivenBack, WithTooSmallASizeIsSaid) {
  const support::configured how = watched();
  support::checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  for (const std::size_t size : {std::size_t{100}, std::size_t{5000}}) {
    auto *p = static_cast<std::byte *>(pond_alloc(pool, size));
    for (const std::size_t wrong : {std::size_t{1}, size / 2, size - 16}) {
      EXPECT_THAT(said_of(pool, p, wrong), testing::HasSubstr("a wrong size")) << wrong;
    }
    EXPECT_EQ(said_of(pool, p, size), "");
  }
}

TEST(GivenBack, WhatWasShortenedHasItsNewSize) {
  const support::configured how = watched();
  support::checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  for (const std::size_t size : {std::size_t{100}, std::size_t{5000}}) {
    auto *p = static_cast<std::byte *>(pond_alloc(pool, size));
    ASSERT_EQ(pond_resize(pool, p, size, size - 16), p);
    EXPECT_THAT(said_of(pool, p, size - 32), testing::HasSubstr("a wrong size"));
    EXPECT_EQ(said_of(pool, p, size - 16), "");
  }
}

/// After the rewind its user may know of the shortening, or have gone back, too.
TEST(GivenBack, WhatWasShortenedUnderAMarkHasEither) {
  const support::configured how = watched();
  support::checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  for (const std::size_t size : {std::size_t{100}, std::size_t{5000}}) {
    for (const std::size_t known : {size, size - 40}) {
      auto *p = static_cast<std::byte *>(pond_alloc(pool, size));
      const pond_mark mark = pond_get_mark(pool);
      EXPECT_EQ(pond_resize(pool, p, size, size - 40), p);
      EXPECT_EQ(said_of(pool, p, size - 40), "") << "it stays";
      EXPECT_TRUE(pond_rewind(pool, mark));
      EXPECT_EQ(said_of(pool, p, known), "");
    }
  }
}

/// A container whose pool was adopted gives back through the pool's object, which has nothing now.
TEST(GivenBack, ToAPoolThatWasAdoptedIsNothing) {
  const support::configured how = watched();
  pond::pool session;
  support::use(session.allocate(8));
  pond::pool request;
  request.make<std::vector<int, pond::allocator<int>>>()->resize(100);
  session.adopt(std::move(request));
  testing::internal::CaptureStderr();
  session.reset();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

void take_only_what_lies_in_a_block(pond_pool *pool, std::size_t head_of_first) {
  constexpr std::size_t head_of_later = 2 * sizeof(void *);
  for (int i = 0; i < 10; ++i) support::use(pond_alloc(pool, 1));
  const std::vector<support::seen_block> blocks = support::blocks_of(pool);
  ASSERT_GE(blocks.size(), 2U);
  for (const support::seen_block &block : blocks) {
    const std::size_t head = &block == &blocks.front() ? head_of_first : head_of_later;
    std::byte *const begin = block.memory + head;
    const std::size_t size = block.size - head;
    EXPECT_EQ(said_of(pool, begin, size), "");
    EXPECT_EQ(said_of(pool, begin + 1, size - 1), "");
    EXPECT_EQ(said_of(pool, begin, 1), "");
    EXPECT_NE(said_of(pool, begin, size + 1), "");
    EXPECT_NE(said_of(pool, begin + 1, size), "");
    EXPECT_NE(said_of(pool, begin + size, 1), "");
    EXPECT_NE(said_of(pool, begin - 1, 1), "");
    EXPECT_EQ(said_of(pool, begin - 1, 0), "") << "no bytes lie nowhere";
  }
}

/// Records have blocks here, too; what lies in one of them, and all of it, may be given back. The
/// head of a pool that C has made lies in its first block.
TEST(OwnBlocks, OnlyWhatLiesInABlockIsTakenBack) {
  POND_SKIP_WHEN_TRAPPED();  // the tools know that nobody was given it
  const support::configured own("own");
  constexpr std::size_t state_size = POND_EMBEDDED_SIZE - sizeof(void *);
  pond::pool owner({.first_block = 256});
  take_only_what_lies_in_a_block(owner.handle(), state_size);
  pond_pool *pool = pond_create(256);
  take_only_what_lies_in_a_block(pool, 3 * sizeof(void *) + state_size);
  pond_destroy(pool);
}

TEST(OwnBlocks, WithoutMemoryAWatchedPoolDoesNotBegin) {
  support::checked_default_upstream upstream;
  for (int n = 1; n <= 2; ++n) {
    const support::configured fail(("own,fail=" + std::to_string(n)).c_str());
    EXPECT_EQ(pond_create(256), nullptr) << n;
    EXPECT_EQ(upstream->live(), 0U) << n;
  }
}

TEST(Fail, TheNthCallFailsAndOnlyThat) {
  support::checked_default_upstream upstream;
  const support::configured fail("fail=3");
  pond_pool *pools[4];
  for (pond_pool *&pool : pools) pool = pond_create(65536);
  EXPECT_NE(pools[0], nullptr);
  EXPECT_EQ(std::count(std::begin(pools), std::end(pools), nullptr), 1);
  for (pond_pool *pool : pools) pond_destroy(pool);
  pond_trim();
}

TEST(Fail, ARangeOfCalls) {
  POND_SKIP_WHEN_TRAPPED();  // there a pool takes more than its block
  support::checked_default_upstream upstream;
  const support::configured fail("fail=2-4");
  pond_pool *pools[6];
  for (pond_pool *&pool : pools) pool = pond_create(65536);
  EXPECT_NE(pools[0], nullptr);
  EXPECT_EQ(pools[1], nullptr);
  EXPECT_EQ(std::count(std::begin(pools), std::end(pools), nullptr), 3);
  for (pond_pool *pool : pools) pond_destroy(pool);
  pond_trim();
}

TEST(Fail, WhatWouldNeverFailIsRefused) {
  for (const char *options : {"fail=0", "fail=0-3", "fail=3-1", "fail=", "fail=-2"}) {
    errno = 0;
    EXPECT_EQ(pond_configure(options), -1) << options;
    EXPECT_EQ(errno, EINVAL) << options;
  }
  EXPECT_EQ(pond_configure("fail=1000000-1000000"), 0);
  EXPECT_EQ(pond_configure(""), 0);
}

TEST(AbortDeathTest, StopsTheProgramAfterAReport) {
  pond::pool pool;
  pool.seal();
  EXPECT_DEATH(
      {
        pond_configure("abort");
        (void)pool.try_allocate(1);
      },
      "allocation from a sealed pool");
  EXPECT_EQ(pool.try_allocate(1), nullptr) << "without it the report is all";
}

}  // namespace
