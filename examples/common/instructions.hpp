// instructions.hpp: marks for callgrind, whose counts examples/instructions.py reads.
#ifndef POND_EXAMPLES_INSTRUCTIONS_HPP
#define POND_EXAMPLES_INSTRUCTIONS_HPP

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif
#include <stdexcept>
#include <string>

namespace examples {

/// Runs it twice, and has callgrind dump what the second run takes, with this name: before, what is
/// kept for the next one had to be made. Throws where nobody counts.
template <class Run>
void count_instructions([[maybe_unused]] const std::string &name, const Run &run) {
#if __has_include(<valgrind/callgrind.h>)
  if (RUNNING_ON_VALGRIND != 0) {
    run();
    CALLGRIND_ZERO_STATS;
    CALLGRIND_TOGGLE_COLLECT;
    run();
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT(name.c_str());
    return;
  }
#endif
  throw std::runtime_error("--instructions is for examples/instructions.py, and needs valgrind");
}

}  // namespace examples

#endif
