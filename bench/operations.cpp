// operations.cpp: one operation at a time, as a program writes it. What stays in a pool is given
// back by a reset now and then, whose cost is shared by all.
#include <benchmark/benchmark.h>
#include <pond/pond.h>

#include <cstdlib>
#include <memory_resource>
#include <pond/resource.hpp>

#include "workload/waiting.hpp"

namespace {

/// Operations between two resets: a long request.
constexpr std::size_t between_resets = 512;

template <class Operation>
void in_a_pool(benchmark::State &state, Operation operation) {
  pond::pool pool(4096);
  std::size_t left = between_resets;
  for ([[maybe_unused]] auto _ : state) {
    operation(pool);
    if (--left == 0) {
      pool.reset();
      left = between_resets;
    }
  }
}

void keep(void *p) { benchmark::DoNotOptimize(p); }

#define POND_OPERATION(name, statement)                    \
  void name(benchmark::State &state) {                     \
    in_a_pool(state, [](pond::pool &pool) { statement; }); \
  }                                                        \
  BENCHMARK(name)->Name("operation/" #name)

POND_OPERATION(allocate_32, keep(pool.allocate(32)));
POND_OPERATION(allocate_packed_13, keep(pool.allocate(13, 1)));
POND_OPERATION(allocate_over_aligned, keep(pool.allocate(32, 64)));
POND_OPERATION(pond_alloc_32, keep(pond_alloc(pool.handle(), 32)));
POND_OPERATION(pond_calloc_32, keep(pond_calloc(pool.handle(), 1, 32)));
POND_OPERATION(large_and_free, {
  void *p = pool.allocate_large(4096);
  keep(p);
  pool.free(p);
});
POND_OPERATION(newest_and_back, {
  void *p = pool.allocate(64);
  keep(p);
  pool.deallocate(p, 64);
});
POND_OPERATION(make_with_a_destructor, keep(pool.make<pond::pool>()));
POND_OPERATION(on_destroy_and_cancel, pool.cancel(pool.on_destroy([] {})));
POND_OPERATION(scope, {
  const pond::scope marked(pool);
  keep(pool.allocate(100));
});
POND_OPERATION(copy_of_20, benchmark::DoNotOptimize(pool.copy("Content-Type: text/h")));

void create_and_destroy(benchmark::State &state) {
  for ([[maybe_unused]] auto _ : state) {
    pond::pool pool(4096);
    benchmark::DoNotOptimize(&pool);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(create_and_destroy)->Name("operation/create_and_destroy");

void through_pmr(benchmark::State &state) {
  in_a_pool(state, [](pond::pool &pool) {
    pond::resource resource(pool);
    std::pmr::memory_resource *base = &resource;
    benchmark::DoNotOptimize(base);
    keep(base->allocate(32));
  });
}
BENCHMARK(through_pmr)->Name("operation/through_pmr_32");

struct frame_by_new {};

/// Called, run to its end, destroyed.
template <class Frame>
void coroutine(benchmark::State &state) {
  in_a_pool(state, [](pond::pool &pool) {
    const auto started = workload::wait_in<Frame>(pool).coroutine;
    started.resume();
    started.destroy();
  });
}
BENCHMARK(coroutine<pond::frame_in_pool>)->Name("operation/coroutine");
BENCHMARK(coroutine<frame_by_new>)->Name("operation/coroutine_by_new");

void malloc_and_free(benchmark::State &state) {
  for ([[maybe_unused]] auto _ : state) {
    void *p = std::malloc(32);
    keep(p);
    std::free(p);
  }
}
BENCHMARK(malloc_and_free)->Name("operation/malloc_and_free_32");

}  // namespace
