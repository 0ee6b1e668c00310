// shrink.hpp: from a program that fails to one of the shortest that still do.
#ifndef POND_WORKLOAD_SHRINK_HPP
#define POND_WORKLOAD_SHRINK_HPP

#include <functional>

#include "workload/program.hpp"

namespace workload {

using judge = std::function<bool(const program &)>;

/// Leaves out operations, large parts of the program first and single ones at last, makes two
/// pools one, and sizes smaller, for as long as `fails` says that what is left still does (delta
/// debugging). No operation of the answer can be left out alone. Every program it asks about is
/// valid: what means nothing without what was left out goes as well. `fails` has to say the same of
/// the same program each time, and survive it: apart.hpp runs what may crash in a process of its
/// own.
program shrink(const program &failing, const judge &fails);

}  // namespace workload

#endif
