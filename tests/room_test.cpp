// What is left of blocks is found, and used to its last byte.
#include "support.hpp"

namespace {

using support::blocks_of;

TEST(Room, OfAnEarlierBlockIsFoundBehindOneThatIsTooSmall) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_pool checked({.first_block = 1024, .largest_block = 1024});
  pond::pool &pool = checked.pool;
  const auto leave = [&](std::size_t left) {
    support::use(pool.allocate(blocks_of(pool.handle()).back().unused - left, 1));
  };
  support::use(pool.allocate(1));
  leave(400);
  support::use(pool.allocate(500, 1));  // in a second block, which has more room
  leave(200);
  support::use(pool.allocate(450, 1));  // in a third one
  leave(50);
  support::use(pool.allocate(300, 1));
  const std::vector<support::seen_block> blocks = blocks_of(pool.handle());
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_LE(blocks[0].unused, 100U);
  EXPECT_GE(blocks[1].unused, 190U) << "the newest room is looked at first";
}

/// Where as much is left as the extension needs, it lies there.
TEST(Room, IsTakenByTheExtensionToTheLastByte) {
  POND_SKIP_WHEN_TRAPPED();
  const auto unused_beside_extension = [](std::size_t left) {
    pond::pool pool(4096);
    support::use(pool.allocate(support::unused_in(pool) - left, 1));
    const std::size_t reserved = pool.stats().reserved;
    support::extend(pool);
    return pool.stats().reserved == reserved ? support::unused_in(pool) : SIZE_MAX;
  };
  std::size_t left = 0;
  while (unused_beside_extension(left) == SIZE_MAX) left += 16;
  EXPECT_GT(left, 0U);
  EXPECT_EQ(unused_beside_extension(left), 0U);
}

}  // namespace
