// replay.cpp: `pond replay TRACE...`: own cost per operation, peak memory, calls of the C library.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "commands.hpp"
#include "workload/contenders/list.hpp"
#include "workload/trace.hpp"

namespace tools {
namespace {

using json = nlohmann::ordered_json;

struct replayed {
  std::string title;
  std::size_t allocations;
  workload::measured result;
};

/// pond and the baseline always, and of the rest those that were named, or all.
std::vector<workload::contender_entry> chosen(const std::vector<std::string> &names) {
  std::vector<workload::contender_entry> result;
  for (const workload::contender_entry &c : workload::all_contenders()) {
    const bool always = c.name == "pond" || c.name == workload::baseline;
    const bool named = std::find(names.begin(), names.end(), c.name) != names.end();
    if (always || names.empty() || named) result.push_back(c);
  }
  return result;
}

/// On a terminal a line that is written over; otherwise a line for each trace.
void progress(const std::string &title, unsigned round, unsigned rounds) {
  if (isatty(STDERR_FILENO) != 0) {
    fmt::print(stderr, "\r\033[Kreplaying {}: round {} of {}", title, round + 1, rounds);
  } else if (round == 0) {
    fmt::print(stderr, "replaying {} ...\n", title);
  }
}

double own_cost(const replayed &r, const workload::measurement &m) {
  return workload::median(m.rounds) / static_cast<double>(r.allocations);
}

const workload::measurement *find(const replayed &r, const std::string &name) {
  for (const workload::measurement &m : r.result.contenders) {
    if (m.name == name) return &m;
  }
  return nullptr;
}

/// What is compared of contenders.
struct quantity {
  std::optional<double> (*of)(const replayed &, const workload::measurement &);
  double least;  // of the baseline's: what is less counts as this in a mean
};

/// A cost that noise has brought near nothing counts as a tenth: as a hundredth it moved the mean
/// of seven traces from 0.31 to 0.21. Counts are exact: this is for none at all.
constexpr double least_cost = 0.1;
constexpr double least_count = 0.01;

constexpr quantity cost{
    [](const replayed &r, const workload::measurement &m) { return std::optional(own_cost(r, m)); },
    least_cost};
constexpr quantity peak{
    [](const replayed &r, const workload::measurement &m) -> std::optional<double> {
      if (!m.memory) return std::nullopt;
      return static_cast<double>(m.memory->peak) / static_cast<double>(r.result.peak_requested);
    },
    least_count};
constexpr quantity calls{
    [](const replayed &, const workload::measurement &m) -> std::optional<double> {
      if (!m.memory) return std::nullopt;
      return static_cast<double>(m.memory->calls);
    },
    least_count};

/// The geometric mean, over the traces, of a contender's value divided by the baseline's.
std::optional<double> relative(const std::vector<replayed> &all, const std::string &name,
                               const quantity &what) {
  double sum = 0;
  for (const replayed &r : all) {
    const workload::measurement *base = find(r, workload::baseline);
    const workload::measurement *m = find(r, name);
    if (base == nullptr || m == nullptr) return std::nullopt;
    const auto of_base = what.of(r, *base);
    const auto of_m = what.of(r, *m);
    if (!of_base || !of_m || *of_base <= 0) return std::nullopt;
    sum += std::log(std::max(*of_m / *of_base, what.least));
  }
  return std::exp(sum / static_cast<double>(all.size()));
}

std::string cell(std::optional<double> value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "-";
}

void print_table(const std::vector<replayed> &all, const char *heading, const quantity &what,
                 int digits) {
  fmt::print("\n{}\n\n{:<10}", heading, "");
  for (const replayed &r : all) fmt::print(" {:>16}", r.title);
  fmt::print(" {:>10}\n", "x nginx");
  for (const workload::measurement &m : all.front().result.contenders) {
    fmt::print("{:<10}", m.name);
    for (const replayed &r : all) fmt::print(" {:>16}", cell(what.of(r, *find(r, m.name)), digits));
    fmt::print(" {:>10}\n", cell(relative(all, m.name, what), 2));
  }
}

void print_meaning(const std::vector<replayed> &all) {
  const auto time = relative(all, "pond", cost);
  const auto memory = relative(all, "pond", peak);
  const auto taken = relative(all, "pond", calls);
  if (!time || !memory || !taken) {
    fmt::print(
        "\nnginx's own pool is not among the contenders, so there is nothing to divide by.\n");
    return;
  }
  fmt::print(
      "\nFor the same requests pond spends {:.2f} of the time that nginx's pool spends on top "
      "of using the memory, holds {:.2f} of its memory at the peak, and asks the C library "
      "{:.2f} times as often.\n",
      *time, *memory, *taken);
}

void print_tables(const std::vector<replayed> &all) {
  print_table(all,
              "Own cost: nanoseconds per allocation above the plan's, in which every address "
              "was known before (median)",
              cost, 2);
  print_table(all, "Peak bytes held by pools, over the most bytes asked for and alive at once",
              peak, 2);
  print_table(all, "Blocks taken: how often the C library was asked for memory", calls, 0);
  fmt::print(
      "\npond-c is the C interface, pond-ngx nginx's own names over pond. \"-\": takes its memory "
      "past malloc, where it is not counted. The other contenders, and what is compared: "
      "bench/README.md\n");
  print_meaning(all);
}

json as_json(const replayed &r) {
  json contenders = json::array();
  for (const workload::measurement &m : r.result.contenders) {
    json entry = {
        {"name", m.name}, {"own_ns_per_allocation", own_cost(r, m)}, {"rounds_own_ns", m.rounds}};
    if (m.memory) {
      entry["peak_bytes"] = m.memory->peak;
      entry["library_calls"] = m.memory->calls;
    }
    contenders.push_back(entry);
  }
  return {{"trace", r.title},
          {"allocations", r.allocations},
          {"plan_ns_per_allocation", r.result.plan / static_cast<double>(r.allocations)},
          {"peak_requested_bytes", r.result.peak_requested},
          {"contenders", contenders}};
}

void print_json(const std::vector<replayed> &all) {
  json traces = json::array();
  for (const replayed &r : all) traces.push_back(as_json(r));
  json relatives = json::object();
  for (const workload::measurement &m : all.front().result.contenders) {
    const auto value = relative(all, m.name, cost);
    relatives[m.name] = value ? json(*value) : json();
  }
  fmt::print("{}\n", json{{"traces", traces}, {"own_cost_relative_to_nginx", relatives}}.dump(2));
}

}  // namespace

std::string title_of(const std::string &file) {
  std::string name = std::filesystem::path(file).filename().string();
  for (const char *ending : {".gz", ".trace"}) {
    if (name.ends_with(ending)) name.resize(name.size() - std::char_traits<char>::length(ending));
  }
  return name;
}

workload::trace read_plain_trace(const std::string &file) {
  workload::trace read = workload::read_trace(file);
  if (read.work.plain()) return read;
  throw workload::trace_error(file, read.lines,
                              "marks or child pools in it, which not every contender has");
}

int replay(const replay_options &options) {
  // All are read first: a bad file is said at once, not after minutes.
  std::vector<workload::trace> traces;
  for (const std::string &file : options.traces) {
    traces.push_back(read_plain_trace(file));
    if (traces.back().work.allocations == 0) {
      throw workload::trace_error(file, traces.back().lines, "no allocation in it to replay");
    }
  }
  const auto contenders = chosen(options.against);
  std::vector<replayed> all;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const std::string title = title_of(options.traces[i]);
    workload::program &work = traces[i].work;
    const auto show = [&](unsigned round) { progress(title, round, options.rounds); };
    all.push_back(
        {title, work.allocations, workload::measure(work, contenders, options.rounds, show)});
  }
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
  if (options.json) {
    print_json(all);
  } else {
    print_tables(all);
  }
  return 0;
}

}  // namespace tools
