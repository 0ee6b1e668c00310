// main.cpp: runs the batch and looks whether anything of it is left.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <pond/pool.hpp>
#include <string>
#include <system_error>

#include "batch.hpp"
#include "common/program.hpp"

namespace {

using examples::expect;

/// What the counts have to be, from the fates alone.
files::counts expected(std::size_t count, std::size_t group) {
  files::counts c;
  c.made = count;
  for (std::size_t i = 0; i < count; ++i) {
    switch (files::fate_of(i)) {
      case files::fate::read:
        ++c.read;
        break;
      case files::fate::missing:
        ++c.missing;
        break;
      case files::fate::bad:
        ++c.bad;
        break;
      case files::fate::ends_the_group: {
        const std::size_t next_group = std::min(i - i % group + group, count);
        ++c.groups_ended;
        c.not_reached += next_group - i - 1;
        i = next_group - 1;
        break;
      }
    }
  }
  return c;
}

/// A new directory that is removed with the pool, if it is empty by then. That is registered before
/// it is made: there may be no memory for it afterwards.
std::string make_directory(pond::pool &pool) {
  const std::string pattern =
      (std::filesystem::temp_directory_path() / "pond-files-XXXXXX").string();
  char *path = pool.make_span<char>(pattern.size() + 1).data();
  pattern.copy(path, pattern.size());
  pool.on_destroy([path] { rmdir(path); });
  if (mkdtemp(path) == nullptr) throw std::system_error(errno, std::generic_category(), pattern);
  return path;
}

void run_and_check(std::size_t count, std::size_t group) {
  const std::size_t before = files::open_descriptors();
  std::string directory;
  files::report report;
  std::size_t left = 0;
  {
    pond::pool pool;
    directory = make_directory(pool);
    report = files::run_batch(directory, count, group);
    const std::filesystem::directory_iterator entries(directory);
    left = static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
  }
  const files::counts &c = report.of_files;
  fmt::print(
      "{} files, {} in a pool: {} read, {} missing, {} bad, {} pools ended by an exception with {} "
      "files not reached\n",
      c.made, group, c.read, c.missing, c.bad, c.groups_ended, c.not_reached);
  fmt::print("  at most   {} descriptors open, {} bytes in one pool and its children\n",
             report.most_descriptors - before, report.most_bytes);
  const std::size_t after = files::open_descriptors();
  fmt::print("  left      {} descriptors, {} files\n", after - before, left);
  expect(c == expected(count, group), "the counts are those of the fates");
  expect(report.most_descriptors == before + std::min(group, count) + 1,
         "open are a group's files and the one being read");
  expect(after == before, "no descriptor is left");
  expect(left == 0, "no file is left");
  expect(!std::filesystem::exists(directory), "nor the directory");
}

int run(int argc, char **argv) {
  CLI::App app("Makes and reads many small files, some of which fail; leaves nothing behind");
  std::size_t count = 10000;
  std::size_t group = 0;
  constexpr std::size_t most_files = 10000000;
  constexpr std::size_t most_in_a_group = 500;  // each is open: half of the usual 1024 descriptors
  app.add_option("--files", count, "how many")
      ->check(CLI::Range(std::size_t{1}, most_files))
      ->capture_default_str();
  app.add_option("--group", group, "files in one pool; without it, first 1 and then 100")
      ->check(CLI::Range(std::size_t{1}, most_in_a_group));
  CLI11_PARSE(app, argc, argv);
  if (group != 0) {
    run_and_check(count, group);
  } else {
    run_and_check(count, 1);
    run_and_check(count, 100);
  }
  return 0;
}

}  // namespace

int main(int argc, char **argv) { return examples::guarded(run, argc, argv); }
