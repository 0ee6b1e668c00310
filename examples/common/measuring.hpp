// measuring.hpp: the options of a program that measures when it is asked to.
#ifndef POND_EXAMPLES_MEASURING_HPP
#define POND_EXAMPLES_MEASURING_HPP

#include <CLI/CLI.hpp>
#include <string>

namespace examples {

struct measuring {
  unsigned rounds = 31;
  bool wanted = false;
  bool instructions = false;

  /// Adds --measure, with what that does, --rounds, and --instructions.
  void add_to(CLI::App &app, const std::string &does) {
    constexpr unsigned most_rounds = 10000;
    app.add_flag("--measure", wanted, does);
    app.add_option("--rounds", rounds, "times each is run")
        ->needs("--measure")
        ->check(CLI::Range(1U, most_rounds))
        ->capture_default_str();
    app.add_flag("--instructions", instructions, "counted, not timed: see instructions.py")
        ->needs("--measure")
        ->excludes("--rounds");
  }
};

}  // namespace examples

#endif
