// commands.hpp: what `pond` can do. Each command takes its own options from CLI11 and returns the
// exit code; exceptions are for main, which says them in one line.
#ifndef POND_TOOLS_COMMANDS_HPP
#define POND_TOOLS_COMMANDS_HPP

#include <string>
#include <vector>

#include "workload/trace.hpp"

namespace tools {

/// Exit codes: a file or an argument that cannot be used; anything else that went wrong.
inline constexpr int bad_input = 2;
inline constexpr int failed = 1;

struct replay_options {
  std::vector<std::string> traces;
  std::vector<std::string> against;
  unsigned rounds = 31;
  bool json = false;
};
int replay(const replay_options &options);

struct info_options {
  std::vector<std::string> traces;
  bool json = false;
};
int info(const info_options &options);

/// A trace of what every contender can do; others throw workload::trace_error, too.
workload::trace read_plain_trace(const std::string &file);

/// A short name for a trace: its file's name without ".trace" and ".gz".
std::string title_of(const std::string &file);

}  // namespace tools

#endif
