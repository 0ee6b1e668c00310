#include "script.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "workload/choices.hpp"
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

/// nginx aligns to 8 where other pools do as malloc does, and has no ngx_pmemalign that zeroes.
void align_as_nginx(operation &o) {
  if (o.what == kind::overaligned) {
    o.alignment = std::max(o.alignment, nginx_alignment);
  } else if (o.what == kind::large_zeroed ||
             (o.alignment > 1 && o.alignment <= workload::malloc_alignment)) {
    o.alignment = nginx_alignment;
  }
}

/// A program of the workload as nginx would say it, with something that only nginx has behind some
/// of its operations.
template <class Choices>
script with_extras(workload::program work, Choices choices) {
  script result;
  result.work = std::move(work);
  for (operation &o : result.work.operations) {
    align_as_nginx(o);
    if (o.what == kind::create) o.size = pool_sizes[choices.below(std::size(pool_sizes))];
    step next;
    if (choices.below(one_extra_in) == 0) next.what = static_cast<extra>(choices.below(extras));
    next.choice = static_cast<std::uint32_t>(choices.below(UINT32_MAX));
    result.steps.push_back(next);
  }
  return result;
}

}  // namespace

script script_from_seed(std::uint64_t seed) {
  return with_extras(
      workload::program_from_seed(seed, {.operations = operations, .only_traces = true}),
      workload::random_choices(seed));
}

script script_from_bytes(std::span<const std::uint8_t> bytes) {
  const std::size_t half = bytes.size() / 2;
  return with_extras(workload::program_from_bytes(bytes.first(half),
                                                  {.operations = operations, .only_traces = true}),
                     workload::byte_choices(bytes.subspan(half)));
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
