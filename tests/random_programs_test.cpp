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
  bool checking_upstream;  // else the cache over malloc
  bool recycle;
  bool own_blocks;  // POND_OPTIONS=own
  bool failures;    // each call of the upstream fails once, in a run of its own
  std::uint64_t programs;
  std::size_t operations;
};
constexpr way ways[] = {
    {"OverTheCache", false, false, false, false, 100, 1000},
    {"OverACheckingUpstream", true, false, false, false, 100, 1000},
    {"OverPoolsThatRecycle", true, true, false, false, 100, 1000},
    {"InOwnBlocks", false, false, true, false, 20, 1000},
    {"WithEachCallFailing", true, false, false, true, 4, 150},
    {"WithEachCallFailingAndRecycling", true, true, false, true, 4, 150},
};

/// What the oracle found, and the upstream, and what is left at the end.
errors errors_over(checking_upstream &upstream, const program &work, const way &chosen) {
  const pond_upstream from = upstream.get();
  pond::options options;
  if (chosen.checking_upstream) options.upstream = &from;
  options.recycle = chosen.recycle;
  oracle checks(work);
  {
    const support::configured own(chosen.own_blocks ? "own" : "");
    checked_pond pools(work, options);
    interpreter(work).run(work, pools, checks);
  }
  errors found = checks.errors();
  const errors more = upstream.errors();
  found.insert(found.end(), more.begin(), more.end());
  if (checks.live_allocations() != 0) found.emplace_back("allocations outlive their pools");
  if (checks.failures() != 0 && !chosen.failures) found.emplace_back("an allocation failed");
  if (upstream.live() != 0) found.emplace_back("not everything was given back");
  return found;
}

errors errors_of(const program &work, const way &chosen) {
  for (std::size_t n = chosen.failures ? 1 : 0;; ++n) {
    checking_upstream upstream;
    upstream.fail_at(n);
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
    if (!chosen.failures) continue;
    checking_upstream upstream;
    EXPECT_EQ(
        errors_over(upstream, program_from_seed(1, {.operations = chosen.operations}), chosen),
        errors());
    EXPECT_GT(upstream.calls(), 20U);
  }
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
