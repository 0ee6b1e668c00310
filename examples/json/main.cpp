// main.cpp: parses every document with every library and kind of memory, checks that the results
// are the same, and measures.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/measuring.hpp"
#include "common/program.hpp"
#include "common/rounds.hpp"
#include "common/table.hpp"
#include "contenders.hpp"
#include "documents.hpp"

namespace {

using examples::expect;
using json::contender;
using json::document;

/// The contenders of one library: its default first, pond last.
using library = std::vector<contender>;

std::vector<library> libraries() {
  std::vector<library> all;
#ifdef POND_EXAMPLES_HAVE_BOOST_JSON
  all.push_back(json::boost_json_contenders());
#endif
#ifdef POND_EXAMPLES_HAVE_RAPIDJSON
  all.push_back(json::rapidjson_contenders());
#endif
  return all;
}

/// Whatever memory is used, a library writes the same as with its default; and what was read, where
/// that is written in one way only. A quota bounds what a document takes, which is more than half
/// of its text, or less of it where there is space in that.
void check(const library &l, const document &d) {
  const std::string wanted = l.front().parse_and_write(d.text);
  expect(!d.same_when_written || wanted == d.text, l.front().library + " reads " + d.name);
  constexpr std::size_t enough = 64 << 20;
  const std::size_t too_little = d.text.size() / d.spacious;
  for (const contender &c : l) {
    if (c.fits != nullptr) {
      expect(c.fits(d.text, enough) && !c.fits(d.text, too_little),
             fmt::format("{}: a quota holds for {}", c.library, d.name));
    }
    expect(c.parse_and_write(d.text) == wanted,
           fmt::format("{}, {}: {} is the same as by default", c.library, c.memory, d.name));
  }
}

/// What is wrong with a document is said with its name.
void print_library(const library &l, const std::vector<document> &documents,
                   const examples::measuring &how) {
  const examples::table table(l.front().library, l, &contender::memory, how);
  for (const document &d : documents) {
    try {
      examples::apart([&] { check(l, d); });
      const auto parse = [&d](const contender &c) { c.parse(d.text); };
      table.measure(d.name, d.text.size(), parse, d.repeats);
    } catch (const std::exception &error) {
      throw std::runtime_error(fmt::format("{}: {}", d.name, error.what()));
    }
  }
}

int run(int argc, char **argv) {
  CLI::App app("Parses JSON with pond and with the libraries' own memory, side by side");
  examples::measuring measuring;
  unsigned smaller = 1;
  constexpr unsigned most_smaller = 400;  // then there is one long string
  measuring.add_to(app, "many rounds; without it one");
  app.add_option("--smaller", smaller, "documents that are so many times smaller")
      ->check(CLI::Range(1U, most_smaller))
      ->capture_default_str();
  std::vector<std::string> files;
  app.add_option("FILE", files, "documents of yours instead of those that are made")
      ->check(CLI::ExistingFile)
      ->excludes("--smaller");
  CLI11_PARSE(app, argc, argv);
  if (!measuring.wanted) measuring.rounds = 1;
  fmt::print("To parse a document and forget it; {}\n",
             measuring.wanted ? fmt::format("medians of {} rounds", measuring.rounds)
                              : "one round, whose times say little: --measure");
  std::vector<document> documents;
  documents.reserve(files.size());
  for (const std::string &file : files) documents.push_back(json::read_document(file));
  if (files.empty()) documents = json::make_documents(smaller);
  for (const library &l : libraries()) print_library(l, documents, measuring);
  return 0;
}

}  // namespace

int main(int argc, char **argv) { return examples::guarded(run, argc, argv); }
