// footprint.hpp: the C++ side of footprint.h.
#ifndef POND_WORKLOAD_FOOTPRINT_HPP
#define POND_WORKLOAD_FOOTPRINT_HPP

#include <cstddef>

#include "workload/footprint.h"

namespace workload {

/// Bytes asked of the C library, without what it adds itself.
struct footprint {
  std::size_t held = 0;
  std::size_t peak = 0;
  std::size_t calls = 0;  // how often memory was taken
};

/// One count at a time, on one thread.
void start_counting();
footprint stop_counting();

}  // namespace workload

#endif
