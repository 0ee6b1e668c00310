// A pool's content taken over by another pool.
#include "support.hpp"

namespace {

using support::checked_default_upstream;
using support::checked_pool;
using support::count;

/// A result made in a pool of its own: what outlives the request.
std::string_view made_in(pond::pool &result, std::string &log) {
  result.on_destroy([&log] { log += 'r'; });
  support::use(result.allocate_large(50000));
  return result.copy("the result");
}

TEST(Adopt, WhatWasMadeLivesAsLongAsItsNewPool) {
  checked_default_upstream upstream;
  std::string log;
  {
    pond::pool session;
    session.on_destroy([&log] { log += 's'; });
    std::string_view text;
    {
      pond::pool request;
      text = made_in(request, log);
      session.adopt(std::move(request));
      // NOLINTNEXTLINE(bugprone-use-after-move): what is left is promised
      EXPECT_EQ(request.stats().reserved, 0U) << "as default-constructed";
      support::use(request.allocate(10));  // a pool of its own again
    }
    EXPECT_EQ(text, "the result");
    EXPECT_EQ(session.stats().children, 1U);
    EXPECT_EQ(session.stats(true).large, 1U);
    EXPECT_EQ(log, "");
  }
  EXPECT_EQ(log, "rs");
}

TEST(Adopt, APoolThatWasNotUsedIsNothing) {
  pond::pool session;
  session.adopt(pond::pool());
  EXPECT_EQ(session.stats().children, 0U);
  EXPECT_EQ(session.stats().reserved, 0U);
}

TEST(Adopt, EndsWithAResetOrARewind) {
  std::string log;
  pond::pool session;
  {
    const pond::scope scope(session);
    pond::pool result;
    made_in(result, log);
    session.adopt(std::move(result));
  }
  EXPECT_EQ(log, "r");
  pond::pool result;
  made_in(result, log);
  session.adopt(std::move(result));
  session.reset();
  EXPECT_EQ(log, "rr");
  EXPECT_EQ(session.stats().children, 0U);
}

TEST(Adopt, ChildrenMarksAndTheirMemoryComeAlong) {
  std::string log;
  checked_pool checked;
  pond::pool result;
  pond::pool child = result.child();
  made_in(child, log);
  const pond_mark open = pond_get_mark(result.handle());
  EXPECT_NE(open.opaque[0], 0U);
  checked.pool.adopt(std::move(result));
  EXPECT_EQ(checked.pool.stats(true).children, 2U);
  EXPECT_TRUE(checked.pool.outlives(child));
  checked.pool.reset();
  EXPECT_EQ(log, "r");
  EXPECT_EQ(child.stats().reserved, 0U);
}

TEST(Adopt, AChildMovesFromOneParentToAnother) {
  std::string log;
  pond::pool connection;
  pond::pool request = connection.child();
  pond::pool result = request.child();
  const std::string_view text = made_in(result, log);
  connection.adopt(std::move(result));
  EXPECT_EQ(request.stats().children, 0U);
  const std::size_t held = connection.stats(true).reserved;
  request = pond::pool();
  EXPECT_EQ(text, "the result");
  EXPECT_LT(connection.stats(true).reserved, held);
  EXPECT_GT(connection.stats(true).reserved, connection.stats().reserved + 50000);
}

TEST(Adopt, IsChargedToTheQuota) {
  std::string log;
  pond::pool small({.hard_limit = 30000});
  pond::pool result;
  const std::string_view text = made_in(result, log);
  EXPECT_THROW(small.adopt(std::move(result)), pond::limit_exceeded);
  EXPECT_EQ(text, "the result") << "it is as it was";
  // NOLINTNEXTLINE(bugprone-use-after-move): what is left is promised
  EXPECT_EQ(result.stats().large, 1U);
  EXPECT_EQ(small.stats(true).children, 0U);
}

TEST(Adopt, CommonAncestorsAreNotChargedTwice) {
  std::string log;
  pond::pool server({.hard_limit = 90000});
  pond::pool one = server.child();
  pond::pool two = server.child();
  made_in(one, log);
  two.seal();  // so that it has its own memory, which counts, too
  two.reset();
  const std::size_t held = server.stats(true).reserved;
  two.adopt(std::move(one));
  EXPECT_EQ(server.stats(true).reserved, held);
  EXPECT_EQ(server.stats(true).peak, held);
}

TEST(Adopt, ItselfAndAncestorsAreRefused) {
  pond::pool parent;
  pond::pool child = parent.child();
  support::use(parent.allocate(1));
  EXPECT_THROW(child.adopt(std::move(parent)), std::system_error);
  EXPECT_THROW(child.adopt(std::move(child)), std::system_error);
  // NOLINTNEXTLINE(bugprone-use-after-move): what is left is promised
  EXPECT_EQ(parent.stats().children, 1U);
}

TEST(Adopt, ByItsOwnCleanupIsRefused) {
  pond::pool session;
  int error = 0;
  {
    pond::pool result;
    result.on_destroy(
        [&] { error = pond_adopt(session.handle(), result.handle()) == 0 ? 0 : errno; });
  }
  EXPECT_EQ(error, EBUSY);
}

TEST(Adopt, WithoutMemoryForItsRecordsNothingHappens) {
  workload::checking_upstream checks;
  const pond_upstream upstream = checks.get();
  pond::pool session({.upstream = &upstream});
  {
    const checked_default_upstream none;
    pond::pool result(256);  // too small to have them in its block
    support::use(result.allocate(10));
    pond_set_cache_limit(0);
    ASSERT_EQ(pond_configure("fail=1-9"), 0);
    const bool already = support::trapped;  // then it has an extension
    EXPECT_EQ(pond_adopt(session.handle(), result.handle()), already ? 0 : -1);
    ASSERT_EQ(pond_configure(""), 0);
    EXPECT_EQ(result.stats().blocks, already ? 0U : 1U);
    session.reset();
  }
}

TEST(Adopt, InTheCInterface) {
  int ran = 0;
  pond_pool *session = pond_create(0);
  pond_pool *result = pond_create(0);
  pond_on_destroy(result, count, &ran);
  const char *text = pond_strdup(result, "the result");
  EXPECT_EQ(pond_adopt(session, result), 0);
  EXPECT_STREQ(text, "the result");
  EXPECT_EQ(pond_adopt(session, nullptr), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(ran, 0);
  pond_destroy(session);
  EXPECT_EQ(ran, 1);
}

TEST(Adopt, OnePoolMayTakeManyOver) {
  checked_default_upstream upstream;
  int ran = 0;
  pond::pool session;
  for (int i = 0; i < 1000; ++i) {
    pond::pool result(512);
    result.on_destroy([&ran] { ++ran; });
    session.adopt(std::move(result));
  }
  EXPECT_EQ(session.stats().children, 1000U);
  session.reset();
  EXPECT_EQ(ran, 1000);
}

/// Counts what it is told, and asks the pool, which has to be whole.
struct told {
  int soft = 0;
  int hard = 0;
  std::size_t held = 0;
};
void tell(void *context, pond_pool *pool, pond_limit which, std::size_t, std::size_t) {
  told &t = *static_cast<told *>(context);
  ++(which == POND_LIMIT_SOFT ? t.soft : t.hard);
  pond_stats stats;
  pond_get_stats_recursive(pool, &stats);
  t.held = stats.reserved;
}

TEST(Adopt, CommonAncestorsAreToldNothing) {
  told server_told;
  told two_told;
  std::string log;
  pond::pool server({.soft_limit = 20000, .on_limit = tell, .on_limit_context = &server_told});
  pond::pool one = server.child();
  made_in(one, log);
  EXPECT_EQ(server_told.soft, 1);
  pond::pool small =
      server.child({.hard_limit = 20000, .on_limit = tell, .on_limit_context = &two_told});
  const std::size_t held = server.stats(true).reserved;
  EXPECT_THROW(small.adopt(std::move(one)), pond::limit_exceeded);
  EXPECT_EQ(two_told.hard, 1);
  EXPECT_EQ(server.stats(true).reserved, held);
  pond::pool two = server.child();
  two.adopt(std::move(one));  // NOLINT(bugprone-use-after-move): it was refused
  EXPECT_EQ(server_told.soft, 1) << "it holds no more than before";
}

TEST(Adopt, WhatOthersRetainIsRefused) {
  pond::pool session;
  pond_pool *shared = pond_create(0);
  EXPECT_EQ(pond_retain(shared), 0);
  EXPECT_EQ(pond_adopt(session.handle(), shared), -1);
  EXPECT_EQ(errno, EBUSY);
  pond_release(shared);
  EXPECT_EQ(pond_adopt(session.handle(), shared), 0);
}

TEST(Adopt, ItselfUnusedIsRefusedToo) {
  pond::pool pool;
  EXPECT_EQ(pond_adopt(pool.handle(), pool.handle()), -1);
  EXPECT_EQ(errno, EINVAL);
}

}  // namespace
