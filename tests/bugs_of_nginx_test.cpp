// The bugs of nginx's pool that pond must not have, a test each (DESIGN.md, "Bugs of others"). Each
// was seen failing on code that has the bug: tests/mutants.py puts it in and watches.
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <ctime>
#include <deque>
#include <filesystem>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::count;

/// nginx: a block of odd size; the rounded-up place is behind its end, the difference wraps.
TEST(Bug01, TheEndOfABlockIsAligned) {
  for (std::size_t size = 200; size < 400; ++size) {
    checked_pool checked({.first_block = size});
    for (std::size_t i = 0; i < 400; ++i) {
      auto *p = static_cast<char *>(checked.pool.allocate(1, i % 5 == 0 ? 16 : 1));
      ASSERT_TRUE(checked.upstream().owns(p)) << "outside its block, first block " << size;
      *p = 'x';
    }
  }
}

/// nginx: a pool smaller than its own header has a negative size.
TEST(Bug02, APoolSmallerThanItsHeader) {
  for (std::size_t size = 0; size < 100; ++size) {
    checked_pool checked({.first_block = size});
    auto *p = static_cast<char *>(checked.pool.allocate(10));
    ASSERT_TRUE(checked.upstream().owns(p) && checked.upstream().owns(p + 9));
    pond_pool *plain = pond_create(size);
    std::memset(pond_alloc(plain, 300), 1, 300);
    pond_destroy(plain);
  }
}

/// nginx, TVM: reset leaves the list of cleanups in memory that is handed out again.
TEST(Bug03, ResetRunsTheCleanupsAndForgetsThem) {
  int ran = 0;
  checked_pool checked;
  pond_on_destroy(checked.pool.handle(), count, &ran);
  checked.pool.reset();
  EXPECT_EQ(ran, 1);
  std::memset(checked.pool.allocate(2000), 0xEE, 2000);  // where the record was
  checked.pool.reset();
  EXPECT_EQ(ran, 1);
}

/// nginx: a cleanup that is added while the cleanups run is lost.
TEST(Bug04, ACleanupAddedDuringDestroyRuns) {
  struct adder {
    pond_pool *pool;
    int *ran;
    static void run(void *self) {
      auto *a = static_cast<adder *>(self);
      pond_on_destroy(a->pool, count, a->ran);
    }
  };
  int ran = 0;
  pond_pool *pool = pond_create(0);
  adder a{pool, &ran};
  pond_on_destroy(pool, adder::run, &a);
  pond_destroy(pool);
  EXPECT_EQ(ran, 1);
}

/// nginx: 6 live in first-in first-out order; 100 000 cycles make 100 000 nodes.
TEST(Bug05, FreedLargeNodesAreUsedAgain) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked;
  std::deque<void *> live;
  for (int i = 0; i < 6; ++i) live.push_back(checked.pool.allocate_large(5000));
  const std::size_t reserved = checked.pool.stats().reserved;
  for (int i = 0; i < 100000; ++i) {
    ASSERT_TRUE(checked.pool.free(live.front()));
    live.pop_front();
    live.push_back(checked.pool.allocate_large(5000));
  }
  EXPECT_EQ(checked.pool.stats().reserved, reserved);
}

/// Of this thread: others on the machine do not count.
double seconds_used() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double seconds_to_free(std::size_t n) {
  pond::pool pool;
  std::vector<void *> live(n);
  for (void *&p : live) p = pool.allocate_large(16);
  const double begin = seconds_used();
  for (void *p : live) pool.free(p);  // the oldest first: the worst case of a list
  return seconds_used() - begin;
}

/// nginx: each free walks the list: 32 times as many take 1000 times as long.
TEST(Bug06, FreeingAmongManyIsConstant) {
  // Other work on the machine only adds to a time: the least of a few is what it takes.
  double few = 1e9;
  for (int attempt = 0; attempt < 20; ++attempt) few = std::min(few, seconds_to_free(1000));
  double many = 1e9;
  for (int attempt = 0; attempt < 5 && many > 200 * few; ++attempt) {
    many = std::min(many, seconds_to_free(32000));
  }
  EXPECT_LT(many,
            200 * few);  // linear is 32; the bound is far from both, whatever the machine's noise
}

/// nginx: ngx_pmemalign takes a new list node each time.
TEST(Bug07, AlignedAllocationsUseNodesAgain) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked;
  (void)checked.pool.free(checked.pool.allocate_large(100, 4096));
  const pond::stats before = checked.pool.stats();
  for (int i = 0; i < 10000; ++i) {
    ASSERT_TRUE(checked.pool.free(checked.pool.allocate_large(100, 4096)));
  }
  EXPECT_EQ(checked.pool.stats().reserved, before.reserved);
  EXPECT_EQ(checked.pool.stats().used, before.used);
}

/// nginx: 24 and 2100 bytes in turn leave nearly half of every block behind.
TEST(Bug08, AlternatingSizesWasteLittle) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 4096, .largest_block = 4096});
  std::size_t asked = 0;
  for (int i = 0; i < 1000; ++i) {
    (void)checked.pool.allocate(24);
    (void)checked.pool.allocate(2100);
    asked += 24 + 2100;
  }
  // A block takes one of 2100 bytes and has room for 82 of 24: what is lost cannot be used by
  // either. nginx gives up on a block after a few misses although the small ones still fit: here
  // they do fill what the large ones leave.
  for (int i = 0; i < 60000; ++i) {
    (void)checked.pool.allocate(24);
    asked += 24;
  }
  EXPECT_LT(static_cast<double>(checked.pool.stats().reserved), 1.35 * static_cast<double>(asked));
}

/// nginx: reset begins every later block behind a whole pool header: 48 bytes lost in each.
TEST(Bug09, AResetLosesNothingInLaterBlocks) {
  POND_SKIP_WHEN_TRAPPED();
  checked_pool checked({.first_block = 1024, .largest_block = 1024, .keep = 1 << 20});
  const auto fill = [&checked] {
    std::size_t n = 0;
    while (checked.pool.stats().blocks < 6) {
      (void)checked.pool.allocate(16);
      ++n;
    }
    return n;
  };
  const std::size_t first = fill();
  checked.pool.reset();
  std::size_t again = 0;
  const std::size_t calls = checked.upstream().calls();
  while (checked.upstream().calls() == calls) {
    (void)checked.pool.allocate(16);
    ++again;
  }
  EXPECT_GE(again,
            first + 1008 / 16 - 1);  // what filled five blocks and began the sixth, and its rest
}

/// nginx: ngx_pool_run_cleanup_file looks for one handler only, and overlooks files to delete.
TEST(Bug10, ClosingADescriptorEarlyKnowsFilesToDelete) {
  std::string path = testing::TempDir() + "pond-XXXXXX";
  const int fd = mkstemp(path.data());
  checked_pool checked;
  checked.pool.own_temp_file(fd, path.c_str());
  EXPECT_TRUE(checked.pool.close_fd(fd));
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(checked.pool.stats().cleanups, 0U);
}

/// nginx: arrays grow in place only while the pool has one block.
TEST(Bug11, GrowingInPlaceWorksInEveryBlock) {
  POND_SKIP_WHEN_TRAPPED();
  pond::pool pool(1024);
  for (int block = 0; block < 5; ++block) {
    while (pool.stats().blocks <= static_cast<std::size_t>(block)) (void)pool.allocate(100);
    void *p = pool.allocate(16);
    ASSERT_TRUE(pool.try_extend(p, 16, 32)) << "block " << block;
  }
}

}  // namespace
