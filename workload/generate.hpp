// generate.hpp: programs nobody wrote: from a seed, for random tests, and from bytes, for fuzzers.
#ifndef POND_WORKLOAD_GENERATE_HPP
#define POND_WORKLOAD_GENERATE_HPP

#include <cstddef>
#include <cstdint>
#include <span>

#include "workload/program.hpp"

namespace workload {

struct shape {
  std::size_t operations = 1000;
  std::uint32_t most_pools = 8;
  std::size_t most_size = 20000;
  bool only_traces = false;  // nothing that version 1 of the trace format cannot say
};

/// The same program from the same seed, on every machine. It is valid: nothing is freed twice,
/// marks nest, a pool that went with its parent is not used. Every pool is destroyed at the end.
program program_from_seed(std::uint64_t seed, const shape &wanted = {});

/// Every sequence of bytes is a program; where they end, it ends.
program program_from_bytes(std::span<const std::uint8_t> bytes, const shape &wanted = {});

}  // namespace workload

#endif
