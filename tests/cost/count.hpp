// count.hpp: one operation, for callgrind, which counts its instructions.
#pragma once

#include <valgrind/callgrind.h>

namespace costs {

// What the call itself takes is in "nothing", which is subtracted from all others.
template <class Operation, class Subject>
[[gnu::noinline]] void run(Operation &operation, Subject &subject) {
  operation(subject);
  asm volatile("" ::: "memory");
}

/// Counts `operation`, over what `prepare` has made. The first of two runs is not counted: it finds
/// the thread's cache empty.
template <class Prepare, class Operation>
void count(const char *name, Prepare prepare, Operation operation) {
  for (const bool counting : {false, true}) {
    auto subject = prepare();
    if (counting) {
      CALLGRIND_ZERO_STATS;
      CALLGRIND_TOGGLE_COLLECT;
    }
    run(operation, subject);
    if (!counting) continue;
    CALLGRIND_TOGGLE_COLLECT;
    CALLGRIND_DUMP_STATS_AT(name);
  }
}

}  // namespace costs
