// programs.hpp: small programs, each run over every contender by the interpreter of workload/.
#ifndef POND_BENCH_PROGRAMS_HPP
#define POND_BENCH_PROGRAMS_HPP

#include <optional>
#include <string>
#include <vector>

#include "workload/measure.hpp"

namespace bench {

/// All that there are, and the plan.
const std::vector<workload::contender_entry> &contenders();

/// Registers program/contender/argument for every contender.
void register_programs();

/// One of them by its name, or nothing.
std::optional<workload::program> make_program(const std::string &name, std::size_t n);

/// What its time is divided by: the allocations, or where there are none the pools.
std::size_t units(const workload::program &work);

}  // namespace bench

#endif
