// Random programs and recorded traffic, through the oracle: no byte is handed out twice, nothing
// loses its content, every cleanup runs once and in order, and nothing is left at the end.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

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

/// Over what a program runs.
enum class way : std::uint8_t { over_the_cache, over_a_checking_upstream, over_pools_that_recycle };
constexpr way ways[] = {way::over_the_cache, way::over_a_checking_upstream,
                        way::over_pools_that_recycle};

/// What the oracle found, and the upstream, and what is left at the end.
errors errors_of(const program &work, way chosen) {
  checking_upstream upstream;
  const pond_upstream from = upstream.get();
  pond::options options;
  if (chosen != way::over_the_cache) options.upstream = &from;
  options.recycle = chosen == way::over_pools_that_recycle;
  oracle checks(work);
  {
    checked_pond pools(work, options);
    interpreter(work).run(work, pools, checks);
  }
  errors found = checks.errors();
  const errors more = upstream.errors();
  found.insert(found.end(), more.begin(), more.end());
  if (checks.live_allocations() != 0) found.emplace_back("allocations outlive their pools");
  if (checks.failures() != 0) found.emplace_back("an allocation failed");
  if (upstream.live() != 0) found.emplace_back("not everything was given back");
  return found;
}

bool fails(const program &work, way chosen) {
  return fails_apart([&] { return errors_of(work, chosen).empty(); });
}

/// The shortest program that fails so, as a file; where it is.
std::string shortest(const program &work, way chosen) {
  const std::string file = testing::TempDir() + "pond-" + std::to_string(getpid()) + ".trace";
  write_trace(file, shrink(work, [chosen](const program &tried) { return fails(tried, chosen); }));
  return "the shortest program that fails so is " + file + "; keep it in tests/regressions";
}

/// In a process of its own first: what crashes is made short, too.
void expect_no_errors(const program &work, way chosen) {
  if (fails(work, chosen)) FAIL() << shortest(work, chosen);
  EXPECT_EQ(errors_of(work, chosen), errors());
}

class RandomPrograms : public testing::TestWithParam<int> {
 protected:
  static program work(std::uint64_t first_seed) {
    return program_from_seed(static_cast<std::uint64_t>(GetParam()) + first_seed);
  }
};

TEST_P(RandomPrograms, OverTheCache) { expect_no_errors(work(0), way::over_the_cache); }

TEST_P(RandomPrograms, OverACheckingUpstream) {
  expect_no_errors(work(1000), way::over_a_checking_upstream);
}

TEST_P(RandomPrograms, OverPoolsThatRecycle) {
  expect_no_errors(work(2000), way::over_pools_that_recycle);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomPrograms, testing::Range(1, 101));

/// Programs that failed once, as short as they get. In every way: the next mistake may be
/// elsewhere.
TEST(Regressions, DoNotFailAgain) {
  std::size_t count = 0;
  for (const auto &entry : std::filesystem::directory_iterator(POND_REGRESSIONS)) {
    SCOPED_TRACE(entry.path().string());
    const program work = read_trace(entry.path().string()).work;
    for (const way chosen : ways) EXPECT_EQ(errors_of(work, chosen), errors());
    ++count;
  }
  EXPECT_GT(count, 0U);
}

}  // namespace
