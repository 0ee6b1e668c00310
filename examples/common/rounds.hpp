// rounds.hpp: times several ways of doing the same, in turns.
#ifndef POND_EXAMPLES_ROUNDS_HPP
#define POND_EXAMPLES_ROUNDS_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <optional>
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

/// Rounds that a process does. Which pages the kernel gives it moves a way by up to 4 % for as long
/// as it lives: RapidJSON's own pool took from 1.00 to 1.05 of pond's time for the same document.
constexpr unsigned rounds_of_a_process = 20;

/// What it does before them, not counted: glibc learns by what is freed how large the memory is
/// that it asks the kernel for each time.
constexpr unsigned rounds_before = 2;

/// One for each way.
class processes {
 public:
  explicit processes(const std::vector<way> &ways) {
    for (const way &w : ways) {
      workers_.emplace_back([&w] {
        nanoseconds_of(w);
        return nanoseconds_of(w);
      });
      for (unsigned i = 0; i < rounds_before; ++i) workers_.back().run();
    }
  }

  /// Each way once, beginning with that of this number, which goes around.
  void time(unsigned first, std::vector<std::vector<double>> &times) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      const std::size_t which = (i + first) % workers_.size();
      times[which].push_back(workers_[which].run());
    }
  }

 private:
  std::deque<worker> workers_;
};

/// Times each way in `rounds` (at least one), each in processes of its own, all on one processor:
/// in one process a way is charged with the page faults for memory that another one gave back to
/// the kernel, and not with its own. Each is run once in each round, in an order that rotates, so
/// that none always follows the same neighbour; and twice in a row, of which the second counts, so
/// that no neighbour's traffic through the caches is charged to it. Ratios are of one round each,
/// because shared machines are slow for many rounds, then fast again.
inline std::vector<timing> timings_of(const std::vector<way> &ways, unsigned rounds) {
  const on_one_processor same;
  std::vector<std::vector<double>> times(ways.size());
  std::optional<processes> now;
  for (unsigned round = 0; round < rounds; ++round) {
    if (round % rounds_of_a_process == 0) now.emplace(ways);
    now->time(round, times);
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
