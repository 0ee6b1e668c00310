// pond.cpp: the `pond` command.
#include <fmt/format.h>
#include <pond/pond.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>

#include "commands.hpp"
#include "workload/contenders/list.hpp"
#include "workload/trace.hpp"

namespace {

std::vector<std::string> contender_names() {
  std::vector<std::string> names;
  for (const auto &c : workload::all_contenders()) names.push_back(c.name);
  return names;
}

int run(int argc, char **argv) {
  CLI::App app("pond: request-scoped memory pools. Replays recorded traffic, and looks into it.");
  app.set_version_flag("--version", std::string("pond ") + pond_version());
  app.require_subcommand(1);

  tools::replay_options replay;
  CLI::App *replay_command =
      app.add_subcommand("replay", "Runs traces over pond and what else is here, side by side");
  replay_command->add_option("TRACE", replay.traces, "trace files, plain or gzipped")->required();
  replay_command
      ->add_option("--against", replay.against,
                   "NAME,...: these contenders only, beside pond and nginx")
      ->delimiter(',')
      ->allow_extra_args(false)  // else it would take the traces behind it, too
      ->check(CLI::IsMember(contender_names()));
  constexpr unsigned most_rounds = 100000;
  replay_command->add_option("--rounds", replay.rounds, "times each is run; medians are printed")
      ->check(CLI::Range(1U, most_rounds))
      ->capture_default_str();
  replay_command->add_flag("--json", replay.json, "everything that was measured, as JSON");

  tools::info_options info;
  CLI::App *info_command = app.add_subcommand("info", "What is in a trace");
  info_command->add_option("TRACE", info.traces, "trace files, plain or gzipped")->required();
  info_command->add_flag("--json", info.json, "as JSON");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &e) {
    return app.exit(e) == 0 ? 0 : tools::bad_input;
  }
  const int code = replay_command->parsed() ? tools::replay(replay) : tools::info(info);
  if (std::fflush(stdout) != 0) {
    throw std::system_error(errno, std::generic_category(), "standard output");
  }
  return code;
}

}  // namespace

int main(int argc, char **argv) {
  try {
    return run(argc, argv);
  } catch (const workload::trace_error &e) {
    fmt::print(stderr, "pond: {}\n", e.what());
    return tools::bad_input;
  } catch (const std::exception &e) {
    fmt::print(stderr, "pond: {}\n", e.what());
    return tools::failed;
  }
}
