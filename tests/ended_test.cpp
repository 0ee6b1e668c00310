// What outlives its pool, and uses it. In a pool that nobody watches it is not noticed.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>
#include <list>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "pond/resource.hpp"
#include "pond/scope.hpp"
#include "pond/unique_ptr.hpp"
#include "support.hpp"

namespace {

/// Compilers know that nobody reads what a destructor leaves.
[[gnu::noinline]] void end(pond::pool &pool) { std::destroy_at(&pool); }

/// Known before other tests of this process end pools of many tags.
[[maybe_unused]] const bool known = [] {
  pond_configure("own");
  { pond::pool pool({.tag = "requests"}); }
  pond_configure("");
  return true;
}();

std::string told_of(std::string_view tag) {
  return fmt::format("{}|{}|used after its end", tag, EINVAL);
}

class Ended : public testing::Test {
 protected:
  Ended() { pond_set_report(note, this); }
  ~Ended() override { pond_set_report(nullptr, nullptr); }
  Ended(const Ended &) = delete;
  Ended &operator=(const Ended &) = delete;

  pond::pool &begin(const char *tag = "requests") {
    auto *pool = new (object_) pond::pool({.first_block = 4096, .tag = tag});
    support::use(pool->allocate(1));
    return *pool;
  }
  std::vector<std::string> said() { return std::exchange(said_, {}); }

  const std::string once = told_of("requests");

 private:
  static void note(void *context, const char *tag, int error, const char *what) {
    static_cast<Ended *>(context)->said_.push_back(fmt::format("{}|{}|{}", tag, error, what));
  }

  const support::configured own_{"own"};
  alignas(pond::pool) std::byte object_[sizeof(pond::pool)];
  std::vector<std::string> said_;
};

TEST_F(Ended, WhatHasNothingIsNotTold) {
  pond::pool &pool = begin();
  std::optional<std::list<int, pond::allocator<int>>> empty(std::in_place,
                                                            pond::allocator<int>(pool));
  end(pool);
  empty.reset();
  pond::allocator<int>(pool).deallocate(nullptr, 1);
  EXPECT_EQ(said(), std::vector<std::string>());
}

/// Members that stand before their pool.
struct wrong_order {
  std::optional<std::pmr::vector<int>> of_resource;
  std::optional<std::vector<int, pond::allocator<int>>> of_allocator;
  std::optional<pond::unique_ptr<int>> pointer;
};

TEST_F(Ended, WhateverGivesMemoryBackIsTold) {
  pond::pool &pool = begin();
  pond::resource resource(pool);
  wrong_order members;
  members.of_resource.emplace(std::size_t{100}, &resource);
  members.of_allocator.emplace(std::size_t{100}, pond::allocator<int>(pool));
  pond::allocator<int> of_nodes(pool);
  int *const node = of_nodes.allocate(1);
  members.pointer.emplace(pond::make_unique<int>(pool, 1));
  end(pool);
  members.of_resource.reset();
  EXPECT_EQ(said(), std::vector{once});
  members.of_allocator.reset();
  EXPECT_EQ(said(), std::vector{once});
  of_nodes.deallocate(node, 1);
  EXPECT_EQ(said(), std::vector{once});
  members.pointer.reset();
  EXPECT_EQ(said(), std::vector{once});
}

TEST_F(Ended, EveryOtherUseIsToldAndFails) {
  pond::pool &pool = begin();
  std::optional<pond::scope> scope(pool);
  end(pool);
  scope.reset();
  EXPECT_EQ(said(), std::vector{once});
  int here = 0;
  const std::vector<std::function<void()>> uses = {
      [&] { EXPECT_EQ(pool.try_allocate(1), nullptr); },
      [&] { EXPECT_THROW((void)pool.allocate(1), std::system_error); },
      [&] { EXPECT_THROW((void)pool.allocate_large(1), std::system_error); },
      [&] { EXPECT_THROW(pool.on_destroy([] {}), std::system_error); },
      [&] { EXPECT_THROW((void)pool.child(), std::system_error); },
      [&] { EXPECT_THROW(const pond::scope late(pool), std::system_error); },
      [&] { EXPECT_EQ(pond_resize(pool.handle(), &here, 1, 2), nullptr); },
      [&] { EXPECT_FALSE(pond_commit(pool.handle(), {})); },
      [&] { EXPECT_EQ(pond_set(pool.handle(), &here, &here, nullptr), -1); },
      [&] { EXPECT_FALSE(pool.free(&here)); },
      [&] { pool.deallocate(&here, sizeof(here)); },
      [&] { EXPECT_THROW(pond::pool().adopt(std::move(pool)), std::system_error); },
      [&] { pool.cancel(reinterpret_cast<pond_cleanup *>(&here)); },
      [&] { pool.run(reinterpret_cast<pond_cleanup *>(&here)); },
      [&] { pool.reset(); },
      [&] { pool.seal(); },
      [&] { end(pool); },
  };
  for (std::size_t i = 0; i < uses.size(); ++i) {
    errno = 0;
    uses[i]();
    EXPECT_EQ(said(), std::vector{once}) << i;
    EXPECT_EQ(errno, EINVAL) << i;
  }
}

/// What goes on as default-constructed is no mistake.
TEST_F(Ended, WhatGoesOnIsNotTold) {
  pond::pool parent({.tag = "parent"});
  pond::pool child = parent.child({.tag = "child"});
  support::use(child.allocate(1));
  parent = pond::pool({.tag = "again"});
  support::use(child.allocate(1));
  support::use(parent.allocate(1));
  pond::pool moved = std::move(parent);
  // NOLINTNEXTLINE(bugprone-use-after-move): what is left is promised
  support::use(parent.allocate(1));
  parent.adopt(std::move(moved));
  // NOLINTNEXTLINE(bugprone-use-after-move): what is left is promised
  support::use(moved.allocate(1));
  pond::pool fresh;
  for (int i = 0; i < 2; ++i) {
    const pond::scope scope(fresh);
    support::use(fresh.allocate(1));
  }
  EXPECT_EQ(fresh.stats().reserved, 0U);
  EXPECT_EQ(said(), std::vector<std::string>());
}

TEST_F(Ended, PoolsOfOneTagAreToldByIt) {
  for (int i = 0; i < 1000; ++i) {
    pond::pool &pool = begin();
    end(pool);
    pool.reset();
    EXPECT_EQ(said(), std::vector{once});
  }
}

/// With its own block, which is kept: `own` has what the user allocates elsewhere.
TEST_F(Ended, PoolsOfTheCInterfaceAreToldByTheirTag) {
  const auto begin_one = [](pond_pool *parent) {
    pond_options options = POND_OPTIONS_INIT;
    options.tag = "requests";
    options.parent = parent;
    return pond_create_with(&options);
  };
  pond_pool *parent = begin_one(nullptr);
  pond_pool *child = begin_one(parent);
  pond_destroy(parent);
  EXPECT_EQ(said(), std::vector<std::string>());
  for (pond_pool *pool : {parent, child}) {
    errno = 0;
    EXPECT_EQ(pond_alloc(pool, 1), nullptr);
    EXPECT_EQ(errno, EINVAL);
    pond_destroy(pool);
    pond_release(pool);
    pond_stats stats;
    pond_get_stats(pool, &stats);
    EXPECT_EQ(pond_get(pool, &stats), nullptr);
    EXPECT_FALSE(pond_unset(pool, &stats));
    pond_visit(pool, nullptr, nullptr, nullptr);
    EXPECT_EQ(said(), std::vector(7, once));
  }
  for (int i = 0; i < 1000; ++i) pond_destroy(begin_one(nullptr));  // the two are gone for good
  EXPECT_EQ(said(), std::vector<std::string>());
}

/// What is not the C library's goes back at once.
TEST_F(Ended, NothingOfAnUpstreamIsKept) {
  {
    workload::checking_upstream upstream;
    const pond_upstream of_the_pool = upstream.get();
    pond_options options = POND_OPTIONS_INIT;
    options.upstream = &of_the_pool;
    pond_destroy(pond_create_with(&options));
    EXPECT_EQ(upstream.live(), 0U);
  }
  const support::checked_default_upstream upstream;  // looks whether something is left
  pond_destroy(pond_create(0));
}

/// Of more tags than are remembered it is told without.
TEST_F(Ended, NoPoolIsToldByTheTagOfAnother) {
  for (int i = 0; i < 200; ++i) {
    const std::string tag = fmt::format("pool {}", i);
    pond::pool &pool = begin(tag.c_str());
    end(pool);
    pool.reset();
    EXPECT_THAT(said(), testing::ElementsAre(testing::AnyOf(told_of(tag), told_of(""))));
  }
}

TEST_F(Ended, PoolsMayEndOnSeveralThreads) {
  const auto end_some = [](int from) {
    for (int i = from; i < from + 20; ++i) {
      pond::pool pool({.tag = fmt::format("of {}", i % 30).c_str()});
      support::use(pool.allocate(1));
    }
  };
  std::thread other(end_some, 0);
  end_some(10);
  other.join();
  EXPECT_EQ(said(), std::vector<std::string>());
}

}  // namespace
