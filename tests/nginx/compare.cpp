#include "compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "side.hpp"
#include "workload/interpret.hpp"
#include "workload/oracle.hpp"

namespace differential {
namespace {

/// The oracle checks what both must do; the side goes on where an operation is done.
class witness : public workload::oracle {
 public:
  witness(const workload::program &work, side &runs) : oracle(work), side_(runs) {}
  void after(const workload::operation &o) {
    oracle::after(o);
    side_.done(o);
  }

 private:
  side &side_;
};

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator open("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

std::size_t files_left() {
  const std::filesystem::directory_iterator left(temp_directory());
  return static_cast<std::size_t>(std::distance(begin(left), end(left)));
}

std::vector<std::string> seen_of(const implementation &of, const script &runs) {
  const std::size_t descriptors = open_descriptors();
  fresh_memory memory;
  (void)take_lines();
  side one(of, runs, memory);
  witness checks(runs.work, one);
  workload::interpreter(runs.work).run(runs.work, one, checks);
  EXPECT_EQ(checks.errors(), std::vector<std::string>()) << of.name;
  EXPECT_EQ(checks.failures(), 0U) << of.name;
  EXPECT_EQ(open_descriptors(), descriptors) << of.name;
  EXPECT_EQ(files_left(), 0U) << of.name;
  return one.seen();
}

constexpr std::ptrdiff_t lines_of_context = 12;

}  // namespace

void compare(const script &runs) {
  const std::vector<std::string> theirs = seen_of(upstream, runs);
  const std::vector<std::string> ours = seen_of(shim, runs);
  const auto [a, b] = std::mismatch(theirs.begin(), theirs.end(), ours.begin(), ours.end());
  if (a == theirs.end() && b == ours.end()) return;
  std::string before;
  for (auto line = a - std::min(lines_of_context, a - theirs.begin()); line != a; ++line) {
    before += *line + '\n';
  }
  ADD_FAILURE() << "after\n"
                << before << "upstream: " << (a != theirs.end() ? *a : "(the end)")
                << "\nshim:     " << (b != ours.end() ? *b : "(the end)");
}

}  // namespace differential
