// The reader and writer of traces: every broken file is told with its line, none is believed.
#include "workload/trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "workload/contenders/pond.hpp"
#include "workload/generate.hpp"
#include "workload/interpret.hpp"
#include "workload/measure.hpp"
#include "workload/oracle.hpp"

namespace {

using namespace workload;
using testing::HasSubstr;

class Trace : public testing::Test {
 protected:
  Trace() {
    if (mkdtemp(folder_.data()) == nullptr) throw std::runtime_error(folder_);
    folder_ += '/';
  }
  ~Trace() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string &content, const std::string &name = "x.trace") {
    std::string path = folder_ + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  std::string error_of(const std::string &content) {
    try {
      read_trace(file(content));
    } catch (const trace_error &e) {
      return e.what();
    }
    return "";
  }

 private:
  std::string folder_ = testing::TempDir() + "pond-XXXXXX";
};

constexpr const char *header = "# pond-trace 1\n";

TEST_F(Trace, ReadsEveryEvent) {
  const trace t = read_trace(file(std::string(header) +
                                  "C 7 512\n# a comment\na 7 10\nn 7 3\nz 7 8\nA 7 5000 1\n"
                                  "N 7 4096 2\nZ 7 4096 3\nm 7 64 64\nM 7 4096 4096 4\nF 7 1 1\n"
                                  "F 7 -1 0\nc 7 16\nx 7 16\nR 7\nC 8 1024\nD 7\n"));
  EXPECT_EQ(t.work.allocations, 8U);
  EXPECT_EQ(t.skipped.at('x'), 1U);
  EXPECT_EQ(t.declined_frees, 1U);
  EXPECT_EQ(t.alive_at_end, 1U);
  EXPECT_EQ(t.work.operations.back().what, kind::destroy);
  EXPECT_EQ(t.work.pools, 2U);
}

TEST_F(Trace, ErrorsNameTheLine) {
  const std::string c = std::string(header) + "C 1 512\n";
  EXPECT_THAT(error_of(""), HasSubstr(".trace: not a pond trace"));
  EXPECT_THAT(error_of("# pond-trace 3\n"), HasSubstr(":1: not a pond trace"));
  EXPECT_THAT(error_of("GIF89a\n"), HasSubstr("not a pond trace"));
  EXPECT_THAT(error_of(c + "a 1\n"), HasSubstr(":3: a field is missing"));
  EXPECT_THAT(error_of(c + "a 1 x\n"), HasSubstr(":3: a field is not a number"));
  EXPECT_THAT(error_of("# pond-trace 1\r\n"), HasSubstr(":1: lines end with"));
  EXPECT_THAT(error_of(c + "a 1 5 6\n"), HasSubstr(":3: more fields"));
  EXPECT_THAT(error_of(c + "a 1 5junk\n"), HasSubstr(":3: more fields"));
  EXPECT_THAT(error_of(c + "a 2 5\n"), HasSubstr(":3: pool 2 does not exist"));
  EXPECT_THAT(error_of(c + "C 1 5\n"), HasSubstr(":3: pool 1 exists already"));
  EXPECT_THAT(error_of(c + "D 1\na 1 5\n"), HasSubstr(":4: pool 1 does not exist"));
  EXPECT_THAT(error_of(c + "F 1 9 1\n"), HasSubstr(":3: id 9 is not allocated"));
  EXPECT_THAT(error_of(c + "A 1 5 9\nA 1 5 9\n"), HasSubstr(":4: id 9 is in use"));
  EXPECT_THAT(error_of(c + "A 1 5 9\nR 1\nF 1 9 1\n"), HasSubstr(":5: id 9 is not allocated"));
  EXPECT_THAT(error_of(c + "m 1 5 3\n"), HasSubstr(":3: the alignment is not a power of two"));
  EXPECT_THAT(error_of(c + "M 1 5 0 1\n"), HasSubstr(":3: the alignment is not a power of two"));
  EXPECT_THAT(error_of(c + "a 1 -5\n"), HasSubstr(":3: absurd size"));
  EXPECT_THAT(error_of(c + "a 1 99999999999999999999999\n"), HasSubstr(":3: a number is absurd"));
  EXPECT_THAT(error_of(c + "a 1 9999999999999999\n"), HasSubstr(":3: absurd size"));
  EXPECT_THAT(error_of(c + "a 1 5"), HasSubstr(":3: the file is truncated in this line"));
  EXPECT_THAT(error_of(c + std::string(500, '9') + "\n"), HasSubstr(":3: the line is too long"));
}

TEST_F(Trace, Version2HasMarksAndChildren) {
  const std::string two = "# pond-trace 2\n";
  const trace t = read_trace(
      file(two + "C 1 512\nK 1\nK 1\nH 2 512 1\nA 2 5000 1\nW 1 1\nH 2 512 1\nA 1 9000 1\n"
                 "c 1 8\nU 1 3\nK 1\nY 1 0\nG 1 8\nP 1\nB 1 3\nV 1 90 2\nE 1 8\nX 1 0\nS 1 2\n"
                 "Q 1 2\nL 1 0\nI 1\nT 1 0\nJ 1 2\nO 1\n"));
  EXPECT_EQ(t.work.operations.size(), 26U);
  EXPECT_EQ(t.work.pools, 2U) << "the rewind took the child, its number and its id";
  EXPECT_EQ(t.work.ids, 1U);
  EXPECT_EQ(t.alive_at_end, 2U);
  EXPECT_THAT(error_of(two + "C 1 512\nW 1 0\n"), HasSubstr(":3: there is nothing that"));
  EXPECT_THAT(error_of(two + "C 1 512\nK 1\nY 1 1\n"), HasSubstr(":4: there is nothing that"));
  EXPECT_THAT(error_of(two + "C 1 512\nO 1\na 1 8\n"), HasSubstr(":4: there is nothing that"));
  EXPECT_THAT(error_of(two + "C 1 512\nC 2 512\nJ 1 2\na 2 8\n"),
              HasSubstr(":5: there is nothing"));
  EXPECT_THAT(error_of(two + "H 2 512 1\n"), HasSubstr(":2: pool 1 does not exist"));
  EXPECT_THAT(error_of(two + "C 1 512\nK 1 7\n"), HasSubstr(":3: more fields"));
  EXPECT_THAT(error_of(two + "C 1 512\nV 1 7\n"), HasSubstr(":3: a field is missing"));
  EXPECT_EQ(read_trace(file(std::string(header) + "C 1 512\nW 1\n")).skipped.at('W'), 1U);
}

TEST_F(Trace, FilesThatCannotBeRead) {
  EXPECT_THROW(read_trace("/nonexistent/trace"), trace_error);
  EXPECT_THROW(read_trace(testing::TempDir()), trace_error);
}

class Gzipped : public Trace {
 protected:
  std::string compressed() {
    const std::string path = file("", "y.trace.gz");
    write_trace(path, program_from_seed(3, {.operations = 5000, .only_traces = true}));
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(Gzipped, TruncatedAtEveryLengthItIsAnError) {
  const std::string whole = compressed();
  EXPECT_EQ(error_of(whole), "");
  for (std::size_t length = 0; length < whole.size(); length += whole.size() / 97 + 1) {
    EXPECT_NE(error_of(whole.substr(0, length)), "") << length << " of " << whole.size();
  }
}

TEST_F(Gzipped, CorruptItIsAnError) {
  const std::string whole = compressed();
  std::size_t detected = 0;
  std::size_t tried = 0;
  for (std::size_t i = 20; i < whole.size(); i += whole.size() / 50 + 1, ++tried) {
    std::string broken = whole;
    broken[i] = static_cast<char>(broken[i] ^ 0x55);
    if (!error_of(broken).empty()) ++detected;
  }
  EXPECT_EQ(detected, tried);
}

bool same(const operation &a, const operation &b) {
  return a.what == b.what && a.pool == b.pool && a.size == b.size && a.id == b.id;
}

TEST_F(Trace, WhatIsWrittenIsReadAgain) {
  for (const char *name : {"z.trace", "z.trace.gz", "2.trace"}) {
    const bool plain = name[0] == 'z';
    const program work = program_from_seed(11, {.operations = 3000, .only_traces = plain});
    const std::string path = file("", name);
    write_trace(path, work);
    const program again = read_trace(path).work;
    ASSERT_EQ(again.operations.size(), work.operations.size());
    const std::string twice = file("", std::string("twice") + name);
    write_trace(twice, again);
    EXPECT_TRUE(std::equal(again.operations.begin(), again.operations.end(),
                           read_trace(twice).work.operations.begin(), same));
  }
}

TEST_F(Trace, AFullDiskIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  const program work = program_from_seed(5, {.operations = 100000, .only_traces = true});
  EXPECT_THROW(write_trace("/dev/full", work), std::runtime_error);
  EXPECT_THROW(write_trace("/nonexistent/x", work), std::runtime_error);
}

/// Recorded traffic, byte by byte, through both interfaces.
template <class Contender>
void check_trace(const std::string &path) {
  const trace t = read_trace(path);
  oracle checks(t.work);
  Contender pools(t.work);
  interpreter(t.work).run(t.work, pools, checks);
  EXPECT_EQ(checks.errors(), std::vector<std::string>());
  EXPECT_EQ(checks.live_allocations(), 0U);
  EXPECT_GT(t.work.allocations, 50000U);
}

class RecordedTraces : public testing::TestWithParam<const char *> {
 protected:
  static std::string path() { return std::string(POND_TRACES "/") + GetParam() + ".trace.gz"; }
};

TEST_P(RecordedTraces, ThroughTheOracle) { check_trace<pond_contender>(path()); }
TEST_P(RecordedTraces, ThroughTheOracleInC) { check_trace<pond_c_contender>(path()); }

INSTANTIATE_TEST_SUITE_P(Traces, RecordedTraces,
                         testing::Values("config-1000", "gzip-ssi-sub", "h2-tls", "longlived-1000",
                                         "post-upload", "proxy", "static-keepalive"));

}  // namespace
