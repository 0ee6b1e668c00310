// threads.cpp: a pool for each thread; nothing is shared, so two do twice as much.
#include <benchmark/benchmark.h>

#include <pond/pool.hpp>

namespace {

void requests(benchmark::State &state) {
  constexpr int allocations = 100;
  for ([[maybe_unused]] auto _ : state) {
    pond::pool pool(4096);
    for (int i = 0; i < allocations; ++i) {
      auto *p = static_cast<char *>(pool.allocate(64));
      *p = 1;
      benchmark::DoNotOptimize(p);
    }
    benchmark::DoNotOptimize(pool.allocate_large(8192));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(requests)->Name("threads/requests")->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
