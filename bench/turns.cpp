// turns.cpp: requests over containers, all copies of each.
#include <benchmark/benchmark.h>

#include <unordered_map>
#include <vector>

#include "containers.hpp"

namespace bench {
namespace {

using requests = std::vector<void (*)()>;

/// Not a plain variable: those of other files add to it while the program starts.
requests &copies_of(const std::string &name) {
  static std::unordered_map<std::string, requests> all;
  return all[name];
}

/// Each copy so often before the next one: a processor learns the branches of a map as it is filled
/// again and again, and had to learn those of 16 in turns anew (a map took from 1.0 to 1.4 times
/// the time, by how much of them it happened to keep).
constexpr int in_a_row = 32;

}  // namespace

void add_copy(const std::string &name, void (*request)()) {
  requests &copies = copies_of(name);
  copies.push_back(request);
  if (copies.size() > 1) return;
  benchmark::RegisterBenchmark(name.c_str(), [&copies](benchmark::State &state) {
    for ([[maybe_unused]] auto _ : state) {
      for (const auto copy : copies) {
        for (int i = 0; i < in_a_row; ++i) copy();
      }
    }
    state.counters["each"] = benchmark::Counter(
        static_cast<double>(copies.size()) * in_a_row,
        benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  })->UseRealTime();
}

}  // namespace bench
