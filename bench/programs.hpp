// programs.hpp: small programs, each run over every contender by the interpreter of workload/.
#ifndef POND_BENCH_PROGRAMS_HPP
#define POND_BENCH_PROGRAMS_HPP

namespace bench {

/// Registers program/contender/argument for every contender there is.
void register_programs();

}  // namespace bench

#endif
