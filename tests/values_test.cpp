// Values that a pool finds by key.
#include <array>

#include "support.hpp"

namespace {

using support::checked_pool;
using support::count;

struct session {
  session(std::string &written, char its_name) : log(written), name(its_name) {}
  session(const session &) = delete;
  session &operator=(const session &) = delete;
  ~session() { log += name; }
  std::string &log;
  char name;
};

inline constexpr pond::key<session> session_key;
inline constexpr pond::key<session> other_key;
inline constexpr pond::key<int> number_key;

TEST(Values, AreFoundByTheirKey) {
  std::string log;
  checked_pool checked;
  EXPECT_EQ(checked.pool.get(session_key), nullptr);
  session &made = checked.pool.emplace(session_key, log, 'a');
  EXPECT_EQ(checked.pool.get(session_key), &made);
  EXPECT_EQ(checked.pool.get(other_key), nullptr);
  checked.pool.emplace(number_key, 7);
  EXPECT_EQ(*checked.pool.get(number_key), 7);
  checked.pool.reset();
  EXPECT_EQ(log, "a");
  EXPECT_EQ(checked.pool.get(session_key), nullptr);
  EXPECT_EQ(checked.pool.get(number_key), nullptr);
}

TEST(Values, ANewerOneHidesTheOlderUntilItEnds) {
  std::string log;
  checked_pool checked;
  checked.pool.emplace(session_key, log, 'a');
  {
    const pond::scope scope(checked.pool);
    checked.pool.emplace(session_key, log, 'b');
    EXPECT_EQ(checked.pool.get(session_key)->name, 'b');
  }
  EXPECT_EQ(log, "b");
  EXPECT_EQ(checked.pool.get(session_key)->name, 'a');
  checked.pool.emplace(session_key, log, 'c');
  EXPECT_TRUE(checked.pool.erase(session_key));
  EXPECT_EQ(log, "bc");
  EXPECT_EQ(checked.pool.get(session_key)->name, 'a');
  EXPECT_TRUE(checked.pool.erase(session_key));
  EXPECT_FALSE(checked.pool.erase(session_key));
  EXPECT_EQ(log, "bca");
}

TEST(Values, ManyKeysAndManyValuesOfOneKey) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  static std::array<char, 1000> keys;
  int numbers[3] = {0, 1, 2};
  int ended = 0;
  for (int &number : numbers) {
    for (const char &key : keys) ASSERT_EQ(pond_set(pool, &key, &number, nullptr), 0);
  }
  for (const char &key : keys) ASSERT_EQ(pond_get(pool, &key), &numbers[2]);
  for (const char &key : keys) ASSERT_TRUE(pond_unset(pool, &key));
  for (const char &key : keys) ASSERT_EQ(pond_get(pool, &key), &numbers[1]) << "the one before";
  ASSERT_EQ(pond_set(pool, &ended, &ended, count), 0);
  checked.pool.reset();
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(pond_get(pool, keys.data()), nullptr);
}

TEST(Values, EndInTheOrderOfCleanupsAndSeeThoseBefore) {
  std::string log;
  {
    pond::pool pool;
    pool.emplace(session_key, log, 'a');
    pool.on_destroy([&] { log += pool.get(session_key) != nullptr ? '+' : '-'; });
    pool.emplace(other_key, log, 'b');
  }
  EXPECT_EQ(log, "b+a");
}

struct thrower {
  thrower() { throw std::runtime_error("no"); }
};
inline constexpr pond::key<thrower> thrower_key;

TEST(Values, AConstructorThatThrowsLeavesNothing) {
  checked_pool checked;
  support::use(checked.pool.allocate(8));
  const pond::stats before = checked.pool.stats();
  EXPECT_THROW(checked.pool.emplace(thrower_key), std::runtime_error);
  EXPECT_EQ(checked.pool.get(thrower_key), nullptr);
  EXPECT_EQ(checked.pool.stats().cleanups, before.cleanups);
  EXPECT_TRUE(support::trapped || checked.pool.stats().used == before.used);
}

/// Ten values of one key, the first of them after `taken` bytes, while the given call of the
/// upstream and all later ones fail.
void set_while_failing(std::size_t taken, std::size_t call) {
  std::string log;
  std::size_t set = 0;
  workload::checking_upstream checks;
  const pond_upstream upstream = checks.get();
  {
    pond::pool pool({.first_block = 512, .upstream = &upstream});
    support::use(pool.allocate(taken));
    checks.fail_at(call, true);
    for (char name = 'a'; name < 'k'; ++name) {
      try {
        pool.emplace(session_key, log, name);
        ++set;
        EXPECT_EQ(pool.get(session_key)->name, name);
      } catch (const std::bad_alloc &) {
        EXPECT_TRUE(log.empty() || log == std::string(1, name)) << "destroyed, if it was made";
        log.clear();
        EXPECT_EQ(pool.get(session_key) != nullptr, set != 0);
      }
    }
    checks.fail_at(0);
    log.clear();
  }
  EXPECT_EQ(log.size(), set);
  EXPECT_EQ(checks.live(), 0U);
}

TEST(Values, WithoutMemoryAtAnyMomentNothingIsSet) {
  for (std::size_t taken = 0; taken < 400; taken += 8) {
    for (std::size_t call = 1; call < 5; ++call) set_while_failing(taken, call);
  }
}

/// A request has a handful, which need no memory but the pool's own; for more there is a table.
TEST(Values, AFewNeedNoTable) {
  POND_SKIP_WHEN_TRAPPED();
  alignas(16) std::array<std::byte, 4096> buffer;
  pond::pool pool({.hard_limit = 0, .buffer = buffer});
  static std::array<char, 8> keys;
  for (char &key : keys) EXPECT_EQ(pond_set(pool.handle(), &key, &key, nullptr), 0);
  EXPECT_EQ(pond_set(pool.handle(), &pool, &pool, nullptr), -1);
  EXPECT_EQ(errno, EDQUOT);
  for (char &key : keys) EXPECT_EQ(pond_get(pool.handle(), &key), &key);
  EXPECT_EQ(pond_get(pool.handle(), &pool), nullptr);
  EXPECT_EQ(pool.stats().reserved, 0U);
}

/// Where the ninth brings the table, the newer of two of a key stays before the older.
TEST(Values, HideEachOtherInATableAsBefore) {
  checked_pool checked;
  pond_pool *pool = checked.pool.handle();
  std::array<int, 9> numbers{};
  static std::array<char, 3> keys;
  for (std::size_t i = 0; i < 8; ++i)
    ASSERT_EQ(pond_set(pool, &keys.at(i % 2), &numbers.at(i), nullptr), 0);
  ASSERT_EQ(pond_set(pool, &keys[2], &numbers[8], nullptr), 0);
  for (std::size_t i = 8; i-- > 0;) {
    ASSERT_EQ(pond_get(pool, &keys.at(i % 2)), &numbers.at(i));
    ASSERT_TRUE(pond_unset(pool, &keys.at(i % 2)));
  }
}

TEST(Values, BadKeysAndPools) {
  EXPECT_EQ(pond_set(nullptr, &session_key, nullptr, nullptr), -1);
  EXPECT_EQ(pond_get(nullptr, &session_key), nullptr);
  EXPECT_FALSE(pond_unset(nullptr, &session_key));
  pond::pool pool;
  EXPECT_EQ(pond_set(pool.handle(), nullptr, &pool, nullptr), -1);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(pool.get(session_key), nullptr);
  EXPECT_EQ(pool.stats().reserved, 0U) << "asking costs nothing";
  pool.seal();
  EXPECT_THROW(pool.emplace(number_key, 1), std::system_error);
}

inline constexpr pond::key<const std::string> const_key;

TEST(Values, ConstantsAreMadeAndFound) {
  checked_pool checked;
  checked.pool.emplace(const_key, "constant and too long for the string itself to hold");
  EXPECT_EQ(checked.pool.get(const_key)->substr(0, 8), "constant");
  EXPECT_EQ(*checked.pool.make<const int>(7), 7);
  EXPECT_EQ(checked.pool.make<const std::string>("x")->size(), 1U);
}

}  // namespace
