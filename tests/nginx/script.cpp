#include "script.hpp"

#include <algorithm>
#include <iterator>
#include <random>

#include "workload/generate.hpp"
#include "workload/trace.hpp"

namespace differential {
namespace {

using workload::kind;
using workload::operation;

constexpr std::size_t pool_sizes[] = {112, 128, 256, 512, 1001, 4096, 16384};
constexpr std::size_t operations = 600;
constexpr unsigned one_extra_in = 2;
constexpr std::uint32_t nginx_alignment = 8;  // NGX_ALIGNMENT; posix_memalign takes no less

/// nginx aligns to 8 where other pools do as malloc does.
void align_as_nginx(operation &o) {
  if (o.what == kind::overaligned) {
    o.alignment = std::max(o.alignment, nginx_alignment);
  } else if (o.what == kind::large_zeroed) {
    o.alignment = nginx_alignment;  // there is no ngx_pmemalign that zeroes
  } else if (o.alignment > 1 && o.alignment <= workload::malloc_alignment) {
    o.alignment = nginx_alignment;
  }
}

}  // namespace

script script_from_seed(std::uint64_t seed) {
  script result;
  result.work = workload::program_from_seed(seed, {.operations = operations, .only_traces = true});
  std::mt19937_64 random(seed);
  for (operation &o : result.work.operations) {
    align_as_nginx(o);
    if (o.what == kind::create) o.size = pool_sizes[random() % std::size(pool_sizes)];
    step next;
    if (random() % one_extra_in == 0) next.what = static_cast<extra>(random() % extras);
    next.choice = static_cast<std::uint32_t>(random());
    result.steps.push_back(next);
  }
  return result;
}

script script_from_trace(const std::string &file) {
  script result;
  result.work = workload::read_trace(file).work;
  for (operation &o : result.work.operations) align_as_nginx(o);
  result.steps.resize(result.work.operations.size());
  result.interrogates = false;
  return result;
}

}  // namespace differential
