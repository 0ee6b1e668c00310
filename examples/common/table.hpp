// table.hpp: how long ways of doing the same take, side by side.
#ifndef POND_EXAMPLES_TABLE_HPP
#define POND_EXAMPLES_TABLE_HPP

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/rounds.hpp"

namespace examples {

/// A row for each text, a column for each way. The last way is pond's, with its time in
/// microseconds; those of the others are multiples of it.
class table {
 public:
  /// Prints the heading: what the texts are, and of each contender its name.
  template <class Contender>
  table(std::string_view texts, const std::vector<Contender> &all, std::string Contender::*name) {
    for (const Contender &each : all) ways_.push_back(each.*name);
    ways_.back() += ", µs";
    fmt::print("\n{:<{}}{:>{}}", texts, width_of_names, "bytes", width_of_bytes);
    for (const std::string &way : ways_) fmt::print("{:>{}}", way, width_of(way));
    fmt::print("\n");
  }

  /// Prints a row, with one timing for each way.
  void print(std::string_view text, std::size_t bytes, const std::vector<timing> &timings) const {
    fmt::print("{:<{}.{}}{:>{}}", text, width_of_names, width_of_names - 1, bytes, width_of_bytes);
    for (std::size_t i = 0; i + 1 < ways_.size(); ++i) {
      fmt::print("{:>{}.2f}", timings[i].ratio, width_of(ways_[i]));
    }
    constexpr double of_a_microsecond = 1000;
    fmt::print("{:>{}.1f}\n", timings.back().nanoseconds / of_a_microsecond,
               width_of(ways_.back()));
  }

 private:
  static constexpr std::size_t width_of_names = 16;
  static constexpr std::size_t width_of_bytes = 8;
  static std::size_t width_of(const std::string &way) {
    constexpr std::size_t least = 8;
    return std::max(least, way.size()) + 2;
  }

  std::vector<std::string> ways_;
};

}  // namespace examples

#endif
