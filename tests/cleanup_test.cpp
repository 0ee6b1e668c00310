// Cleanups, owned descriptors and temporary files.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::count;

/// Notes a letter when it runs.
struct note {
  std::string *log;
  char letter;
  static void run(void *self) {
    auto *n = static_cast<note *>(self);
    n->log->push_back(n->letter);
  }
};

TEST(Cleanup, RunsLastInFirstOutAndOnce) {
  std::string log;
  note a{&log, 'a'};
  note b{&log, 'b'};
  note c{&log, 'c'};
  {
    checked_pool checked;
    for (note *n : {&a, &b, &c}) {
      EXPECT_NE(pond_on_destroy(checked.pool.handle(), note::run, n), nullptr);
    }
    checked.pool.reset();
    EXPECT_EQ(log, "cba");
    pond_on_destroy(checked.pool.handle(), note::run, &a);
  }
  EXPECT_EQ(log, "cbaa");
}

TEST(Cleanup, CancelledItDoesNotRunAndItsMemoryIsUsedAgain) {
  POND_SKIP_WHEN_TRAPPED();
  int ran = 0;
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  pond_cleanup_cancel(pool, pond_on_destroy(pool, count, &ran));
  const std::size_t used = checked.pool.stats().used;
  for (int i = 0; i < 100000; ++i) pond_cleanup_cancel(pool, pond_on_destroy(pool, count, &ran));
  EXPECT_EQ(checked.pool.stats().used, used);
  EXPECT_EQ(checked.pool.stats().cleanups, 0U);
  checked.pool.reset();
  EXPECT_EQ(ran, 0);
}

TEST(Cleanup, CancelFromTheMiddleOfTheList) {
  std::string log;
  note notes[] = {{&log, 'a'}, {&log, 'b'}, {&log, 'c'}, {&log, 'd'}};
  checked_pool checked;
  pond_cleanup *handles[4];
  for (int i = 0; i < 4; ++i) {
    handles[i] = pond_on_destroy(checked.pool.handle(), note::run, &notes[i]);
  }
  checked.pool.cancel(handles[1]);
  checked.pool.cancel(handles[3]);
  checked.pool.reset();
  EXPECT_EQ(log, "ca");
}

TEST(Cleanup, RunNowRunsItOnce) {
  int ran = 0;
  checked_pool checked;
  pond_cleanup *handle = pond_on_destroy(checked.pool.handle(), count, &ran);
  checked.pool.run(handle);
  EXPECT_EQ(ran, 1);
  checked.pool.reset();
  EXPECT_EQ(ran, 1);
}

TEST(Cleanup, MayAllocateAndRegisterWhileThePoolEnds) {
  std::string log;
  struct chained {
    pond_pool *pool;
    note last;
    static void run(void *self) {
      auto *c = static_cast<chained *>(self);
      c->last.log->push_back('1');
      ASSERT_NE(pond_alloc(c->pool, 100000), nullptr);
      ASSERT_NE(pond_strdup(c->pool, "still here"), nullptr);
      ASSERT_NE(pond_on_destroy(c->pool, note::run, &c->last), nullptr);
    }
  };
  for (const bool by_reset : {true, false}) {
    checked_pool checked;
    chained c{checked.pool.handle(), {&log, '2'}};
    log.clear();
    pond_on_destroy(c.pool, chained::run, &c);
    if (by_reset) {
      checked.pool.reset();
    } else {
      checked.pool = pond::pool();
    }
    EXPECT_EQ(log, "12");
  }
}

/// The same of a plain pool, which has a way of its own to end.
TEST(Cleanup, OfAPlainPoolMayDoAllThat) {
  support::checked_default_upstream upstream;
  std::string log;
  struct busy {
    pond_pool *pool;
    note last;
    static void run(void *self) {
      auto *b = static_cast<busy *>(self);
      ASSERT_NE(pond_alloc_large(b->pool, 3000), nullptr);
      const pond_mark mark = pond_get_mark(b->pool);  // makes the pool's extension
      ASSERT_NE(pond_alloc(b->pool, 100), nullptr);
      ASSERT_TRUE(pond_rewind(b->pool, mark));
      ASSERT_NE(pond_on_destroy(b->pool, note::run, &b->last), nullptr);
    }
  };
  pond_pool *pool = pond_create(512);
  busy b{pool, {&log, 'x'}};
  pond_on_destroy(pool, busy::run, &b);
  pond_destroy(pool);
  EXPECT_EQ(log, "x");
}

TEST(Cleanup, MayCancelAndRunOthersAndItself) {
  std::string log;
  struct meddler {
    pond_pool *pool;
    pond_cleanup *victim;
    pond_cleanup *early;
    pond_cleanup *self;
    static void run(void *data) {
      auto *m = static_cast<meddler *>(data);
      pond_cleanup_cancel(m->pool, m->victim);
      pond_cleanup_run(m->pool, m->early);
      pond_cleanup_cancel(m->pool, m->self);  // it is running: nothing happens
      pond_cleanup_run(m->pool, m->self);
    }
  };
  checked_pool checked;
  note victim{&log, 'v'};
  note early{&log, 'e'};
  meddler m{checked.pool.handle(), nullptr, nullptr, nullptr};
  m.victim = pond_on_destroy(m.pool, note::run, &victim);
  m.early = pond_on_destroy(m.pool, note::run, &early);
  m.self = pond_on_destroy(m.pool, meddler::run, &m);
  checked.pool.reset();
  EXPECT_EQ(log, "e");
}

TEST(Cleanup, ThatDestroysItsOwnPoolEndsItWhenAllHaveRun) {
  support::checked_default_upstream upstream;
  std::string log;
  struct destroyer {
    pond_pool *pool;
    std::string *log;
    static void run(void *self) {
      auto *d = static_cast<destroyer *>(self);
      d->log->push_back('d');
      pond_destroy(d->pool);
    }
  };
  for (int way = 0; way < 3; ++way) {
    log.clear();
    pond_pool *pool = pond_create(512);
    note first{&log, 'f'};
    destroyer d{pool, &log};
    pond_on_destroy(pool, note::run, &first);
    pond_cleanup *handle = pond_on_destroy(pool, destroyer::run, &d);
    if (way == 0) pond_destroy(pool);
    if (way == 1) pond_reset(pool);
    if (way == 2) pond_cleanup_run(pool, handle);
    EXPECT_EQ(log, "df") << way;
  }
}

TEST(Cleanup, ThatResetsItsOwnPoolIsToldSo) {
  checked_pool checked;
  int ran = 0;
  pond_on_destroy(checked.pool.handle(), count, &ran);
  checked.pool.on_destroy([&] { checked.pool.reset(); });
  testing::internal::CaptureStderr();
  checked.pool.reset();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("reset by one of its own cleanups"),
            std::string::npos);
  EXPECT_EQ(ran, 1);
}

TEST(CleanupDeathTest, AnExceptionThatLeavesACallableEndsTheProgram) {
  EXPECT_DEATH(
      {
        pond::pool pool;
        pool.on_destroy([] { throw 1; });
      },
      "");
}

TEST(Cleanup, ACallableIsDestroyedAfterItRan) {
  auto shared = std::make_shared<int>(1);
  {
    pond::pool pool;
    pool.on_destroy([shared] { ++*shared; });
    EXPECT_EQ(shared.use_count(), 2);
  }
  EXPECT_EQ(*shared, 2);
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(Cleanup, NullHandlersAreRefused) {
  pond::pool pool;
  errno = 0;
  EXPECT_EQ(pond_on_destroy(pool.handle(), nullptr, nullptr), nullptr);
  EXPECT_EQ(errno, EINVAL);
}

// --- Descriptors and files ----------------------------------------------------------------------

bool is_open(int fd) { return fcntl(fd, F_GETFD) != -1; }
int open_null() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

struct temporary {
  std::string path = testing::TempDir() + "pond-XXXXXX";
  int fd = mkstemp(path.data());
  [[nodiscard]] bool exists() const { return std::filesystem::exists(path); }
};

TEST(Descriptors, AreClosedWithThePool) {
  const int fd = open_null();
  {
    checked_pool checked;
    checked.pool.own_fd(fd);
    EXPECT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(Descriptors, ThatAreNotOpenAreRefusedAndStayTheCallers) {
  checked_pool checked;
  EXPECT_THROW(checked.pool.own_fd(1000000), std::system_error);
  EXPECT_THROW(checked.pool.own_fd(-1), std::system_error);  // for what errno says: it is set here
  errno = 0;
  EXPECT_EQ(pond_own_fd(checked.pool.handle(), -1), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(pond_own_temp_file(checked.pool.handle(), -1, "x"), -1);
  const int fd = open_null();
  EXPECT_EQ(pond_own_temp_file(checked.pool.handle(), fd, nullptr), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_TRUE(is_open(fd));
  close(fd);
  EXPECT_EQ(checked.pool.stats().cleanups, 0U);
}

TEST(TemporaryFiles, AreClosedAndUnlinkedWithThePool) {
  temporary file;
  {
    checked_pool checked;
    checked.pool.own_temp_file(file.fd, std::string(file.path).c_str());
    EXPECT_TRUE(file.exists());
  }
  EXPECT_FALSE(file.exists());
  EXPECT_FALSE(is_open(file.fd));
}

TEST(Descriptors, CanBeClosedEarlyOfEitherKind) {
  temporary file;
  const int fd = open_null();
  checked_pool checked;
  checked.pool.own_fd(fd);
  checked.pool.own_temp_file(file.fd, file.path.c_str());
  EXPECT_TRUE(checked.pool.close_fd(file.fd));
  EXPECT_FALSE(file.exists());
  EXPECT_FALSE(is_open(file.fd));
  const int newer = open_null();
  checked.pool.own_fd(newer);
  EXPECT_TRUE(checked.pool.close_fd(fd));
  EXPECT_FALSE(is_open(fd));
  EXPECT_TRUE(is_open(newer));
  errno = 0;
  EXPECT_FALSE(checked.pool.close_fd(fd));
  EXPECT_EQ(errno, EBADF);
}

TEST(Cleanup, CancelledTwiceIsCancelledOnce) {
  int ran = 0;
  pond::pool pool(4096);
  pond::cleanup *first = pool.on_destroy([&ran] { ++ran; });
  pool.on_destroy([&ran] { ran += 10; });
  for (int i = 0; i < 2; ++i) pool.cancel(first);  // its record is a spare, once
  for (int i = 0; i < 2; ++i) pool.on_destroy([&ran] { ran += 100; });
  pool.reset();
  EXPECT_EQ(ran, 210);
}

}  // namespace
