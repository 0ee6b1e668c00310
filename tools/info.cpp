// info.cpp: `pond info TRACE...`: pools, operations, sizes, lifetimes, bytes, what was skipped.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "workload/measure.hpp"
#include "workload/trace.hpp"

namespace tools {
namespace {

using workload::kind;
using workload::operation;
using json = nlohmann::ordered_json;

/// What a pool did between its creation and its end.
struct life {
  std::size_t born = 0;
  std::size_t allocations = 0;
};

struct summary {
  std::size_t pools = 0;
  std::size_t most_alive = 0;
  std::size_t bytes = 0;
  std::size_t large = 0;
  std::size_t large_bytes = 0;
  std::map<std::size_t, std::size_t> first_blocks;  // size of the first block: pools
  std::map<unsigned, std::size_t> sizes;            // power of two: allocations up to it
  std::vector<std::size_t> lifetimes;               // in operations
  std::vector<std::size_t> allocations;             // of each pool
};

summary summarize(const workload::program &work) {
  summary s;
  std::vector<life> lives(work.pools);
  std::size_t alive = 0;
  for (std::size_t i = 0; i < work.operations.size(); ++i) {
    const operation &o = work.operations[i];
    if (o.what == kind::create) {
      ++s.pools;
      s.most_alive = std::max(s.most_alive, ++alive);
      ++s.first_blocks[o.size];
      lives[o.pool] = {i, 0};
    } else if (o.what == kind::destroy) {
      --alive;
      s.lifetimes.push_back(i - lives[o.pool].born);
      s.allocations.push_back(lives[o.pool].allocations);
    } else if (workload::allocates(o.what)) {
      ++lives[o.pool].allocations;
      s.bytes += o.size;
      ++s.sizes[o.size <= 1 ? 0 : static_cast<unsigned>(std::bit_width(o.size - 1))];
      if (!workload::is_large(o.what)) continue;
      ++s.large;
      s.large_bytes += o.size;
    }
  }
  std::sort(s.lifetimes.begin(), s.lifetimes.end());
  std::sort(s.allocations.begin(), s.allocations.end());
  return s;
}

std::size_t quantile(const std::vector<std::size_t> &sorted, double q) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

json spread(const std::vector<std::size_t> &sorted) {
  return {{"median", quantile(sorted, 0.5)},
          {"p99", quantile(sorted, 0.99)},
          {"most", quantile(sorted, 1)}};
}

template <class Map>
json counted(const Map &counts) {
  json result = json::object();
  for (const auto &[key, count] : counts) {
    if constexpr (std::is_same_v<std::decay_t<decltype(key)>, char>) {
      result[std::string(1, key)] = count;
    } else {
      result[fmt::format("{}", key)] = count;
    }
  }
  return result;
}

json describe(const std::string &file, const workload::trace &t) {
  const summary s = summarize(t.work);
  json sizes = json::object();
  for (const auto &[power, count] : s.sizes) {
    sizes[fmt::format("{}", std::size_t{1} << power)] = count;
  }
  return {{"file", std::filesystem::path(file).filename().string()},
          {"lines", t.lines},
          {"operations", t.work.operations.size()},
          {"events", counted(t.events)},
          {"skipped", counted(t.skipped)},
          {"declined_frees", t.declined_frees},
          {"pools",
           {{"created", s.pools},
            {"most_alive", s.most_alive},
            {"alive_at_end", t.alive_at_end},
            {"first_blocks", counted(s.first_blocks)},
            {"lifetime_in_operations", spread(s.lifetimes)},
            {"allocations_each", spread(s.allocations)}}},
          {"allocations",
           {{"count", t.work.allocations},
            {"bytes", s.bytes},
            {"large", s.large},
            {"large_bytes", s.large_bytes},
            {"peak_bytes_alive", workload::peak_requested(t.work)},
            {"up_to_size", sizes}}}};
}

double percent(const json &part, const json &whole) {
  const double of = whole.get<double>();
  return of == 0 ? 0 : 100 * part.get<double>() / of;
}

std::string list(const json &counts) {
  std::string text;
  for (const auto &[key, count] : counts.items()) {
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", key, count.get<std::size_t>());
  }
  return text.empty() ? "none" : text;
}

std::string list(const json &spread, const char *unit) {
  return fmt::format("median {}, 99 % below {}, most {} {}", spread["median"].get<std::size_t>(),
                     spread["p99"].get<std::size_t>(), spread["most"].get<std::size_t>(), unit);
}

void print(const json &d) {
  const json &pools = d["pools"];
  const json &allocations = d["allocations"];
  fmt::print("{}: {} lines, {} operations\n", d["file"].get<std::string>(),
             d["lines"].get<std::size_t>(), d["operations"].get<std::size_t>());
  fmt::print("  events        {}\n", list(d["events"]));
  fmt::print("  skipped       {}\n", list(d["skipped"]));
  fmt::print("  pools         {} created, {} alive at most, {} alive at the end\n",
             pools["created"].get<std::size_t>(), pools["most_alive"].get<std::size_t>(),
             pools["alive_at_end"].get<std::size_t>());
  fmt::print("  first blocks  {}\n", list(pools["first_blocks"]));
  fmt::print("  lifetimes     {}\n", list(pools["lifetime_in_operations"], "operations"));
  fmt::print("  each pool     {}\n", list(pools["allocations_each"], "allocations"));
  fmt::print("  allocations   {}, {} bytes, {} bytes alive at most\n",
             allocations["count"].get<std::size_t>(), allocations["bytes"].get<std::size_t>(),
             allocations["peak_bytes_alive"].get<std::size_t>());
  fmt::print("  large         {:.2f} % of the allocations, {:.1f} % of the bytes\n",
             percent(allocations["large"], allocations["count"]),
             percent(allocations["large_bytes"], allocations["bytes"]));
  fmt::print("  up to size    {}\n", list(allocations["up_to_size"]));
}

}  // namespace

int info(const info_options &options) {
  json all = json::array();
  for (const std::string &file : options.traces) {
    const json described = describe(file, read_plain_trace(file));
    if (options.json) {
      all.push_back(described);
    } else {
      print(described);
    }
  }
  if (options.json) fmt::print("{}\n", all.dump(2));
  return 0;
}

}  // namespace tools
