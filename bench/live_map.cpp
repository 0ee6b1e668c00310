// live_map.cpp: a container that lives on.
#include <benchmark/benchmark.h>

#include <unordered_map>

#include "containers.hpp"

namespace bench {
namespace {

/// A map that lives on: so many pairs of an insertion and an erasure.
constexpr int pairs = 10'000'000;
constexpr std::size_t live_set = 1000;

template <class Memory>
void insert_and_erase(benchmark::State &state) {
  Memory memory;
  std::pmr::unordered_map<int, int> map(&memory.resource);
  int next = 0;
  for ([[maybe_unused]] auto _ : state) {
    map.emplace(next, next);
    if (map.size() > live_set) map.erase(next - static_cast<int>(live_set));
    ++next;
  }
  if constexpr (requires { memory.pool; }) {
    state.counters["bytes"] = static_cast<double>(memory.pool.stats().reserved);
  }
}

BENCHMARK(insert_and_erase<over_pond_recycling>)
    ->Name("insert_and_erase/pond, recycling")
    ->Iterations(pairs);
BENCHMARK(insert_and_erase<over_unsynchronized>)
    ->Name("insert_and_erase/unsynchronized_pool")
    ->Iterations(pairs);
BENCHMARK(insert_and_erase<over_new>)->Name("insert_and_erase/new_delete")->Iterations(pairs);

}  // namespace
}  // namespace bench
