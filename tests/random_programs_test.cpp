// Random programs and those that failed once, through the oracle: no byte is handed out twice,
// nothing loses its content, every cleanup runs once and in order, and nothing is left at the end.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "support.hpp"
#include "workload/apart.hpp"
#include "workload/contenders/checked_pond.hpp"
#include "workload/generate.hpp"
#include "workload/interpret.hpp"
#include "workload/oracle.hpp"
#include "workload/shrink.hpp"
#include "workload/trace.hpp"
#include "workload/upstreams.hpp"

namespace {

using namespace workload;
using errors = std::vector<std::string>;

/// Over what programs run, and how many of how many operations.
struct way {
  const char *name;
  bool checking_upstream = true;  // else the cache over malloc
  bool recycle = false;
  bool own_blocks = false;  // POND_OPTIONS=own
  /// Each call of the upstream fails, in a run of its own.
  enum : std::uint8_t { none, once, for_ever } failure = none;
  std::size_t quota = SIZE_MAX;  // of each pool with its children
  std::uint64_t programs = 100;
  std::size_t operations = 1000;
};
constexpr std::size_t much_of_a_pool = 40000;  // what many of the pools would hold
constexpr way ways[] = {
    {.name = "OverTheCache", .checking_upstream = false},
    {.name = "OverACheckingUpstream"},
    {.name = "OverPoolsThatRecycle", .recycle = true},
    {.name = "InOwnBlocks", .checking_upstream = false, .own_blocks = true, .programs = 20},
    {.name = "WithAQuota", .quota = much_of_a_pool},
    {.name = "WithEachCallFailing", .failure = way::once, .programs = 4, .operations = 150},
    {.name = "WithEachCallFailingForEver",
     .failure = way::for_ever,
     .programs = 4,
     .operations = 150},
    {.name = "WithEachCallFailingAndRecycling",
     .recycle = true,
     .failure = way::once,
     .programs = 4,
     .operations = 150},
};

/// What the oracle found, and the upstream, and what is left at the end.
errors errors_over(checking_upstream &upstream, const program &work, const way &chosen) {
  const pond_upstream from = upstream.get();
  pond::options options;
  if (chosen.checking_upstream) options.upstream = &from;
  options.recycle = chosen.recycle;
  options.hard_limit = chosen.quota;
  oracle checks(work);
  bool over_limit = false;
  {
    const support::configured own(chosen.own_blocks ? "own" : "");
    checked_pond pools(work, options);
    interpreter(work).run(work, pools, checks);
    over_limit = pools.over_limit();
  }
  errors found = checks.errors();
  const errors more = upstream.errors();
  found.insert(found.end(), more.begin(), more.end());
  const bool may_fail = chosen.failure != way::none || chosen.quota != SIZE_MAX;
  if (checks.live_allocations() != 0) found.emplace_back("allocations outlive their pools");
  if (checks.failures() != 0 && !may_fail) found.emplace_back("an allocation failed");
  if (over_limit)
    found.emplace_back("a pool has held more than its quota, or what was told of limits is wrong");
  if (upstream.live() != 0) found.emplace_back("not everything was given back");
  return found;
}

errors errors_of(const program &work, const way &chosen) {
  for (std::size_t n = chosen.failure != way::none ? 1 : 0;; ++n) {
    checking_upstream upstream;
    upstream.fail_at(n, chosen.failure == way::for_ever);
    errors found = errors_over(upstream, work, chosen);
    if (!found.empty() || n == 0 || upstream.calls() < n) return found;
  }
}

bool fails(const program &work, const way &chosen) {
  return fails_apart([&] { return errors_of(work, chosen).empty(); });
}

/// The shortest program that fails so, as a file; where it is.
std::string shortest(const program &work, const way &chosen) {
  const std::string file =
      testing::TempDir() + "pond-" + chosen.name + "-" + std::to_string(getpid()) + ".trace";
  write_trace(file, shrink(work, [&](const program &tried) { return fails(tried, chosen); }));
  return "the shortest program that fails so is " + file + "; keep it in tests/regressions";
}

/// The parameter is the number of a way.
class RandomPrograms : public testing::TestWithParam<std::size_t> {
 protected:
  static const way &chosen() { return ways[GetParam()]; }

  /// Others in every way.
  static std::vector<program> programs() {
    std::vector<program> result;
    for (std::uint64_t seed = 1; seed <= chosen().programs; ++seed) {
      result.push_back(
          program_from_seed(1000 * GetParam() + seed, {.operations = chosen().operations}));
    }
    return result;
  }
};

/// In a process of its own first: what crashes is made short, too.
TEST_P(RandomPrograms, HaveNoErrors) {
  const std::vector<program> all = programs();
  const auto passes = [](const program &work) { return errors_of(work, chosen()).empty(); };
  if (fails_apart([&] { return std::all_of(all.begin(), all.end(), passes); })) {
    for (const program &work : all) {
      if (fails(work, chosen())) FAIL() << shortest(work, chosen());
    }
    FAIL() << "they fail one after the other, none of them alone";
  }
  for (const program &work : all) EXPECT_EQ(errors_of(work, chosen()), errors());
}

INSTANTIATE_TEST_SUITE_P(All, RandomPrograms, testing::Range(std::size_t{0}, std::size(ways)),
                         [](const auto &number) { return ways[number.param].name; });

/// So that programs in which calls fail are about something.
TEST(ProgramsThatFail, CallTheUpstreamOften) {
  for (const way &chosen : ways) {
    if (chosen.failure == way::none) continue;
    checking_upstream upstream;
    EXPECT_EQ(
        errors_over(upstream, program_from_seed(1, {.operations = chosen.operations}), chosen),
        errors());
    EXPECT_GT(upstream.calls(), 20U);
  }
}

/// So that limits are about something, too.
TEST(ProgramsWithAQuota, PassLimits) {
  const program work = program_from_seed(1);
  checked_pond pools(work, {.hard_limit = much_of_a_pool});
  oracle checks(work);
  interpreter(work).run(work, pools, checks);
  EXPECT_FALSE(pools.over_limit());
  EXPECT_EQ(checks.errors(), errors());
  EXPECT_GT(pools.times_told(POND_LIMIT_SOFT), 10U);
  EXPECT_GT(pools.times_told(POND_LIMIT_HARD), 10U);
}

/// Programs that failed once, as short as they get. In every way: the next mistake may be
/// elsewhere.
TEST(Regressions, DoNotFailAgain) {
  std::size_t count = 0;
  for (const auto &entry : std::filesystem::directory_iterator(POND_REGRESSIONS)) {
    SCOPED_TRACE(entry.path().string());
    const program work = read_trace(entry.path().string()).work;
    for (const way &chosen : ways) EXPECT_EQ(errors_of(work, chosen), errors()) << chosen.name;
    ++count;
  }
  EXPECT_GT(count, 0U);
}

}  // namespace
