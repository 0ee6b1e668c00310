// Where misuse is reported to.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

/// Reports go here as long as it lives.
class reports {
 public:
  reports() { pond_set_report(note, this); }
  ~reports() { pond_set_report(nullptr, nullptr); }
  reports(const reports &) = delete;
  reports &operator=(const reports &) = delete;
  std::vector<std::string> seen;

 private:
  static void note(void *context, const char *tag, int error, const char *what) {
    static_cast<reports *>(context)->seen.push_back(fmt::format("{}|{}|{}", tag, error, what));
    errno = ENOENT;  // as writing a log may leave it
  }
};

/// A mark that was used up before.
void misuse(pond::pool &pool) {
  const pond_mark mark = pond_get_mark(pool.handle());
  EXPECT_TRUE(pond_rewind(pool.handle(), mark));
  EXPECT_FALSE(pond_rewind(pool.handle(), mark));
  EXPECT_EQ(errno, EINVAL);
}

TEST(Report, GoesToTheFunctionAndNotToStandardError) {
  pond::pool tagged({.tag = "this one"});
  pond::pool other;
  testing::internal::CaptureStderr();
  {
    const reports log;
    misuse(tagged);
    misuse(other);
    EXPECT_EQ(log.seen, (std::vector{fmt::format("this one|{}|stale mark", EINVAL),
                                     fmt::format("|{}|stale mark", EINVAL)}));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Report, GoesToStandardErrorAgain) {
  pond::pool pool({.tag = "this one"});
  { const reports log; }
  testing::internal::CaptureStderr();
  misuse(pool);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "pond: pool \"this one\": stale mark\n");
}

void print(void * /*context*/, const char *tag, int error, const char *what) {
  std::fprintf(stderr, "log of \"%s\", %d: %s.\n", tag, error, what);
}

TEST(ReportDeathTest, ComesBeforeTheProgramIsStopped) {
  pond::pool pool({.tag = "this one"});
  EXPECT_DEATH(
      {
        pond_configure("abort");
        pond_set_report(print, nullptr);
        misuse(pool);
      },
      "^log of \"this one\", 22: stale mark\\.\n");
}

TEST(ReportDeathTest, SaysWhatWasOverwritten) {
  POND_SKIP_WHEN_TRAPPED();
  EXPECT_DEATH(
      {
        pond_set_report(print, nullptr);
        pond_pool *used_after_its_end = pond_create(256);
        pond_destroy(used_after_its_end);
        std::memset(reinterpret_cast<void *>(used_after_its_end), 'x', 16);
        pond_create(256);
      },
      "^log of \"\", 0: the header of a block was overwritten, or is gone; the program is "
      "stopped\\.\n");
}

}  // namespace
