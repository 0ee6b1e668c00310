// program.hpp: what every example's main does alike.
#ifndef POND_EXAMPLES_PROGRAM_HPP
#define POND_EXAMPLES_PROGRAM_HPP

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

namespace examples {

/// Examples check what they show: one that is wrong ends with exit code 1, and ctest with it.
inline void expect(bool holds, const std::string &what) {
  if (!holds) throw std::runtime_error("not so: " + what);
}

/// Calls run(argc, argv); an exception is one line on standard error and exit code 1.
template <class Run>
int guarded(Run run, int argc, char **argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception &e) {
    fmt::print(stderr, "{}: {}\n", argv[0], e.what());
    return 1;
  }
}

}  // namespace examples

#endif
