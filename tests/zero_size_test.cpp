// What a full block gives for size 0 lies at its end, where the next memory of an upstream without
// headers begins: it is not meant by that address.
#include <utility>

#include "support.hpp"

namespace {

alignas(16) std::byte arena[1 << 16];
std::byte *next = arena;

pond_upstream without_headers() {
  next = arena;
  return {[](void *, std::size_t size, std::size_t) noexcept -> void * {
            return std::exchange(next, next + size);
          },
          [](void *, void *, std::size_t, std::size_t) noexcept {}, nullptr};
}

std::size_t larges(const pond_pool *pool) {
  pond_stats stats{};
  pond_get_stats(pool, &stats);
  return stats.large;
}

/// `pool` takes from an upstream without headers, and nobody else does. Ends it.
void try_size_zero(pond_pool *pool, std::size_t size) {
  pond_free_sized(pool, pond_alloc_large(pool, 100), 100);  // leaves a record to use again
  void *at_the_end = nullptr;
  while ((at_the_end = pond_alloc_packed(pool, 0)) != next) {
    ASSERT_LT(at_the_end, next);
    support::use(pond_alloc_packed(pool, 1));
  }
  void *large = pond_alloc_large(pool, size);
  ASSERT_EQ(large, at_the_end);
  EXPECT_NE(pond_resize(pool, at_the_end, 0, size), large);
  pond_free_sized(pool, at_the_end, 0);
  EXPECT_EQ(larges(pool), 1U);
  pond_free_sized(pool, large, size);
  EXPECT_EQ(larges(pool), 0U);
  pond_destroy(pool);
}

class ZeroSize : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Large, ZeroSize, testing::Values(1, 10, 500));

TEST_P(ZeroSize, IsNotTheLargeOneBehindItsBlock) {
  POND_SKIP_WHEN_TRAPPED();
  const pond_upstream upstream = without_headers();
  pond_options options = POND_OPTIONS_INIT;
  options.first_block = 4096;
  options.upstream = &upstream;
  try_size_zero(pond_create_with(&options), GetParam());
}

/// How much was asked for a plain pool does not know, but for what it has taken.
TEST(OfAPlainPool, ZeroSizeIsNotTheLargeOneBehindItsBlock) {
  POND_SKIP_WHEN_TRAPPED();
  pond_set_cache_limit(0);
  const pond_upstream upstream = without_headers();
  ASSERT_EQ(pond_set_default_upstream(&upstream), 0);
  try_size_zero(pond_create(4096), 500);
  EXPECT_EQ(pond_set_default_upstream(nullptr), 0);
  pond_set_cache_limit(std::size_t{1} << 20);
}

TEST(NoSize, ALargeOneIsFound) {
  pond_pool *pool = pond_create(4096);
  pond_free_sized(pool, pond_alloc_large(pool, 0), 0);
  EXPECT_EQ(larges(pool), 0U);
  pond_destroy(pool);
}

}  // namespace
