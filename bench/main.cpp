// main.cpp: see bench/README.md for what each group means and for its caveats.
#include <benchmark/benchmark.h>

#include "programs.hpp"

int main(int argc, char **argv) {
  bench::register_programs();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
