// No memory at moments that random programs seldom meet: the first half of something is there
// already, and has to be given back.
#include <unistd.h>

#include <cerrno>

#include "support.hpp"

namespace {

using support::checked_default_upstream;
using support::checked_pool;

/// Leaves so many bytes of room in the current block.
void fill_but(pond::pool &pool, std::ptrdiff_t left) {
  const auto &head = *reinterpret_cast<const pond::detail::head *>(pool.handle());
  ASSERT_GE(head.end - head.cur, left);
  support::use(
      pond_alloc_packed(pool.handle(), static_cast<std::size_t>(head.end - head.cur - left)));
  ASSERT_EQ(head.end - head.cur, left);
}

TEST(NoMemory, ForTheRecordOfATemporaryFile) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 1024, .large_threshold = 4096});
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  (void)checked.pool.allocate(1);  // what is there is laid out
  fill_but(checked.pool, 32);      // the name fits, a record of 48 bytes does not
  const std::size_t used = checked.pool.stats().used;
  checked.upstream().fail_at(1, true);
  EXPECT_EQ(pond_own_temp_file(checked.pool.handle(), ends[0], "/x"), -1);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_EQ(checked.pool.stats().used, used) << "the name is given back";
  checked.pool.reset();
  EXPECT_EQ(close(ends[0]), 0) << "it is still the caller's";
  EXPECT_EQ(close(ends[1]), 0);
}

TEST(NoMemory, ForTheRecordOfALargeOneThatTheCacheHas) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  {
    pond::pool pool(1024);
    { const pond::pool warm(3072); }  // the cache has one of that size, and none of 1024
    fill_but(pool, 8);
    const std::size_t reserved = pool.stats().reserved;
    upstream->fail_at(1, true);
    EXPECT_EQ(pond_alloc_large(pool.handle(), 3072), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_EQ(pool.stats().large, 0U);
    EXPECT_EQ(pool.stats().reserved, reserved);
    upstream->fail_at(0);
    EXPECT_NE(pond_alloc_large(pool.handle(), 3072), nullptr);
  }
  pond_trim();
}

TEST(NoMemory, ForAMarkLeavesTheRoomsOfEarlierBlocks) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 2048, .large_threshold = 4096});
  fill_but(checked.pool, 400);
  (void)checked.pool.allocate(1000);  // in a second block: what is left of the first is a room
  fill_but(checked.pool, 8);
  checked.upstream().fail_at(1, true);
  const pond_mark none = pond_get_mark(checked.pool.handle());
  EXPECT_EQ(none.opaque[0], 0U);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_NE(checked.pool.try_allocate(350), nullptr) << "from the room";
}

TEST(NoMemory, ForAPoolInABlockOfItsOwn) {
  checked_default_upstream upstream;
  ASSERT_EQ(pond_configure("own"), 0);
  for (std::size_t n = 1; n <= 2; ++n) {
    upstream->fail_at(n, true);
    EXPECT_EQ(pond_create(256), nullptr) << n;
    EXPECT_EQ(errno, ENOMEM);
    upstream->fail_at(0);
    EXPECT_EQ(upstream->live(), 0U);
  }
  ASSERT_EQ(pond_configure(""), 0);
}

}  // namespace
