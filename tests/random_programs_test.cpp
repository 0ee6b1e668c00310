// Random programs and recorded traffic, through the oracle: no byte is handed out twice, nothing
// loses its content, every cleanup runs once and in order, and nothing is left at the end.
#include <gtest/gtest.h>

#include "workload/contenders/checked_pond.hpp"
#include "workload/generate.hpp"
#include "workload/interpret.hpp"
#include "workload/oracle.hpp"
#include "workload/trace.hpp"
#include "workload/upstreams.hpp"

namespace {

using namespace workload;

/// Runs over pools with an upstream that checks, or over the cache; what the oracle found.
std::vector<std::string> errors_of(const program &work, const pond::options &options) {
  oracle checks(work);
  checked_pond pools(work, options);
  interpreter(work).run(work, pools, checks);
  EXPECT_EQ(checks.live_allocations(), 0U);
  EXPECT_EQ(checks.failures(), 0U);
  return checks.errors();
}

using no_errors = std::vector<std::string>;

class RandomPrograms : public testing::TestWithParam<int> {};

TEST_P(RandomPrograms, OverTheCache) {
  EXPECT_EQ(errors_of(program_from_seed(static_cast<std::uint64_t>(GetParam())), {}), no_errors());
}

TEST_P(RandomPrograms, OverACheckingUpstream) {
  checking_upstream upstream;
  const pond_upstream from = upstream.get();
  pond::options options;
  options.upstream = &from;
  const program work = program_from_seed(static_cast<std::uint64_t>(GetParam()) + 1000);
  EXPECT_EQ(errors_of(work, options), no_errors());
  EXPECT_EQ(upstream.errors(), no_errors());
  EXPECT_EQ(upstream.live(), 0U);
}

TEST_P(RandomPrograms, OverPoolsThatRecycle) {
  checking_upstream upstream;
  const pond_upstream from = upstream.get();
  pond::options options;
  options.upstream = &from;
  options.recycle = true;
  const program work = program_from_seed(static_cast<std::uint64_t>(GetParam()) + 2000);
  EXPECT_EQ(errors_of(work, options), no_errors());
  EXPECT_EQ(upstream.errors(), no_errors());
  EXPECT_EQ(upstream.live(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomPrograms, testing::Range(1, 101));

}  // namespace
