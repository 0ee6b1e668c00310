// trace_events.hpp: the lines of version 2 that are all alike, for the reader and the writer of
// traces. Private to them.
#ifndef POND_WORKLOAD_TRACE_EVENTS_HPP
#define POND_WORKLOAD_TRACE_EVENTS_HPP

#include "workload/program.hpp"

namespace workload {

/// A line of a letter, a pool and perhaps a size.
struct simple_event {
  char letter;
  kind what;
  bool has_size;
  std::uint32_t alignment;
};
inline constexpr simple_event only_in_2[] = {
    {'U', kind::cancel, true, 0},
    {'K', kind::mark, false, 0},
    {'W', kind::rewind, true, 0},
    {'Y', kind::commit, true, 0},
    {'G', kind::grow_newest, true, malloc_alignment},
    {'P', kind::free_newest, false, malloc_alignment},
    {'B', kind::free_any, true, 0},
    {'E', kind::busy_cleanup, true, malloc_alignment},
    {'X', kind::run, true, 0},
    {'S', kind::set_value, true, 0},
    {'Q', kind::end_value, true, 0},
    {'O', kind::seal, false, 0},
    {'L', kind::stale_mark, true, 0},
    {'I', kind::own_descriptor, false, 0},
    {'T', kind::close_descriptor, true, 0},
};

}  // namespace workload

#endif
