#include "programs.hpp"

#include <benchmark/benchmark.h>
#include <pond/pond.h>

#include <algorithm>
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

/// In a pool of such blocks so many bytes are large for nginx, too, without much to touch.
constexpr std::uint64_t tiny_block = 128;
constexpr std::uint64_t large_size = 64;

/// A run is at least this many operations, so that reading the clock costs nothing.
constexpr std::size_t least_operations = 10000;

/// To free one of n, nginx looks through them: 100 000 times 100 000 would take it half a minute.
constexpr std::int64_t most_looked_through = 10000;

void add(program &work, kind what, std::uint64_t size = 0, std::uint32_t id = 0) {
  work.add({what, workload::malloc_alignment, 0, {id}, size, nullptr});
}

/// create, n small allocations, destroy; again and again.
program cycles(std::size_t n) {
  program work;
  while (work.operations.size() < least_operations) {
    add(work, kind::create, first_block);
    for (std::size_t i = 0; i < n; ++i) add(work, kind::aligned, small_size);
    add(work, kind::destroy);
  }
  return work;
}

/// n large allocations alive, and each of them freed, the oldest first.
program free_among(std::size_t n) {
  program work;
  add(work, kind::create, tiny_block);
  for (std::uint32_t i = 0; i < n; ++i) add(work, kind::large, large_size, i);
  for (std::uint32_t i = 0; i < n; ++i) add(work, kind::free, 0, i);
  add(work, kind::destroy);
  return work;
}

/// Where pools lose: n objects alive for long, one of them at a time replaced.
program replaced_one_by_one(std::size_t n) {
  program work;
  std::mt19937 random(1);
  add(work, kind::create, tiny_block);
  for (std::uint32_t i = 0; i < n; ++i) add(work, kind::large, large_size, i);
  for (std::size_t i = 0; i < 10 * least_operations; ++i) {
    const auto id = static_cast<std::uint32_t>(random() % n);
    add(work, kind::free, 0, id);
    add(work, kind::large, large_size, id);
  }
  add(work, kind::destroy);
  return work;
}

/// Where pools lose: an object that is needed for a moment, in a pool that lives on.
program one_at_a_time(std::size_t n) {
  program work;
  add(work, kind::create, tiny_block);
  for (std::uint32_t i = 0; i < n; ++i) {
    add(work, kind::large, large_size, 0);
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

using program_maker = program (*)(std::size_t n);

}  // namespace

std::size_t units(const program &work) {
  const auto created =
      std::count_if(work.operations.begin(), work.operations.end(),
                    [](const workload::operation &o) { return o.what == kind::create; });
  return std::max(work.allocations, static_cast<std::size_t>(created));
}

namespace {

/// Time of one allocation, the plan's included: the plan is in the list, too.
void run(benchmark::State &state, const workload::contender_entry *contender, program_maker make,
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
  state.counters["each"] = benchmark::Counter(
      static_cast<double>(units(work)),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

enum class trait { usual, fragmented, frees_among_many };

struct group {
  const char *name;
  program_maker make;
  std::vector<std::int64_t> arguments;
  trait what;
};

const std::vector<group> groups = {
    {"cycle", cycles, {0, 1, 10, 100, 1000, 10000}, trait::usual},
    {"cycle_on_a_fragmented_heap", cycles, {10, 100, 1000}, trait::fragmented},
    {"free_among", free_among, {10, 100, 1000, 10000, 100000}, trait::frees_among_many},
    {"replaced_one_by_one", replaced_one_by_one, {1000, 100000}, trait::frees_among_many},
    {"one_at_a_time", one_at_a_time, {100000}, trait::usual}};

}  // namespace

const std::vector<workload::contender_entry> &contenders() {
  static const auto all = [] {
    std::vector<workload::contender_entry> entries = workload::all_contenders();
    entries.push_back(workload::entry<workload::plan_contender>("plan", "the floor"));
    return entries;
  }();
  return all;
}

std::optional<program> make_program(const std::string &name, std::size_t n) {
  for (const group &g : groups) {
    if (g.name == name) return g.make(n);
  }
  return std::nullopt;
}

void register_programs() {
  for (const group &g : groups) {
    for (const workload::contender_entry &c : contenders()) {
      auto *registered = benchmark::RegisterBenchmark(
          (std::string(g.name) + "/" + c.name).c_str(), [&c, &g](benchmark::State &state) {
            run(state, &c, g.make, g.what == trait::fragmented);
          });
      registered->UseManualTime();
      for (const std::int64_t n : g.arguments) {
        const bool searched = g.what == trait::frees_among_many && c.name == workload::baseline;
        if (!searched || n <= most_looked_through) registered->Arg(n);
      }
    }
  }
}

}  // namespace bench
