// rounds.hpp: times several ways of doing the same, in turns.
#ifndef POND_EXAMPLES_ROUNDS_HPP
#define POND_EXAMPLES_ROUNDS_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "common/worker.hpp"

namespace examples {

/// One of the ways: its name, and one run of it.
struct way {
  std::string name;
  std::function<void()> run;
};

inline double nanoseconds_of(const way &w) {
  const auto begin = std::chrono::steady_clock::now();
  w.run();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
}

/// What was found of a way.
struct timing {
  double nanoseconds;  // the median
  double ratio;        // to the last way in the same round; the median of that
};

inline double median_of(std::vector<double> numbers) {
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

/// Times each way in `rounds` (at least one), each in a process of its own, all on one processor:
/// in one process a way is charged with the page faults for memory that another one gave back to
/// the kernel, and not with its own. Each is run once in each round, in an order that rotates, so
/// that none always follows the same neighbour; and twice in a row, of which the second counts, so
/// that no neighbour's traffic through the caches is charged to it. Ratios are of one round each,
/// because shared machines are slow for many rounds, then fast again.
inline std::vector<timing> timings_of(const std::vector<way> &ways, unsigned rounds) {
  const on_one_processor same;
  std::deque<worker> workers;
  for (const way &w : ways) {
    workers.emplace_back([&w] {
      nanoseconds_of(w);
      return nanoseconds_of(w);
    });
  }
  std::vector<std::vector<double>> times(ways.size());
  for (unsigned round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const std::size_t which = (i + round) % ways.size();
      times[which].push_back(workers[which].run());
    }
  }
  std::vector<timing> result;
  for (const std::vector<double> &of_one : times) {
    std::vector<double> ratios;
    std::transform(of_one.begin(), of_one.end(), times.back().begin(), std::back_inserter(ratios),
                   std::divides<>());
    result.push_back({median_of(of_one), median_of(ratios)});
  }
  return result;
}

/// The same of what `run` does with each contender, so many times in a row: one of these times.
template <class Contender, class Run>
std::vector<timing> timings_of(const std::vector<Contender> &all, const Run &run, unsigned rounds,
                               unsigned repeats = 1) {
  std::vector<way> ways;
  ways.reserve(all.size());
  for (const Contender &each : all) {
    ways.push_back({"", [&each, &run, repeats] {
                      for (unsigned i = 0; i < repeats; ++i) run(each);
                    }});
  }
  std::vector<timing> result = timings_of(ways, rounds);
  for (timing &one : result) one.nanoseconds /= repeats;
  return result;
}

}  // namespace examples

#endif
