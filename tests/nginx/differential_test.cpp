// The same programs over nginx's own pool and over pond's: random ones and recorded traffic.
#include <gtest/gtest.h>

#include <string>

#include "compare.hpp"
#include "implementation.hpp"

namespace {

using namespace differential;

class RandomPrograms : public testing::TestWithParam<unsigned> {};

TEST_P(RandomPrograms, BothShowTheSame) { compare(script_from_seed(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Seeds, RandomPrograms, testing::Range(1U, 201U));

/// Pools made by nginx's main before ngx_os_init has asked for the size of a page.
TEST(Differential, PoolsMadeBeforeThePageSizeIsKnown) {
  const page_size unknown(0);
  for (unsigned seed = 1; seed <= 20; ++seed) compare(script_from_seed(seed));
}

class RecordedTraces : public testing::TestWithParam<const char *> {};

TEST_P(RecordedTraces, BothShowTheSame) {
  compare(script_from_trace(std::string(POND_TRACES "/") + GetParam() + ".trace.gz"));
}

INSTANTIATE_TEST_SUITE_P(Traces, RecordedTraces,
                         testing::Values("config-1000", "gzip-ssi-sub", "h2-tls", "longlived-1000",
                                         "post-upload", "proxy", "static-keepalive"));

}  // namespace
