// That the oracle finds what it is there for: pools with one mistake each.
#include "workload/oracle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <pond/pool.hpp>

#include "workload/apart.hpp"
#include "workload/contenders/pond.hpp"
#include "workload/generate.hpp"
#include "workload/interpret.hpp"
#include "workload/model.hpp"
#include "workload/shrink.hpp"

namespace {

using namespace workload;

enum class mistake {
  none,
  overlaps,
  is_misaligned,
  forgets_to_zero,
  overwrites,
  loses_a_cleanup,
  runs_a_cleanup_twice,
  runs_in_order,
};

/// Over pond, but wrong in one way.
class wrong_pool : public pond_contender {
 public:
  wrong_pool(const program &work, mistake what) : pond_contender(work), what_(what) {}

  void *aligned(const operation &o) {
    operation more = o;
    more.size += malloc_alignment;
    auto *p = static_cast<unsigned char *>(pond_contender::aligned(more));
    if (what_ == mistake::is_misaligned) return p + 4;
    if (what_ == mistake::overlaps && last_ != nullptr && o.size > 0 && o.size <= last_size_) {
      return std::exchange(last_, nullptr);
    }
    if (what_ == mistake::overwrites && last_ != nullptr) *last_ ^= 0xFF;
    last_ = o.size > 0 ? p : nullptr;
    last_size_ = o.size;
    return p;
  }
  void *zeroed(const operation &o) {
    void *p = pond_contender::aligned(o);
    return std::memset(p, what_ == mistake::forgets_to_zero ? 1 : 0, o.size);
  }
  void destroy(const operation &o) {
    last_ = nullptr;
    pond_contender::destroy(o);
  }
  void reset(const operation &o) {
    last_ = nullptr;
    pond_contender::reset(o);
  }
  bool cleanup(const operation &o, void (*handler)(void *), void *token, void **data) {
    if (what_ == mistake::loses_a_cleanup) return true;
    if (what_ == mistake::runs_a_cleanup_twice) {
      pond_contender::cleanup(o, handler, token, data);
    }
    if (what_ == mistake::runs_in_order && held_.count(o.pool) == 0) {
      held_[o.pool] = token;
      return true;
    }
    const bool done = pond_contender::cleanup(o, handler, token, data);
    if (what_ == mistake::runs_in_order) {
      pond_contender::cleanup(o, handler, held_[o.pool], data);
      held_.erase(o.pool);
    }
    return done;
  }

 private:
  mistake what_;
  unsigned char *last_ = nullptr;
  std::size_t last_size_ = 0;
  std::map<std::uint32_t, void *> held_;
};

std::vector<std::string> errors_with(
    mistake what,
    const program &work = program_from_seed(1, {.operations = 2000, .only_traces = true})) {
  oracle checks(work);
  {
    wrong_pool pools(work, what);
    interpreter(work).run(work, pools, checks);
  }
  return checks.errors();
}

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Oracle, FindsEveryMistake) {
  EXPECT_THAT(errors_with(mistake::none), IsEmpty());
  EXPECT_THAT(errors_with(mistake::overlaps), Contains(HasSubstr("live allocation")));
  EXPECT_THAT(errors_with(mistake::is_misaligned), Contains(HasSubstr("not aligned")));
  EXPECT_THAT(errors_with(mistake::forgets_to_zero), Contains(HasSubstr("not zero")));
  EXPECT_THAT(errors_with(mistake::overwrites), Contains(HasSubstr("has changed")));
  EXPECT_THAT(errors_with(mistake::loses_a_cleanup), Contains(HasSubstr("did not run")));
  EXPECT_THAT(errors_with(mistake::runs_a_cleanup_twice), Contains(HasSubstr("ran twice")));
  EXPECT_THAT(errors_with(mistake::runs_in_order), Contains(HasSubstr("wrong order")));
}

TEST(Oracle, ProgramsFromBytesAreValidWhateverTheBytes) {
  std::vector<std::uint8_t> bytes;
  for (unsigned i = 0; i < 4000; ++i)
    bytes.push_back(static_cast<std::uint8_t>(i * i * 31 + i / 7));
  const program work = program_from_bytes(bytes, {.only_traces = true});
  EXPECT_GT(work.allocations, 200U);
  oracle checks(work);
  pond_contender pools(work);
  interpreter(work).run(work, pools, checks);
  EXPECT_THAT(checks.errors(), IsEmpty());
  EXPECT_TRUE(program_from_bytes({}).operations.empty());
}

/// How many operations are left of 2000 of which one is not done right.
std::size_t shortest_with(mistake what) {
  const program work = program_from_seed(1, {.operations = 2000, .only_traces = true});
  const program least =
      shrink(work, [what](const program &tried) { return !errors_with(what, tried).empty(); });
  EXPECT_FALSE(errors_with(what, least).empty());
  return least.operations.size();
}

TEST(Shrink, LeavesOnlyWhatAMistakeNeeds) {
  EXPECT_EQ(shortest_with(mistake::is_misaligned), 3U) << "create, allocate, destroy";
  EXPECT_EQ(shortest_with(mistake::forgets_to_zero), 3U);
  EXPECT_EQ(shortest_with(mistake::loses_a_cleanup), 3U);
  EXPECT_EQ(shortest_with(mistake::runs_a_cleanup_twice), 3U);
  EXPECT_EQ(shortest_with(mistake::overlaps), 4U) << "two allocations";
  EXPECT_EQ(shortest_with(mistake::overwrites), 4U);
  EXPECT_EQ(shortest_with(mistake::runs_in_order), 3U) << "one, which is held back";
}

TEST(Shrink, MakesSizesSmallAndKeepsProgramsValid) {
  const program work = program_from_seed(7);
  const auto is_overaligned = [](const operation &o) {
    return o.what == kind::overaligned && o.size >= 100;
  };
  const program least = shrink(work, [&](const program &tried) {
    model pools;
    for (const operation &o : tried.operations) {
      EXPECT_TRUE(pools.allows(o));
      pools.apply(o);
    }
    return std::any_of(tried.operations.begin(), tried.operations.end(), is_overaligned);
  });
  ASSERT_EQ(least.operations.size(), 3U);
  EXPECT_EQ(least.operations[0].size, 0U);
  EXPECT_LT(least.operations[1].size, 200U);
}

TEST(Shrink, WhatCrashesIsAFailureToo) {
  EXPECT_FALSE(fails_apart([] { return true; }));
  EXPECT_TRUE(fails_apart([] { return false; }));
  EXPECT_TRUE(fails_apart([]() -> bool { std::abort(); }));
}

bool same(const program &a, const program &b) {
  return std::equal(a.operations.begin(), a.operations.end(), b.operations.begin(),
                    b.operations.end(), [](const operation &x, const operation &y) {
                      return x.what == y.what && x.pool == y.pool && x.size == y.size &&
                             x.id == y.id && x.alignment == y.alignment;
                    });
}

TEST(Generator, TheSameProgramFromTheSameSeed) {
  EXPECT_TRUE(same(program_from_seed(42), program_from_seed(42)));
  EXPECT_FALSE(same(program_from_seed(42), program_from_seed(43)));
}

}  // namespace
