// rounds.hpp: times several ways of doing the same in one run, in turns.
#ifndef POND_EXAMPLES_ROUNDS_HPP
#define POND_EXAMPLES_ROUNDS_HPP

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

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

/// The median nanoseconds of each way over `rounds` (at least one). Each is run once in each round,
/// in an order that rotates, so that none always follows the same neighbour; and twice in a row, of
/// which the second counts, so that no neighbour's traffic through the caches is charged to it.
inline std::vector<double> medians(const std::vector<way> &ways, unsigned rounds) {
  std::vector<std::vector<double>> times(ways.size());
  for (unsigned round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const std::size_t which = (i + round) % ways.size();
      nanoseconds_of(ways[which]);
      times[which].push_back(nanoseconds_of(ways[which]));
    }
  }
  std::vector<double> result;
  for (std::vector<double> &of_one : times) {
    const auto middle = of_one.begin() + static_cast<std::ptrdiff_t>(of_one.size() / 2);
    std::nth_element(of_one.begin(), middle, of_one.end());
    result.push_back(*middle);
  }
  return result;
}

}  // namespace examples

#endif
