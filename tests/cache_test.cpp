// The block cache of a thread: bounded, trimmed, given back.
#include <dlfcn.h>
#include <pond/embed.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using support::checked_default_upstream;

/// Creates and destroys pools of one block, one at a time: each gives the cache one block.
void give(int times, std::size_t first_block) {
  for (int i = 0; i < times; ++i) const pond::pool pool(first_block);
}

/// More gives than lie between two trims, so that there is one at least.
constexpr int until_trimmed = 2500;

TEST(Cache, ASizeUsedBeforeCostsNoCallOfTheUpstream) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  { const pond::pool warm(4096); }
  const std::size_t calls = upstream->calls();
  for (int i = 0; i < 1000; ++i) const pond::pool pool(4096);
  EXPECT_EQ(upstream->calls(), calls);
}

TEST(Cache, ServesLargeAllocationsToo) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  pond::pool pool;
  EXPECT_TRUE(pool.free(pool.allocate_large(16400)));
  const std::size_t calls = upstream->calls();
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(pool.free(pool.allocate_large(16400)));
  EXPECT_EQ(upstream->calls(), calls);
}

TEST(Cache, IsBounded) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  pond_set_cache_limit(100000);
  {
    std::vector<pond::pool> pools;
    for (int i = 0; i < 100; ++i) pools.emplace_back(4096);
    pools.clear();
    EXPECT_LE(pond_cached_bytes(), 100000U);
    EXPECT_GE(pond_cached_bytes(), 90000U);
    EXPECT_EQ(upstream->held(), pond_cached_bytes());
  }
  pond_set_cache_limit(0);
  { const pond::pool pool(4096); }
  EXPECT_EQ(pond_cached_bytes(), 0U);
  pond_set_cache_limit(std::size_t{1} << 20);
}

TEST(Cache, TrimGivesEverythingBack) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  { const pond::pool pool(4096); }
  EXPECT_GT(pond_cached_bytes(), 0U);
  pond::trim();
  EXPECT_EQ(pond_cached_bytes(), 0U);
  EXPECT_EQ(upstream->held(), 0U);
}

/// After a peak of large buffers only small pools are used: what nobody needs is given back.
TEST(Cache, ShrinksWhenDemandFalls) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  {
    pond::pool peak;
    for (int i = 0; i < 20; ++i) (void)peak.allocate_large(20000);
  }
  const std::size_t at_peak = pond_cached_bytes();
  for (int i = 0; i < 100000; ++i) const pond::pool pool(1024);
  EXPECT_LT(pond_cached_bytes(), at_peak / 10);
}

TEST(Cache, GivesHalfOfWhatNobodyNeedsBackAtATime) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  {
    std::vector<pond::pool> peak;
    for (int i = 0; i < 16; ++i) peak.emplace_back(4096);
  }
  std::vector<std::size_t> kept;
  for (int i = 0; i < 8 * until_trimmed; ++i) {
    give(1, 1024);
    const std::size_t blocks = (pond_cached_bytes() - 1024) / 4096;
    if (kept.empty() || kept.back() != blocks) kept.push_back(blocks);
  }
  EXPECT_EQ(kept, (std::vector<std::size_t>{16, 8, 4, 2, 1, 0}));
}

TEST(Cache, FullItGivesTheRestBackAndIsTrimmedAllTheSame) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  constexpr std::size_t limit = std::size_t{16} * 4096;
  pond_set_cache_limit(limit);
  {
    std::vector<pond::pool> peak;
    for (int i = 0; i < 20; ++i) peak.emplace_back(4096);
  }
  EXPECT_EQ(pond_cached_bytes(), limit);
  EXPECT_EQ(upstream->held(), limit);
  give(3 * until_trimmed, 8192);
  EXPECT_LE(pond_cached_bytes(), limit / 2 + 8192);
  pond_set_cache_limit(std::size_t{1} << 20);
}

TEST(Cache, ALargerBlockOfTheClassIsFoundBehindASmallerOne) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  {
    const pond::pool smaller(4096);  // given back last, so looked at first
    const pond::pool larger(4112);
  }
  const std::size_t calls = upstream->calls();
  give(1, 4112);
  EXPECT_EQ(upstream->calls(), calls);
}

TEST(Cache, IsGivenBackWhenItsThreadEnds) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  std::thread([] {
    give(1, 4096);
    EXPECT_EQ(pond_cached_bytes(), 4096U);
  }).join();
  EXPECT_EQ(upstream->held(), 0U);
}

/// Destructors of thread-local objects may run after the cache has ended.
TEST(Cache, PoolsMayOutliveTheCacheOfTheirThread) {
  checked_default_upstream upstream;
  std::thread([] {
    static thread_local pond::pool late;  // its destructor is registered before the cache's
    (void)late.allocate(100);
    (void)late.allocate_large(5000);
  }).join();
  EXPECT_EQ(upstream->held(), pond_cached_bytes());
}

TEST(Cache, TheThreadThatGivesBackKeepsTheBlock) {
  POND_SKIP_WHEN_TRAPPED();
  pond_trim();
  pond::pool made_there;
  std::thread([&made_there] { made_there = pond::pool(4096); }).join();
  EXPECT_EQ(pond_cached_bytes(), 0U);
  made_there = pond::pool();
  EXPECT_EQ(pond_cached_bytes(), 4096U);
}

TEST(Cache, ADefaultUpstreamIsNotReplacedBehindTheBackOfOtherThreads) {
  POND_SKIP_WHEN_TRAPPED();
  std::thread([] {
    const pond::pool pool(4096);
    std::thread([] {
      errno = 0;
      EXPECT_EQ(pond_set_default_upstream(nullptr), -1);
      EXPECT_EQ(errno, EBUSY);
    }).join();
  }).join();
  pond_upstream half{};
  EXPECT_EQ(pond_set_default_upstream(&half), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(Cache, SurvivesAFork) {
  pond::pool pool(4096);
  (void)pool.allocate(100);
  const pid_t child = fork();
  if (child == 0) {
    pool.reset();
    for (int i = 0; i < 100; ++i) {
      pond::pool other(4096);
      if (other.try_allocate(5000) == nullptr) _exit(1);
    }
    pool = pond::pool();
    pond_trim();
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Cache, NoMemoryFromTheUpstreamEmptiesItFirst) {
  POND_SKIP_WHEN_TRAPPED();
  checked_default_upstream upstream;
  { const pond::pool pool(4096); }
  upstream->fail_at(1);
  pond::pool pool(9000);  // no cached block is large enough, the upstream says no once
  EXPECT_EQ(pond_cached_bytes(), 0U);
}

#if !defined(__SANITIZE_THREAD__)  // has a malloc of its own

std::atomic<int> times_passed_on = 0;

}  // namespace

/// In the place of the C library's, which is called all the same.
extern "C" int malloc_trim(std::size_t pad) noexcept {
  ++times_passed_on;
  using function = int (*)(std::size_t);
  const auto next = reinterpret_cast<function>(dlsym(RTLD_NEXT, "malloc_trim"));
  return next != nullptr ? next(pad) : 0;
}

namespace {

/// On a thread of its own, whose cache knows of no earlier peak.
TEST(Cache, TheSystemGetsMemoryOnceAndOnlyWhenHalfOfAPeakHasPassed) {
  POND_SKIP_WHEN_TRAPPED();
  std::thread([] {
    pond_set_cache_limit(65536);
    std::vector<pond::pool> peak;
    for (int i = 0; i < 100; ++i) peak.emplace_back(8192);
    times_passed_on = 0;
    peak.resize(60);
    give(4 * until_trimmed, 1024);
    EXPECT_EQ(times_passed_on, 0) << "four tenths";
    peak.resize(40);
    give(4 * until_trimmed, 1024);
    EXPECT_EQ(times_passed_on, 1) << "six tenths";
    give(4 * until_trimmed, 1024);
    EXPECT_EQ(times_passed_on, 1) << "the peak has passed already";
    pond_set_cache_limit(std::size_t{1} << 20);
  }).join();
}

/// Bytes of this process that are in memory.
std::size_t resident_bytes() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(Cache, MemoryGoesBackToTheSystemWhenAPeakHasPassed) {
  POND_SKIP_WHEN_TRAPPED();
  pond_trim();
  pond_set_cache_limit(std::size_t{1} << 20);
  const auto serve = [](pond::pool &pool) {
    for (int i = 0; i < 8; ++i) std::memset(pool.allocate(4000), 1, 4000);
  };
  const std::size_t before = resident_bytes();
  std::size_t at_peak = 0;
  {
    std::vector<pond::pool> peak(2000);
    for (pond::pool &pool : peak) serve(pool);
    at_peak = resident_bytes();
    // The last ones first: what the cache keeps lies above what goes back to malloc.
    while (!peak.empty()) peak.pop_back();
  }
  EXPECT_GT(at_peak - before, 50'000'000U);
  for (int i = 0; i < 20000; ++i) {
    pond::pool pool;
    serve(pool);
  }
  EXPECT_LT(resident_bytes(), before + (at_peak - before) / 10);
  pond_trim();
}

#endif

/// Its record takes the cached block in which it would have been, and which is larger.
TEST(Cache, ALargeOneTakesNoMoreThanIsAskedForWhereItsRecordTakesTheBlock) {
  POND_SKIP_WHEN_TRAPPED();
  constexpr std::size_t size = 4224;
  constexpr std::size_t asked = 4112;  // of its class
  const support::checked_default_upstream with_an_empty_cache;
  pond_pool *pool = pond_create(size);
  pond_destroy(pond_create(size));
  const std::size_t left = 16;  // less than a record, of 32 bits, too
  support::use(pond_alloc_packed(pool, size - POND_EMBEDDED_SIZE - 2 * sizeof(void *) - left));
  support::use(pond_alloc(pool, asked));
  pond_stats stats;
  pond_get_stats(pool, &stats);
  EXPECT_EQ(stats.blocks, 2U);
  EXPECT_EQ(stats.large_bytes, asked);
  pond_destroy(pool);
}

}  // namespace
