// trace.hpp: reads and writes the trace format, versions 1 and 2 (DESIGN.md, "Traces").
#ifndef POND_WORKLOAD_TRACE_HPP
#define POND_WORKLOAD_TRACE_HPP

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "workload/program.hpp"

namespace workload {

/// A file that cannot be read as a trace. what() is one line: the file, the line and the reason.
class trace_error : public std::runtime_error {
 public:
  trace_error(const std::string &file, std::size_t line, const std::string &reason)
      : std::runtime_error(file + (line != 0 ? ':' + std::to_string(line) : "") + ": " + reason) {}
};

struct trace {
  program work;  // pools alive at the end are destroyed there, so that it can be run again
  std::size_t lines = 0;
  std::size_t alive_at_end = 0;
  std::map<char, std::size_t> events;   // by letter, those that were skipped too
  std::map<char, std::size_t> skipped;  // letters this reader does not know
  std::size_t declined_frees = 0;       // asked of memory that cannot be freed alone: no operation
};

/// Plain or gzipped, by its content. Throws trace_error.
trace read_trace(const std::string &file);

/// In version 1 where the program has no other operations, else in version 2; gzipped where the
/// name ends in ".gz". Throws std::runtime_error when the file cannot be written completely.
void write_trace(const std::string &file, const program &work);

}  // namespace workload

#endif
