// What is made in a pool, and cannot be registered for its end, is destroyed at once.
#include <array>
#include <new>

#include "support.hpp"

namespace {

struct counted {
  static inline int made = 0;
  static inline int alive = 0;
  counted() { ++made, ++alive; }
  counted(const counted & /*other*/) : counted() {}
  counted &operator=(const counted &) = delete;
  ~counted() { --alive; }
};

/// With each room that is left: at some there is one for the objects and none for the record.
template <class Make>
void expect_destroyed_where_registering_fails(Make make, int made_elsewhere = 0) {
  pond::options options{.first_block = 1024};
  options.hard_limit = pond::pool(options).stats().reserved;
  int unregistered = 0;
  for (std::size_t room = 0; room < 200; room += 8) {
    pond::pool pool(options);
    (void)pool.allocate(support::blocks_of(pool.handle()).front().unused - room, alignof(void *));
    counted::made = 0;
    try {
      make(pool);
    } catch (const std::bad_alloc &) {
      EXPECT_EQ(counted::alive, 0) << room;
      if (counted::made > made_elsewhere) ++unregistered;
    }
    pool = pond::pool();
    ASSERT_EQ(counted::alive, 0) << room;
  }
  EXPECT_GT(unregistered, 0);
}

TEST(Unregistered, AnObjectIsDestroyedOnce) {
  POND_SKIP_WHEN_TRAPPED();
  expect_destroyed_where_registering_fails([](pond::pool &pool) { pool.make<counted>(); });
}

TEST(Unregistered, ASpanIsDestroyedOnce) {
  POND_SKIP_WHEN_TRAPPED();
  expect_destroyed_where_registering_fails([](pond::pool &pool) { pool.make_span<counted>(4); });
}

TEST(Unregistered, AValueIsDestroyedOnce) {
  POND_SKIP_WHEN_TRAPPED();
  static constexpr pond::key<counted> key;
  expect_destroyed_where_registering_fails([](pond::pool &pool) { pool.emplace(key); });
}

TEST(Unregistered, ACallableIsDestroyedOnce) {
  POND_SKIP_WHEN_TRAPPED();
  const auto register_callable = [](pond::pool &pool) {
    pool.on_destroy([inside = counted(), more = std::array<void *, 2>()] { (void)more; });
  };
  expect_destroyed_where_registering_fails(register_callable, 1);
}

}  // namespace
