#include "programs.hpp"

#include <benchmark/benchmark.h>
#include <pond/pond.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "workload/contenders/list.hpp"
#include "workload/plan.hpp"

namespace bench {
namespace {

using workload::kind;
using workload::program;

constexpr std::uint64_t first_block = 4096;
constexpr std::uint64_t small_size = 32;

/// A run is at least this many allocations, so that reading the clock costs nothing.
constexpr std::size_t least_allocations = 10000;

void add(program &work, kind what, std::uint64_t size = 0, std::uint32_t id = 0) {
  work.add({what, workload::malloc_alignment, 0, {id}, size, nullptr});
}

/// create, n small allocations, destroy; again and again.
program cycles(std::size_t n) {
  program work;
  while (work.allocations < least_allocations) {
    add(work, kind::create, first_block);
    for (std::size_t i = 0; i < n; ++i) add(work, kind::aligned, small_size);
    add(work, kind::destroy);
  }
  return work;
}

/// n large allocations alive, and each of them freed, the oldest first.
program free_among(std::size_t n) {
  program work;
  add(work, kind::create, first_block);
  for (std::uint32_t i = 0; i < n; ++i) add(work, kind::large, small_size, i);
  for (std::uint32_t i = 0; i < n; ++i) add(work, kind::free, 0, i);
  add(work, kind::destroy);
  return work;
}

/// Where pools lose: n objects alive for long, one of them at a time replaced.
program replaced_one_by_one(std::size_t n) {
  program work;
  std::mt19937 random(1);
  add(work, kind::create, first_block);
  for (std::uint32_t i = 0; i < n; ++i) add(work, kind::large, small_size, i);
  for (std::size_t i = 0; i < 10 * least_allocations; ++i) {
    const auto id = static_cast<std::uint32_t>(random() % n);
    add(work, kind::free, 0, id);
    add(work, kind::large, small_size, id);
  }
  add(work, kind::destroy);
  return work;
}

/// Where pools lose: an object that is needed for a moment, in a pool that lives on.
program one_at_a_time(std::size_t n) {
  program work;
  add(work, kind::create, first_block);
  for (std::uint32_t i = 0; i < n; ++i) {
    add(work, kind::large, small_size, 0);
    add(work, kind::free, 0, 0);
  }
  add(work, kind::destroy);
  return work;
}

/// A heap full of holes, as after days of a server's life.
class fragmented_heap {
 public:
  fragmented_heap() {
    constexpr int blocks = 200000;
    constexpr std::size_t most = 2000;
    std::mt19937 random(1);
    for (int i = 0; i < blocks; ++i) kept_.emplace_back(std::malloc(16 + random() % most));
    for (std::size_t i = 0; i < kept_.size(); i += 2) kept_[i].reset();
  }

 private:
  struct give_back {
    void operator()(void *p) const { std::free(p); }
  };
  std::vector<std::unique_ptr<void, give_back>> kept_;
};

using make_program = program (*)(std::size_t n);

/// Time of one allocation, the plan's included: the plan is in the list, too.
void run(benchmark::State &state, const workload::contender_entry *contender, make_program make,
         bool fragmented) {
  program work = make(static_cast<std::size_t>(state.range(0)));
  const workload::region planned = workload::make_plan(work);
  const auto heap = fragmented ? std::make_unique<fragmented_heap>() : nullptr;
  const auto replayer = contender->make(work);
  replayer->nanoseconds();
  for ([[maybe_unused]] auto _ : state) {
    if (fragmented) pond_trim();  // blocks have to come from the heap
    constexpr double nanoseconds_a_second = 1e9;
    state.SetIterationTime(replayer->nanoseconds() / nanoseconds_a_second);
  }
  state.counters["ns/allocation"] = benchmark::Counter(
      static_cast<double>(work.allocations) * 1e-9,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

struct group {
  const char *name;
  make_program make;
  std::vector<std::int64_t> arguments;
  bool fragmented;
};

}  // namespace

void register_programs() {
  static std::vector<workload::contender_entry> contenders = workload::all_contenders();
  contenders.push_back(workload::entry<workload::plan_contender>("plan", "the floor"));
  static const std::vector<group> groups = {
      {"cycle", cycles, {1, 10, 100, 1000, 10000}, false},
      {"cycle_on_a_fragmented_heap", cycles, {10, 100, 1000}, true},
      {"free_among", free_among, {10, 100, 1000, 10000, 100000}, false},
      {"loses/replaced_one_by_one", replaced_one_by_one, {1000, 100000}, false},
      {"loses/one_at_a_time", one_at_a_time, {100000}, false}};
  for (const group &g : groups) {
    for (const workload::contender_entry &c : contenders) {
      auto *registered = benchmark::RegisterBenchmark(
          (std::string(g.name) + "/" + c.name).c_str(),
          [&c, &g](benchmark::State &state) { run(state, &c, g.make, g.fragmented); });
      registered->UseManualTime();
      for (const std::int64_t n : g.arguments) registered->Arg(n);
    }
  }
}

}  // namespace bench
