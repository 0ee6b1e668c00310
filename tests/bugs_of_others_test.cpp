// The bugs of other pools that pond must not have, a test each (DESIGN.md, "Bugs of others"); those
// of nginx are in bugs_of_nginx_test.cpp.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::count;
using support::opaque;

/// nginx, ClickHouse, PostgreSQL: n * size is not checked.
TEST(Bug12, ProductsAreChecked) {
  checked_pool checked;
  const std::size_t half = std::size_t{1} << (sizeof(std::size_t) * 4);
  errno = 0;
  EXPECT_EQ(pond_calloc(checked.pool.handle(), opaque(half), opaque(half)), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_EQ(pond_calloc(checked.pool.handle(), opaque(SIZE_MAX), opaque(2)), nullptr);
  EXPECT_EQ(pond_calloc(checked.pool.handle(), opaque(SIZE_MAX / 16 + 2), opaque(16)), nullptr);
  const std::size_t too_many = opaque(SIZE_MAX / sizeof(long) + 2);
  EXPECT_THROW(checked.pool.make_span<long>(too_many), std::bad_array_new_length);
  EXPECT_THROW((void)pond::allocator<long>(checked.pool).allocate(too_many),
               std::bad_array_new_length);
}

/// bumpalo: a limit once passed is none; folly: "limit - used" underflows.
TEST(Bug13, ALimitStaysInForceOncePassed) {
  // Passed at once: by a child that was made elsewhere the sum may jump over the limit.
  checked_pool checked({.first_block = 1024, .soft_limit = 100, .hard_limit = 3000});
  while (checked.pool.try_allocate(200) != nullptr) {
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(checked.pool.try_allocate(1500), nullptr);
    EXPECT_EQ(checked.pool.try_allocate(opaque(SIZE_MAX - 100)), nullptr);
  }
  EXPECT_LE(checked.upstream().peak(), 3000U);
}

/// ATS, Boost.JSON: the padding of an over-aligned request is forgotten when a block is taken for
/// it.
TEST(Bug14, OverAlignmentOnAFreshBlock) {
  for (std::size_t alignment = 32; alignment <= 8192; alignment *= 2) {
    for (const std::size_t size : {std::size_t{1}, alignment - 1, alignment, std::size_t{900}}) {
      for (const std::size_t threshold : {std::size_t{0}, std::size_t{1} << 20}) {
        checked_pool checked({.first_block = 1024, .large_threshold = threshold});
        (void)checked.pool.allocate(900);
        auto *p = static_cast<char *>(checked.pool.allocate(size, alignment));
        ASSERT_TRUE(support::is_aligned(p, alignment));
        ASSERT_TRUE(checked.upstream().owns(p) && checked.upstream().owns(p + size - 1))
            << "at " << alignment << ", " << size << " bytes, threshold " << threshold;
        std::memset(p, 1, size);
      }
    }
  }
}

/// Boost.JSON: the upstream is given another size back than it gave.
TEST(Bug15, TheUpstreamGetsBackWhatItGave) {
  checked_pool checked({.first_block = 1001});
  for (std::size_t size = 1; size < 20000; size = size * 3 / 2 + 1) {
    (void)checked.pool.allocate(size);
    void *large = checked.pool.allocate_large(size, 64);
    (void)checked.pool.allocate_large(size);
    EXPECT_TRUE(checked.pool.free(large));
  }
  checked.pool.reset();
  EXPECT_EQ(checked.upstream().errors(), std::vector<std::string>());
}  // and the same at its end

/// Boost.Container: after release() the resource still points into memory that it gave back.
TEST(Bug16, NothingPointsIntoMemoryThatWasGivenBack) {
  checked_pool checked({.first_block = 1024, .keep = 0});
  for (int round = 0; round < 50; ++round) {
    // The large ones leave room in their blocks that only the small ones fill, but never all of it.
    for (const std::size_t size : {100U, 600U, 600U, 600U, 200U, 600U, 200U}) {
      auto *p = static_cast<char *>(checked.pool.allocate(size));
      ASSERT_TRUE(checked.upstream().owns(p) && checked.upstream().owns(p + size - 1));
      std::memset(p, round, size);
    }
    (void)checked.pool.allocate_large(500);
    checked.pool.reset();
  }
}

/// APR, DuckDB: memory is kept for ever after a peak.
TEST(Bug17, MemoryIsGivenBackAfterAPeak) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_default_upstream upstream;
  pond::pool pool;
  for (int i = 0; i < 100000; ++i) (void)pool.allocate(100);
  EXPECT_GT(pool.stats().reserved, 10000000U);
  pool.reset();
  EXPECT_LE(pool.stats().reserved, POND_DEFAULT_KEEP + 4096U);
  EXPECT_LE(upstream->held(), (std::size_t{1} << 20) + POND_DEFAULT_KEEP + 4096U);
}

/// APR (CVE-2009-2412), LLVM's release builds: aligning a size near SIZE_MAX wraps to a small one.
TEST(Bug18, SizesNearTheEndDoNotWrap) {
  checked_pool checked;
  for (std::size_t below = 0; below < 5000; ++below) {
    const std::size_t size = opaque(SIZE_MAX - below);
    ASSERT_EQ(checked.pool.try_allocate(size), nullptr) << below;
    ASSERT_EQ(checked.pool.try_allocate(size, 1), nullptr);
    ASSERT_EQ(checked.pool.try_allocate(size, 4096), nullptr);
    ASSERT_EQ(pond_alloc_large(checked.pool.handle(), size), nullptr);
    ASSERT_EQ(pond_alloc_large_aligned(checked.pool.handle(), size, 4096), nullptr);
    ASSERT_EQ(pond_strndup(checked.pool.handle(), "x", size)[1], '\0');
  }
  pond::pool plain(4096);
  EXPECT_EQ(plain.try_allocate(opaque(SIZE_MAX - 7)), nullptr);
  EXPECT_EQ(pond_create(opaque(SIZE_MAX)), nullptr);
  EXPECT_EQ(pond_create(opaque(SIZE_MAX - 4095)), nullptr);
}

/// Size 0, alignment 0 or not a power of two.
TEST(Bug19, OddArguments) {
  checked_pool checked;
  EXPECT_NE(checked.pool.try_allocate(0), nullptr);
  EXPECT_NE(checked.pool.try_allocate(0, 64), nullptr);
  EXPECT_NE(pond_calloc(checked.pool.handle(), 0, 8), nullptr);
  EXPECT_NE(pond_calloc(checked.pool.handle(), opaque(SIZE_MAX), 0), nullptr);
  EXPECT_TRUE(checked.pool.make_span<int>(0).empty());
  for (const std::size_t alignment : {0U, 3U, 12U, 48U, 100U}) {
    errno = 0;
    EXPECT_EQ(checked.pool.try_allocate(8, opaque(alignment)), nullptr);
    EXPECT_EQ(errno, EINVAL);
  }
}

/// APR: a NULL in the middle of registering a cleanup is written to.
TEST(Bug20, NoMemoryInTheMiddleOfRegisteringACleanup) {
  for (std::size_t n = 1; n < 6; ++n) {
    checked_pool checked({.first_block = 100});
    std::string path = testing::TempDir() + "pond-XXXXXX";
    const int fd = mkstemp(path.data());
    checked.upstream().fail_at(n, true);
    int ran = 0;
    int registered = 0;
    for (int i = 0; i < 20; ++i) {
      if (pond_on_destroy(checked.pool.handle(), count, &ran) != nullptr) ++registered;
    }
    const bool owned = pond_own_temp_file(checked.pool.handle(), fd, path.c_str()) == 0;
    EXPECT_LT(registered, 20);
    checked.upstream().fail_at(0);
    checked.pool.reset();
    EXPECT_EQ(ran, registered);
    EXPECT_EQ(std::filesystem::exists(path), !owned) << "a file that was refused is the caller's";
    if (!owned) close(fd);
    std::filesystem::remove(path);
  }
}

}  // namespace
