// programs.cpp: any bytes are a program of pool operations; the oracle sees what it does. The first
// byte says over what it runs, the second which call of the upstream fails.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "target.hpp"
#include "workload/contenders/checked_pond.hpp"
#include "workload/generate.hpp"
#include "workload/interpret.hpp"
#include "workload/oracle.hpp"
#include "workload/upstreams.hpp"

namespace {

using namespace workload;

constexpr std::size_t longest = 600;  // operations; what is wrong with pools shows in few

constexpr std::size_t quota = 40000;  // bytes, of each pool with its children; many would hold more

/// How a program is run, from its first byte.
enum mode : std::uint8_t {
  own_upstream = 1,
  recycling = 2,
  failing = 4,
  in_own_blocks = 8,  // POND_OPTIONS=own
  for_ever = 16,      // where it fails at all
  with_quota = 32
};

void must_be_none(const std::vector<std::string> &errors) {
  for (const std::string &error : errors) std::fprintf(stderr, "%s\n", error.c_str());
  if (!errors.empty()) std::abort();
}

void run(const program &work, std::uint8_t chosen, std::uint8_t call) {
  checking_upstream upstream;
  const pond_upstream from = upstream.get();
  pond::options options;
  options.recycle = (chosen & recycling) != 0;
  if ((chosen & with_quota) != 0) options.hard_limit = quota;
  if ((chosen & (own_upstream | failing)) != 0) options.upstream = &from;
  {
    oracle checks(work);
    checked_pond pools(work, options);
    if ((chosen & failing) != 0) upstream.fail_at(std::size_t{call} + 1, (chosen & for_ever) != 0);
    interpreter(work).run(work, pools, checks);
    must_be_none(checks.errors());
    if (pools.over_limit())
      must_be_none({"a pool passed its limit, or was told so without reason"});
  }
  must_be_none(upstream.errors());
  if (upstream.live() != 0) std::abort();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size < 2) return 0;
  const program work = program_from_bytes({data + 2, size - 2}, {.operations = longest});
  if (pond_configure((data[0] & in_own_blocks) != 0 ? "own" : "") != 0) std::abort();
  run(work, data[0], data[1]);
  return 0;
}
