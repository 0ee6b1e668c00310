// table.hpp: how long ways of doing the same take, side by side; or how many instructions, for
// callgrind.
#ifndef POND_EXAMPLES_TABLE_HPP
#define POND_EXAMPLES_TABLE_HPP

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/instructions.hpp"
#include "common/measuring.hpp"
#include "common/rounds.hpp"

namespace examples {

/// A row for each text, a column for each contender. The last is pond's, with its time in
/// microseconds; those of the others are multiples of it.
template <class Contender>
class table {
 public:
  /// Prints the heading: what the texts are, and of each contender its name.
  table(std::string texts, const std::vector<Contender> &all, std::string Contender::*name,
        const measuring &how)
      : texts_(std::move(texts)), all_(all), name_(name), how_(how) {
    if (how_.instructions) return;
    fmt::print("\n{:<{}}{:>{}}", texts_, width_of_names, "bytes", width_of_bytes);
    for (const Contender &each : all_) fmt::print("{:>{}}", heading_of(each), width_of(each));
    fmt::print("\n");
  }

  /// Measures what `run` does with each contender, so many times in a row, and prints a row.
  template <class Run>
  void measure(std::string_view text, std::size_t bytes, const Run &run,
               unsigned repeats = 1) const {
    if (how_.instructions) return count(text, run);
    print(text, bytes, timings_of(all_, run, how_.rounds, repeats));
  }

 private:
  static constexpr std::size_t width_of_names = 16;
  static constexpr std::size_t width_of_bytes = 8;

  std::string heading_of(const Contender &each) const {
    return each.*name_ + (&each == &all_.back() ? ", µs" : "");
  }
  std::size_t width_of(const Contender &each) const {
    constexpr std::size_t least = 8;
    return std::max(least, heading_of(each).size()) + 2;
  }

  void print(std::string_view text, std::size_t bytes, const std::vector<timing> &timings) const {
    fmt::print("{:<{}.{}}{:>{}}", text, width_of_names, width_of_names - 1, bytes, width_of_bytes);
    for (std::size_t i = 0; i + 1 < all_.size(); ++i) {
      fmt::print("{:>{}.2f}", timings[i].ratio, width_of(all_[i]));
    }
    constexpr double of_a_microsecond = 1000;
    fmt::print("{:>{}.1f}\n", timings.back().nanoseconds / of_a_microsecond, width_of(all_.back()));
  }

  /// For instructions.py.
  template <class Run>
  void count(std::string_view text, const Run &run) const {
    for (const Contender &each : all_) {
      count_instructions(fmt::format("{}\t{}\t{}", texts_, text, each.*name_), [&] { run(each); });
    }
  }

  std::string texts_;
  const std::vector<Contender> &all_;
  std::string Contender::*name_;
  const measuring &how_;
};

}  // namespace examples

#endif
