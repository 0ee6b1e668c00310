// No memory, at any moment: the n-th call of the upstream fails, for every n. The pool stays as it
// was, can be used and destroyed, and nothing is lost.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "support.hpp"

namespace {

/// Runs until a run needs fewer calls than n, which fails alone or with all later ones; returns how
/// many runs failed somewhere.
template <class Run>
std::size_t for_every_failure(bool and_later, Run run) {
  std::size_t failed = 0;
  for (std::size_t n = 1;; ++n) {
    workload::checking_upstream upstream;
    upstream.fail_at(n, and_later);
    run(upstream);
    EXPECT_EQ(upstream.errors(), std::vector<std::string>());
    EXPECT_EQ(upstream.live(), 0U) << "call " << n;
    if (upstream.calls() < n) return failed;
    ++failed;
  }
}

/// Descriptors that the pool does not take stay the caller's.
int own_descriptors(pond_pool *pool) {
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (pond_own_fd(pool, fd) != 0) close(fd);
  const int temporary = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (pond_own_temp_file(pool, temporary, "/nonexistent/file") != 0) close(temporary);
  return fd;
}

void use_larges(pond_pool *pool) {
  for (int i = 0; i < 40; ++i) {
    void *large = pond_alloc_large(pool, 100);
    if (i % 3 == 0 && large != nullptr) {
      EXPECT_TRUE(pond_free(pool, large));
    }
  }
}

/// A mark with everything above it, and the way back.
void use_mark(pond_pool *pool, const pond_options &options) {
  int ran = 0;
  const pond_mark mark = pond_get_mark(pool);
  pond_options of_child = options;
  of_child.parent = pool;
  pond_pool *child = pond_create_with(&of_child);
  if (child != nullptr) pond_on_destroy(child, support::count, &ran);
  const pond_cleanup *later = pond_on_destroy(pool, support::count, &ran);
  void *aligned = pond_alloc_aligned(pool, 4096, 4096);
  if (aligned != nullptr) {
    EXPECT_TRUE(support::is_aligned(aligned, 4096));
  }
  char *text = pond_printf(pool, "%0300d", 7);
  if (text != nullptr) {
    EXPECT_EQ(text[299], '7');
  }
  const int expected = (child != nullptr ? 1 : 0) + (later != nullptr ? 1 : 0);
  if (mark.opaque[0] != 0) {
    EXPECT_TRUE(pond_rewind(pool, mark));
    EXPECT_EQ(ran, expected);
  } else {
    pond_reset(pool);  // nothing may be left that refers to `ran`
  }
}

/// Every function once; each may fail, and the next one must work.
void use_everything(const pond_options &options) {
  pond_pool *pool = pond_create_with(&options);
  if (pool == nullptr) return;
  int ran = 0;
  const int fd = own_descriptors(pool);
  const pond_cleanup *cleanup = pond_on_destroy(pool, support::count, &ran);
  void *small = pond_alloc(pool, 500);
  if (small != nullptr) small = pond_resize(pool, small, 500, 3000);
  use_larges(pool);
  use_mark(pool, options);
  pond_reset(pool);
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  EXPECT_EQ(pond_free(pool, small), false);
  if (cleanup != nullptr) {
    EXPECT_EQ(ran, 1);
  }
  [[maybe_unused]] const void *again = pond_alloc(pool, 2000);
  pond_destroy(pool);
}

TEST(Failure, OfEveryCallInEveryFunction) {
  for (const bool and_later : {false, true}) {
    const std::size_t failed =
        for_every_failure(and_later, [](workload::checking_upstream &upstream) {
          const pond_upstream from = upstream.get();
          pond_options options = POND_OPTIONS_INIT;
          options.first_block = 256;
          options.upstream = &from;
          use_everything(options);
        });
    EXPECT_GT(failed, 20U);
  }
}

/// The same through the default upstream, so that the cached paths see it too.
TEST(Failure, OfEveryCallOverTheCache) {
  for (std::size_t n = 1; n < 120; ++n) {
    support::checked_default_upstream upstream;
    upstream->fail_at(n);
    pond_options options = POND_OPTIONS_INIT;
    options.first_block = 256;
    use_everything(options);
    pond_trim();
  }
}

TEST(Failure, OfEveryCallByPondOptions) {
  for (int n = 1; n < 80; ++n) {
    support::checked_default_upstream upstream;
    ASSERT_EQ(pond_configure(("fail=" + std::to_string(n)).c_str()), 0);
    pond_options options = POND_OPTIONS_INIT;
    use_everything(options);
    ASSERT_EQ(pond_configure(""), 0);
    pond_trim();
  }
}

TEST(Failure, AnUpstreamThatNeverHasAnything) {
  workload::checking_upstream upstream;
  upstream.fail_at(1, true);
  const pond_upstream from = upstream.get();
  pond_options options = POND_OPTIONS_INIT;
  options.upstream = &from;
  errno = 0;
  EXPECT_EQ(pond_create_with(&options), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  pond::options cpp;
  cpp.upstream = &from;
  EXPECT_THROW(pond::pool{cpp}, std::bad_alloc);
}

TEST(Failure, WhatIsLeftOfTheBlockCanStillBeUsed) {
  POND_SKIP_WHEN_TRAPPED();
  support::checked_pool checked({.first_block = 1024});
  (void)checked.pool.allocate(300);
  checked.upstream().fail_at(1, true);
  EXPECT_EQ(checked.pool.try_allocate(800), nullptr);
  EXPECT_NE(checked.pool.try_allocate(200), nullptr);
  EXPECT_EQ(checked.pool.try_allocate(800), nullptr);
}

/// As both headers show it.
TEST(Descriptors, WhatCouldNotBeOpenedFailsForThatReason) {
  support::checked_pool checked;
  const char *missing = "/nonexistent/file";
  EXPECT_EQ(pond_own_fd(checked.pool.handle(), open(missing, O_RDONLY)), -1);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(pond_own_temp_file(checked.pool.handle(), open(missing, O_RDONLY), missing), -1);
  EXPECT_EQ(errno, ENOENT);
  try {
    checked.pool.own_fd(open(missing, O_RDONLY));
    FAIL() << "nothing was opened";
  } catch (const std::system_error &error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
  }
  EXPECT_EQ(checked.pool.stats().cleanups, 0U);
}

}  // namespace
