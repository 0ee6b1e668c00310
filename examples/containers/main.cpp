// main.cpp: makes the index of a text, checks that it is the same in every kind of memory, shows
// what a pool holds for it, and measures.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <pond/pool.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/file.hpp"
#include "common/measuring.hpp"
#include "common/program.hpp"
#include "common/rounds.hpp"
#include "common/table.hpp"
#include "contenders.hpp"
#include "index.hpp"

namespace {

using containers::contender;
using examples::expect;

constexpr std::string_view four_lines =
    "A pool hands out memory by moving a pointer.\n"
    "What it has handed out goes back at once:\n"
    "with the pool, and not piece by piece.\n"
    "So a map in a pool need not be taken apart.\n";

struct named_text {
  std::string name;
  std::string text;
};

/// What the index of it has to begin and to end with.
constexpr std::string_view first_entries = "A: 1\nSo: 4\nWhat: 2\n";
constexpr std::string_view last_entry = "with: 3\n";

/// Whatever memory is used, the index is the same; the page of it.
std::string checked_page(const std::vector<contender> &all, std::string_view text) {
  std::string wanted = all.front().page(text);
  for (const contender &c : all) {
    expect(c.page(text) == wanted, c.memory + " has the same index");
  }
  return wanted;
}

void demonstrate(const std::vector<contender> &all) {
  const std::string page = checked_page(all, four_lines);
  expect(page.substr(0, first_entries.size()) == first_entries &&
             page.substr(page.size() - last_entry.size()) == last_entry,
         "words are in their order, with their lines");
  fmt::print("{}\n", page);
}

void show_pool(const named_text &text) {
  pond::pool pool;
  auto &all = *pond::make_undestroyed<containers::pond_index>(pool);
  containers::add(all, text.text);
  const pond::stats s = pool.stats();
  fmt::print("{}: {} bytes, {} words, {} bytes used in the pool, {} cleanups\n", text.name,
             text.text.size(), all.size(), s.used + s.large_bytes, s.cleanups);
  expect(s.cleanups == 0, "nothing has to run at the end of the pool");
}

/// A measured run is of so many bytes, a millisecond's work: the four lines alone take no longer
/// than a process needs to wake up.
constexpr std::size_t least_bytes = 30000;

void measure(const std::vector<contender> &all, const std::vector<named_text> &texts,
             const examples::measuring &how) {
  fmt::print("To make an index and forget it; medians of {} rounds\n", how.rounds);
  const examples::table table("", all, &contender::memory, how);
  for (const named_text &text : texts) {
    examples::apart([&] { checked_page(all, text.text); });
    const auto words = [&text](const contender &c) { c.words(text.text); };
    const auto repeats = static_cast<unsigned>(1 + least_bytes / (1 + text.text.size()));
    table.measure(text.name, text.text.size(), words, repeats);
  }
}

int run(int argc, char **argv) {
  CLI::App app(
      "Which word of ASCII letters is on which line: containers on the heap, over std::pmr, in a "
      "pool");
  std::vector<std::string> files;
  examples::measuring measuring{.rounds = 101};
  app.add_option("FILE", files, "texts of yours, beside four lines")->check(CLI::ExistingFile);
  measuring.add_to(app, "times every kind of memory, instead");
  CLI11_PARSE(app, argc, argv);
  std::vector<named_text> texts{{"four lines", std::string(four_lines)}};
  for (const std::string &file : files) {
    texts.push_back({std::filesystem::path(file).filename().string(), examples::contents_of(file)});
  }
  const std::vector<contender> all = containers::contenders();
  if (measuring.wanted) {
    measure(all, texts, measuring);
    return 0;
  }
  demonstrate(all);
  for (const named_text &text : texts) show_pool(text);
  return 0;
}

}  // namespace

int main(int argc, char **argv) { return examples::guarded(run, argc, argv); }
