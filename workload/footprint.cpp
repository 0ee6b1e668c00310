#include "workload/footprint.hpp"

#include <algorithm>
#include <unordered_map>

bool footprint_counting = false;

namespace workload {
namespace {

footprint counted;
std::unordered_map<const void *, std::size_t> live;

}  // namespace

void start_counting() {
  counted = {};
  live.clear();
  footprint_counting = true;
}

footprint stop_counting() {
  footprint_counting = false;
  return counted;
}

}  // namespace workload

void footprint_taken(void *p, size_t size) {
  using workload::counted;
  workload::live[p] = size;
  ++counted.calls;
  counted.held += size;
  counted.peak = std::max(counted.peak, counted.held);
}

void footprint_given(void *p) {
  const auto found = workload::live.find(p);
  if (found == workload::live.end()) return;  // taken before counting began
  workload::counted.held -= found->second;
  workload::live.erase(found);
}
