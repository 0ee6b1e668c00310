// The twelve bugs of nginx's pool (DESIGN.md, "Bugs of others"), a body each that is run on both:
// nginx's own has to show the bug and pond must not. What is measured is measured without anything
// undefined: nothing is written where it must not be, and memory that upstream overruns has room.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <ctime>
#include <deque>
#include <vector>

#include "fresh_memory.hpp"
#include "pools.hpp"

namespace {

using namespace differential;

#if (NGX_DEBUG_PALLOC)
#define SKIP_WITHOUT_BLOCKS() GTEST_SKIP() << "every allocation has memory of its own here"
#else
#define SKIP_WITHOUT_BLOCKS() \
  if (watched_pools()) GTEST_SKIP() << "pools are watched here"
#endif

constexpr std::size_t usual_block = 1024;

/// Whether memory is handed out that is not the pool's, of any size of its first block.
bool hands_out_what_is_not_its(const implementation &of) {
  for (std::size_t size = 200; size < 300; ++size) {
    fresh_memory memory;
    const a_pool pool(of, size);
    for (int i = 0; i < 400; ++i) {
      const void *p = i % 5 == 0 ? of.palloc(pool, 1) : of.pnalloc(pool, 1);
      if (!memory->owns(p)) return true;
    }
  }
  return false;
}

TEST(NginxBug01, TheEndOfABlockIsNotAligned) {
  SKIP_WITHOUT_BLOCKS();
  EXPECT_TRUE(hands_out_what_is_not_its(upstream));
  EXPECT_FALSE(hands_out_what_is_not_its(shim));
}

/// How many bytes a pool writes behind its block, being smaller than its own struct.
std::size_t written_behind_a_small_pool(const implementation &of) {
  fresh_memory memory;
  memory.watch_behind(sizeof(ngx_pool_t));
  { const a_pool pool(of, sizeof(ngx_pool_t) / 2); }
  return memory.written_behind();
}

TEST(NginxBug02, APoolSmallerThanItsStruct) {
  EXPECT_GT(written_behind_a_small_pool(upstream), 0U);
  EXPECT_EQ(written_behind_a_small_pool(shim), 0U);
  fresh_memory memory;
  for (std::size_t size = 0; size < sizeof(ngx_pool_t) + 40; ++size) {
    const a_pool pool(shim, size);
    std::memset(ngx_palloc(pool, 300), 1, 300);
    std::memset(ngx_pnalloc(pool, 30), 1, 30);
  }
}

/// Whether a reset leaves a cleanup in the list, whose memory is the pool's to hand out again.
bool leaves_cleanups(const implementation &of, int *ran) {
  fresh_memory memory;
  const a_pool pool(of, usual_block);
  add_counter(of, pool, ran);
  of.reset(pool);
  const bool left = pool->cleanup != nullptr;
  pool->cleanup = nullptr;
  return left;
}

TEST(NginxBug03, AResetLeavesTheCleanups) {
  int ran = 0;
  EXPECT_TRUE(leaves_cleanups(upstream, &ran));
  EXPECT_EQ(ran, 0);
  EXPECT_FALSE(leaves_cleanups(shim, &ran));
  EXPECT_EQ(ran, 1);
}

/// Adds a cleanup when it is run as one.
struct adder {
  const implementation &of;
  ngx_pool_t *pool;
  int *ran;
  static void run(void *self) {
    const auto &a = *static_cast<adder *>(self);
    add_counter(a.of, a.pool, a.ran);
  }
};

int added_meanwhile_that_ran(const implementation &of) {
  int ran = 0;
  fresh_memory memory;
  {
    const a_pool pool(of, usual_block);
    adder a{of, pool, &ran};
    ngx_pool_cleanup_t *c = of.cleanup_add(pool, sizeof(adder));
    c->data = new (c->data) adder(a);
    c->handler = adder::run;
  }
  return ran;
}

TEST(NginxBug04, ACleanupAddedDuringDestroyIsLost) {
  EXPECT_EQ(added_meanwhile_that_ran(upstream), 0);
  EXPECT_EQ(added_meanwhile_that_ran(shim), 1);
}

constexpr std::size_t large_size = 5000;
constexpr int cycles = 10000;
constexpr std::size_t live_at_once = 6;  // one more than nginx looks through for an empty node

std::size_t held_after_cycles(const implementation &of) {
  fresh_memory memory;
  const a_pool pool(of, usual_block);
  std::deque<void *> live;
  for (std::size_t i = 0; i < live_at_once; ++i) live.push_back(of.palloc(pool, large_size));
  const std::size_t before = memory->held();
  for (int i = 0; i < cycles; ++i) {
    EXPECT_EQ(of.pfree(pool, live.front()), NGX_OK);
    live.pop_front();
    live.push_back(of.palloc(pool, large_size));
  }
  return memory->held() - before;
}

TEST(NginxBug05, FreedLargeNodesPileUp) {
  EXPECT_GE(held_after_cycles(upstream), cycles * sizeof(ngx_pool_large_t) / 2);
  EXPECT_EQ(held_after_cycles(shim), 0U);
}

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// The least of some attempts, of this thread's own time: others use the machine.
double seconds_to_free(const implementation &of, std::size_t n) {
  double least = 1e9;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const a_pool pool(of, usual_block);
    std::vector<void *> live(n);
    for (void *&p : live) p = of.pmemalign(pool, 16, 16);
    const double begin = thread_seconds();
    for (void *p : live) of.pfree(pool, p);  // the oldest first: the worst case of a list
    least = std::min(least, thread_seconds() - begin);
  }
  return least;
}

/// How much longer it takes to free sixteen times as many.
double growth_of_frees(const implementation &of) {
  const fresh_memory memory;
  return seconds_to_free(of, 16000) / seconds_to_free(of, 1000);
}

TEST(NginxBug06, FreeingAmongManyIsSlow) {
  constexpr double between = 45;  // linear is 16, quadratic 256, and both have a constant part
  EXPECT_GT(growth_of_frees(upstream), between);
  EXPECT_LT(growth_of_frees(shim), between);
}

std::size_t held_after_aligned_cycles(const implementation &of) {
  fresh_memory memory;
  const a_pool pool(of, usual_block);
  of.pfree(pool, of.pmemalign(pool, large_size, 512));
  const std::size_t before = memory->held();
  for (int i = 0; i < cycles; ++i) of.pfree(pool, of.pmemalign(pool, large_size, 512));
  return memory->held() - before;
}

TEST(NginxBug07, AlignedAllocationsUseNoNodeAgain) {
  EXPECT_GE(held_after_aligned_cycles(upstream), cycles * sizeof(ngx_pool_large_t) / 2);
  EXPECT_EQ(held_after_aligned_cycles(shim), 0U);
}

/// Bytes held for a byte asked, when requests of two sizes alternate and small ones follow.
double held_for_alternating(const implementation &of) {
  constexpr std::size_t small = 24;
  constexpr std::size_t half = 2100;
  constexpr int pairs = 1000;
  constexpr int small_ones = 60000;
  fresh_memory memory;
  const a_pool pool(of, 4096);
  for (int i = 0; i < pairs; ++i) {
    (void)of.palloc(pool, small);
    (void)of.palloc(pool, half);
  }
  for (int i = 0; i < small_ones; ++i) (void)of.palloc(pool, small);
  return static_cast<double>(memory->held()) / (pairs * (small + half) + small_ones * small);
}

TEST(NginxBug08, AlternatingSizesWasteHalfOfEachBlock) {
  SKIP_WITHOUT_BLOCKS();
  constexpr double between = 1.35;
  EXPECT_GT(held_for_alternating(upstream), between);
  EXPECT_LT(held_for_alternating(shim), between);
}

/// Allocations until there is no room left in the blocks that the pool has.
int fill(const implementation &of, ngx_pool_t *pool, fresh_memory &memory) {
  const no_memory more(memory);
  int n = 0;
  while (of.palloc(pool, 16) != nullptr) ++n;
  return n;
}

/// How many allocations fewer fit the same blocks once the pool was reset.
int lost_by_reset(const implementation &of) {
  constexpr std::size_t blocks = 6;
  fresh_memory memory;
  const a_pool pool(of, usual_block);
  int first = 0;
  for (; memory->live() < blocks; ++first) (void)of.palloc(pool, 16);
  first += fill(of, pool, memory);
  of.reset(pool);
  return first - fill(of, pool, memory);
}

TEST(NginxBug09, AResetLosesAStructInEachLaterBlock) {
  SKIP_WITHOUT_BLOCKS();
  constexpr int lost_in_each_later_block = 48 / 16;
  EXPECT_EQ(lost_by_reset(upstream), 5 * lost_in_each_later_block);
  EXPECT_EQ(lost_by_reset(shim), 0);
}

/// Whether a file that is to be deleted is still there, and open, when its descriptor was closed
/// early.
bool overlooks_files_to_delete(const implementation &of) {
  fresh_memory memory;
  std::string path = testing::TempDir() + "pond-nginx-bug-XXXXXX";
  const int fd = mkstemp(path.data());
  struct stat unused {};
  bool overlooked = false;
  {
    const a_pool pool(of, usual_block);
    ngx_pool_cleanup_t *c = of.cleanup_add(pool, sizeof(ngx_pool_cleanup_file_t));
    auto *file = static_cast<ngx_pool_cleanup_file_t *>(c->data);
    *file = {fd, reinterpret_cast<u_char *>(path.data()), pool->log};
    c->handler = of.delete_file;
    of.run_cleanup_file(pool, fd);
    overlooked = fcntl(fd, F_GETFD) != -1 && stat(path.c_str(), &unused) == 0;
  }
  EXPECT_NE(stat(path.c_str(), &unused), 0);
  return overlooked;
}

TEST(NginxBug10, ClosingEarlyOverlooksFilesToDelete) {
  EXPECT_TRUE(overlooks_files_to_delete(upstream));
  EXPECT_FALSE(overlooks_files_to_delete(shim));
}

/// Whether the newest allocation of a later block can grow where it stands, by the rule of
/// ngx_array.c.
bool grows_in_a_later_block(const implementation &of) {
  fresh_memory memory;
  const a_pool pool(of, usual_block);
  while (memory->live() < 3) (void)of.palloc(pool, 100);
  const auto *p = static_cast<const u_char *>(of.palloc(pool, 16));
  return p + 16 == pool->d.last && pool->d.last + 16 <= pool->d.end;
}

TEST(NginxBug11, ArraysGrowInPlaceOnlyInTheFirstBlock) {
  SKIP_WITHOUT_BLOCKS();
  EXPECT_FALSE(grows_in_a_later_block(upstream));
  EXPECT_TRUE(grows_in_a_later_block(shim));
}

/// nginx multiplies without looking in ngx_array.c and ngx_list.h, which are not the pool's: what
/// arrives here after a product has wrapped is a small size like any other. What the pool can do is
/// refuse every size that cannot be, alone or with what it adds itself, and go on.
TEST(NginxBug12, SizesThatCannotBeAreRefused) {
  fresh_memory memory;
  const a_pool pool(shim, usual_block);
  const std::size_t held = memory->held();
  for (std::size_t below = 0; below < 200; ++below) {
    volatile std::size_t size = SIZE_MAX - below;  // no compiler looks through it
    EXPECT_EQ(ngx_palloc(pool, size), nullptr);
    EXPECT_EQ(ngx_pnalloc(pool, size), nullptr);
    EXPECT_EQ(ngx_pcalloc(pool, size), nullptr);
    EXPECT_EQ(ngx_pmemalign(pool, size, 64), nullptr);
    EXPECT_EQ(ngx_create_pool(size, pool->log), nullptr);
  }
  EXPECT_EQ(memory->held(), held);
  std::memset(ngx_palloc(pool, 100), 1, 100);
}

}  // namespace
