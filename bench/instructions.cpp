// instructions.cpp: runs one program over one contender again and again, for callgrind, and prints
// by how many operations the instructions of one run have to be divided. bench/instructions.sh.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include "programs.hpp"
#include "workload/plan.hpp"

int main(int argc, char **argv) {
  std::string contender;
  std::string name;
  std::size_t n = 0;
  int runs = 1;
  CLI::App app("runs PROGRAM with argument N over CONTENDER, RUNS times");
  app.add_option("contender", contender)->required();
  app.add_option("program", name)->required();
  app.add_option("n", n)->required();
  app.add_option("runs", runs)->required();
  CLI11_PARSE(app, argc, argv);

  auto work = bench::make_program(name, n);
  if (!work) {
    fmt::print(stderr, "no program \"{}\"\n", name);
    return 2;
  }
  const workload::region planned = workload::make_plan(*work);
  for (const workload::contender_entry &c : bench::contenders()) {
    if (c.name != contender) continue;
    const auto replayer = c.make(*work);
    for (int i = 0; i < runs; ++i) replayer->nanoseconds();
    fmt::print("{}\n", bench::units(*work));
    return 0;
  }
  fmt::print(stderr, "no contender \"{}\"\n", contender);
  return 2;
}
