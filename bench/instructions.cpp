// instructions.cpp: creates and destroys an empty pool of 4096 bytes N times, for callgrind:
//
//     valgrind --tool=callgrind build/release/bench/pond_instructions pond 1000
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "workload/contenders/list.hpp"

namespace {

int usage() {
  fmt::print(stderr, "usage: pond_instructions CONTENDER N\n");
  return 2;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 3) return usage();
  workload::program work;
  const long n = std::strtol(argv[2], nullptr, 10);
  for (long i = 0; i < n; ++i) {
    work.add({workload::kind::create, 0, 0, {0}, 4096, nullptr});
    work.add({workload::kind::destroy, 0, 0, {0}, 0, nullptr});
  }
  for (const workload::contender_entry &c : workload::all_contenders()) {
    if (c.name != argv[1]) continue;
    c.make(work)->nanoseconds();
    return 0;
  }
  return usage();
}
